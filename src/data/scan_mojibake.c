/* UTF-8 that was read as Windows-1252 or Latin-1.
 *
 * Used by scan_damage.c. A run of characters that reads as UTF-8 once more is damage
 * only when it gives a likely character and no writer types it: a capital letter with
 * punctuation behind it is none. */
#include "base/utf8.h"
#include "data/scan.h"

#include <stdio.h>

static const struct gt_scan_rule mojibake = {"mojibake",
                                             "UTF-8 that was read in another encoding",
                                             "convert the source once, as UTF-8"};

/* What Windows-1252 has at 0x80 to 0x9F, 0 where nothing. */
static const uint16_t windows[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
    0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
    0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

uint32_t gt_scan_windows(uint32_t cp)
{
  return cp >= 0x80 && cp <= 0x9F ? windows[cp - 0x80] : 0;
}

/* The byte that cp stood for: of Latin-1 itself, else its place in Windows-1252. */
static int byte_of(uint32_t cp)
{
  if (cp >= 0x80 && cp <= 0xFF) return (int)cp;
  if (cp < 0x100) return -1;
  for (int i = 0; i < 32; i++)
    if (windows[i] == cp) return 0x80 + i;
  return -1;
}

/* What writers put right behind a letter, so that it says little there. */
static bool is_weak(int byte)
{
  switch (byte) {
  case 0x85:
  case 0x92:
  case 0x94:
  case 0x96:
  case 0x97:
  case 0x99:
  case 0x9B:
  case 0xA0:
  case 0xAD:
  case 0xAE:
  case 0xB2:
  case 0xB3:
  case 0xB7:
  case 0xB9:
  case 0xBB: return true;
  default: return false;
  }
}

struct misread {
  size_t len;        /* in the text */
  uint32_t cp;       /* what it was */
  int lead, next[3]; /* the bytes it was */
  int count;         /* of next */
};

static bool read_misread(struct misread *m, const struct gt_scan *s, size_t at)
{
  char bytes[4];
  uint32_t cp;
  const char *end = s->text + s->len;
  if (at >= s->len) return false;
  m->len = gt_utf8_decode(&cp, s->text + at, end);
  if (cp < 0xC2 || cp > 0xF4) return false;
  m->lead = (int)cp;
  m->count = cp < 0xE0 ? 1 : cp < 0xF0 ? 2 : 3;
  bytes[0] = (char)cp;
  for (int i = 0; i < m->count; i++) {
    if (at + m->len >= s->len) return false;
    m->len += gt_utf8_decode(&cp, s->text + at + m->len, end);
    m->next[i] = byte_of(cp);
    if (m->next[i] < 0x80 || m->next[i] > 0xBF) return false;
    bytes[i + 1] = (char)m->next[i];
  }
  size_t n = (size_t)m->count + 1;
  if (gt_utf8_check(bytes, n) != n) return false;
  gt_utf8_decode(&m->cp, bytes, bytes + n);
  return true;
}

static bool is_lower(uint32_t cp)
{
  return (cp >= 'a' && cp <= 'z') || (cp >= 0xDF && cp <= 0xFF && cp != 0xF7);
}

static bool is_upper(uint32_t cp)
{
  return (cp >= 'A' && cp <= 'Z') || (cp >= 0xC0 && cp <= 0xDE && cp != 0xD7) ||
         (cp >= 0x100 && cp <= 0x24F) || (cp >= 0x1E00 && cp <= 0x1EFF);
}

/* Two bytes: of the Latin letters and signs a single one is enough, unless it can be a
 * capital letter with punctuation behind it. */
static bool is_likely_pair(const struct misread *m, uint32_t before, uint32_t after)
{
  if (m->lead > 0xC5 || m->cp < 0xA0) return false;
  if (!is_weak(m->next[0])) return true;
  if (is_lower(before) || is_lower(after)) return true;
  if (m->next[0] == 0x94 && is_upper(after)) return true;
  return m->lead <= 0xC3 && !is_upper(before);
}

/* Three and four: punctuation, signs, Vietnamese, emoji. */
static bool is_likely_long(const struct misread *m)
{
  bool weak = is_weak(m->next[1]);
  switch (m->lead) {
  case 0xE2:
    if (m->next[0] == 0x80 || m->next[0] == 0x82) return true;
    return !(is_weak(m->next[0]) && weak) && m->cp >= 0x2100 && m->cp < 0x2C00;
  case 0xE1: return (m->next[0] == 0xBA || m->next[0] == 0xBB) && !weak;
  case 0xEF:
    return m->cp == 0xFEFF || m->cp == 0xFFFD || (m->cp >= 0xFF01 && m->cp <= 0xFF5E);
  case 0xF0: return m->next[0] == 0x9F && m->cp >= 0x1F000;
  default: return false;
  }
}

/* Other scripts come in runs: two of the same sort in a row. */
static bool is_run(const struct gt_scan *s, const struct misread *m, size_t at)
{
  struct misread second;
  if (!read_misread(&second, s, at + m->len)) return false;
  if (m->lead >= 0xE3 && m->lead <= 0xED)
    return second.lead >= 0xE3 && second.lead <= 0xED;
  if (m->lead >= 0xE0) return second.lead == m->lead;
  return m->lead >= 0xCE && second.lead - m->lead <= 1 && m->lead - second.lead <= 1;
}

/* As it stands, without its controls, and what it was. */
static void show_misread(char *shown, size_t cap, const struct gt_scan *s, size_t at,
                         const struct misread *m)
{
  char was[5] = "";
  size_t used = 0;
  for (size_t i = 0; i < m->len && used + 10 < cap;) {
    uint32_t cp;
    size_t n = gt_utf8_decode(&cp, s->text + at + i, s->text + at + m->len);
    if (cp <= 0xA0 || cp == 0xAD)
      used += (size_t)snprintf(shown + used, cap - used, "\\u%04x", (unsigned)cp);
    else
      used +=
          (size_t)snprintf(shown + used, cap - used, "%.*s", (int)n, s->text + at + i);
    i += n;
  }
  if (m->cp > 0xA0 && m->cp != 0xAD && !(m->cp >= 0x2000 && m->cp < 0x2010) &&
      !(m->cp >= 0x2028 && m->cp < 0x2030) && m->cp != 0xFEFF && used + 10 < cap) {
    was[gt_utf8_encode(was, m->cp)] = '\0';
    snprintf(shown + used, cap - used, " for %s", was);
  }
}

void gt_scan_misread(struct gt_scan *s, size_t at)
{
  struct misread m;
  uint32_t before = 0, after = 0;
  if (!read_misread(&m, s, at)) {
    /* a right quotation mark whose last byte has no character in Windows-1252 */
    if (!gt_scan_has(s, at, "\xC3\xA2\xE2\x82\xAC")) return;
    gt_scan_add(s, &mojibake, at, 5, "\xC3\xA2\xE2\x82\xAC");
    s->damage_to = at + 5;
    return;
  }
  if (at > 0) gt_scan_code_before(&before, s->text, at);
  if (at + m.len < s->len)
    gt_utf8_decode(&after, s->text + at + m.len, s->text + s->len);
  if (!(m.count == 1 ? is_likely_pair(&m, before, after) : is_likely_long(&m)) &&
      !is_run(s, &m, at))
    return;
  char shown[40];
  show_misread(shown, sizeof shown, s, at, &m);
  size_t end = at + m.len;
  while (end < s->len && read_misread(&m, s, end)) end += m.len;
  gt_scan_add(s, &mojibake, at, end - at, shown);
  s->damage_to = end;
  return;
}

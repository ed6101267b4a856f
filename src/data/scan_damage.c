/* Text that was damaged on its way: control characters, lost characters, space around
 * it; UTF-8 read in another encoding (scan_mojibake.c), escapes written twice
 * (scan_escapes.c).
 *
 * Used by text_scan.c. Real text in any language must not trip it. */
#include "base/utf8.h"
#include "data/scan.h"

#include <stdio.h>

static const struct gt_scan_rule control = {
    "control-character", "a control character",
    "remove it: it is invisible and the model learns it"};
static const struct gt_scan_rule replaced = {
    "replacement-character", "U+FFFD, a character that was lost in a conversion",
    "read the source again in its own encoding"};
static const struct gt_scan_rule outer = {"outer-space", "white space around the text",
                                          "trim it"};

/* --- white space around the text --- */

static bool is_space(uint32_t cp)
{
  return cp == ' ' || (cp >= '\t' && cp <= '\r') || cp == 0x85 || cp == 0xA0 ||
         cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200B) || cp == 0x2028 ||
         cp == 0x2029 || cp == 0x202F || cp == 0x205F || cp == 0x3000;
}

size_t gt_scan_code_before(uint32_t *cp, const char *text, size_t at)
{
  size_t from = at - 1;
  while (from > 0 && at - from < 4 && ((unsigned char)text[from] & 0xC0) == 0x80)
    from--;
  gt_utf8_decode(cp, text + from, text + at);
  return from;
}

void gt_scan_outer_space(struct gt_scan *s)
{
  uint32_t cp;
  size_t front = 0, back = s->len;
  while (front < s->len) {
    size_t n = gt_utf8_decode(&cp, s->text + front, s->text + s->len);
    if (!is_space(cp)) break;
    front += n;
  }
  if (front > 0) gt_scan_add(s, &outer, 0, front, "in front");
  while (back > front) {
    size_t from = gt_scan_code_before(&cp, s->text, back);
    if (!is_space(cp)) break;
    back = from;
  }
  if (back < s->len && back > front)
    gt_scan_add(s, &outer, back, s->len - back, "at the end");
}

/* --- control characters --- */

/* Flags of regions are written with tags behind U+1F3F4; other tags hide text. */
static bool follows_flag(const struct gt_scan *s, size_t at)
{
  while (at > 0) {
    uint32_t cp;
    at = gt_scan_code_before(&cp, s->text, at);
    if (cp == 0x1F3F4) return true;
    if (cp < 0xE0000 || cp > 0xE007F) return false;
  }
  return false;
}

static bool is_control(const struct gt_scan *s, uint32_t cp, size_t at)
{
  if (cp < 0x20) return cp != '\t' && cp != '\n' && cp != '\r';
  if (cp >= 0xE0000 && cp <= 0xE007F) return !follows_flag(s, at);
  return (cp >= 0x7F && cp <= 0x9F) || cp == 0xFEFF || (cp >= 0x202A && cp <= 0x202E) ||
         (cp >= 0x2066 && cp <= 0x2069);
}

static bool look_control(struct gt_scan *s, size_t at)
{
  uint32_t cp, first = 0;
  size_t end = at;
  while (end < s->len) {
    size_t n = gt_utf8_decode(&cp, s->text + end, s->text + s->len);
    if (!is_control(s, cp, at)) break;
    if (end == at) first = cp;
    end += n;
  }
  if (end == at) return false;
  char shown[32], meant[5] = "";
  int n = snprintf(shown, sizeof shown, "U+%04X", (unsigned)first);
  if (gt_scan_windows(first) != 0) {
    meant[gt_utf8_encode(meant, gt_scan_windows(first))] = '\0';
    snprintf(shown + n, sizeof shown - (size_t)n, " for %s", meant);
  }
  gt_scan_add(s, &control, at, end - at, shown);
  s->damage_to = end;
  return true;
}

void gt_scan_damage(struct gt_scan *s, size_t at)
{
  unsigned char c = (unsigned char)s->text[at];
  if (at < s->damage_to) return;
  if (c == '\\')
    gt_scan_backslash(s, at);
  else if (c == '&')
    gt_scan_entity(s, at);
  else if (c == 0xC3)
    gt_scan_misread(s, at);
  else if (gt_scan_has(s, at, "\xEF\xBF\xBD")) {
    size_t end = at;
    while (gt_scan_has(s, end, "\xEF\xBF\xBD")) end += 3;
    gt_scan_add(s, &replaced, at, end - at, "U+FFFD");
    s->damage_to = end;
  } else if (c != 0xC2 || (at + 1 < s->len && (unsigned char)s->text[at + 1] < 0xA0))
    look_control(s, at);
}

/* Slips of the keyboard between labels. See label_word.h. */
#include "data/label_word.h"

#include "base/utf8.h"

#include <string.h>

/* Lower case of the alphabets that pair their letters in order. */
uint32_t gt_label_lower(uint32_t cp)
{
  if (cp < 0x80) return cp >= 'A' && cp <= 'Z' ? cp + 32 : cp;
  if ((cp >= 0xC0 && cp <= 0xDE && cp != 0xD7) || (cp >= 0x391 && cp <= 0x3A9) ||
      (cp >= 0x410 && cp <= 0x42F))
    return cp + 32;
  if (cp >= 0x400 && cp <= 0x40F) return cp + 80;
  if ((cp >= 0x139 && cp <= 0x148) || (cp >= 0x179 && cp <= 0x17E))
    return cp + (cp & 1);
  if (cp >= 0x100 && cp <= 0x177 && cp != 0x130 && cp != 0x131 && cp != 0x138)
    return cp | 1;
  return cp;
}

bool gt_label_word_read(struct gt_label_word *w, const struct gt_label *labels,
                        uint32_t label)
{
  const char *p = labels[label].text, *end = p + labels[label].len;
  w->label = label;
  w->len = 0;
  w->letters = 0;
  while (p < end) {
    if (w->len == GT_LABEL_WORD_MAX) return false;
    uint32_t cp;
    p += gt_utf8_decode(&cp, p, end);
    w->cps[w->len++] = cp = gt_label_lower(cp);
    w->letters |= (uint64_t)1 << (cp & 63);
  }
  return w->len >= 4;
}

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* Inserts, deletes, changes and swaps of neighbours; anything above `max` is max + 1.
 */
static uint32_t distance(const struct gt_label_word *a, const struct gt_label_word *b,
                         uint32_t max)
{
  uint32_t rows[3][GT_LABEL_WORD_MAX + 1];
  for (uint32_t j = 0; j <= b->len; j++) rows[0][j] = j;
  for (uint32_t i = 1; i <= a->len; i++) {
    uint32_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *twice = rows[(i + 1) % 3];
    uint32_t low = row[0] = i;
    for (uint32_t j = 1; j <= b->len; j++) {
      uint32_t d = above[j - 1] + (a->cps[i - 1] != b->cps[j - 1]);
      d = least(d, least(above[j], row[j - 1]) + 1);
      if (i > 1 && j > 1 && a->cps[i - 1] == b->cps[j - 2] &&
          a->cps[i - 2] == b->cps[j - 1])
        d = least(d, twice[j - 2] + 1);
      row[j] = d;
      low = least(low, d);
    }
    if (low > max) return max + 1;
  }
  return rows[a->len % 3][b->len];
}

static bool is_digit(uint32_t cp) { return cp >= '0' && cp <= '9'; }

static bool same_digits(const struct gt_label_word *a, const struct gt_label_word *b)
{
  uint32_t i = 0, j = 0;
  for (;;) {
    while (i < a->len && !is_digit(a->cps[i])) i++;
    while (j < b->len && !is_digit(b->cps[j])) j++;
    if (i == a->len || j == b->len) return i == a->len && j == b->len;
    if (a->cps[i++] != b->cps[j++]) return false;
  }
}

/* One is the other with letters in front: un-, im-, a-. */
static bool is_prefixed(const struct gt_label_word *a, const struct gt_label_word *b)
{
  const struct gt_label_word *s = a->len < b->len ? a : b, *g = s == a ? b : a;
  return s->len < g->len &&
         memcmp(s->cps, g->cps + (g->len - s->len), s->len * sizeof *s->cps) == 0;
}

/* How far a slip may go between these two: 0 nowhere. */
static uint32_t allowed(const struct gt_label_word *rare,
                        const struct gt_label_word *common)
{
  uint32_t shorter = least(rare->len, common->len);
  uint32_t longer = rare->len + common->len - shorter;
  uint32_t max = shorter >= 8 ? 2 : shorter >= 4 ? 1 : 0;
  if (longer - shorter > max) return 0;
  /* an edit takes one letter away and brings one in at most */
  uint64_t other = rare->letters ^ common->letters;
  for (uint32_t i = 0; i < 2 * max; i++) other &= other - 1;
  return other == 0 ? max : 0;
}

uint32_t gt_label_word_slip(const struct gt_label_word *rare,
                            const struct gt_label_word *common)
{
  uint32_t max = allowed(rare, common);
  if (max == 0) return 0;
  uint32_t edits = distance(rare, common, max);
  if (edits > max || !same_digits(rare, common) || is_prefixed(rare, common)) return 0;
  return edits;
}

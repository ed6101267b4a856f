/* Levenshtein distance. See edit_distance.h. A column of the table is one machine word
 * when the shorter text fits (Myers 1999, in Hyyro's form); else a band of the table is
 * doubled until it is wide enough. */
#include "data/edit_distance.h"

#include "base/utf8.h"

#include <stdint.h>
#include <stdlib.h>

#define CELLS_MAX ((uint64_t)1000 * 1000 * 1000)
#define FAR (UINT32_MAX / 2)

enum { BAND = 8, WORD = 64 };

struct side {
  uint32_t *cps;
  size_t count;
};

/* What both begin and end with costs nothing. */
static void trim(struct side *a, struct side *b)
{
  while (a->count && b->count && a->cps[0] == b->cps[0]) {
    a->cps++;
    b->cps++;
    a->count--;
    b->count--;
  }
  while (a->count && b->count && a->cps[a->count - 1] == b->cps[b->count - 1]) {
    a->count--;
    b->count--;
  }
}

/* --- a word a column --- */

struct places {            /* of each code point of the shorter text */
  uint32_t cps[2 * WORD];  /* an open hash table */
  uint64_t bits[2 * WORD]; /* 0: free */
};

static uint64_t *places_of(struct places *p, uint32_t cp)
{
  uint32_t at = cp * 0x9E3779B1u >> 25;
  while (p->bits[at] && p->cps[at] != cp) at = (at + 1) & (2 * WORD - 1);
  p->cps[at] = cp;
  return &p->bits[at];
}

/* Bit i of `more` (`less`): going down to row i the distance grows (shrinks) by one. */
static size_t by_words(struct side a, struct side b)
{
  struct places places = {{0}, {0}};
  uint64_t more = ~(uint64_t)0, less = 0, last = (uint64_t)1 << (a.count - 1);
  size_t distance = a.count;
  for (size_t i = 0; i < a.count; i++)
    *places_of(&places, a.cps[i]) |= (uint64_t)1 << i;
  for (size_t j = 0; j < b.count; j++) {
    uint64_t equal = *places_of(&places, b.cps[j]);
    uint64_t down = equal | less;
    uint64_t across = (((equal & more) + more) ^ more) | equal;
    uint64_t grows = less | ~(across | more), shrinks = more & across;
    if (grows & last) distance++;
    if (shrinks & last) distance--;
    grows = grows << 1 | 1;
    more = shrinks << 1 | ~(down | grows);
    less = grows & down;
  }
  return distance;
}

/* --- a band --- */

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* The distance when it is at most `band`, else band + 1. a is the shorter one, and the
 * row has b.count + 1 places: row[j] is the distance of a's first i to b's first j. */
static size_t in_band(uint32_t *row, struct side a, struct side b, size_t band)
{
  if (b.count - a.count > band) return band + 1;
  for (size_t j = 0; j <= b.count; j++) row[j] = j <= band ? (uint32_t)j : FAR;
  for (size_t i = 1; i <= a.count; i++) {
    size_t low = i > band ? i - band : 1;
    size_t high = b.count - i > band && i < b.count ? i + band : b.count;
    uint32_t diagonal = row[low - 1], left = FAR, best = FAR;
    if (low == 1) {
      left = row[0] = i <= band ? (uint32_t)i : FAR;
      best = left;
    }
    for (size_t j = low; j <= high; j++) {
      uint32_t cost = diagonal + (a.cps[i - 1] != b.cps[j - 1]);
      diagonal = row[j];
      left = least(cost, least(left, diagonal) + 1);
      row[j] = left;
      best = least(best, left);
    }
    if (best > band) return band + 1;
  }
  return row[b.count] <= band ? row[b.count] : band + 1;
}

static int too_much(struct gt_err *err)
{
  gt_err_set(err, GT_RESOURCE_EXHAUSTED, "the texts are too long and too different");
  return gt_err_hint(err, "give the largest distance that matters as max, or compare "
                          "them by jaccard");
}

static int find(size_t *distance, uint32_t *row, struct side a, struct side b,
                size_t max, struct gt_err *err)
{
  if (a.count <= WORD) {
    size_t all = a.count ? by_words(a, b) : b.count;
    *distance = all <= max ? all : max + 1;
    return 0;
  }
  size_t band = b.count - a.count > BAND ? b.count - a.count : BAND;
  uint64_t cells = 0;
  for (;; band *= 2) {
    if (band > b.count) band = b.count;
    if (band > max) band = max;
    cells += (uint64_t)(a.count + 1) * (2 * band + 1);
    if (cells > CELLS_MAX) return too_much(err);
    *distance = in_band(row, a, b, band);
    if (*distance <= band || band == max || band == b.count) return 0;
  }
}

int gt_edit_distance(size_t *distance, size_t *longer, const char *a, size_t a_len,
                     const char *b, size_t b_len, size_t max, struct gt_err *err)
{
  size_t most = a_len > b_len ? a_len : b_len;
  if (most >= FAR) return too_much(err);
  uint32_t *room = malloc((a_len + b_len + most + 3) * sizeof *room);
  if (!room)
    return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "not enough memory to compare texts");
  struct side x = {room, gt_utf8_points(room, a, a_len)};
  struct side y = {room + a_len, gt_utf8_points(room + a_len, b, b_len)};
  *longer = x.count > y.count ? x.count : y.count;
  trim(&x, &y);
  int rc = x.count <= y.count ? find(distance, room + a_len + b_len, x, y, max, err)
                              : find(distance, room + a_len + b_len, y, x, max, err);
  free(room);
  return rc;
}

/* Texts as sets of character n-grams, and the Jaccard index of two of them.
 *
 * Used by the search for similar texts (n = 4) and by gt.text. A gram is n code points
 * of the normal form as a number: four ASCII bytes are their own number, anything else
 * a 31-bit hash with the top bit set. A text shorter than n is one gram, itself. */
#ifndef GT_DATA_GRAMS_H
#define GT_DATA_GRAMS_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* Reused from text to text; grows to about 5 bytes a byte of the longest. Start: {0}.
 */
struct gt_grams {
  uint32_t *items; /* in the order of the text, repeated ones included */
  size_t count;
  char *normal; /* the normal form */
  size_t normal_len;
  size_t cap;
};

/* Replaces what g holds by the grams of the text; an empty normal form has none. */
int gt_grams_make(struct gt_grams *g, const char *text, size_t len, int n,
                  struct gt_err *err);
void gt_grams_clear(struct gt_grams *g);

struct gt_grams_slot {
  uint32_t gram, left, right; /* the turns in which it was put there */
};

/* Compares one text with many. Start: {0}. */
struct gt_grams_overlap {
  struct gt_grams_slot *slots;
  size_t cap; /* a power of two */
  uint32_t turn_left, turn_right;
  size_t left_count; /* distinct grams */
};

/* Room for sets of that many grams together; 16 to 48 bytes each. Forgets the left set
 * when it has to grow: returns 1 then, 0 else, -1 on error. */
int gt_grams_reserve(struct gt_grams_overlap *o, size_t grams, struct gt_err *err);
void gt_grams_left(struct gt_grams_overlap *o, const struct gt_grams *g);
/* The Jaccard index of the left set and this one; two empty sets are equal. */
double gt_grams_jaccard(struct gt_grams_overlap *o, const struct gt_grams *g);
void gt_grams_overlap_clear(struct gt_grams_overlap *o);

#endif

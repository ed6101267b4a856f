/* A label as code points, to tell whether it is a slip of the keyboard for another one.
 *
 * Used by labels.c. A slip is one edit, two when both are long: never by a digit
 * (card_1 and card_2), by a syllable in front (possible and impossible), or between
 * short labels. How frequent they are is the caller's. */
#ifndef GT_DATA_LABEL_WORD_H
#define GT_DATA_LABEL_WORD_H

#include "data/labels.h"

#define GT_LABEL_WORD_MAX 48 /* longer labels are not compared */

struct gt_label_word {
  uint32_t label;   /* its index */
  uint32_t len;     /* code points */
  uint64_t letters; /* a bit for each letter it has */
  uint32_t cps[GT_LABEL_WORD_MAX];
};

/* Lower case of the alphabets that pair their letters in order. */
uint32_t gt_label_lower(uint32_t cp);
/* false: too short or too long to be compared. */
bool gt_label_word_read(struct gt_label_word *w, const struct gt_label *labels,
                        uint32_t label);
/* The edits between them, 0 when the first is no slip for the second. */
uint32_t gt_label_word_slip(const struct gt_label_word *rare,
                            const struct gt_label_word *common);

#endif

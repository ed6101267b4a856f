/* The Levenshtein distance of two texts, in code points.
 *
 * Used by gt.text. Time grows with the length times the distance, not with the square
 * of the length: alike texts are compared quickly however long they are. */
#ifndef GT_DATA_EDIT_DISTANCE_H
#define GT_DATA_EDIT_DISTANCE_H

#include "base/err.h"

#include <stddef.h>

/* *distance: insertions, deletions and replacements of single code points (a byte that
 * is no UTF-8 is one); max + 1 when there are more than max. *longer: code points of
 * the longer text. Texts too long and too different (over about a second's work) are
 * refused with RESOURCE_EXHAUSTED. */
int gt_edit_distance(size_t *distance, size_t *longer, const char *a, size_t a_len,
                     const char *b, size_t b_len, size_t max, struct gt_err *err);

#endif

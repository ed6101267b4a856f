/* The outputs of kept rows as numbers: equal outputs, equal numbers.
 *
 * Used in check/ only; data/labels.h does the work. */
#ifndef GT_CHECK_OUTPUTS_H
#define GT_CHECK_OUTPUTS_H

#include "base/err.h"
#include "check/kept.h"
#include "data/labels.h"

/* labels over rows: their outputs in order. */
int gt_outputs_labels(struct gt_data_labels *labels, const struct gt_kept_row *rows,
                      size_t count, struct gt_err *err);
/* A number below *outputs for each row, malloc'd; *classes: the outputs are labels.
 * NULL with err. */
uint32_t *gt_outputs_number(size_t *outputs, bool *classes,
                            const struct gt_kept_row *rows, size_t count,
                            struct gt_err *err);

#endif

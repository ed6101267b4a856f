/* Rows dealt to folds, and their features.
 *
 * Used by folds.c. The rows lie fold by fold, twice in a row: so what is left without
 * one fold is a run of neighbours, and every fold trains on the same cells without a
 * copy of its own. */
#ifndef GT_ENGINE_FOLD_ROWS_H
#define GT_ENGINE_FOLD_ROWS_H

#include "engine/bag.h"
#include "engine/folds.h"

struct gt_fold_rows {
  size_t count;
  size_t fold_count;
  size_t starts[GT_FOLDS_MAX + 1]; /* of each fold, among the places */
  uint32_t *row;                   /* by place: the row that lies there */
  uint32_t *labels;                /* by place, twice */
  struct gt_bag bag;               /* by place, twice */
};

/* Deals the rows; label by label, in the order of hashes that the seed gives, to one
 * fold after the other. max_features and hooks as for gt_bag_init. */
int gt_fold_rows_init(struct gt_fold_rows *f, const struct gt_folds_input *in,
                      size_t fold_count, uint64_t seed, size_t max_features,
                      const struct gt_engine_hooks *hooks, struct gt_err *err);
void gt_fold_rows_clear(struct gt_fold_rows *f);
/* What is left without a fold: rows and labels, borrowed. */
struct gt_bag gt_fold_rows_without(const struct gt_fold_rows *f, size_t fold,
                                   const uint32_t **labels);
/* Spreads the bits of a number. */
uint64_t gt_fold_rows_mix(uint64_t h);

#endif

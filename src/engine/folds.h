/* Each row judged by a model that has not seen it: stratified folds, trained side by
 * side.
 *
 * Used by suspects.c and by its benchmark. Features are extracted once for all folds.
 * It writes to nothing but its output. */
#ifndef GT_ENGINE_FOLDS_H
#define GT_ENGINE_FOLDS_H

#include "engine/suspects.h"

#define GT_FOLDS_MAX 100
/* Labels kept of each row's probabilities: the ninth is at most 1/9. */
#define GT_FOLDS_TOP 8

/* What a model without the row says of it. */
struct gt_folds_score {
  float confidence;             /* probability of the label it has */
  uint32_t label[GT_FOLDS_TOP]; /* likeliest first; UINT32_MAX: there are no more */
  float p[GT_FOLDS_TOP];
};

struct gt_folds_input {
  const struct gt_engine_row *rows;
  const uint32_t
      *labels; /* by row, below label_count; each label has two rows or more */
  size_t count;
  size_t label_count;
};

/* out has room for a score of each row. */
int gt_folds_score(struct gt_folds_score *out, const struct gt_folds_input *in,
                   const struct gt_suspect_options *options, struct gt_err *err);

#endif

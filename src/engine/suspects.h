/* Labels that are likely wrong, by confident learning.
 *
 * Used by data sets and the check. k folds: each row is judged by a model that has not
 * seen it; per-class thresholds (mean self-confidence) say how many labels are off, a
 * ranking says which. It never drops a row. */
#ifndef GT_ENGINE_SUSPECTS_H
#define GT_ENGINE_SUSPECTS_H

#include "engine/engine.h"

enum gt_suspect_order { GT_SUSPECT_MARGIN, GT_SUSPECT_CONFIDENCE };

/* 0 everywhere: the values in brackets. */
struct gt_suspect_options {
  int folds;                   /* [5], at least 2 */
  int epoch_count, batch_size; /* [the engine's defaults] */
  uint64_t seed;               /* [1] */
  int threads;                 /* [as many as there are processors, at most 2] */
  enum gt_suspect_order order; /* [margin] */
  /* Asked once a mini-batch, by each of the threads; true ends it with GT_CANCELLED.
   * May be NULL. */
  bool (*stop)(void *user);
  void *user;
};

struct gt_suspect {
  uint32_t row;
  uint32_t suggested; /* a row that has the suggested label as its output */
  double confidence;  /* probability of the given label, by a model without the row */
  double suggested_confidence;
  double margin; /* confidence - suggested_confidence, below 0 */
};

struct gt_suspects {
  struct gt_suspect *items; /* rows whose label another one beats, most suspect first */
  size_t count;
  size_t estimated; /* how many of them are off, by the confident joint */
  double estimated_rate;
  size_t classes; /* labels of at least two rows: the others cannot be judged */
  size_t skipped; /* rows of labels that no other row has */
  bool too_noisy; /* above .2: no tool can filter that */
};

/* INVALID_ARGUMENT when the outputs are no labels. With fewer than two classes there is
 * nothing to confuse and nothing is found. The same rows, options and seed give the
 * same bytes, whatever the threads. */
int gt_suspects_find(struct gt_suspects *out, const struct gt_engine_row *rows,
                     size_t count, const struct gt_suspect_options *options,
                     struct gt_err *err);
void gt_suspects_clear(struct gt_suspects *s);

#endif

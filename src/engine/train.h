/* Trains a model: the whole way from rows to something that answers.
 *
 * A plain function without a thread; job.c runs it in one. Deterministic: the same
 * rows, options and seed give a model of the same bytes. */
#ifndef GT_ENGINE_TRAIN_H
#define GT_ENGINE_TRAIN_H

#include "engine/engine.h"
#include "engine/model.h"

/* hooks may be NULL. A cancelled training fails with GT_CANCELLED.
 *
 * Steps. classify: mini-batches run on over the end of an epoch, so that there are
 * exactly gt_engine_total_steps of them. retrieve: there is nothing to optimise; the
 * steps move with the training rows that are scored, and end at the same number. */
int gt_train(struct gt_model **out, const struct gt_engine_row *rows, size_t count,
             const struct gt_engine_options *options,
             const struct gt_engine_hooks *hooks, struct gt_err *err);

#endif

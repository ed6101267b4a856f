/* The local engine's types: rows, options, hooks, progress, and their checks.
 *
 * Used by every file of engine/ and by whoever trains. The engine is numeric C: no Lua,
 * no sockets, no globals, no threads except in job.c; texts are bytes, UTF-8 when they
 * are (an invalid byte counts as the code point of its value). */
#ifndef GT_ENGINE_ENGINE_H
#define GT_ENGINE_ENGINE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ceilings; above them: INVALID_ARGUMENT. */
#define GT_ENGINE_MAX_TEXT ((size_t)1 << 20) /* bytes of one text or output */
#define GT_ENGINE_MAX_ROWS ((size_t)10000000)
#define GT_ENGINE_MAX_LABELS 5000 /* above: training costs more than it is worth */
#define GT_ENGINE_MAX_EPOCHS 10000

/* From this many rows on, mini-batches of 16 are the default. Measured: at 9,000 rows
 * (77 outputs) batches of 4 are .3 points better; at 72,000 rows (77 or 231 outputs)
 * those of 16 are .1 points better and a tenth quicker. */
#define GT_ENGINE_LARGE_ROWS 20000

enum gt_engine_mode {
  GT_ENGINE_AUTO,     /* classify when at least half of the rows share their output */
  GT_ENGINE_CLASSIFY, /* the answer is one of the training outputs */
  GT_ENGINE_RETRIEVE, /* the answer is adapted from the nearest training row */
};

/* One example; the bytes are borrowed. */
struct gt_engine_row {
  const char *text;
  size_t text_len;
  const char *output;
  size_t output_len;
};

struct gt_engine_options {
  int epoch_count;
  int batch_size;                  /* 0: 4, or 16 from GT_ENGINE_LARGE_ROWS rows on */
  double learning_rate;            /* the step is learning_rate / 0.001 */
  double learning_rate_multiplier; /* times this */
  uint64_t seed;
  enum gt_engine_mode mode;
  const struct gt_engine_row *validation; /* may be NULL */
  size_t validation_count;
};

/* One mini-batch: its true mean cross-entropy, before the update it caused. */
struct gt_engine_snapshot {
  int64_t step;        /* from 1 */
  int epoch;           /* from 0: that of the mini-batch's first example */
  double mean_loss;    /* nats an example */
  double compute_time; /* Unix time of the measurement */
};

/* Validation rows after an epoch. A row whose output no training row has is wrong and,
 * as its loss would be infinite, left out of the mean loss. */
struct gt_engine_validation {
  int epoch;
  double mean_loss;
  double accuracy;
};

enum gt_engine_phase {
  GT_ENGINE_QUEUED,
  GT_ENGINE_PREPARING,
  GT_ENGINE_TRAINING,
  GT_ENGINE_SAVING,
  GT_ENGINE_DONE,
  GT_ENGINE_FAILED,
  GT_ENGINE_CANCELLED,
};

/* What training tells on its way; every member may be NULL. */
struct gt_engine_hooks {
  void *user;
  /* Asked at least once a mini-batch and every few hundred rows before; true stops
   * the training with GT_CANCELLED. */
  bool (*cancelled)(void *user);
  void (*phase)(void *user, enum gt_engine_phase phase, enum gt_engine_mode mode,
                int64_t total_steps);
  /* After each mini-batch (retrieve: each scored row); loss is NAN in retrieve mode. */
  void (*step)(void *user, int64_t completed_steps, double mean_loss);
  /* Kept snapshots: about 1,000 evenly spaced ones and the last of each epoch. A
   * non-zero return is out of memory and stops the training. */
  int (*snapshot)(void *user, const struct gt_engine_snapshot *snapshot);
  int (*validation)(void *user, const struct gt_engine_validation *validation);
};

/* 5 epochs, batch size chosen by the row count, learning rate 0.001, seed 1, auto. */
void gt_engine_defaults(struct gt_engine_options *options);
/* Refuses, with a hint, what cannot be trained on; rows and options as for gt_train. */
int gt_engine_check_options(const struct gt_engine_options *options, size_t row_count,
                            struct gt_err *err);
int gt_engine_check_rows(const struct gt_engine_row *rows, size_t count,
                         struct gt_err *err);
/* The batch size that 0 stands for. */
int gt_engine_batch_size(const struct gt_engine_options *options, size_t row_count);
/* ceil(rows * epochs / batch size). */
int64_t gt_engine_total_steps(const struct gt_engine_options *options,
                              size_t row_count);
bool gt_engine_is_cancelled(const struct gt_engine_hooks *hooks);

/* calloc for count elements, or RESOURCE_EXHAUSTED with what the memory was for. Zero
 * elements give a pointer that can be freed. */
void *gt_engine_alloc(size_t count, size_t size, const char *what, struct gt_err *err);
int gt_engine_no_memory(const char *what, struct gt_err *err);

#endif

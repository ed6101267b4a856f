/* Options of a training and their checks. See engine.h. */
#include "engine/engine.h"

#include <math.h>
#include <stdlib.h>

void gt_engine_defaults(struct gt_engine_options *options)
{
  *options = (struct gt_engine_options){
      .epoch_count = 5,
      .learning_rate = 0.001,
      .learning_rate_multiplier = 1.0,
      .seed = 1,
      .mode = GT_ENGINE_AUTO,
  };
}

int gt_engine_batch_size(const struct gt_engine_options *options, size_t row_count)
{
  if (options->batch_size > 0) return options->batch_size;
  if (row_count >= GT_ENGINE_LARGE_ROWS) return 16;
  return row_count < 4 ? (int)row_count : 4;
}

int64_t gt_engine_total_steps(const struct gt_engine_options *options, size_t row_count)
{
  int64_t batch = gt_engine_batch_size(options, row_count);
  if (batch < 1) return 0;
  return ((int64_t)row_count * options->epoch_count + batch - 1) / batch;
}

/* Written so that NaN is refused too. */
static bool in_range(double value, double max) { return value > 0 && value <= max; }

static int check_rates(const struct gt_engine_options *options, struct gt_err *err)
{
  if (!in_range(options->learning_rate, 1.0)) {
    gt_err_set(err, GT_INVALID_ARGUMENT, "learning_rate is %g", options->learning_rate);
    return gt_err_hint(err, "use a number above 0 and up to 1; 0.001 is the default");
  }
  if (!in_range(options->learning_rate_multiplier, 1000.0)) {
    gt_err_set(err, GT_INVALID_ARGUMENT, "learning_rate_multiplier is %g",
               options->learning_rate_multiplier);
    return gt_err_hint(err, "use a number above 0 and up to 1000; 1 is the default");
  }
  return 0;
}

int gt_engine_check_options(const struct gt_engine_options *options, size_t row_count,
                            struct gt_err *err)
{
  if (row_count == 0) {
    gt_err_set(err, GT_INVALID_ARGUMENT, "there are no training examples");
    return gt_err_hint(err, "give at least one row with text_input and output");
  }
  if (row_count > GT_ENGINE_MAX_ROWS) {
    gt_err_set(err, GT_INVALID_ARGUMENT, "%zu training examples are too many",
               row_count);
    return gt_err_hint(err, "the local engine takes up to %zu", GT_ENGINE_MAX_ROWS);
  }
  if (options->epoch_count < 1 || options->epoch_count > GT_ENGINE_MAX_EPOCHS) {
    gt_err_set(err, GT_INVALID_ARGUMENT, "epoch_count is %d", options->epoch_count);
    return gt_err_hint(err, "use 1 to %d; 5 is the default", GT_ENGINE_MAX_EPOCHS);
  }
  if (options->batch_size < 0) {
    gt_err_set(err, GT_INVALID_ARGUMENT, "batch_size is %d", options->batch_size);
    return gt_err_hint(err, "use 1 to %zu, or leave it out", row_count);
  }
  if ((size_t)options->batch_size > row_count) {
    gt_err_set(err, GT_INVALID_ARGUMENT,
               "batch_size is %d, but there are only %zu training examples",
               options->batch_size, row_count);
    return gt_err_hint(err, "use a batch_size of at most %zu, or add examples",
                       row_count);
  }
  if ((unsigned)options->mode > GT_ENGINE_RETRIEVE)
    return gt_err_set(err, GT_INVALID_ARGUMENT, "mode %d is unknown",
                      (int)options->mode);
  if (options->validation_count > 0 && !options->validation)
    return gt_err_set(err, GT_INVALID_ARGUMENT, "validation rows are missing");
  return check_rates(options, err);
}

int gt_engine_check_rows(const struct gt_engine_row *rows, size_t count,
                         struct gt_err *err)
{
  for (size_t i = 0; i < count; i++) {
    bool text = rows[i].text_len > GT_ENGINE_MAX_TEXT;
    if (!text && rows[i].output_len <= GT_ENGINE_MAX_TEXT) continue;
    gt_err_set(err, GT_INVALID_ARGUMENT, "row %zu: the %s is over %zu MiB", i + 1,
               text ? "text" : "output", GT_ENGINE_MAX_TEXT >> 20);
    return gt_err_hint(err, "split or shorten that example");
  }
  return 0;
}

bool gt_engine_is_cancelled(const struct gt_engine_hooks *hooks)
{
  return hooks && hooks->cancelled && hooks->cancelled(hooks->user);
}

int gt_engine_no_memory(const char *what, struct gt_err *err)
{
  gt_err_set(err, GT_RESOURCE_EXHAUSTED, "not enough memory for %s", what);
  return gt_err_hint(err, "train on fewer or shorter examples, or with fewer outputs");
}

void *gt_engine_alloc(size_t count, size_t size, const char *what, struct gt_err *err)
{
  void *memory = calloc(count ? count : 1, size);
  if (!memory) gt_engine_no_memory(what, err);
  return memory;
}

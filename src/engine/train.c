/* From rows to a model. See train.h. */
#include "engine/train.h"

#include "base/clock.h"
#include "base/json_write.h"
#include "engine/classify.h"
#include "engine/model_make.h"
#include "engine/retrieve.h"
#include "engine/rouge.h"

#include <math.h>
#include <stdlib.h>

/* Weights in memory: 1 GiB. Rarer features are dropped until they fit. */
#define MAX_WEIGHTS ((size_t)1 << 28)
/* Training rows that the leave-one-out score is measured on. */
#define MAX_SCORED 500

struct training {
  const struct gt_engine_row *rows;
  size_t count;
  const struct gt_engine_options *options;
  const struct gt_engine_hooks *hooks;
  struct gt_labels labels;
  struct gt_buf line;
  struct gt_image image;
};

static void write_line(struct training *t, enum gt_engine_mode mode)
{
  const struct gt_engine_options *o = t->options;
  struct gt_buf *b = &t->line;
  gt_buf_addf(b, "{\"format\":\"gtlua local model\",\"version\":1,\"mode\":\"%s\"",
              mode == GT_ENGINE_CLASSIFY ? "classify" : "retrieve");
  gt_buf_addf(b, ",\"rows\":%zu,\"outputs\":%u", t->count, t->labels.count);
  gt_buf_addf(b, ",\"epoch_count\":%d,\"batch_size\":%d", o->epoch_count,
              gt_engine_batch_size(o, t->count));
  gt_buf_adds(b, ",\"learning_rate\":");
  gt_json_double(b, o->learning_rate);
  gt_buf_adds(b, ",\"learning_rate_multiplier\":");
  gt_json_double(b, o->learning_rate_multiplier);
  gt_buf_addf(b, ",\"seed\":%llu,\"note\":", (unsigned long long)o->seed);
  if (mode == GT_ENGINE_CLASSIFY)
    gt_buf_adds(b, "\"softmax regression with AdaGrad on word and character n-grams, "
                   "weights of 8 bits; a learning_rate of 0.001 stands for steps of "
                   "1.0, since taken literally it would not learn\"}");
  else
    gt_buf_adds(b,
                "\"answers are adapted from the nearest training example; nothing is "
                "optimised, epoch_count, batch_size and learning_rate have no "
                "effect\"}");
}

static void tell(const struct training *t, enum gt_engine_phase phase,
                 enum gt_engine_mode mode)
{
  if (t->hooks && t->hooks->phase)
    t->hooks->phase(t->hooks->user, phase, mode,
                    gt_engine_total_steps(t->options, t->count));
}

/* Validation rows under the numbers that training gave the features. */
static int encode_validation(struct gt_bag *out, uint32_t **labels,
                             const struct training *t, const struct gt_bag *bag,
                             struct gt_err *err)
{
  const struct gt_engine_row *rows = t->options->validation;
  size_t count = t->options->validation_count;
  *labels = gt_engine_alloc(count, sizeof **labels, "the validation rows", err);
  if (!*labels) return -1;
  for (size_t i = 0; i < count; i++)
    (*labels)[i] = gt_labels_find(&t->labels, rows[i].output, rows[i].output_len);
  return gt_bag_encode(out, rows, count, bag, t->hooks, err);
}

static int train_classifier(struct training *t, struct gt_err *err)
{
  struct gt_bag bag = {0}, validation = {0};
  struct gt_softmax m = {0};
  uint32_t *validation_labels = NULL;
  size_t max = MAX_WEIGHTS / gt_softmax_stride(t->labels.count);
  int rc = -1;
  if (max > GT_BAG_MAX_FEATURES) max = GT_BAG_MAX_FEATURES;
  if (gt_bag_init(&bag, t->rows, t->count, GT_BAG_GRAMS, max, t->hooks, err) < 0)
    goto out;
  struct gt_softmax_data data = {.bag = &bag, .labels = t->labels.of};
  if (t->options->validation_count > 0) {
    if (encode_validation(&validation, &validation_labels, t, &bag, err) < 0) goto out;
    data.validation = &validation;
    data.validation_labels = validation_labels;
  }
  if (gt_softmax_init(&m, t->labels.count, bag.feature_count, err) < 0) goto out;
  tell(t, GT_ENGINE_TRAINING, GT_ENGINE_CLASSIFY);
  if (gt_softmax_train(&m, &data, t->options, t->hooks, err) < 0) goto out;
  rc = gt_classifier_write(&t->image, &m, &bag, &t->labels, &t->line, err);
out:
  free(validation_labels);
  gt_bag_clear(&validation);
  gt_bag_clear(&bag);
  gt_softmax_clear(&m);
  return rc;
}

/* Answers to a row as if it had not been in the training set. */
static int score_row(double *rouge, const struct gt_index *index, size_t row,
                     struct gt_err *err)
{
  struct gt_engine_row in = gt_index_row(index, row);
  struct gt_retrieved found;
  struct gt_buf answer;
  gt_buf_init(&answer, GT_RETRIEVE_MAX_ANSWER);
  int rc = gt_retrieve(&found, &answer, index, in.text, in.text_len, row, err);
  if (rc == 0)
    rc = gt_rouge_l(rouge, gt_buf_str(&answer), answer.len, in.output, in.output_len,
                    err);
  gt_buf_clear(&answer);
  return rc;
}

/* Rows of equal distance from a start that the seed chooses. */
static int score_rows(double *rouge, const struct training *t,
                      const struct gt_index *index, struct gt_err *err)
{
  size_t count = t->count < MAX_SCORED ? t->count : MAX_SCORED;
  int64_t steps = gt_engine_total_steps(t->options, t->count);
  struct gt_random random;
  double sum = 0;
  gt_random_seed(&random, t->options->seed);
  size_t start = (size_t)(gt_random_unit(&random) * (double)t->count);
  for (size_t i = 0; i < count; i++) {
    double one;
    if (gt_engine_is_cancelled(t->hooks))
      return gt_err_set(err, GT_CANCELLED, "the training was cancelled");
    size_t row = (start + i * t->count / count) % t->count;
    if (score_row(&one, index, row, err) < 0) return -1;
    sum += one;
    if (t->hooks && t->hooks->step)
      t->hooks->step(t->hooks->user,
                     (int64_t)((double)steps * (double)(i + 1) / (double)count), NAN);
  }
  *rouge = sum / (double)count;
  return 0;
}

static int train_retriever(struct training *t, struct gt_err *err)
{
  struct gt_index index = {0};
  double rouge = NAN;
  if (gt_index_write(&t->image, t->rows, t->count, &t->line, t->hooks, err) < 0)
    return -1;
  int rc = gt_index_init(&index, &t->image, err);
  if (rc == 0) {
    tell(t, GT_ENGINE_TRAINING, GT_ENGINE_RETRIEVE);
    rc = score_rows(&rouge, t, &index, err);
  }
  gt_index_clear(&index);
  if (rc == 0) gt_index_set_rouge(&t->image, rouge);
  return rc;
}

static int check(const struct training *t, struct gt_err *err)
{
  const struct gt_engine_options *o = t->options;
  if (gt_engine_check_options(o, t->count, err) < 0) return -1;
  if (gt_engine_check_rows(t->rows, t->count, err) < 0) return -1;
  return gt_engine_check_rows(o->validation, o->validation_count, err);
}

int gt_train(struct gt_model **out, const struct gt_engine_row *rows, size_t count,
             const struct gt_engine_options *options,
             const struct gt_engine_hooks *hooks, struct gt_err *err)
{
  struct training t = {
      .rows = rows, .count = count, .options = options, .hooks = hooks};
  int rc = -1;
  *out = NULL;
  gt_buf_init(&t.line, 4096);
  if (check(&t, err) < 0) goto out;
  tell(&t, GT_ENGINE_PREPARING, options->mode);
  if (gt_labels_init(&t.labels, rows, count, err) < 0) goto out;
  enum gt_engine_mode mode = gt_labels_mode(&t.labels, count, options->mode);
  if (mode == GT_ENGINE_CLASSIFY && t.labels.count > GT_ENGINE_MAX_LABELS) {
    gt_err_set(err, GT_INVALID_ARGUMENT,
               "%u different outputs are too many to classify", t.labels.count);
    gt_err_hint(err, "leave the mode to auto, or use at most %d different outputs",
                GT_ENGINE_MAX_LABELS);
    goto out;
  }
  write_line(&t, mode);
  rc =
      mode == GT_ENGINE_CLASSIFY ? train_classifier(&t, err) : train_retriever(&t, err);
  if (rc == 0) rc = gt_model_make(out, &t.image, err);
out:
  gt_image_clear(&t.image);
  gt_labels_clear(&t.labels);
  gt_buf_clear(&t.line);
  return rc;
}

/* A trained model of either kind. See model.h. */
#include "engine/model.h"

#include "engine/classify.h"
#include "engine/model_make.h"
#include "engine/retrieve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct gt_model {
  struct gt_image image;
  enum gt_engine_mode mode;
  struct gt_classifier classifier; /* one of the two */
  struct gt_index index;
};

int gt_model_make(struct gt_model **out, struct gt_image *image, struct gt_err *err)
{
  struct gt_model *model = gt_engine_alloc(1, sizeof *model, "the model", err);
  int rc = -1;
  *out = NULL;
  if (!model) {
    gt_image_clear(image);
    return -1;
  }
  model->image = *image;
  *image = (struct gt_image){0};
  model->mode = gt_image_mode(&model->image);
  if (model->mode == GT_ENGINE_CLASSIFY)
    rc = gt_classifier_init(&model->classifier, &model->image, err);
  else if (model->mode == GT_ENGINE_RETRIEVE)
    rc = gt_index_init(&model->index, &model->image, err);
  else
    gt_err_set(err, GT_DATA_LOSS, "the model's mode is unknown");
  if (rc < 0)
    gt_model_free(model);
  else
    *out = model;
  return rc;
}

void gt_model_free(struct gt_model *model)
{
  if (!model) return;
  gt_classifier_clear(&model->classifier);
  gt_index_clear(&model->index);
  gt_image_clear(&model->image);
  free(model);
}

int gt_model_save(const struct gt_model *model, const char *path, struct gt_err *err)
{
  return gt_image_save(&model->image, path, err);
}

int gt_model_load(struct gt_model **out, const char *path, struct gt_err *err)
{
  struct gt_image image;
  *out = NULL;
  if (gt_image_load(&image, path, err) < 0) return -1;
  return gt_model_make(out, &image, err);
}

enum gt_engine_mode gt_model_mode(const struct gt_model *model) { return model->mode; }

size_t gt_model_bytes(const struct gt_model *model) { return model->image.len; }

double gt_model_rouge(const struct gt_model *model)
{
  return model->mode == GT_ENGINE_RETRIEVE ? gt_index_rouge(&model->image) : NAN;
}

const char *gt_model_info(const struct gt_model *model, size_t *len)
{
  const char *line = (const char *)model->image.bytes;
  size_t n = model->image.block - 1;
  while (n > 0 && line[n - 1] == ' ') n--;
  *len = n;
  return line;
}

size_t gt_model_label_count(const struct gt_model *model)
{
  return model->classifier.labels;
}

const char *gt_model_label(const struct gt_model *model, size_t label, size_t *len)
{
  return gt_classifier_label(&model->classifier, label, len);
}

int gt_model_probabilities(float *out, const struct gt_model *model, const char *text,
                           size_t len, struct gt_err *err)
{
  if (model->mode != GT_ENGINE_CLASSIFY)
    return gt_err_set(err, GT_FAILED_PRECONDITION,
                      "a model that retrieves has no probabilities");
  return gt_classifier_probabilities(out, &model->classifier, text, len, err);
}

/* Best first; of equals the label that came first in training. */
static void add_top(struct gt_prediction *out, size_t *labels, size_t label, double p)
{
  if (out->top_count == GT_MODEL_TOP && p <= out->top[GT_MODEL_TOP - 1].probability)
    return;
  size_t at = out->top_count < GT_MODEL_TOP ? out->top_count++ : GT_MODEL_TOP - 1;
  for (; at > 0 && out->top[at - 1].probability < p; at--) {
    out->top[at] = out->top[at - 1];
    labels[at] = labels[at - 1];
  }
  out->top[at].probability = p;
  labels[at] = label;
}

static int classify(const struct gt_model *model, const char *text, size_t len,
                    struct gt_prediction *out, struct gt_err *err)
{
  const struct gt_classifier *c = &model->classifier;
  size_t labels[GT_MODEL_TOP];
  float few[256], *p = few;
  if (c->labels > sizeof few / sizeof *few) {
    p = gt_engine_alloc(c->labels, sizeof *p, "the query", err);
    if (!p) return -1;
  }
  int rc = gt_classifier_probabilities(p, c, text, len, err);
  if (rc == 0) {
    for (size_t k = 0; k < c->labels; k++) add_top(out, labels, k, (double)p[k]);
    for (size_t i = 0; i < out->top_count; i++)
      out->top[i].text = gt_classifier_label(c, labels[i], &out->top[i].len);
    out->text = out->top[0].text;
    out->len = out->top[0].len;
    out->probability = out->top[0].probability;
  }
  if (p != few) free(p);
  return rc;
}

static int retrieve(const struct gt_model *model, const char *text, size_t len,
                    struct gt_prediction *out, struct gt_err *err)
{
  struct gt_retrieved found;
  struct gt_buf answer;
  gt_buf_init(&answer, GT_RETRIEVE_MAX_ANSWER);
  if (gt_retrieve(&found, &answer, &model->index, text, len, SIZE_MAX, err) < 0) {
    gt_buf_clear(&answer);
    return -1;
  }
  out->owned = answer.data;
  out->text = answer.data ? answer.data : "";
  out->len = answer.len;
  out->row = found.row;
  out->similarity = found.similarity;
  out->cost = found.cost;
  out->near = found.row != SIZE_MAX && found.similarity >= GT_MODEL_MIN_SIMILARITY &&
              found.cost <= GT_MODEL_MAX_COST;
  return 0;
}

int gt_model_predict(const struct gt_model *model, const char *text, size_t len,
                     struct gt_prediction *out, struct gt_err *err)
{
  *out = (struct gt_prediction){.mode = model->mode, .row = SIZE_MAX};
  if (model->mode == GT_ENGINE_CLASSIFY) return classify(model, text, len, out, err);
  return retrieve(model, text, len, out, err);
}

void gt_prediction_clear(struct gt_prediction *p)
{
  free(p->owned);
  *p = (struct gt_prediction){0};
}

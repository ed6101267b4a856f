/* A trained model: answers, and its life on disk.
 *
 * Used by the local provider and by whoever scores rows. A model does not change once
 * it exists: several threads may ask one at the same time. The answers are those of
 * temperature 0. */
#ifndef GT_ENGINE_MODEL_H
#define GT_ENGINE_MODEL_H

#include "engine/engine.h"

#define GT_MODEL_TOP 5

/* Floors below which no training example is near (retrieve mode). */
#define GT_MODEL_MIN_SIMILARITY 0.2
#define GT_MODEL_MAX_COST 0.5

struct gt_model;

struct gt_model_label {
  const char *text; /* of the model */
  size_t len;
  double probability;
};

struct gt_prediction {
  enum gt_engine_mode mode;
  const char *text; /* the answer: of the model, or of this prediction */
  size_t len;
  /* classify */
  double probability;
  struct gt_model_label top[GT_MODEL_TOP]; /* best first */
  size_t top_count;
  /* retrieve */
  double similarity; /* cosine to the source row, 0 to 1 */
  double cost;       /* share of the tokens that the answer does not account for */
  size_t row;        /* the source row, from 0; SIZE_MAX when none shares a token */
  bool near;         /* false: say that no training example is near */
  char *owned;       /* memory of text in retrieve mode */
};

int gt_model_predict(const struct gt_model *model, const char *text, size_t len,
                     struct gt_prediction *out, struct gt_err *err);
void gt_prediction_clear(struct gt_prediction *p);

void gt_model_free(struct gt_model *model);
int gt_model_save(const struct gt_model *model, const char *path, struct gt_err *err);
int gt_model_load(struct gt_model **out, const char *path, struct gt_err *err);

enum gt_engine_mode gt_model_mode(const struct gt_model *model);
/* Facts as one JSON object; *len without padding. Of the model. */
const char *gt_model_info(const struct gt_model *model, size_t *len);
size_t gt_model_bytes(const struct gt_model *model);

/* Classify mode: all labels, and the probability of each for a text (out has room for
 * gt_model_label_count numbers). In retrieve mode there are 0 labels. */
size_t gt_model_label_count(const struct gt_model *model);
const char *gt_model_label(const struct gt_model *model, size_t label, size_t *len);
int gt_model_probabilities(float *out, const struct gt_model *model, const char *text,
                           size_t len, struct gt_err *err);

/* Retrieve mode: the mean ROUGE-L of answers to training rows, each without that row;
 * NAN in classify mode. */
double gt_model_rouge(const struct gt_model *model);

#endif

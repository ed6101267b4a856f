/* The classifier's sections of a model image: labels, dictionary, 8-bit weights.
 *
 * Used by model.c (answers) and train.c (made from a trained softmax). */
#ifndef GT_ENGINE_CLASSIFY_H
#define GT_ENGINE_CLASSIFY_H

#include "engine/image.h"
#include "engine/labels.h"
#include "engine/softmax.h"

/* Borrows the image's bytes. */
struct gt_classifier {
  size_t labels;
  const uint64_t *label_ends; /* into label_bytes */
  const char *label_bytes;
  const int8_t *weights; /* features x labels */
  const float *scales;   /* by feature: weight = scale * 8-bit number */
  const float *bias;
  struct gt_dict dict;
  struct gt_bag_weights tf;
};

/* A sealed image. */
int gt_classifier_write(struct gt_image *image, const struct gt_softmax *m,
                        const struct gt_bag *bag, const struct gt_labels *labels,
                        const struct gt_buf *line, struct gt_err *err);
/* -1 when the counts do not fit the body. */
int gt_classifier_init(struct gt_classifier *c, const struct gt_image *image,
                       struct gt_err *err);
void gt_classifier_clear(struct gt_classifier *c);
const char *gt_classifier_label(const struct gt_classifier *c, size_t label,
                                size_t *len);
/* out has room for c->labels numbers. */
int gt_classifier_probabilities(float *out, const struct gt_classifier *c,
                                const char *text, size_t len, struct gt_err *err);

#endif

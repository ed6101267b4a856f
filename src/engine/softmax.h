/* The numeric core: softmax regression over sparse rows, trained with AdaGrad.
 *
 * A plain function on arrays, used by train.c and by tests. One accumulator for each
 * feature row (the sum of its squared gradient norms) and one for each class bias; the
 * gradient of a mini-batch is the mean over its rows. Mini-batches run on over the end
 * of an epoch, so there are exactly ceil(rows * epochs / batch size) of them. */
#ifndef GT_ENGINE_SOFTMAX_H
#define GT_ENGINE_SOFTMAX_H

#include "engine/bag.h"

#define GT_SOFTMAX_LANES 4 /* floats in a vector that every machine has */

struct gt_softmax {
  size_t labels;
  size_t stride; /* labels rounded up to whole vectors; the padding stays 0 */
  size_t features;
  float *weights; /* features x stride */
  float *bias;
};

struct gt_softmax_data {
  const struct gt_bag *bag;
  const uint32_t *labels;            /* by row */
  const struct gt_bag *validation;   /* same feature numbers; NULL without */
  const uint32_t *validation_labels; /* UINT32_MAX: an output not seen in training */
};

/* Labels rounded up to the stride. */
size_t gt_softmax_stride(size_t labels);
/* Zero weights; train them with gt_softmax_train. */
int gt_softmax_init(struct gt_softmax *m, size_t labels, size_t features,
                    struct gt_err *err);
void gt_softmax_clear(struct gt_softmax *m);
int gt_softmax_train(struct gt_softmax *m, const struct gt_softmax_data *data,
                     const struct gt_engine_options *options,
                     const struct gt_engine_hooks *hooks, struct gt_err *err);
/* Scores of all labels (stride numbers, 16-byte aligned) for a row and its values. */
void gt_softmax_score(float *scores, const struct gt_softmax *m,
                      const struct gt_bag_row *row, const float *values);
/* out += by * in, and the sum of squares; count is a multiple of the lanes. */
void gt_softmax_add(float *restrict out, const float *restrict in, float by,
                    size_t count);
float gt_softmax_square(const float *in, size_t count);
/* Turns scores into probabilities in place; returns the log of their divisor. */
double gt_softmax_normalise(float *scores, size_t labels);

#endif

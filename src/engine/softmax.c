/* Softmax regression: the parameters, scores, probabilities. See softmax.h; the
 * training is in adagrad.c.
 *
 * All sums run in a fixed order, so one seed gives the same bytes whatever the vector
 * width. */
#include "engine/softmax.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LANES GT_SOFTMAX_LANES

size_t gt_softmax_stride(size_t labels) { return (labels + LANES - 1) / LANES * LANES; }

int gt_softmax_init(struct gt_softmax *m, size_t labels, size_t features,
                    struct gt_err *err)
{
  size_t stride = gt_softmax_stride(labels);
  *m = (struct gt_softmax){.labels = labels, .stride = stride, .features = features};
  m->weights = gt_engine_alloc(features * stride, sizeof *m->weights, "the model", err);
  m->bias = gt_engine_alloc(stride, sizeof *m->bias, "the model", err);
  if (m->weights && m->bias) return 0;
  gt_softmax_clear(m);
  return -1;
}

void gt_softmax_clear(struct gt_softmax *m)
{
  free(m->weights);
  free(m->bias);
  *m = (struct gt_softmax){0};
}

double gt_softmax_normalise(float *scores, size_t labels)
{
  float top = scores[0];
  for (size_t k = 1; k < labels; k++)
    if (scores[k] > top) top = scores[k];
  double sum = 0;
  for (size_t k = 0; k < labels; k++) {
    double e = exp((double)(scores[k] - top));
    scores[k] = (float)e;
    sum += e;
  }
  float scale = (float)(1.0 / sum);
  for (size_t k = 0; k < labels; k++) scores[k] *= scale;
  return (double)top + log(sum);
}

void gt_softmax_add(float *restrict out, const float *restrict in, float by,
                    size_t count)
{
  out = __builtin_assume_aligned(out, 16);
  in = __builtin_assume_aligned(in, 16);
  for (size_t k = 0; k < count; k++) out[k] += by * in[k];
}

float gt_softmax_square(const float *in, size_t count)
{
  float lane[LANES] = {0};
  for (size_t k = 0; k < count; k += LANES)
    for (size_t j = 0; j < LANES; j++) lane[j] += in[k + j] * in[k + j];
  return lane[0] + lane[1] + (lane[2] + lane[3]);
}

void gt_softmax_score(float *scores, const struct gt_softmax *m,
                      const struct gt_bag_row *row, const float *values)
{
  memcpy(scores, m->bias, m->stride * sizeof *scores);
  for (size_t i = 0; i < row->count; i++) {
    if (i + 4 < row->count)
      __builtin_prefetch(m->weights + gt_bag_feature(row->cells[i + 4]) * m->stride);
    gt_softmax_add(scores, m->weights + gt_bag_feature(row->cells[i]) * m->stride,
                   values[i], m->stride);
  }
}

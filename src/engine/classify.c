/* The classifier on its 8-bit weights. See classify.h. */
#include "engine/classify.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum count { LABELS, FEATURES, LABEL_BYTES };

struct layout {
  uint64_t ends, bytes, keys, scales, bias, weights, end;
};

static struct layout lay_out(const uint64_t counts[GT_IMAGE_COUNTS])
{
  struct layout l = {0};
  uint64_t k = counts[LABELS], v = counts[FEATURES];
  l.ends = gt_image_section(&l.end, k, sizeof(uint64_t));
  l.bytes = gt_image_section(&l.end, counts[LABEL_BYTES], 1);
  l.keys = gt_image_section(&l.end, v, sizeof(uint64_t));
  l.scales = gt_image_section(&l.end, v, sizeof(float));
  l.bias = gt_image_section(&l.end, k, sizeof(float));
  l.weights = gt_image_section(&l.end, v, k ? k : 1);
  return l;
}

static void *at(const struct gt_image *image, uint64_t offset)
{
  return image->bytes + image->body + offset;
}

static void write_labels(uint64_t *ends, char *bytes, const struct gt_labels *labels)
{
  uint64_t end = 0;
  for (uint32_t i = 0; i < labels->count; i++) {
    const struct gt_engine_row *row = labels->first[i];
    if (row->output_len) memcpy(bytes + end, row->output, row->output_len);
    ends[i] = end += row->output_len;
  }
}

static float write_row(int8_t *out, const float *in, size_t count)
{
  float top = 0;
  for (size_t k = 0; k < count; k++)
    if (fabsf(in[k]) > top) top = fabsf(in[k]);
  if (top <= 0) return 0;
  for (size_t k = 0; k < count; k++) out[k] = (int8_t)lrintf(in[k] * (127.0f / top));
  return top / 127.0f;
}

int gt_classifier_write(struct gt_image *image, const struct gt_softmax *m,
                        const struct gt_bag *bag, const struct gt_labels *labels,
                        const struct gt_buf *line, struct gt_err *err)
{
  uint64_t counts[GT_IMAGE_COUNTS] = {[LABELS] = m->labels, [FEATURES] = m->features};
  for (uint32_t i = 0; i < labels->count; i++)
    counts[LABEL_BYTES] += labels->first[i]->output_len;
  struct layout l = lay_out(counts);
  if (gt_image_init(image, line, GT_ENGINE_CLASSIFY, counts, l.end, err) < 0) return -1;
  write_labels(at(image, l.ends), at(image, l.bytes), labels);
  memcpy(at(image, l.keys), bag->keys, m->features * sizeof *bag->keys);
  memcpy(at(image, l.bias), m->bias, m->labels * sizeof *m->bias);
  int8_t *weights = at(image, l.weights);
  float *scales = at(image, l.scales);
  for (size_t i = 0; i < m->features; i++)
    scales[i] =
        write_row(weights + i * m->labels, m->weights + i * m->stride, m->labels);
  gt_image_seal(image);
  return 0;
}

static int check_labels(const struct gt_classifier *c, uint64_t bytes,
                        struct gt_err *err)
{
  uint64_t last = 0;
  for (size_t i = 0; i < c->labels; i++) {
    if (c->label_ends[i] < last || c->label_ends[i] > bytes)
      return gt_err_set(err, GT_DATA_LOSS, "the model's labels do not fit");
    last = c->label_ends[i];
  }
  return 0;
}

int gt_classifier_init(struct gt_classifier *c, const struct gt_image *image,
                       struct gt_err *err)
{
  uint64_t counts[GT_IMAGE_COUNTS];
  for (int i = 0; i < GT_IMAGE_COUNTS; i++) counts[i] = gt_image_count(image, i);
  struct layout l = lay_out(counts);
  *c = (struct gt_classifier){0};
  if (l.end != image->len - image->body || counts[LABELS] == 0 ||
      counts[LABELS] > GT_ENGINE_MAX_ROWS || counts[FEATURES] > GT_BAG_MAX_FEATURES)
    return gt_err_set(err, GT_DATA_LOSS, "the model's counts do not fit its size");
  c->labels = counts[LABELS];
  c->label_ends = at(image, l.ends);
  c->label_bytes = at(image, l.bytes);
  c->weights = at(image, l.weights);
  c->scales = at(image, l.scales);
  c->bias = at(image, l.bias);
  gt_bag_weights_init(&c->tf);
  if (check_labels(c, counts[LABEL_BYTES], err) < 0) return -1;
  return gt_dict_init(&c->dict, at(image, l.keys), (uint32_t)counts[FEATURES], err);
}

void gt_classifier_clear(struct gt_classifier *c)
{
  gt_dict_clear(&c->dict);
  *c = (struct gt_classifier){0};
}

const char *gt_classifier_label(const struct gt_classifier *c, size_t label,
                                size_t *len)
{
  uint64_t start = label ? c->label_ends[label - 1] : 0;
  *len = c->label_ends[label] - start;
  return c->label_bytes + start;
}

static void add_row(float *restrict out, const int8_t *restrict in, float by,
                    size_t count)
{
  for (size_t k = 0; k < count; k++) out[k] += by * (float)in[k];
}

int gt_classifier_probabilities(float *out, const struct gt_classifier *c,
                                const char *text, size_t len, struct gt_err *err)
{
  struct gt_bag_query q = {0};
  int rc = gt_bag_query_encode(&q, &c->dict, &c->tf, text, len, err);
  if (rc == 0) {
    memcpy(out, c->bias, c->labels * sizeof *out);
    for (size_t i = 0; i < q.row.count; i++) {
      size_t feature = gt_bag_feature(q.row.cells[i]);
      add_row(out, c->weights + feature * c->labels, q.values[i] * c->scales[feature],
              c->labels);
    }
    gt_softmax_normalise(out, c->labels);
  }
  gt_bag_query_clear(&q);
  return rc;
}

/* The retrieval index. See index.h. */
#include "engine/index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum count { ROWS, TOKENS, POSTINGS, BYTES, ROUGE };

struct layout {
  uint64_t keys, idf, starts, postings, ends, bytes, end;
};

static struct layout lay_out(const uint64_t counts[GT_IMAGE_COUNTS])
{
  struct layout l = {0};
  l.keys = gt_image_section(&l.end, counts[TOKENS], sizeof(uint64_t));
  l.idf = gt_image_section(&l.end, counts[TOKENS], sizeof(float));
  l.starts = gt_image_section(&l.end, counts[TOKENS] + 1, sizeof(uint64_t));
  l.postings = gt_image_section(&l.end, counts[POSTINGS], sizeof(struct gt_posting));
  l.ends = gt_image_section(&l.end, counts[ROWS], 2 * sizeof(uint64_t));
  l.bytes = gt_image_section(&l.end, counts[BYTES], 1);
  return l;
}

static void *at(const struct gt_image *image, uint64_t offset)
{
  return image->bytes + image->body + offset;
}

static void write_rows(uint64_t *ends, char *bytes, const struct gt_engine_row *rows,
                       size_t count)
{
  uint64_t end = 0;
  for (size_t i = 0; i < count; i++) {
    if (rows[i].text_len) memcpy(bytes + end, rows[i].text, rows[i].text_len);
    *ends++ = end += rows[i].text_len;
    if (rows[i].output_len) memcpy(bytes + end, rows[i].output, rows[i].output_len);
    *ends++ = end += rows[i].output_len;
  }
}

static void write_idf(float *idf, uint64_t *starts, const struct gt_bag *bag)
{
  for (size_t i = 0; i < bag->cell_count; i++)
    starts[gt_bag_feature(bag->cells[i]) + 1]++;
  for (uint32_t t = 0; t < bag->feature_count; t++) {
    double rows = (double)starts[t + 1];
    idf[t] = (float)(1.0 + log((1.0 + (double)bag->row_count) / (1.0 + rows)));
    starts[t + 1] += starts[t];
  }
}

/* Rows in order within each token. next starts as the first posting of each. */
static void write_postings(struct gt_posting *postings, uint64_t *next,
                           const float *idf, const struct gt_bag *bag)
{
  struct gt_bag_weights w;
  gt_bag_weights_init(&w);
  for (size_t row = 0; row < bag->row_count; row++) {
    struct gt_bag_row in = gt_bag_at(bag, row);
    double norm = 0;
    for (size_t i = 0; i < in.count; i++) {
      float v = w.of[gt_bag_tf(in.cells[i])] * idf[gt_bag_feature(in.cells[i])];
      norm += (double)(v * v);
    }
    float scale = norm > 0 ? (float)(1.0 / sqrt(norm)) : 0;
    for (size_t i = 0; i < in.count; i++) {
      uint32_t token = gt_bag_feature(in.cells[i]);
      float v = w.of[gt_bag_tf(in.cells[i])] * idf[token] * scale;
      postings[next[token]++] = (struct gt_posting){(uint32_t)row, v};
    }
  }
}

int gt_index_write(struct gt_image *image, const struct gt_engine_row *rows,
                   size_t count, const struct gt_buf *line,
                   const struct gt_engine_hooks *hooks, struct gt_err *err)
{
  struct gt_bag bag;
  if (gt_bag_init(&bag, rows, count, GT_BAG_TOKENS, GT_BAG_MAX_FEATURES, hooks, err) <
      0)
    return -1;
  uint64_t counts[GT_IMAGE_COUNTS] = {
      [ROWS] = count, [TOKENS] = bag.feature_count, [POSTINGS] = bag.cell_count};
  for (size_t i = 0; i < count; i++)
    counts[BYTES] += rows[i].text_len + rows[i].output_len;
  struct layout l = lay_out(counts);
  int rc = -1;
  uint64_t *next = gt_engine_alloc(bag.feature_count, sizeof *next, "the index", err);
  if (!next) goto out;
  if (gt_image_init(image, line, GT_ENGINE_RETRIEVE, counts, l.end, err) < 0) goto out;
  write_rows(at(image, l.ends), at(image, l.bytes), rows, count);
  memcpy(at(image, l.keys), bag.keys, bag.feature_count * sizeof *bag.keys);
  write_idf(at(image, l.idf), at(image, l.starts), &bag);
  memcpy(next, at(image, l.starts), bag.feature_count * sizeof *next);
  write_postings(at(image, l.postings), next, at(image, l.idf), &bag);
  gt_index_set_rouge(image, NAN);
  rc = 0;
out:
  free(next);
  gt_bag_clear(&bag);
  return rc;
}

void gt_index_set_rouge(struct gt_image *image, double rouge)
{
  uint64_t bits;
  memcpy(&bits, &rouge, sizeof bits);
  gt_image_set_count(image, ROUGE, bits);
  gt_image_seal(image);
}

double gt_index_rouge(const struct gt_image *image)
{
  uint64_t bits = gt_image_count(image, ROUGE);
  double rouge;
  memcpy(&rouge, &bits, sizeof rouge);
  return rouge;
}

/* A file with a right checksum can still have been made wrong. */
static int check(const struct gt_index *index, const uint64_t *counts,
                 struct gt_err *err)
{
  uint64_t last = 0;
  bool good =
      index->starts[0] == 0 && index->starts[counts[TOKENS]] == counts[POSTINGS];
  for (uint64_t i = 0; good && i < counts[TOKENS]; i++)
    good = index->starts[i] <= index->starts[i + 1];
  for (uint64_t i = 0; good && i < 2 * counts[ROWS]; last = index->ends[i++])
    good = index->ends[i] >= last && index->ends[i] <= counts[BYTES];
  for (uint64_t i = 0; good && i < counts[POSTINGS]; i++)
    good = index->postings[i].row < counts[ROWS];
  return good ? 0 : gt_err_set(err, GT_DATA_LOSS, "the model's index does not fit");
}

int gt_index_init(struct gt_index *index, const struct gt_image *image,
                  struct gt_err *err)
{
  uint64_t counts[GT_IMAGE_COUNTS];
  for (int i = 0; i < GT_IMAGE_COUNTS; i++) counts[i] = gt_image_count(image, i);
  struct layout l = lay_out(counts);
  *index = (struct gt_index){0};
  if (l.end != image->len - image->body || counts[ROWS] == 0 ||
      counts[ROWS] > GT_ENGINE_MAX_ROWS || counts[TOKENS] > GT_BAG_MAX_FEATURES)
    return gt_err_set(err, GT_DATA_LOSS, "the model's counts do not fit its size");
  index->row_count = counts[ROWS];
  index->idf = at(image, l.idf);
  index->starts = at(image, l.starts);
  index->postings = at(image, l.postings);
  index->ends = at(image, l.ends);
  index->bytes = at(image, l.bytes);
  gt_bag_weights_init(&index->tf);
  if (check(index, counts, err) < 0) return -1;
  return gt_dict_init(&index->dict, at(image, l.keys), (uint32_t)counts[TOKENS], err);
}

void gt_index_clear(struct gt_index *index)
{
  gt_dict_clear(&index->dict);
  *index = (struct gt_index){0};
}

struct gt_engine_row gt_index_row(const struct gt_index *index, size_t row)
{
  uint64_t start = row ? index->ends[2 * row - 1] : 0;
  uint64_t middle = index->ends[2 * row], end = index->ends[2 * row + 1];
  return (struct gt_engine_row){index->bytes + start, middle - start,
                                index->bytes + middle, end - middle};
}

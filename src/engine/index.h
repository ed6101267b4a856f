/* The retrieval index: training rows by TF-IDF, with their texts and outputs.
 *
 * Its sections live in a model image: dictionary of token hashes, inverse document
 * frequencies, postings (row and weight, rows of length 1), and all bytes. Used by
 * retrieve.c, model.c and train.c. */
#ifndef GT_ENGINE_INDEX_H
#define GT_ENGINE_INDEX_H

#include "engine/bag.h"
#include "engine/image.h"

struct gt_posting {
  uint32_t row;
  float weight;
};

/* Borrows the image's bytes. */
struct gt_index {
  size_t row_count;
  const float *idf;       /* by token number */
  const uint64_t *starts; /* by token number, and one more: into postings */
  const struct gt_posting *postings;
  const uint64_t *ends; /* text and output of each row: into bytes */
  const char *bytes;
  struct gt_dict dict;
  struct gt_bag_weights tf;
};

/* Adds rouge, the leave-one-out score, later with gt_index_set_rouge. */
int gt_index_write(struct gt_image *image, const struct gt_engine_row *rows,
                   size_t count, const struct gt_buf *line,
                   const struct gt_engine_hooks *hooks, struct gt_err *err);
void gt_index_set_rouge(struct gt_image *image, double rouge);
double gt_index_rouge(const struct gt_image *image);
/* -1 when the counts do not fit the body. */
int gt_index_init(struct gt_index *index, const struct gt_image *image,
                  struct gt_err *err);
void gt_index_clear(struct gt_index *index);
/* The row's bytes, borrowed from the image. */
struct gt_engine_row gt_index_row(const struct gt_index *index, size_t row);

#endif

/* Answers from the nearest training rows: the 50 nearest by TF-IDF cosine, each
 * adapted, the best of them by cost and similarity. Used by model.c and train.c. */
#ifndef GT_ENGINE_RETRIEVE_H
#define GT_ENGINE_RETRIEVE_H

#include "engine/index.h"

/* Ceiling of an answer: an output in which every byte became a long replacement. */
#define GT_RETRIEVE_MAX_ANSWER ((size_t)16 << 20)

struct gt_retrieved {
  size_t row; /* SIZE_MAX: no row shares a token with the text; answer is empty */
  double similarity;
  double cost;
};

/* Appends the answer to *answer. skip is a row that may not be used, SIZE_MAX for
 * none. */
int gt_retrieve(struct gt_retrieved *out, struct gt_buf *answer,
                const struct gt_index *index, const char *text, size_t len, size_t skip,
                struct gt_err *err);

#endif

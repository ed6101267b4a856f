/* A text as a list of feature keys: word 1- and 2-grams, then character 1- to 5-grams
 * inside " word ", as 64-bit hashes that stand for the features everywhere.
 *
 * Used by bag.c for training rows and by model.c for a query. Two features with one key
 * would be one feature; with 64 bits that does not happen at these sizes. */
#ifndef GT_ENGINE_FEATURES_H
#define GT_ENGINE_FEATURES_H

#include "engine/tokens.h"

/* Reused from text to text; start it with {0}. About 6 keys a byte of text. */
struct gt_features {
  struct gt_tokens tokens;
  uint64_t *keys;
  size_t count;
  size_t word_count; /* the first ones are the word grams */
  size_t cap;
};

void gt_features_clear(struct gt_features *f);
/* Replaces what f holds by the keys of the text, one for each occurrence. */
int gt_features_extract(struct gt_features *f, const char *text, size_t len,
                        struct gt_err *err);
/* The same with the hashes of the tokens alone. */
int gt_features_tokens(struct gt_features *f, const char *text, size_t len,
                       struct gt_err *err);

#endif

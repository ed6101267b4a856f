/* Training rows as bags of numbered features, and the dictionary that numbers them.
 *
 * A cell is one feature of one row: its number and how often it occurs (to 255), packed
 * into 32 bits, since the cells of large sets are most of the memory. The value of a
 * cell is (1 + ln tf) / norm of its block; the words and the character grams of a row
 * are two blocks, of length 0.7 and 1. Used by train.c, softmax.c and model.c. */
#ifndef GT_ENGINE_BAG_H
#define GT_ENGINE_BAG_H

#include "engine/engine.h"
#include "engine/features.h"

/* No product is fused into a sum, in no file that computes: one seed gives the same
 * bytes on machines with and without such an instruction. gcc -std=c11 fuses none. */
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

#define GT_BAG_MAX_FEATURES ((uint32_t)1 << 24) /* later ones are not learned */
#define GT_BAG_MAX_TF 255

static inline uint32_t gt_bag_feature(uint32_t cell) { return cell >> 8; }
static inline uint32_t gt_bag_tf(uint32_t cell) { return cell & 0xFF; }

/* 1 + ln tf for each tf a cell can hold. */
struct gt_bag_weights {
  float of[GT_BAG_MAX_TF + 1];
};
void gt_bag_weights_init(struct gt_bag_weights *w);

/* A key's number: open addressing over borrowed keys. */
struct gt_dict {
  uint32_t *slots; /* number + 1, 0 is free */
  size_t mask;
  const uint64_t *keys;
  uint32_t count;
};
int gt_dict_init(struct gt_dict *d, const uint64_t *keys, uint32_t count,
                 struct gt_err *err);
void gt_dict_clear(struct gt_dict *d);
/* The number of a key, UINT32_MAX when it has none. */
uint32_t gt_dict_find(const struct gt_dict *d, uint64_t key);

/* One row's cells, borrowed. */
struct gt_bag_row {
  const uint32_t *cells;
  size_t count;
  size_t word_count; /* the first cells are the word block */
};
/* Writes the value of each cell to values[0..row->count). */
void gt_bag_values(float *values, const struct gt_bag_row *row,
                   const struct gt_bag_weights *w);

/* Encodes one query with a dictionary; features it does not know are left out. */
struct gt_bag_query {
  struct gt_features features;
  uint32_t *cells; /* memory for cells, values and the table of those seen */
  float *values;
  size_t cap;
  struct gt_bag_row row;
};
void gt_bag_query_clear(struct gt_bag_query *q);
int gt_bag_query_encode(struct gt_bag_query *q, const struct gt_dict *dict,
                        const struct gt_bag_weights *w, const char *text, size_t len,
                        struct gt_err *err);

/* What counts as a feature. */
enum gt_bag_kind {
  GT_BAG_GRAMS,  /* word 1- and 2-grams, character grams */
  GT_BAG_TOKENS, /* the tokens alone, for retrieval */
};

/* All rows of a training set. */
struct gt_bag {
  enum gt_bag_kind kind;
  uint32_t *cells;
  size_t cell_count, cell_cap;
  size_t *starts; /* row_count + 1 */
  uint32_t *word_counts;
  size_t row_count;
  size_t longest; /* cells of the longest row */
  uint64_t *keys; /* by feature number */
  uint32_t feature_count;
};
/* max_features bounds the dictionary: rarer features are dropped until it fits.
 * Grams of a single row are dropped anyway from 50,000 rows on. */
int gt_bag_init(struct gt_bag *bag, const struct gt_engine_row *rows, size_t count,
                enum gt_bag_kind kind, size_t max_features,
                const struct gt_engine_hooks *hooks, struct gt_err *err);
/* Other rows under the feature numbers of bag; features it lacks are left out. */
int gt_bag_encode(struct gt_bag *out, const struct gt_engine_row *rows, size_t count,
                  const struct gt_bag *bag, const struct gt_engine_hooks *hooks,
                  struct gt_err *err);
void gt_bag_clear(struct gt_bag *bag);
struct gt_bag_row gt_bag_at(const struct gt_bag *bag, size_t row);

#endif

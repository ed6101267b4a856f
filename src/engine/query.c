/* One text into the cells of a known dictionary, and the values of cells. See bag.h. */
#include "engine/bag.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WORD_LENGTH 0.7f /* of the word block; the character block has 1 */

void gt_bag_weights_init(struct gt_bag_weights *w)
{
  w->of[0] = 0;
  for (int tf = 1; tf <= GT_BAG_MAX_TF; tf++) w->of[tf] = (float)(1.0 + log(tf));
}

int gt_dict_init(struct gt_dict *d, const uint64_t *keys, uint32_t count,
                 struct gt_err *err)
{
  size_t cap = 16;
  while (cap < 2 * (size_t)count) cap *= 2;
  *d = (struct gt_dict){.mask = cap - 1, .keys = keys, .count = count};
  d->slots = gt_engine_alloc(cap, sizeof *d->slots, "the dictionary", err);
  if (!d->slots) return -1;
  for (uint32_t i = 0; i < count; i++) {
    size_t at = keys[i] & d->mask;
    while (d->slots[at]) at = (at + 1) & d->mask;
    d->slots[at] = i + 1;
  }
  return 0;
}

void gt_dict_clear(struct gt_dict *d)
{
  free(d->slots);
  *d = (struct gt_dict){0};
}

uint32_t gt_dict_find(const struct gt_dict *d, uint64_t key)
{
  size_t at = key & d->mask;
  for (; d->slots[at]; at = (at + 1) & d->mask)
    if (d->keys[d->slots[at] - 1] == key) return d->slots[at] - 1;
  return UINT32_MAX;
}

static void block_values(float *values, const uint32_t *cells, size_t count,
                         float length, const struct gt_bag_weights *w)
{
  float sum = 0;
  for (size_t i = 0; i < count; i++) {
    values[i] = w->of[gt_bag_tf(cells[i])];
    sum += values[i] * values[i];
  }
  float scale = sum > 0 ? length / sqrtf(sum) : 0;
  for (size_t i = 0; i < count; i++) values[i] *= scale;
}

void gt_bag_values(float *values, const struct gt_bag_row *row,
                   const struct gt_bag_weights *w)
{
  size_t words = row->word_count;
  block_values(values, row->cells, words, WORD_LENGTH, w);
  block_values(values + words, row->cells + words, row->count - words, 1.0f, w);
}

void gt_bag_query_clear(struct gt_bag_query *q)
{
  gt_features_clear(&q->features);
  free(q->cells);
  *q = (struct gt_bag_query){0};
}

/* cap cells, cap values, then a table of 2 cap positions; cap is a power of two. */
static int reserve(struct gt_bag_query *q, size_t need, struct gt_err *err)
{
  if (need <= q->cap && q->cells) return 0;
  size_t cap = 256;
  while (cap < need) cap *= 2;
  free(q->cells);
  q->cap = 0;
  q->cells = gt_engine_alloc(4 * cap, sizeof *q->cells, "the query", err);
  if (!q->cells) return -1;
  q->values = (float *)(void *)(q->cells + cap);
  q->cap = cap;
  return 0;
}

int gt_bag_query_encode(struct gt_bag_query *q, const struct gt_dict *dict,
                        const struct gt_bag_weights *w, const char *text, size_t len,
                        struct gt_err *err)
{
  const struct gt_features *f = &q->features;
  if (gt_features_extract(&q->features, text, len, err) < 0) return -1;
  if (reserve(q, f->count, err) < 0) return -1;
  uint32_t *seen = q->cells + 2 * q->cap, count = 0;
  size_t mask = 2 * q->cap - 1, words = 0;
  memset(seen, 0, 2 * q->cap * sizeof *seen);
  for (size_t i = 0; i < f->count; i++) {
    if (i == f->word_count) words = count;
    uint32_t feature = gt_dict_find(dict, f->keys[i]);
    if (feature == UINT32_MAX) continue;
    size_t at = feature * (size_t)0x9E3779B1u >> 7 & mask;
    while (seen[at] && gt_bag_feature(q->cells[seen[at] - 1]) != feature)
      at = (at + 1) & mask;
    if (!seen[at]) {
      q->cells[count++] = feature << 8 | 1;
      seen[at] = count;
    } else if (gt_bag_tf(q->cells[seen[at] - 1]) < GT_BAG_MAX_TF) {
      q->cells[seen[at] - 1]++;
    }
  }
  if (f->word_count == f->count) words = count;
  q->row = (struct gt_bag_row){q->cells, count, words};
  gt_bag_values(q->values, &q->row, w);
  return 0;
}

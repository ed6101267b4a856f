/* Training rows into numbered features. See bag.h. */
#include "engine/bag.h"

#include <stdlib.h>
#include <string.h>

#define PRUNE_ROWS 50000 /* from here on a feature must occur in two rows */

/* A feature while rows are read: the slot also says where in the newest row it stands,
 * so counting costs no second look-up. */
struct slot {
  uint64_t key;
  uint32_t number; /* + 1, 0 is free */
  uint32_t rows;   /* that have it */
  uint32_t row;    /* the newest of them + 1 */
  uint32_t at;     /* its cell there, counted from the row's start */
};

struct reader {
  struct slot *slots;
  size_t mask;
  uint32_t count;
};

struct gt_bag_row gt_bag_at(const struct gt_bag *bag, size_t row)
{
  size_t start = bag->starts[row];
  return (struct gt_bag_row){bag->cells + start, bag->starts[row + 1] - start,
                             bag->word_counts[row]};
}

void gt_bag_clear(struct gt_bag *bag)
{
  free(bag->cells);
  free(bag->starts);
  free(bag->word_counts);
  free(bag->keys);
  *bag = (struct gt_bag){0};
}

static int grow(struct reader *r, struct gt_err *err)
{
  size_t cap = r->slots ? 2 * (r->mask + 1) : 1 << 14;
  struct slot *slots = gt_engine_alloc(cap, sizeof *slots, "the dictionary", err);
  if (!slots) return -1;
  for (size_t i = 0; r->slots && i <= r->mask; i++) {
    if (!r->slots[i].number) continue;
    size_t at = r->slots[i].key & (cap - 1);
    while (slots[at].number) at = (at + 1) & (cap - 1);
    slots[at] = r->slots[i];
  }
  free(r->slots);
  r->slots = slots;
  r->mask = cap - 1;
  return 0;
}

/* The slot of a key, made if need be; NULL when the dictionary is at its ceiling. */
static struct slot *find(struct reader *r, uint64_t key)
{
  size_t at = key & r->mask;
  while (r->slots[at].number && r->slots[at].key != key) at = (at + 1) & r->mask;
  struct slot *slot = &r->slots[at];
  if (slot->number) return slot;
  if (r->count == GT_BAG_MAX_FEATURES) return NULL;
  slot->key = key;
  slot->number = ++r->count;
  return slot;
}

static int room(struct gt_bag *bag, size_t more, struct gt_err *err)
{
  if (bag->cells && bag->cell_count + more <= bag->cell_cap) return 0;
  size_t cap = bag->cell_cap + bag->cell_cap / 2 + more + 4096;
  uint32_t *cells = realloc(bag->cells, cap * sizeof *cells);
  if (!cells) return gt_engine_no_memory("the features of the rows", err);
  bag->cells = cells;
  bag->cell_cap = cap;
  return 0;
}

static int read_row(struct gt_bag *bag, struct reader *r, struct gt_features *f,
                    size_t row, const struct gt_engine_row *in, struct gt_err *err)
{
  if (bag->kind == GT_BAG_TOKENS) {
    if (gt_features_tokens(f, in->text, in->text_len, err) < 0) return -1;
  } else if (gt_features_extract(f, in->text, in->text_len, err) < 0) {
    return -1;
  }
  if (room(bag, f->count, err) < 0) return -1;
  uint32_t *cells = bag->cells + bag->cell_count;
  uint32_t count = 0;
  for (size_t i = 0; i < f->count; i++) {
    if (i == f->word_count) bag->word_counts[row] = count;
    if (2 * (size_t)r->count > r->mask && grow(r, err) < 0) return -1;
    struct slot *slot = find(r, f->keys[i]);
    if (!slot) continue;
    if (slot->row == row + 1) {
      if (gt_bag_tf(cells[slot->at]) < GT_BAG_MAX_TF) cells[slot->at]++;
      continue;
    }
    slot->row = (uint32_t)row + 1;
    slot->rows++;
    slot->at = count;
    cells[count++] = (slot->number - 1) << 8 | 1;
  }
  if (f->word_count == f->count) bag->word_counts[row] = count;
  bag->cell_count += count;
  bag->starts[row + 1] = bag->cell_count;
  return 0;
}

/* The smallest number of rows a feature must have for the dictionary to fit. */
static uint32_t choose_min_rows(const struct reader *r, bool prune, size_t max)
{
  enum { BINS = 1024 };
  uint32_t with[BINS] = {0};
  for (size_t i = 0; i <= r->mask; i++)
    if (r->slots[i].number) {
      uint32_t n = r->slots[i].rows;
      with[n < BINS ? n : BINS - 1]++;
    }
  uint32_t min = 1;
  size_t left = r->count;
  while (min < BINS - 1 && (left > max || (min < 2 && prune))) left -= with[min++];
  return min;
}

/* Renumbers the kept features in the order of their first occurrence. */
static int number(uint32_t *kept, struct gt_bag *bag, const struct reader *r,
                  size_t max, struct gt_err *err)
{
  bool prune = bag->kind == GT_BAG_GRAMS && bag->row_count >= PRUNE_ROWS;
  uint32_t min = choose_min_rows(r, prune, max), count = 0;
  memset(kept, 0xFF, r->count * sizeof *kept);
  for (size_t i = 0; i <= r->mask; i++)
    if (r->slots[i].number && r->slots[i].rows >= min) kept[r->slots[i].number - 1] = 0;
  for (uint32_t i = 0; i < r->count; i++)
    if (kept[i] == 0 && count < max)
      kept[i] = count++;
    else
      kept[i] = UINT32_MAX;
  bag->keys = gt_engine_alloc(count, sizeof *bag->keys, "the dictionary", err);
  if (!bag->keys) return -1;
  for (size_t i = 0; i <= r->mask; i++)
    if (r->slots[i].number && kept[r->slots[i].number - 1] != UINT32_MAX)
      bag->keys[kept[r->slots[i].number - 1]] = r->slots[i].key;
  bag->feature_count = count;
  return 0;
}

static void renumber_cells(struct gt_bag *bag, const uint32_t *kept)
{
  size_t out = 0, in = 0;
  for (size_t row = 0; row < bag->row_count; row++) {
    size_t start = out, words_end = in + bag->word_counts[row];
    uint32_t words = 0;
    for (; in < bag->starts[row + 1]; in++) {
      uint32_t feature = kept[gt_bag_feature(bag->cells[in])];
      if (feature == UINT32_MAX) continue;
      words += in < words_end;
      bag->cells[out++] = feature << 8 | gt_bag_tf(bag->cells[in]);
    }
    bag->starts[row] = start;
    bag->word_counts[row] = words;
    if (out - start > bag->longest) bag->longest = out - start;
  }
  bag->starts[bag->row_count] = bag->cell_count = out;
}

int gt_bag_init(struct gt_bag *bag, const struct gt_engine_row *rows, size_t count,
                enum gt_bag_kind kind, size_t max_features,
                const struct gt_engine_hooks *hooks, struct gt_err *err)
{
  *bag = (struct gt_bag){.row_count = count, .kind = kind};
  struct reader r = {0};
  struct gt_features f = {0};
  uint32_t *kept = NULL;
  int rc = -1;
  bag->starts = gt_engine_alloc(count + 1, sizeof *bag->starts, "the rows", err);
  if (!bag->starts) goto out;
  bag->word_counts = gt_engine_alloc(count, sizeof *bag->word_counts, "the rows", err);
  if (!bag->word_counts || grow(&r, err) < 0) goto out;
  for (size_t i = 0; i < count; i++) {
    if (i % 256 == 0 && gt_engine_is_cancelled(hooks)) {
      gt_err_set(err, GT_CANCELLED, "the training was cancelled");
      goto out;
    }
    if (read_row(bag, &r, &f, i, &rows[i], err) < 0) goto out;
  }
  kept = gt_engine_alloc(r.count, sizeof *kept, "the dictionary", err);
  if (!kept || number(kept, bag, &r, max_features, err) < 0) goto out;
  renumber_cells(bag, kept);
  rc = 0;
out:
  free(kept);
  free(r.slots);
  gt_features_clear(&f);
  if (rc < 0) gt_bag_clear(bag);
  return rc;
}

/* The query's cells are copied behind those of the rows before it. */
static int encode_row(struct gt_bag *out, struct gt_bag_query *q,
                      const struct gt_dict *dict, const struct gt_bag_weights *w,
                      size_t row, const struct gt_engine_row *in, struct gt_err *err)
{
  if (gt_bag_query_encode(q, dict, w, in->text, in->text_len, err) < 0) return -1;
  if (room(out, q->row.count, err) < 0) return -1;
  memcpy(out->cells + out->cell_count, q->row.cells, q->row.count * sizeof *out->cells);
  out->cell_count += q->row.count;
  out->starts[row + 1] = out->cell_count;
  out->word_counts[row] = (uint32_t)q->row.word_count;
  if (q->row.count > out->longest) out->longest = q->row.count;
  return 0;
}

int gt_bag_encode(struct gt_bag *out, const struct gt_engine_row *rows, size_t count,
                  const struct gt_bag *bag, const struct gt_engine_hooks *hooks,
                  struct gt_err *err)
{
  *out = (struct gt_bag){.kind = bag->kind, .row_count = count};
  struct gt_dict dict;
  struct gt_bag_query q = {0};
  struct gt_bag_weights w;
  int rc = -1;
  gt_bag_weights_init(&w);
  if (gt_dict_init(&dict, bag->keys, bag->feature_count, err) < 0) return -1;
  out->starts = gt_engine_alloc(count + 1, sizeof *out->starts, "the rows", err);
  if (!out->starts) goto out;
  out->word_counts = gt_engine_alloc(count, sizeof *out->word_counts, "the rows", err);
  if (!out->word_counts) goto out;
  for (size_t i = 0; i < count; i++) {
    if (i % 256 == 0 && gt_engine_is_cancelled(hooks)) {
      gt_err_set(err, GT_CANCELLED, "the training was cancelled");
      goto out;
    }
    if (encode_row(out, &q, &dict, &w, i, &rows[i], err) < 0) goto out;
  }
  rc = 0;
out:
  gt_bag_query_clear(&q);
  gt_dict_clear(&dict);
  if (rc < 0) gt_bag_clear(out);
  return rc;
}

/* Rows dealt to folds. See fold_rows.h. */
#include "engine/fold_rows.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

/* A row on its way to a fold. */
struct card {
  uint64_t hash;
  uint32_t label;
  uint32_t row;
};

uint64_t gt_fold_rows_mix(uint64_t h)
{
  h = (h ^ h >> 33) * 0xFF51AFD7ED558CCDu;
  h = (h ^ h >> 33) * 0xC4CEB9FE1A85EC53u;
  return h ^ h >> 33;
}

static int compare_cards(const void *left, const void *right)
{
  const struct card *a = left, *b = right;
  if (a->label != b->label) return a->label < b->label ? -1 : 1;
  if (a->hash != b->hash) return a->hash < b->hash ? -1 : 1;
  return a->row < b->row ? -1 : a->row > b->row;
}

/* Deals the rows label by label, in the order of their hashes, to one fold after the
 * other: a label's rows are spread as evenly as their number allows, and so are the
 * labels of few rows over the folds. */
static int deal(struct gt_fold_rows *f, const struct gt_folds_input *in, uint64_t seed,
                struct gt_err *err)
{
  size_t n = in->count, folds = f->fold_count, at = 0;
  struct card *cards = gt_engine_alloc(n, sizeof *cards, "the folds", err);
  if (!cards) return -1;
  seed = gt_fold_rows_mix(seed);
  for (size_t i = 0; i < n; i++) {
    const struct gt_engine_row *row = &in->rows[i];
    uint64_t hash = gt_fold_rows_mix(gt_hash64(row->text, row->text_len) ^ seed);
    cards[i] = (struct card){hash, in->labels[i], (uint32_t)i};
  }
  qsort(cards, n, sizeof *cards, compare_cards);
  for (size_t fold = 0; fold < folds; fold++) {
    f->starts[fold] = at;
    for (size_t i = fold; i < n; i += folds, at++) {
      f->row[at] = cards[i].row;
      f->labels[at] = f->labels[at + n] = cards[i].label;
    }
  }
  f->starts[folds] = n;
  free(cards);
  return 0;
}

/* Lays the cells of all rows behind themselves. */
static int double_bag(struct gt_fold_rows *f, struct gt_err *err)
{
  size_t n = f->count;
  struct gt_bag *b = &f->bag;
  size_t cells = b->cell_count;
  void *grown = realloc(b->cells, (2 * cells + 1) * sizeof *b->cells);
  if (!grown) return gt_engine_no_memory("the features of the rows", err);
  b->cells = grown;
  grown = realloc(b->starts, (2 * n + 1) * sizeof *b->starts);
  if (!grown) return gt_engine_no_memory("the rows", err);
  b->starts = grown;
  grown = realloc(b->word_counts, 2 * n * sizeof *b->word_counts);
  if (!grown) return gt_engine_no_memory("the rows", err);
  b->word_counts = grown;
  if (cells) memcpy(b->cells + cells, b->cells, cells * sizeof *b->cells);
  memcpy(b->word_counts + n, b->word_counts, n * sizeof *b->word_counts);
  for (size_t i = 0; i <= n; i++) b->starts[n + i] = cells + b->starts[i];
  return 0;
}

static int fill_bag(struct gt_fold_rows *f, const struct gt_folds_input *in,
                    size_t max_features, const struct gt_engine_hooks *hooks,
                    struct gt_err *err)
{
  struct gt_engine_row *rows = gt_engine_alloc(f->count, sizeof *rows, "the rows", err);
  if (!rows) return -1;
  for (size_t i = 0; i < f->count; i++) rows[i] = in->rows[f->row[i]];
  int rc = gt_bag_init(&f->bag, rows, f->count, GT_BAG_GRAMS, max_features, hooks, err);
  free(rows);
  return rc < 0 ? -1 : double_bag(f, err);
}

int gt_fold_rows_init(struct gt_fold_rows *f, const struct gt_folds_input *in,
                      size_t fold_count, uint64_t seed, size_t max_features,
                      const struct gt_engine_hooks *hooks, struct gt_err *err)
{
  *f = (struct gt_fold_rows){.count = in->count, .fold_count = fold_count};
  f->row = gt_engine_alloc(in->count, sizeof *f->row, "the folds", err);
  if (!f->row) goto fail;
  f->labels = gt_engine_alloc(2 * in->count, sizeof *f->labels, "the folds", err);
  if (!f->labels || deal(f, in, seed, err) < 0) goto fail;
  if (fill_bag(f, in, max_features, hooks, err) < 0) goto fail;
  return 0;
fail:
  gt_fold_rows_clear(f);
  return -1;
}

void gt_fold_rows_clear(struct gt_fold_rows *f)
{
  gt_bag_clear(&f->bag);
  free(f->labels);
  free(f->row);
  *f = (struct gt_fold_rows){0};
}

struct gt_bag gt_fold_rows_without(const struct gt_fold_rows *f, size_t fold,
                                   const uint32_t **labels)
{
  size_t first = f->starts[fold + 1];
  struct gt_bag rest = f->bag;
  rest.starts += first;
  rest.word_counts += first;
  rest.row_count = f->count - (first - f->starts[fold]);
  *labels = f->labels + first;
  return rest;
}

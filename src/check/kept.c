/* The store of rows. See kept.h. */
#include "check/kept.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK ((size_t)1 << 20)

struct gt_kept_block {
  struct gt_kept_block *next;
  size_t len, cap;
  char data[];
};

void gt_kept_init(struct gt_kept *k, size_t max) { *k = (struct gt_kept){.max = max}; }

void gt_kept_clear(struct gt_kept *k)
{
  for (struct gt_kept_block *b = k->block, *next; b; b = next) {
    next = b->next;
    free(b);
  }
  free(k->rows);
  gt_kept_init(k, k->max);
}

static char *room(struct gt_kept *k, size_t n)
{
  struct gt_kept_block *b = k->block;
  if (!b || b->cap - b->len < n) {
    size_t cap = n > BLOCK ? n : BLOCK;
    b = malloc(sizeof *b + cap);
    if (!b) return NULL;
    *b = (struct gt_kept_block){.next = k->block, .cap = cap};
    k->block = b;
    k->bytes += cap;
  }
  b->len += n;
  return b->data + b->len - n;
}

static int grow(struct gt_kept *k)
{
  size_t cap = k->cap ? k->cap + k->cap / 2 : 1024;
  struct gt_kept_row *rows = realloc(k->rows, cap * sizeof *rows);
  if (!rows) return -1;
  k->bytes += (cap - k->cap) * sizeof *rows;
  k->rows = rows;
  k->cap = cap;
  return 0;
}

static bool fits(const struct gt_kept *k, const struct gt_row *row)
{
  return k->bytes + row->text_len + row->output_len + BLOCK <= k->max &&
         row->text_len < UINT32_MAX && row->output_len < UINT32_MAX &&
         k->count < UINT32_MAX;
}

int gt_kept_add(struct gt_kept *k, uint32_t file, const struct gt_row *row)
{
  if (!fits(k, row)) {
    k->left_out++;
    return 0;
  }
  if (k->count == k->cap && grow(k) < 0) return -1;
  char *text = room(k, row->text_len + row->output_len);
  if (!text) return -1;
  memcpy(text, row->text, row->text_len);
  memcpy(text + row->text_len, row->output, row->output_len);
  const struct gt_turn *last = &row->turns[row->turns_count - 1];
  k->rows[k->count++] = (struct gt_kept_row){
      .text = text,
      .text_len = (uint32_t)row->text_len,
      .output = text + row->text_len,
      .output_len = (uint32_t)row->output_len,
      .file = file,
      .line = row->line,
      .column = (uint32_t)row->turns[0].column,
      .output_line = last->line,
      .output_column = (uint32_t)last->column,
  };
  return 0;
}

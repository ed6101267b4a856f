/* Rows kept in memory: their list and their strings. See rows.h. */
#include "data/rows.h"

#include "data/reader.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK ((size_t)1 << 20) /* of the rows' strings */

struct gt_rows_block {
  struct gt_rows_block *next;
  size_t len, cap;
  char data[];
};

void gt_rows_init(struct gt_rows *rows)
{
  *rows = (struct gt_rows){.form = GT_FORM_NONE};
}

void gt_rows_clear(struct gt_rows *rows)
{
  for (struct gt_rows_block *b = rows->block, *next; b; b = next) {
    next = b->next;
    free(b);
  }
  free(rows->items);
  gt_rows_init(rows);
}

/* n bytes that stay where they are. */
static char *take_bytes(struct gt_rows *rows, size_t n, size_t max, size_t line,
                        struct gt_err *err)
{
  struct gt_rows_block *b = rows->block;
  if (!b || b->cap - b->len < n) {
    size_t cap = n > BLOCK ? n : BLOCK;
    size_t left = rows->bytes < max ? max - rows->bytes : 0;
    if (cap > left && n <= left) cap = left;
    if (cap > left) {
      gt_err_set(err, GT_RESOURCE_EXHAUSTED,
                 "line %zu: the rows hold more than %zu bytes", line, max);
      return NULL;
    }
    b = malloc(sizeof *b + cap);
    if (!b) {
      gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
      return NULL;
    }
    *b = (struct gt_rows_block){.next = rows->block, .cap = cap};
    rows->block = b;
    rows->bytes += cap;
  }
  b->len += n;
  return b->data + b->len - n;
}

static char *put_string(char *to, const char *s, size_t len)
{
  memcpy(to, s, len);
  to[len] = '\0';
  return to + len + 1;
}

static int keep_row(struct gt_rows *rows, const struct gt_row *row,
                    const struct gt_rows_options *limits, struct gt_err *err)
{
  if (rows->count >= limits->rows_max)
    return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "line %zu: more than %zu rows",
                      row->line, limits->rows_max);
  if (rows->count == rows->cap) {
    size_t cap = rows->cap ? rows->cap + rows->cap / 2 : 256;
    if (cap > limits->rows_max) cap = limits->rows_max;
    struct gt_kept_row *items = realloc(rows->items, cap * sizeof *items);
    if (!items) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
    rows->items = items;
    rows->cap = cap;
  }
  char *text = take_bytes(rows, row->text_len + row->output_len + 2, limits->bytes_max,
                          row->line, err);
  if (!text) return -1;
  char *output = put_string(text, row->text, row->text_len);
  put_string(output, row->output, row->output_len);
  rows->items[rows->count++] = (struct gt_kept_row){.text = text,
                                                    .text_len = row->text_len,
                                                    .output = output,
                                                    .output_len = row->output_len,
                                                    .line = row->line};
  return 0;
}

static struct gt_rows_options filled_in(const struct gt_rows_options *options)
{
  struct gt_rows_options limits = {0};
  if (options) limits = *options;
  if (!limits.line_max) limits.line_max = GT_ROWS_LINE_MAX;
  if (!limits.rows_max) limits.rows_max = GT_ROWS_MAX;
  if (!limits.bytes_max) limits.bytes_max = GT_ROWS_BYTES_MAX;
  return limits;
}

/* All rows of a file, or without a path of the bytes. */
static int keep_all(struct gt_rows *rows, struct gt_findings *findings,
                    const char *path, const char *bytes, size_t len,
                    const struct gt_rows_options *options, struct gt_err *err)
{
  struct gt_rows_options limits = filled_in(options);
  struct gt_reader_options how = {.text_max = limits.text_max,
                                  .output_max = limits.output_max,
                                  .line_max = limits.line_max,
                                  .pairs_only = true};
  struct gt_reader *reader;
  const struct gt_row *row;
  int rc = path ? gt_reader_open(&reader, findings, path, &how, err)
                : gt_reader_open_bytes(&reader, findings, bytes, len, &how, err);
  rows->lines = 0;
  rows->form = GT_FORM_NONE;
  if (rc < 0) return -1;
  while ((rc = gt_reader_next(reader, &row, err)) > 0)
    if ((rc = keep_row(rows, row, &limits, err)) < 0) break;
  rows->lines = gt_reader_totals(reader)->lines;
  rows->form = gt_reader_totals(reader)->form;
  gt_reader_free(reader);
  return rc;
}

int gt_rows_read(struct gt_rows *rows, struct gt_findings *findings, const char *bytes,
                 size_t len, const struct gt_rows_options *options, struct gt_err *err)
{
  return keep_all(rows, findings, NULL, bytes, len, options, err);
}

int gt_rows_load(struct gt_rows *rows, struct gt_findings *findings, const char *path,
                 const struct gt_rows_options *options, struct gt_err *err)
{
  return keep_all(rows, findings, path, NULL, 0, options, err);
}

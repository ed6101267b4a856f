/* The bytes of a CSV file at hand. See csv_window.h. */
#include "data/csv_window.h"

#include <stdlib.h>
#include <string.h>

#define PIECE ((size_t)64 << 10) /* the least that is read at once */

void gt_csv_window_init(struct gt_csv_window *w, struct gt_source *source,
                        size_t line_max)
{
  *w = (struct gt_csv_window){
      .source = source, .line_max = line_max, .line = 1, .sep = ','};
}

void gt_csv_window_clear(struct gt_csv_window *w)
{
  gt_source_close(w->source);
  free(w->data);
}

int gt_csv_window_fill(struct gt_csv_window *w, struct gt_reader_totals *totals,
                       struct gt_err *err)
{
  if (w->start > 0) {
    w->len -= w->start;
    memmove(w->data, w->data + w->start, w->len);
    w->start = 0;
  }
  if (w->cap - w->len < PIECE) {
    size_t cap = w->cap ? w->cap * 2 : 4 * PIECE, max = w->line_max + 2 * PIECE;
    if (cap > max) cap = max;
    char *data = realloc(w->data, cap);
    if (!data) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
    w->data = data;
    w->cap = cap;
  }
  ssize_t n = gt_source_read(w->source, w->data + w->len, w->cap - w->len, err);
  if (n < 0) return -1;
  w->eof = n == 0;
  w->len += (size_t)n;
  totals->bytes += (size_t)n;
  if (n > 0) totals->final_newline = w->data[w->len - 1] == '\n';
  return 0;
}

/* n bytes without the line end. */
static size_t without_end(const char *s, size_t n)
{
  if (n > 0 && s[n - 1] == '\n') n--;
  return n > 0 && s[n - 1] == '\r' ? n - 1 : n;
}

int gt_csv_window_find(struct gt_csv_window *w, size_t *n, size_t *bare, bool *over,
                       struct gt_reader_totals *totals, struct gt_err *err)
{
  struct gt_csv_end end = {0};
  for (;;) {
    const char *s = w->data + w->start;
    bool whole = gt_csv_find_end(&end, s, w->len - w->start, w->sep);
    *n = whole ? end.at : w->len - w->start;
    *bare = without_end(s, *n);
    *over = *bare > w->line_max;
    if (whole && *bare + 2 == *n) totals->crlf = true;
    if (whole) return GT_CSV_WHOLE;
    if (*over || w->eof) return *n > 0 ? GT_CSV_REST : GT_CSV_END;
    if (gt_csv_window_fill(w, totals, err) < 0) return -1;
  }
}

void gt_csv_window_place(size_t *line, size_t *column, const struct gt_csv_window *w,
                         size_t at)
{
  const char *p = w->data + w->start, *end = p + at, *nl;
  *line = w->line;
  *column = w->shift + at + 1;
  while (p < end && (nl = memchr(p, '\n', (size_t)(end - p)))) {
    ++*line;
    p = nl + 1;
    *column = (size_t)(end - p) + 1;
  }
}

size_t gt_csv_window_line_end(const struct gt_csv_window *w, size_t at)
{
  const char *from = w->data + w->start, *end = w->data + w->len;
  const char *nl = memchr(from + at, '\n', (size_t)(end - (from + at)));
  return (size_t)((nl ? nl + 1 : end) - from);
}

void gt_csv_window_pass(struct gt_csv_window *w, size_t n)
{
  const char *p = w->data + w->start, *end = p + n, *nl;
  while (p < end && (nl = memchr(p, '\n', (size_t)(end - p)))) {
    w->line++;
    p = nl + 1;
  }
  if (n > 0) w->partial = end[-1] != '\n';
  w->start += n;
  w->shift = 0;
}

int gt_csv_window_pass_line(struct gt_csv_window *w, size_t n,
                            struct gt_reader_totals *totals, struct gt_err *err)
{
  while (!memchr(w->data + w->start + n, '\n', w->len - w->start - n)) {
    gt_csv_window_pass(w, w->len - w->start);
    if (gt_csv_window_fill(w, totals, err) < 0) return -1;
    n = 0;
    if (w->eof) return 0;
  }
  gt_csv_window_pass(w, gt_csv_window_line_end(w, n));
  return 0;
}

/* Compares the reader with the strict way alone, line by line, over the same bytes.
 *
 * Used by the reader's unit test and fuzz target. A difference is told on standard
 * output; the caller decides what it means. */
#ifndef GT_TESTS_SLOW_ROWS_H
#define GT_TESTS_SLOW_ROWS_H

#include "data/reader.h"
#include "data/row_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct slow_rows {
  struct gt_row_line line;
  struct gt_findings findings;
  const char *at, *end;
  char *out;
  size_t count, bad;
  bool bom, crlf, stop;
};

static int slow_init(struct slow_rows *s, const char *bytes, size_t len,
                     const struct gt_reader_options *options)
{
  struct gt_err err;
  *s = (struct slow_rows){.at = bytes, .end = bytes + len};
  gt_findings_init(&s->findings, 0);
  s->out = malloc(len + 2);
  if (!s->out || gt_row_line_init(&s->line, &s->findings, options, &err) < 0) return -1;
  if (len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
    gt_findings_add(&s->findings, GT_SEVERITY_WARNING, "bom", 1, 1, NULL, "-");
    s->line.shift = 3;
    s->at += 3;
    s->bom = true;
  }
  if (len >= 2 &&
      (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0)) {
    gt_findings_add(&s->findings, GT_SEVERITY_ERROR, "utf-16", 1, 1, NULL, "-");
    s->at = s->end;
    s->stop = true;
  }
  return 0;
}

static const struct gt_row *slow_next(struct slow_rows *s)
{
  while (s->at < s->end) {
    size_t left = (size_t)(s->end - s->at), from = s->findings.count;
    size_t errors = s->findings.errors;
    const char *data = s->at, *nl = memchr(data, '\n', left);
    size_t len = nl ? (size_t)(nl - data) : left;
    s->at += len + (nl != NULL);
    bool crlf = nl && len > 0 && data[len - 1] == '\r';
    len -= crlf;
    s->line.line++;
    s->line.out = s->out;
    size_t column = s->line.shift + len + 1;
    bool good = gt_row_line_read(&s->line, data, len);
    s->line.shift = 0;
    if (crlf && !s->crlf) {
      gt_findings_add(&s->findings, GT_SEVERITY_WARNING, "crlf", s->line.line, column,
                      NULL, "-");
      gt_findings_sort(&s->findings, from);
    }
    s->crlf |= crlf;
    s->bad += s->findings.errors > errors;
    if (!good) continue;
    s->count++;
    return &s->line.row;
  }
  if (!s->stop && s->count == 0 && s->findings.errors == 0) {
    s->stop = true;
    gt_findings_add(&s->findings, GT_SEVERITY_ERROR, "no-rows", 1, 1, NULL, "-");
    gt_findings_sort(&s->findings, 0);
  }
  return NULL;
}

static void slow_clear(struct slow_rows *s)
{
  gt_row_line_clear(&s->line);
  gt_findings_clear(&s->findings);
  free(s->out);
}

#define SLOW_SAME(cond)                                                                \
  do {                                                                                 \
    if (!(cond)) {                                                                     \
      printf("  differs: %s\n", #cond);                                                \
      return false;                                                                    \
    }                                                                                  \
  } while (0)

static bool slow_same_text(const char *a, size_t a_len, const char *b, size_t b_len)
{
  return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

static bool slow_same_row(const struct gt_row *a, const struct gt_row *b)
{
  SLOW_SAME(a->line == b->line);
  SLOW_SAME(a->form == b->form && a->names == b->names);
  SLOW_SAME(slow_same_text(a->text, a->text_len, b->text, b->text_len));
  SLOW_SAME(slow_same_text(a->output, a->output_len, b->output, b->output_len));
  SLOW_SAME(slow_same_text(a->raw, a->raw_len, b->raw, b->raw_len));
  SLOW_SAME(a->turns_count == b->turns_count);
  for (size_t i = 0; i < a->turns_count; i++) {
    const struct gt_turn *x = &a->turns[i], *y = &b->turns[i];
    SLOW_SAME(x->role == y->role && x->csv == y->csv);
    SLOW_SAME(x->item == y->item && x->part == y->part);
    SLOW_SAME(x->line == y->line && x->column == y->column);
    SLOW_SAME(slow_same_text(x->text, x->len, y->text, y->len));
    SLOW_SAME(slow_same_text(x->raw, x->raw_len, y->raw, y->raw_len));
  }
  return true;
}

static bool slow_same_findings(const struct gt_findings *a, const struct gt_findings *b)
{
  SLOW_SAME(a->count == b->count && a->left_out == b->left_out);
  SLOW_SAME(a->errors == b->errors && a->warnings == b->warnings);
  for (size_t i = 0; i < a->count; i++) {
    const struct gt_finding *x = &a->items[i], *y = &b->items[i];
    SLOW_SAME(x->line == y->line && x->column == y->column);
    SLOW_SAME(strcmp(x->rule, y->rule) == 0 && x->severity == y->severity);
    if (strcmp(y->message, "-") != 0) SLOW_SAME(strcmp(x->message, y->message) == 0);
    SLOW_SAME(strcmp(x->pointer, y->pointer) == 0);
  }
  return true;
}

static bool slow_same_end(const struct slow_rows *s, const struct gt_reader *reader,
                          const struct gt_findings *findings, const char *bytes,
                          size_t len)
{
  const struct gt_reader_totals *t = gt_reader_totals(reader);
  SLOW_SAME(t->lines == s->line.line && t->rows == s->count && t->bad_rows == s->bad);
  SLOW_SAME(t->bom == s->bom && t->crlf == s->crlf && t->bytes == len);
  SLOW_SAME(t->final_newline == (len > 0 && bytes[len - 1] == '\n'));
  return slow_same_findings(findings, &s->findings);
}

/* Reads the bytes (or, with a path, the file that has them) both ways. */
static bool slow_compare(const char *path, const char *bytes, size_t len,
                         const struct gt_reader_options *options)
{
  struct slow_rows s;
  struct gt_findings findings;
  struct gt_reader *reader = NULL;
  struct gt_err err;
  const struct gt_row *row;
  gt_findings_init(&findings, 0);
  int rc = path ? gt_reader_open(&reader, &findings, path, options, &err)
                : gt_reader_open_bytes(&reader, &findings, bytes, len, options, &err);
  bool same = slow_init(&s, bytes, len, options) == 0 && rc == 0;
  while (same && (rc = gt_reader_next(reader, &row, &err)) > 0) {
    const struct gt_row *want = slow_next(&s);
    same = want && slow_same_row(row, want);
  }
  same = same && rc == 0 && slow_next(&s) == NULL &&
         gt_reader_next(reader, &row, &err) == 0;
  same = same && slow_same_end(&s, reader, &findings, bytes, len);
  gt_reader_free(reader);
  gt_findings_clear(&findings);
  slow_clear(&s);
  return same;
}

#endif

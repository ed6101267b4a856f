/* Rows of JSON Lines: batches into lines, lines into rows. See lines.h. */
#include "data/lines.h"

#include "base/utf8.h"
#include "data/reader_crew.h"
#include "data/row_line.h"

#include <stdlib.h>
#include <string.h>

#define OUT_KEPT ((size_t)1 << 20) /* a larger buffer is for one line only */

struct gt_lines {
  struct gt_findings *findings;
  struct gt_reader_totals *totals;
  size_t errors_before, findings_before;
  struct gt_crew *crew;
  struct gt_row_line line; /* what the lines so far have shown */
  char *out;               /* line.out's memory */
  size_t out_cap;
  const struct gt_batch *batch; /* at hand, or NULL */
  size_t at, fast;              /* in it: the next line, the next row found quickly */
  bool end;
  struct gt_row row; /* given last, when it was found quickly */
  struct gt_turn turns[2];
};

static int lines_init(struct gt_lines *l, struct gt_source *source, const char *bytes,
                      size_t len, const struct gt_reader_options *options, int threads,
                      struct gt_err *err)
{
  struct gt_feed feed;
  l->errors_before = l->findings->errors;
  l->findings_before = l->findings->count;
  l->turns[0].role = GT_ROLE_USER;
  l->turns[1].role = GT_ROLE_MODEL;
  l->row.turns = l->turns;
  l->row.turns_count = 2;
  if (gt_row_line_init(&l->line, l->findings, options, err) < 0) {
    gt_source_close(source);
    return -1;
  }
  size_t line_max = l->line.limits.line_max;
  if (gt_feed_init(&feed, source, bytes, len, line_max, err) < 0) return -1;
  return gt_crew_new(&l->crew, &feed, threads, err);
}

int gt_lines_open(struct gt_lines **lines, struct gt_source *source, const char *bytes,
                  size_t len, struct gt_findings *findings,
                  struct gt_reader_totals *totals,
                  const struct gt_reader_options *options, int threads,
                  struct gt_err *err)
{
  struct gt_lines *l = calloc(1, sizeof *l);
  *lines = NULL;
  if (!l) {
    gt_source_close(source);
    return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  }
  l->findings = findings;
  l->totals = totals;
  if (lines_init(l, source, bytes, len, options, threads, err) < 0) {
    gt_lines_free(l);
    return -1;
  }
  *lines = l;
  return 0;
}

void gt_lines_free(struct gt_lines *l)
{
  if (!l) return;
  gt_crew_free(l->crew);
  gt_row_line_clear(&l->line);
  free(l->out);
  free(l);
}

/* The start of the file: a byte order mark is passed over, UTF-16 ends it. */
static void begin(struct gt_lines *l, const char *data, size_t len)
{
  if (len >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0) {
    gt_findings_add(l->findings, GT_SEVERITY_WARNING, "bom", 1, 1,
                    "save the file as UTF-8 without BOM",
                    "the file starts with a byte order mark");
    l->totals->bom = true;
    l->at = l->line.shift = 3;
  }
  if (len < 2) return;
  if (memcmp(data, "\xFF\xFE", 2) != 0 && memcmp(data, "\xFE\xFF", 2) != 0) return;
  gt_findings_add(l->findings, GT_SEVERITY_ERROR, "utf-16", 1, 1,
                  "save the file as UTF-8", "the file is UTF-16");
  l->end = true;
}

static void tell_crlf(struct gt_lines *l, size_t line, size_t column)
{
  if (l->totals->crlf) return;
  l->totals->crlf = true;
  gt_findings_add(l->findings, GT_SEVERITY_WARNING, "crlf", line, column,
                  "end lines with LF alone", "the line ends in CR LF");
}

static void count_row(struct gt_lines *l, const struct gt_row *row)
{
  if (l->totals->rows++ == 0) l->totals->form = row->form;
}

static int make_out(struct gt_lines *l, size_t len, struct gt_err *err)
{
  size_t need = len + 2;
  if (need <= l->out_cap && (l->out_cap <= OUT_KEPT || need > OUT_KEPT)) return 0;
  free(l->out);
  l->out_cap = need > 4096 ? need : 4096;
  l->out = malloc(l->out_cap);
  if (l->out) return 0;
  l->out_cap = 0;
  return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
}

/* The line at l->at by the strict way: 1 with a row, 0, -1. */
static int slow_line(struct gt_lines *l, const struct gt_row **row, struct gt_err *err)
{
  const struct gt_chunk *c = &l->batch->chunk;
  const char *data = c->data + l->at;
  const char *nl = c->cut ? NULL : memchr(data, '\n', c->len - l->at);
  size_t len = nl ? (size_t)(nl - data) : c->len - l->at;
  l->at += len + (nl != NULL);
  bool crlf = c->cut ? c->crlf : nl && len > 0 && data[len - 1] == '\r';
  size_t cr = l->line.shift + len + (c->cut ? c->dropped - 1 : 0); /* its column */
  if (crlf && !c->cut) len--;
  if (len <= l->line.limits.line_max && make_out(l, len, err) < 0) return -1;
  l->line.out = l->out;
  l->line.line++;
  size_t from = l->findings->count, errors = l->findings->errors;
  int good = gt_row_line_read(&l->line, data, len);
  l->line.shift = 0;
  if (crlf && !l->totals->crlf) {
    tell_crlf(l, l->line.line, cr);
    gt_findings_sort(l->findings, from);
  }
  if (l->findings->errors > errors) l->totals->bad_rows++;
  if (!good) return 0;
  *row = &l->line.row;
  count_row(l, *row);
  return 1;
}

/* Role, item and part of a pair's two turns never change. */
static inline void set_turn(struct gt_turn *turn, const struct gt_lines *l,
                            const struct gt_fast_row *f, const struct gt_fast_text *t)
{
  turn->raw = l->batch->chunk.data + t->at;
  turn->raw_len = t->len;
  turn->text = t->escaped ? l->batch->rows.side + t->side : turn->raw;
  turn->len = t->escaped ? t->side_len : t->len;
  turn->line = l->line.line + 1;
  turn->column = t->at - f->at + 1;
}

static bool too_long(const char *text, size_t len, size_t max)
{
  return max && len > max && gt_utf8_count(text, len) > max;
}

/* A row that was found quickly, unless it is to be told something about: then 0. */
static int fast_line(struct gt_lines *l, const struct gt_fast_row *f)
{
  const struct gt_reader_options *limits = &l->line.limits;
  struct gt_turn *in = &l->turns[0], *out = &l->turns[1];
  struct gt_row *row = &l->row;
  if (f->form != l->line.form || f->len > limits->line_max) return 0;
  set_turn(in, l, f, &f->text);
  set_turn(out, l, f, &f->output);
  if (too_long(in->text, in->len, limits->text_max)) return 0;
  if (too_long(out->text, out->len, limits->output_max)) return 0;
  row->line = ++l->line.line;
  row->form = f->form;
  row->text = in->text;
  row->text_len = in->len;
  row->output = out->text;
  row->output_len = out->len;
  row->raw = l->batch->chunk.data + f->at;
  row->raw_len = f->len;
  l->at += f->len + 1u + f->crlf;
  count_row(l, row);
  if (f->crlf) tell_crlf(l, row->line, f->len + 1u);
  return 1;
}

/* The next line of the batch: 1 with a row, 0, -1. */
static int one_line(struct gt_lines *l, const struct gt_row **row, struct gt_err *err)
{
  const struct gt_fast_rows *rows = &l->batch->rows;
  while (l->fast < rows->count && rows->items[l->fast].at < l->at) l->fast++;
  if (l->fast < rows->count && rows->items[l->fast].at == l->at &&
      fast_line(l, &rows->items[l->fast])) {
    l->fast++;
    *row = &l->row;
    return 1;
  }
  return slow_line(l, row, err);
}

static void finish(struct gt_lines *l)
{
  l->end = true;
  if (l->totals->rows > 0 || l->findings->errors > l->errors_before) return;
  gt_findings_add(l->findings, GT_SEVERITY_ERROR, "no-rows", 1, 1,
                  "a row is {\"text_input\": \"...\", \"output\": \"...\"}, one a line",
                  "the file has no rows");
  gt_findings_sort(l->findings, l->findings_before);
}

static int next_batch(struct gt_lines *l, struct gt_err *err)
{
  bool first = l->totals->bytes == 0;
  int rc = gt_crew_next(l->crew, &l->batch, err);
  if (rc <= 0) {
    l->batch = NULL;
    return rc;
  }
  const struct gt_chunk *c = &l->batch->chunk;
  l->at = l->fast = 0;
  l->totals->bytes += c->len + c->dropped;
  l->totals->final_newline = c->cut ? c->newline : c->data[c->len - 1] == '\n';
  if (first) begin(l, c->data, c->len);
  return 1;
}

int gt_lines_next(struct gt_lines *l, const struct gt_row **row, struct gt_err *err)
{
  int rc = 0;
  *row = NULL;
  while (rc == 0 && !l->end) {
    if (l->batch && l->at < l->batch->chunk.len) {
      rc = one_line(l, row, err);
      l->totals->lines = l->line.line;
      continue;
    }
    int got = next_batch(l, err);
    if (got < 0) return -1;
    if (got == 0) finish(l);
  }
  return rc;
}

/* Rows of a data file, one after the other. See reader.h. */
#include "data/reader.h"

#include "base/utf8.h"
#include "data/reader_crew.h"
#include "data/row_line.h"
#include "data/source.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LARGE_FILE ((off_t)8 << 20) /* from here on a second thread pays */
#define OUT_KEPT ((size_t)1 << 20)  /* a larger buffer is for one line only */

struct gt_reader {
  struct gt_findings *findings;
  struct gt_reader_totals totals;
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

static int reader_new(struct gt_reader **reader, struct gt_findings *findings,
                      const struct gt_reader_options *options, struct gt_err *err)
{
  struct gt_reader *r = calloc(1, sizeof *r);
  *reader = r;
  if (!r) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  r->findings = findings;
  r->errors_before = findings->errors;
  r->findings_before = findings->count;
  r->totals.form = GT_FORM_NONE;
  r->turns[0].role = GT_ROLE_USER;
  r->turns[1].role = GT_ROLE_MODEL;
  r->row.turns = r->turns;
  r->row.turns_count = 2;
  return gt_row_line_init(&r->line, findings, options, err);
}

static int threads_for(const struct gt_reader_options *options, off_t size)
{
  if (options && options->threads) return options->threads;
  return size >= LARGE_FILE && sysconf(_SC_NPROCESSORS_ONLN) > 1 ? 2 : 1;
}

static int open_lines(struct gt_reader *r, struct gt_source *source, const char *bytes,
                      size_t len, int threads, struct gt_err *err)
{
  struct gt_feed feed;
  size_t line_max = r->line.limits.line_max;
  if (gt_feed_init(&feed, source, bytes, len, line_max, err) < 0) return -1;
  return gt_crew_new(&r->crew, &feed, threads, err);
}

int gt_reader_open(struct gt_reader **reader, struct gt_findings *findings,
                   const char *path, const struct gt_reader_options *options,
                   struct gt_err *err)
{
  struct gt_source *source = NULL;
  struct gt_reader *r = NULL;
  int rc = -1;
  *reader = NULL;
  if (gt_source_open(&source, path, err) < 0) return -1;
  if (reader_new(&r, findings, options, err) < 0) {
    gt_source_close(source);
    goto out;
  }
  r->totals.gzip = gt_source_is_gzip(source);
  int threads = threads_for(options, gt_source_size(source));
  rc = open_lines(r, source, NULL, 0, threads, err);
out:
  if (rc < 0)
    gt_reader_free(r);
  else
    *reader = r;
  return rc;
}

int gt_reader_open_bytes(struct gt_reader **reader, struct gt_findings *findings,
                         const char *bytes, size_t len,
                         const struct gt_reader_options *options, struct gt_err *err)
{
  struct gt_reader *r = NULL;
  *reader = NULL;
  int rc = reader_new(&r, findings, options, err);
  int threads = threads_for(options, len < LARGE_FILE ? 0 : LARGE_FILE);
  if (rc == 0) rc = open_lines(r, NULL, bytes, len, threads, err);
  if (rc < 0)
    gt_reader_free(r);
  else
    *reader = r;
  return rc;
}

void gt_reader_free(struct gt_reader *r)
{
  if (!r) return;
  gt_crew_free(r->crew);
  gt_row_line_clear(&r->line);
  free(r->out);
  free(r);
}

const struct gt_reader_totals *gt_reader_totals(const struct gt_reader *r)
{
  return &r->totals;
}

/* The start of the file: a byte order mark is passed over, UTF-16 ends it. */
static void begin(struct gt_reader *r, const char *data, size_t len)
{
  if (len >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0) {
    gt_findings_add(r->findings, GT_SEVERITY_WARNING, "bom", 1, 1,
                    "save the file as UTF-8 without BOM",
                    "the file starts with a byte order mark");
    r->totals.bom = true;
    r->at = r->line.shift = 3;
  }
  if (len < 2) return;
  if (memcmp(data, "\xFF\xFE", 2) != 0 && memcmp(data, "\xFE\xFF", 2) != 0) return;
  gt_findings_add(r->findings, GT_SEVERITY_ERROR, "utf-16", 1, 1,
                  "save the file as UTF-8", "the file is UTF-16");
  r->end = true;
}

static void tell_crlf(struct gt_reader *r, size_t line, size_t column)
{
  if (r->totals.crlf) return;
  r->totals.crlf = true;
  gt_findings_add(r->findings, GT_SEVERITY_WARNING, "crlf", line, column,
                  "end lines with LF alone", "the line ends in CR LF");
}

static void count_row(struct gt_reader *r, const struct gt_row *row)
{
  if (r->totals.rows++ == 0) r->totals.form = row->form;
}

static int make_out(struct gt_reader *r, size_t len, struct gt_err *err)
{
  size_t need = len + 2;
  if (need <= r->out_cap && (r->out_cap <= OUT_KEPT || need > OUT_KEPT)) return 0;
  free(r->out);
  r->out_cap = need > 4096 ? need : 4096;
  r->out = malloc(r->out_cap);
  if (r->out) return 0;
  r->out_cap = 0;
  return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
}

/* The line at r->at by the strict way: 1 with a row, 0, -1. */
static int slow_line(struct gt_reader *r, const struct gt_row **row, struct gt_err *err)
{
  const struct gt_chunk *c = &r->batch->chunk;
  const char *data = c->data + r->at;
  const char *nl = c->cut ? NULL : memchr(data, '\n', c->len - r->at);
  size_t len = nl ? (size_t)(nl - data) : c->len - r->at;
  r->at += len + (nl != NULL);
  bool crlf = nl && len > 0 && data[len - 1] == '\r';
  if (crlf) len--;
  if (len <= r->line.limits.line_max && make_out(r, len, err) < 0) return -1;
  r->line.out = r->out;
  r->line.line++;
  size_t from = r->findings->count, errors = r->findings->errors;
  size_t end = r->line.shift + len + 1;
  int good = gt_row_line_read(&r->line, data, len);
  r->line.shift = 0;
  if (crlf && !r->totals.crlf) {
    tell_crlf(r, r->line.line, end);
    gt_findings_sort(r->findings, from);
  }
  if (r->findings->errors > errors) r->totals.bad_rows++;
  if (!good) return 0;
  *row = &r->line.row;
  count_row(r, *row);
  return 1;
}

/* Role, item and part of a pair's two turns never change. */
static inline void set_turn(struct gt_turn *turn, const struct gt_reader *r,
                            const struct gt_fast_row *f, const struct gt_fast_text *t)
{
  turn->raw = r->batch->chunk.data + t->at;
  turn->raw_len = t->len;
  turn->text = t->escaped ? r->batch->rows.side + t->side : turn->raw;
  turn->len = t->escaped ? t->side_len : t->len;
  turn->line = r->line.line + 1;
  turn->column = t->at - f->at + 1;
}

static bool too_long(const char *text, size_t len, size_t max)
{
  return max && len > max && gt_utf8_count(text, len) > max;
}

/* A row that was found quickly, unless it is to be told something about: then 0. */
static int fast_line(struct gt_reader *r, const struct gt_fast_row *f)
{
  const struct gt_reader_options *limits = &r->line.limits;
  struct gt_turn *in = &r->turns[0], *out = &r->turns[1];
  struct gt_row *row = &r->row;
  if (f->form != r->line.form || f->len > limits->line_max) return 0;
  set_turn(in, r, f, &f->text);
  set_turn(out, r, f, &f->output);
  if (too_long(in->text, in->len, limits->text_max)) return 0;
  if (too_long(out->text, out->len, limits->output_max)) return 0;
  row->line = ++r->line.line;
  row->form = f->form;
  row->text = in->text;
  row->text_len = in->len;
  row->output = out->text;
  row->output_len = out->len;
  row->raw = r->batch->chunk.data + f->at;
  row->raw_len = f->len;
  r->at += f->len + 1u + f->crlf;
  count_row(r, row);
  if (f->crlf) tell_crlf(r, row->line, f->len + 1u);
  return 1;
}

/* The next line of the batch: 1 with a row, 0, -1. */
static int one_line(struct gt_reader *r, const struct gt_row **row, struct gt_err *err)
{
  const struct gt_fast_rows *rows = &r->batch->rows;
  while (r->fast < rows->count && rows->items[r->fast].at < r->at) r->fast++;
  if (r->fast < rows->count && rows->items[r->fast].at == r->at &&
      fast_line(r, &rows->items[r->fast])) {
    r->fast++;
    *row = &r->row;
    return 1;
  }
  return slow_line(r, row, err);
}

static void finish(struct gt_reader *r)
{
  r->end = true;
  if (r->totals.rows > 0 || r->findings->errors > r->errors_before) return;
  gt_findings_add(r->findings, GT_SEVERITY_ERROR, "no-rows", 1, 1,
                  "a row is {\"text_input\": \"...\", \"output\": \"...\"}, one a line",
                  "the file has no rows");
  gt_findings_sort(r->findings, r->findings_before);
}

static int next_batch(struct gt_reader *r, struct gt_err *err)
{
  bool first = r->totals.bytes == 0;
  int rc = gt_crew_next(r->crew, &r->batch, err);
  if (rc <= 0) {
    r->batch = NULL;
    return rc;
  }
  const struct gt_chunk *c = &r->batch->chunk;
  r->at = r->fast = 0;
  r->totals.bytes += c->len + c->dropped;
  r->totals.final_newline = c->cut ? false : c->data[c->len - 1] == '\n';
  if (first) begin(r, c->data, c->len);
  return 1;
}

static int next_line_row(struct gt_reader *r, const struct gt_row **row,
                         struct gt_err *err)
{
  int rc = 0;
  while (rc == 0 && !r->end) {
    if (r->batch && r->at < r->batch->chunk.len) {
      rc = one_line(r, row, err);
      r->totals.lines = r->line.line;
      continue;
    }
    int got = next_batch(r, err);
    if (got < 0) return -1;
    if (got == 0) finish(r);
  }
  return rc;
}

int gt_reader_next(struct gt_reader *r, const struct gt_row **row, struct gt_err *err)
{
  *row = NULL;
  return next_line_row(r, row, err);
}

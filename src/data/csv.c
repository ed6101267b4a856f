/* Rows of CSV: the bytes at hand, records, rows. See csv.h. */
#include "data/csv.h"

#include "base/utf8.h"
#include "data/csv_header.h"

#include <stdlib.h>
#include <string.h>

#define PIECE ((size_t)64 << 10) /* of the source, read at once at first */
#define HEADER_MAX ((size_t)64 << 10)

struct gt_csv {
  struct gt_source *source;
  struct gt_findings *findings;
  struct gt_reader_options limits;
  size_t errors_before, from; /* from: the first finding of this file */
  size_t
      sort_from; /* of a record that was cut: what follows may stand before its fault */
  char *data;    /* at most line_max and a piece */
  size_t cap, start, len; /* start: the record at hand */
  bool begun, stopped, eof;
  char sep;
  struct gt_csv_columns columns;
  size_t line, shift; /* of the record; shift: bytes of its line before it (a BOM) */
  bool partial;       /* what was passed last had no line end */
  char *side;         /* values of fields with doubled quotes */
  size_t side_cap, side_len;
  struct gt_csv_record record;
  struct gt_row row;
  struct gt_turn turns[2];
};

int gt_csv_open(struct gt_csv **csv, struct gt_source *source,
                struct gt_findings *findings, const struct gt_reader_options *options,
                struct gt_err *err)
{
  struct gt_csv *c = calloc(1, sizeof *c);
  *csv = NULL;
  if (!c) {
    gt_source_close(source);
    return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  }
  c->source = source;
  c->findings = findings;
  c->errors_before = findings->errors;
  c->from = findings->count;
  if (options) c->limits = *options;
  if (!c->limits.line_max) c->limits.line_max = GT_READER_LINE_MAX;
  c->sep = ',';
  c->line = 1;
  *csv = c;
  return 0;
}

void gt_csv_free(struct gt_csv *c)
{
  if (!c) return;
  gt_source_close(c->source);
  free(c->data);
  free(c->side);
  free(c);
}

/* Reads on behind the bytes at hand. */
static int fill(struct gt_csv *c, struct gt_reader_totals *totals, struct gt_err *err)
{
  if (c->start > 0) {
    c->len -= c->start;
    memmove(c->data, c->data + c->start, c->len);
    c->start = 0;
  }
  if (c->cap - c->len < PIECE) {
    size_t cap = c->cap ? c->cap * 2 : 4 * PIECE, max = c->limits.line_max + 2 * PIECE;
    if (cap > max) cap = max;
    char *data = realloc(c->data, cap);
    if (!data) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
    c->data = data;
    c->cap = cap;
  }
  ssize_t n = gt_source_read(c->source, c->data + c->len, c->cap - c->len, err);
  if (n < 0) return -1;
  c->eof = n == 0;
  c->len += (size_t)n;
  totals->bytes += (size_t)n;
  if (n > 0) totals->final_newline = c->data[c->len - 1] == '\n';
  return 0;
}

/* The place of a byte of the record at hand. */
static void place(size_t *line, size_t *column, const struct gt_csv *c, size_t at)
{
  const char *p = c->data + c->start, *end = p + at, *nl;
  *line = c->line;
  *column = c->shift + at + 1;
  while (p < end && (nl = memchr(p, '\n', (size_t)(end - p)))) {
    ++*line;
    p = nl + 1;
    *column = (size_t)(end - p) + 1;
  }
}

static void tell(struct gt_csv *c, const char *rule, size_t at, const char *hint,
                 const char *message)
{
  size_t line, column;
  place(&line, &column, c, at);
  gt_findings_add(c->findings, GT_SEVERITY_ERROR, rule, line, column, hint, "%s",
                  message);
}

/* Moves behind n bytes. */
static void consume(struct gt_csv *c, size_t n)
{
  const char *p = c->data + c->start, *end = p + n, *nl;
  while (p < end && (nl = memchr(p, '\n', (size_t)(end - p)))) {
    c->line++;
    p = nl + 1;
  }
  if (n > 0) c->partial = end[-1] != '\n';
  c->start += n;
  c->shift = 0;
}

/* The length of the line that has the byte `at`, from the record's start, its LF
 * counted. */
static size_t line_end(const struct gt_csv *c, size_t at)
{
  const char *from = c->data + c->start, *end = c->data + c->len;
  const char *nl = memchr(from + at, '\n', (size_t)(end - (from + at)));
  return (size_t)((nl ? nl + 1 : end) - from);
}

/* The record without its line end. */
static size_t bare(const struct gt_csv *c, size_t n, struct gt_reader_totals *totals)
{
  const char *s = c->data + c->start;
  bool lf = n > 0 && s[n - 1] == '\n';
  n -= lf;
  if (n == 0 || s[n - 1] != '\r') return n;
  if (lf) totals->crlf = true;
  return n - 1;
}

enum { REST = 1, WHOLE = 2 };

/* The record's bytes with its line end: WHOLE, or REST where the file or the patience
 * ends first (`over`: it is longer than the ceiling); 0 at the end, -1. */
static int find_record(struct gt_csv *c, size_t *n, bool *over,
                       struct gt_reader_totals *totals, struct gt_err *err)
{
  struct gt_csv_end end = {0};
  *over = false;
  for (;;) {
    if (gt_csv_find_end(&end, c->data + c->start, c->len - c->start, c->sep)) {
      *n = end.at;
      *over = bare(c, *n, totals) > c->limits.line_max;
      return WHOLE;
    }
    *n = c->len - c->start;
    *over = bare(c, *n, totals) > c->limits.line_max;
    if (*over || c->eof) return *n > 0 ? REST : 0;
    if (fill(c, totals, err) < 0) return -1;
  }
}

/* A record over the ceiling: an open quote that ran away, or a long line. */
static int pass_long(struct gt_csv *c, size_t n, bool whole,
                     struct gt_reader_totals *totals, struct gt_err *err)
{
  gt_csv_split(&c->record, c->data + c->start, n, c->sep);
  totals->bad_rows++;
  if (c->record.fault == GT_CSV_UNCLOSED) {
    tell(c, "csv-quote", c->record.open_at, "close it, or leave it out",
         "the quote is not closed within the limit of a record");
    consume(c, line_end(c, c->record.open_at));
    return 0;
  }
  tell(c, "line-too-long", c->limits.line_max, NULL,
       "the record is longer than the limit");
  if (whole) {
    consume(c, n);
    return 0;
  }
  while (!memchr(c->data + c->start + n, '\n', c->len - c->start - n)) {
    consume(c, c->len - c->start); /* the place is told: the bytes may go */
    if (fill(c, totals, err) < 0) return -1;
    n = 0;
    if (c->eof) return 0;
  }
  consume(c, line_end(c, n));
  return 0;
}

static void begin(struct gt_csv *c, struct gt_reader_totals *totals)
{
  const char *s = c->data;
  c->begun = true;
  if (c->len >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) {
    gt_findings_add(c->findings, GT_SEVERITY_WARNING, "bom", 1, 1,
                    "save the file as UTF-8 without BOM",
                    "the file starts with a byte order mark");
    totals->bom = true;
    c->start = c->shift = 3;
  }
  if (c->len < 2 || (memcmp(s, "\xFF\xFE", 2) != 0 && memcmp(s, "\xFE\xFF", 2) != 0))
    return;
  tell(c, "utf-16", 0, "save the file as UTF-8", "the file is UTF-16");
  c->stopped = true;
}

static void tell_fault(struct gt_csv *c)
{
  const struct gt_csv_record *r = &c->record;
  size_t line, column, open_line, open_column;
  switch (r->fault) {
  case GT_CSV_QUOTE_INSIDE:
    tell(c, "csv-quote", r->fault_at,
         "put the whole field in quotes and double those inside",
         "a quote inside a field that is not quoted");
    return;
  case GT_CSV_BEHIND_QUOTE:
    place(&line, &column, c, r->fault_at);
    place(&open_line, &open_column, c, r->open_at);
    gt_findings_add(c->findings, GT_SEVERITY_ERROR, "csv-quote", line, column,
                    "a quote inside a quoted field is written twice",
                    "something behind the closing quote of the field that began at "
                    "%zu:%zu",
                    open_line, open_column);
    if (open_line < line) gt_findings_relate(c->findings, c->findings->file, open_line);
    return;
  default:
    tell(c, "csv-quote", r->fault_at, "close it, or leave it out",
         "the quote is not closed");
  }
}

/* Bytes to go on behind a record that could not be split: when a quoted field ran over
 * lines, that quote is likely to be the slip, and the next line is a record again. */
static size_t recover(const struct gt_csv *c, size_t n)
{
  const struct gt_csv_record *r = &c->record;
  if (r->fault == GT_CSV_QUOTE_INSIDE) return n;
  size_t end = line_end(c, r->open_at);
  return r->fault == GT_CSV_UNCLOSED || end <= r->fault_at ? end : n;
}

static void judge_bytes(struct gt_csv *c, size_t n)
{
  const char *s = c->data + c->start, *nul = memchr(s, '\0', n);
  size_t good = gt_utf8_check(s, n);
  if (nul)
    tell(c, "nul-character", (size_t)(nul - s), "is the file UTF-16? save it as UTF-8",
         "the record holds a NUL");
  if (good < n)
    tell(c, "invalid-utf8", good, "save the file as UTF-8", "invalid UTF-8");
}

static int judge_columns(struct gt_csv *c)
{
  size_t got = c->record.count, wanted = c->columns.count, line, column;
  if (got == wanted) return 0;
  const struct gt_csv_field *f = &c->record.fields[wanted % GT_CSV_FIELDS];
  size_t at = got < wanted || wanted >= GT_CSV_FIELDS ? 0 : f->at - f->quoted;
  place(&line, &column, c, at);
  gt_findings_add(
      c->findings, GT_SEVERITY_ERROR, "csv-columns", line, column,
      got > wanted ? "a text with the separator in it goes in quotes" : NULL,
      "the record has %zu field%s, the header %zu", got, got == 1 ? "" : "s", wanted);
  return -1;
}

/* The value of a field: itself, or without the doubling at `side`. */
static void take_field(struct gt_csv *c, struct gt_turn *turn, size_t column,
                       enum gt_role role)
{
  const struct gt_csv_field *f = &c->record.fields[column];
  const char *s = c->data + c->start + f->at, *end = s + f->len;
  *turn = (struct gt_turn){.role = role, .csv = true, .raw = s, .raw_len = f->len};
  place(&turn->line, &turn->column, c, f->at);
  turn->text = s;
  turn->len = f->len;
  if (!f->doubled) return;
  char *out = c->side + c->side_len, *to = out;
  while (s < end) {
    const char *quote = memchr(s, '"', (size_t)(end - s));
    size_t run = (size_t)((quote ? quote + 1 : end) - s);
    memcpy(to, s, run);
    to += run;
    s += run + (quote != NULL);
  }
  turn->text = out;
  turn->len = (size_t)(to - out);
  c->side_len += turn->len;
}

static void judge_field(struct gt_csv *c, const struct gt_turn *turn,
                        const struct gt_csv_field *f, size_t max)
{
  char pointer[GT_ROW_POINTER];
  size_t errors = c->findings->errors, column = turn->column - f->quoted;
  gt_row_pointer(pointer, sizeof pointer, &c->row, turn);
  if (gt_row_is_blank(turn->text, turn->len))
    gt_findings_add(c->findings, GT_SEVERITY_ERROR, "empty-field", turn->line, column,
                    NULL, "\"%s\" %s", pointer + 1,
                    turn->len ? "has nothing but spaces" : "is empty");
  size_t n = max && turn->len > max ? gt_utf8_count(turn->text, turn->len) : 0;
  if (n > max)
    gt_findings_add(c->findings, GT_SEVERITY_ERROR, "too-long", turn->line, column,
                    NULL, "\"%s\" has %zu characters, the limit is %zu", pointer + 1, n,
                    max);
  if (c->findings->errors > errors) gt_findings_point(c->findings, pointer);
}

static int side_room(struct gt_csv *c, size_t n, struct gt_err *err)
{
  c->side_len = 0;
  if (n <= c->side_cap) return 0;
  char *side = realloc(c->side, n);
  if (!side) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  c->side = side;
  c->side_cap = n;
  return 0;
}

/* The row of a record of n bytes that has been split. */
static int make_row(struct gt_csv *c, size_t n, struct gt_err *err)
{
  const struct gt_csv_field *text = &c->record.fields[c->columns.text];
  const struct gt_csv_field *output = &c->record.fields[c->columns.output];
  if ((text->doubled || output->doubled) && side_room(c, n, err) < 0) return -1;
  c->row = (struct gt_row){.line = c->line,
                           .form = GT_FORM_CSV,
                           .names = c->columns.names,
                           .turns = c->turns,
                           .turns_count = 2,
                           .raw = c->data + c->start,
                           .raw_len = n};
  take_field(c, &c->turns[0], c->columns.text, GT_ROLE_USER);
  take_field(c, &c->turns[1], c->columns.output, GT_ROLE_MODEL);
  c->row.text = c->turns[0].text;
  c->row.text_len = c->turns[0].len;
  c->row.output = c->turns[1].text;
  c->row.output_len = c->turns[1].len;
  judge_field(c, &c->turns[0], text, c->limits.text_max);
  judge_field(c, &c->turns[1], output, c->limits.output_max);
  return 0;
}

/* One record; 1: c->row is good. */
static int read_record(struct gt_csv *c, struct gt_reader_totals *totals,
                       struct gt_err *err)
{
  size_t n, len, first = c->findings->count, errors = c->findings->errors;
  size_t from = c->sort_from ? c->sort_from - 1 : first;
  bool over;
  c->sort_from = 0;
  int rc = find_record(c, &n, &over, totals, err);
  if (rc <= 0) {
    c->stopped = rc == 0;
    return rc;
  }
  if (over) return pass_long(c, n, rc == WHOLE, totals, err);
  len = bare(c, n, totals);
  if (len > 0) {
    bool split = gt_csv_split(&c->record, c->data + c->start, len, c->sep) == 0;
    judge_bytes(c, len);
    if (!split) {
      tell_fault(c);
      n = recover(c, n);
      c->sort_from = first + 1;
    } else if (judge_columns(c) == 0 && make_row(c, len, err) < 0) {
      return -1;
    }
    if (c->findings->count > from + 1) gt_findings_sort(c->findings, from);
  }
  consume(c, n);
  if (c->findings->errors == errors) return len > 0;
  totals->bad_rows++;
  return 0;
}

/* The separator by which the header shows the most, and the header's length by it. */
static int choose_separator(struct gt_csv *c, size_t *n,
                            struct gt_reader_totals *totals, struct gt_err *err)
{
  static const char separators[] = {',', ';', '\t'};
  int best = -1;
  char found = ',';
  bool over;
  for (size_t i = 0; i < sizeof separators && best < 2; i++) {
    c->sep = separators[i];
    int rc = find_record(c, n, &over, totals, err);
    if (rc <= 0) return rc;
    size_t len = bare(c, *n, totals);
    int fit = gt_csv_split(&c->record, c->data + c->start, len, c->sep) == 0
                  ? gt_csv_header_fit(&c->record, c->data + c->start)
                  : -1;
    if (fit == 1 && c->record.count == 1) fit = 0;
    if (fit <= best) continue;
    best = fit;
    found = c->sep;
  }
  c->sep = found;
  return find_record(c, n, &over, totals, err);
}

/* 1 when rows may follow, 0 when the header is none, -1. */
static int read_header(struct gt_csv *c, struct gt_reader_totals *totals,
                       struct gt_err *err)
{
  size_t n = 0, from = c->findings->count, errors = c->findings->errors;
  int rc = choose_separator(c, &n, totals, err);
  if (rc <= 0) return rc;
  size_t len = bare(c, n, totals);
  const char *s = c->data + c->start;
  judge_bytes(c, len);
  if (gt_csv_split(&c->record, s, len, c->sep) < 0)
    tell_fault(c);
  else if (len > HEADER_MAX || memchr(s, '\n', len))
    tell(c, "csv-header", 0, "the first line names the columns: text_input,output",
         "the names of the columns take more than a line");
  else if (gt_csv_header_read(&c->columns, c->findings, &c->record, s, c->line,
                              c->shift) == 0 &&
           c->sep != ',')
    gt_findings_add(c->findings, GT_SEVERITY_NOTE, "csv-separator", c->line,
                    c->shift + (size_t)((char *)memchr(s, c->sep, len) - s) + 1, NULL,
                    "the columns are separated by %s",
                    c->sep == ';' ? "semicolons" : "tabs");
  if (c->findings->count > from + 1) gt_findings_sort(c->findings, from);
  consume(c, n);
  return c->findings->errors == errors;
}

static int start(struct gt_csv *c, struct gt_reader_totals *totals, struct gt_err *err)
{
  totals->gzip = gt_source_is_gzip(c->source);
  while (c->len < 3 && !c->eof)
    if (fill(c, totals, err) < 0) return -1;
  begin(c, totals);
  while (!c->stopped && !c->eof) { /* empty lines in front of the header */
    while (c->start < c->len &&
           (c->data[c->start] == '\r' || c->data[c->start] == '\n'))
      consume(c, 1);
    if (c->start < c->len) break;
    if (fill(c, totals, err) < 0) return -1;
  }
  if (c->stopped) return 0;
  int rc = read_header(c, totals, err);
  c->stopped = rc <= 0;
  return rc;
}

static void finish(struct gt_csv *c, const struct gt_reader_totals *totals)
{
  if (totals->rows > 0 || c->findings->errors > c->errors_before) return;
  gt_findings_add(c->findings, GT_SEVERITY_ERROR, "no-rows", 1, 1,
                  "the first line names the columns: text_input,output",
                  "the file has no rows");
  if (c->findings->count > c->from + 1) gt_findings_sort(c->findings, c->from);
}

int gt_csv_next(struct gt_csv *c, const struct gt_row **row,
                struct gt_reader_totals *totals, struct gt_err *err)
{
  *row = NULL;
  bool was_stopped = c->stopped;
  int rc = 0;
  if (!c->begun && start(c, totals, err) < 0) return -1;
  while (rc == 0 && !c->stopped) rc = read_record(c, totals, err);
  totals->lines = c->line - 1 + c->partial;
  if (rc > 0) {
    *row = &c->row;
    if (totals->rows++ == 0) totals->form = GT_FORM_CSV;
  }
  if (rc == 0 && !was_stopped) finish(c, totals);
  return rc;
}

/* Rows of CSV: the header, records, rows. See csv.h. */
#include "data/csv.h"

#include "base/utf8.h"
#include "data/csv_header.h"
#include "data/csv_window.h"

#include <stdlib.h>
#include <string.h>

#define HEADER_MAX ((size_t)64 << 10)
#define ERROR GT_SEVERITY_ERROR

struct gt_csv {
  struct gt_csv_window w;
  struct gt_findings *findings;
  struct gt_reader_options limits;
  size_t errors_before, from; /* from: the first finding of this file */
  size_t
      sort_from; /* of a record that was cut: what follows may stand before its fault */
  bool begun, stopped;
  struct gt_csv_columns columns;
  char *side; /* values of fields with doubled quotes: as long as a record */
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
  c->findings = findings;
  c->errors_before = findings->errors;
  c->from = findings->count;
  if (options) c->limits = *options;
  if (!c->limits.line_max) c->limits.line_max = GT_READER_LINE_MAX;
  gt_csv_window_init(&c->w, source, c->limits.line_max);
  *csv = c;
  return 0;
}

void gt_csv_free(struct gt_csv *c)
{
  if (!c) return;
  gt_csv_window_clear(&c->w);
  free(c->side);
  free(c);
}

static const char *at_hand(const struct gt_csv *c) { return c->w.data + c->w.start; }

static void tell(struct gt_csv *c, const char *rule, size_t at, const char *hint,
                 const char *message)
{
  size_t line, column;
  gt_csv_window_place(&line, &column, &c->w, at);
  gt_findings_add(c->findings, ERROR, rule, line, column, hint, "%s", message);
}

/* A record over the ceiling: an open quote that ran away, or a long line. */
static int pass_long(struct gt_csv *c, size_t n, bool whole,
                     struct gt_reader_totals *totals, struct gt_err *err)
{
  gt_csv_split(&c->record, at_hand(c), n, c->w.sep);
  totals->bad_rows++;
  if (c->record.fault == GT_CSV_UNCLOSED) {
    tell(c, "csv-quote", c->record.open_at, "close it, or leave it out",
         "the quote is not closed within the limit of a record");
    gt_csv_window_pass(&c->w, gt_csv_window_line_end(&c->w, c->record.open_at));
    return 0;
  }
  tell(c, "line-too-long", c->limits.line_max, NULL,
       "the record is longer than the limit");
  if (!whole) return gt_csv_window_pass_line(&c->w, n, totals, err);
  gt_csv_window_pass(&c->w, n);
  return 0;
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
    gt_csv_window_place(&line, &column, &c->w, r->fault_at);
    gt_csv_window_place(&open_line, &open_column, &c->w, r->open_at);
    gt_findings_add(c->findings, ERROR, "csv-quote", line, column,
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
  size_t end = gt_csv_window_line_end(&c->w, r->open_at);
  return r->fault == GT_CSV_UNCLOSED || end <= r->fault_at ? end : n;
}

static void judge_bytes(struct gt_csv *c, size_t n)
{
  const char *s = at_hand(c), *nul = memchr(s, '\0', n);
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
  gt_csv_window_place(&line, &column, &c->w, at);
  gt_findings_add(
      c->findings, ERROR, "csv-columns", line, column,
      got > wanted ? "a text with the separator in it goes in quotes" : NULL,
      "the record has %zu field%s, the header %zu", got, got == 1 ? "" : "s", wanted);
  return -1;
}

/* The value of a field: itself, or without the doubling at `side`. */
static void take_field(struct gt_csv *c, struct gt_turn *turn, size_t column,
                       enum gt_role role)
{
  const struct gt_csv_field *f = &c->record.fields[column];
  const char *s = at_hand(c) + f->at, *end = s + f->len;
  *turn = (struct gt_turn){.role = role, .csv = true, .raw = s, .raw_len = f->len};
  gt_csv_window_place(&turn->line, &turn->column, &c->w, f->at);
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
  size_t column = turn->column - f->quoted;
  bool blank = gt_row_is_blank(turn->text, turn->len);
  size_t n = max && turn->len > max ? gt_utf8_count(turn->text, turn->len) : 0;
  if (!blank && n <= max) return;
  gt_row_pointer(pointer, sizeof pointer, &c->row, turn);
  if (blank) {
    gt_findings_add(c->findings, ERROR, "empty-field", turn->line, column, NULL,
                    "\"%s\" %s", pointer + 1,
                    turn->len ? "has nothing but spaces" : "is empty");
    gt_findings_point(c->findings, pointer);
  }
  if (n > max) {
    gt_findings_add(c->findings, ERROR, "too-long", turn->line, column, NULL,
                    "\"%s\" has %zu characters, the limit is %zu", pointer + 1, n, max);
    gt_findings_point(c->findings, pointer);
  }
}

static int side_room(struct gt_csv *c, size_t n, struct gt_err *err)
{
  c->side_len = 0;
  if (n <= c->side_cap) return 0;
  size_t cap = n < 4096 ? 4096 : n;
  char *side = realloc(c->side, cap);
  if (!side) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  c->side = side;
  c->side_cap = cap;
  return 0;
}

/* The row of a record of n bytes that has been split. */
static int make_row(struct gt_csv *c, size_t n, struct gt_err *err)
{
  const struct gt_csv_field *text = &c->record.fields[c->columns.text];
  const struct gt_csv_field *output = &c->record.fields[c->columns.output];
  if ((text->doubled || output->doubled) && side_room(c, n, err) < 0) return -1;
  c->row = (struct gt_row){.line = c->w.line,
                           .form = GT_FORM_CSV,
                           .names = c->columns.names,
                           .turns = c->turns,
                           .turns_count = 2,
                           .raw = at_hand(c),
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

static void sort(struct gt_csv *c, size_t from)
{
  if (c->findings->count > from + 1) gt_findings_sort(c->findings, from);
}

/* One record; 1: c->row is good. */
static int read_record(struct gt_csv *c, struct gt_reader_totals *totals,
                       struct gt_err *err)
{
  size_t n, len, first = c->findings->count, errors = c->findings->errors;
  size_t from = c->sort_from ? c->sort_from - 1 : first;
  bool over;
  c->sort_from = 0;
  int found = gt_csv_window_find(&c->w, &n, &len, &over, totals, err);
  c->stopped = found == GT_CSV_END;
  if (found <= 0) return found;
  if (over) return pass_long(c, n, found == GT_CSV_WHOLE, totals, err);
  if (len > 0) {
    bool split = gt_csv_split(&c->record, at_hand(c), len, c->w.sep) == 0;
    judge_bytes(c, len);
    if (!split) {
      tell_fault(c);
      n = recover(c, n);
      c->sort_from = first + 1;
    } else if (judge_columns(c) == 0 && make_row(c, len, err) < 0) {
      return -1;
    }
    sort(c, from);
  }
  gt_csv_window_pass(&c->w, n);
  if (c->findings->errors == errors) return len > 0;
  totals->bad_rows++;
  return 0;
}

/* The separator by which the header shows the most, and the header's length by it. */
static int choose_separator(struct gt_csv *c, size_t *n, size_t *len,
                            struct gt_reader_totals *totals, struct gt_err *err)
{
  static const char separators[] = {',', ';', '\t'};
  int best = -1;
  char found = ',';
  bool over;
  for (size_t i = 0; i < sizeof separators && best < 2; i++) {
    c->w.sep = separators[i];
    int rc = gt_csv_window_find(&c->w, n, len, &over, totals, err);
    if (rc <= 0) return rc;
    int fit = gt_csv_split(&c->record, at_hand(c), *len, c->w.sep) == 0
                  ? gt_csv_header_fit(&c->record, at_hand(c))
                  : -1;
    if (fit == 1 && c->record.count == 1) fit = 0;
    if (fit <= best) continue;
    best = fit;
    found = c->w.sep;
  }
  c->w.sep = found;
  return gt_csv_window_find(&c->w, n, len, &over, totals, err);
}

/* 1 when rows may follow, 0 when the header is none, -1. */
static int read_header(struct gt_csv *c, struct gt_reader_totals *totals,
                       struct gt_err *err)
{
  size_t n = 0, len, from = c->findings->count, errors = c->findings->errors;
  int rc = choose_separator(c, &n, &len, totals, err);
  if (rc <= 0) return rc;
  const char *s = at_hand(c);
  judge_bytes(c, len);
  if (gt_csv_split(&c->record, s, len, c->w.sep) < 0)
    tell_fault(c);
  else if (len > HEADER_MAX || memchr(s, '\n', len))
    tell(c, "csv-header", 0, "the first line names the columns: text_input,output",
         "the names of the columns take more than a line");
  else if (gt_csv_header_read(&c->columns, c->findings, &c->record, s, c->w.line,
                              c->w.shift) == 0 &&
           c->w.sep != ',')
    gt_findings_add(c->findings, GT_SEVERITY_NOTE, "csv-separator", c->w.line,
                    c->w.shift + (size_t)((char *)memchr(s, c->w.sep, len) - s) + 1,
                    NULL, "the columns are separated by %s",
                    c->w.sep == ';' ? "semicolons" : "tabs");
  sort(c, from);
  gt_csv_window_pass(&c->w, n);
  return c->findings->errors == errors;
}

/* A byte order mark is passed over, UTF-16 ends it. */
static void judge_start(struct gt_csv *c, struct gt_reader_totals *totals)
{
  const char *s = c->w.data;
  size_t len = c->w.len;
  if (len >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) {
    gt_findings_add(c->findings, GT_SEVERITY_WARNING, "bom", 1, 1,
                    "save the file as UTF-8 without BOM",
                    "the file starts with a byte order mark");
    totals->bom = true;
    c->w.start = c->w.shift = 3;
  }
  if (len < 2 || (memcmp(s, "\xFF\xFE", 2) != 0 && memcmp(s, "\xFE\xFF", 2) != 0))
    return;
  tell(c, "utf-16", 0, "save the file as UTF-8", "the file is UTF-16");
  c->stopped = true;
}

static bool at_empty_line(const struct gt_csv *c)
{
  return c->w.start < c->w.len && (*at_hand(c) == '\r' || *at_hand(c) == '\n');
}

static int start(struct gt_csv *c, struct gt_reader_totals *totals, struct gt_err *err)
{
  struct gt_csv_window *w = &c->w;
  c->begun = true;
  totals->gzip = gt_source_is_gzip(w->source);
  while (w->len < 3 && !w->eof)
    if (gt_csv_window_fill(w, totals, err) < 0) return -1;
  judge_start(c, totals);
  while (!c->stopped && !w->eof) { /* empty lines in front of the header */
    while (at_empty_line(c)) gt_csv_window_pass(w, 1);
    if (w->start < w->len) break;
    if (gt_csv_window_fill(w, totals, err) < 0) return -1;
  }
  if (c->stopped) return 0;
  int rc = read_header(c, totals, err);
  c->stopped = rc <= 0;
  return rc;
}

static void finish(struct gt_csv *c, const struct gt_reader_totals *totals)
{
  if (totals->rows > 0 || c->findings->errors > c->errors_before) return;
  gt_findings_add(c->findings, ERROR, "no-rows", 1, 1,
                  "the first line names the columns: text_input,output",
                  "the file has no rows");
  sort(c, c->from);
}

int gt_csv_next(struct gt_csv *c, const struct gt_row **row,
                struct gt_reader_totals *totals, struct gt_err *err)
{
  *row = NULL;
  bool was_stopped = c->stopped;
  int rc = 0;
  if (!c->begun && start(c, totals, err) < 0) return -1;
  while (rc == 0 && !c->stopped) rc = read_record(c, totals, err);
  totals->lines = c->w.line - 1 + c->w.partial;
  if (rc > 0) {
    *row = &c->row;
    if (totals->rows++ == 0) totals->form = GT_FORM_CSV;
  }
  if (rc == 0 && !was_stopped) finish(c, totals);
  return rc;
}

/* CSV: RFC 4180 read strictly, rows across lines and pieces, every defect placed. */
#include "data/csv.h"

#include "unit.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define T(text) text, sizeof(text) - 1
#define HEAD "text_input,output\n"

static char path[] = "/tmp/gtlua-csv-XXXXXX";

struct result {
  struct gt_csv *csv;
  struct gt_findings findings;
  struct gt_reader_totals totals;
  struct gt_err err;
};

static void open_text(struct result *r, const char *text, size_t len,
                      const struct gt_reader_options *options)
{
  struct gt_source *source;
  FILE *f = fopen(path, "wb");
  if (!f || fwrite(text, 1, len, f) != len) abort();
  fclose(f);
  *r = (struct result){.totals = {.form = GT_FORM_NONE}};
  gt_findings_init(&r->findings, 0);
  if (gt_source_open(&source, path, &r->err) < 0) abort();
  if (gt_csv_open(&r->csv, source, &r->findings, options, &r->err) < 0) abort();
}

static const struct gt_row *next(struct result *r)
{
  const struct gt_row *row;
  int rc = gt_csv_next(r->csv, &row, &r->totals, &r->err);
  UNIT_CHECK(rc >= 0 && (rc == 1) == (row != NULL));
  return row;
}

static void result_clear(struct result *r)
{
  UNIT_CHECK(next(r) == NULL); /* the end is given again for ever */
  gt_csv_free(r->csv);
  gt_findings_clear(&r->findings);
}

/* "line:column rule pointer" of every finding. */
static const char *places(const struct gt_findings *f)
{
  static char text[8192];
  static const char *const marks[] = {"", "w:", "n:"};
  size_t used = 0;
  text[0] = '\0';
  for (size_t i = 0; i < f->count && used < sizeof text - 200; i++)
    used += (size_t)snprintf(text + used, sizeof text - used, "%s%zu:%zu %s%s%s%s",
                             i ? "; " : "", f->items[i].line, f->items[i].column,
                             marks[f->items[i].severity], f->items[i].rule,
                             f->items[i].pointer[0] ? " " : "", f->items[i].pointer);
  return text;
}

/* Every row as "line:text>output" and where the raw texts begin. */
static const char *shown(struct result *r)
{
  static char text[8192];
  const struct gt_row *row;
  size_t used = 0;
  text[0] = '\0';
  while ((row = next(r)) && used < sizeof text - 500)
    used += (size_t)snprintf(
        text + used, sizeof text - used, "%s%zu:%.*s>%.*s (%zu:%zu %zu:%zu)",
        used ? " | " : "", row->line, (int)row->text_len, row->text,
        (int)row->output_len, row->output, row->turns[0].line, row->turns[0].column,
        row->turns[1].line, row->turns[1].column);
  return text;
}

static const struct {
  const char *text;
  size_t len;
  const char *rows, *places;
} cases[] = {
    /* what is good */
    {T(HEAD "a,b\n"), "2:a>b (2:1 2:3)", ""},
    {T(HEAD "a,b"), "2:a>b (2:1 2:3)", ""},
    {T("text_input,output\r\na,b\r\nc,d\r\n"), "2:a>b (2:1 2:3) | 3:c>d (3:1 3:3)", ""},
    {T("\"text_input\",\"output\"\n\"a\",\"b\"\n"), "2:a>b (2:2 2:6)", ""},
    {T(HEAD "\"a\"\"b\",\"\"\"\"\"\"\n"), "2:a\"b>\"\" (2:2 2:9)", ""},
    {T(HEAD "\"a\nb\r\n\",\"c,d\"\ne,f\n"),
     "2:a\nb\r\n>c,d (2:2 4:4) | 5:e>f (5:1 5:3)", ""},
    {T(HEAD "\n\r\na,b\n\n\n"), "4:a>b (4:1 4:3)", ""},
    {T("\n\n" HEAD "a,b\n"), "4:a>b (4:1 4:3)", ""},
    {T(HEAD " a , b \n"), "2: a > b  (2:1 2:5)", ""},
    {T(HEAD "a\\n,\\\n"), "2:a\\n>\\ (2:1 2:5)", ""},
    {T("\xEF\xBB\xBF" HEAD "a,b\n"), "2:a>b (2:1 2:3)", "1:1 w:bom"},
    {T("id,output,x,text_input\n1,b,2,a\n"), "2:a>b (2:7 2:3)", "1:1 w:unused-field"},
    {T("prompt,completion\na,b\n"), "2:a>b (2:1 2:3)", ""},
    {T("output,input,\nb,a,\n"), "2:a>b (2:3 2:1)", "1:14 w:unused-field"},
    {T("text_input;output\na,b;c\n"), "2:a,b>c (2:1 2:5)", "1:11 n:csv-separator"},
    {T("\"prompt\";\"response\"\n\"a;\"\"\";c\n"), "2:a;\">c (2:2 2:8)",
     "1:9 n:csv-separator"},
    {T("input\toutput\na\tb c\n"), "2:a>b c (2:1 2:3)", "1:6 n:csv-separator"},
    {T("input,output,id,id\na,b,1,2\n"), "2:a>b (2:1 2:3)",
     "1:14 w:unused-field; 1:17 w:csv-header"},
    /* the header */
    {T(""), "", "1:1 no-rows"},
    {T("\xEF\xBB\xBF\n"), "", "1:1 w:bom; 1:1 no-rows"},
    {T(HEAD), "", "1:1 no-rows"},
    {T(HEAD "\n"), "", "1:1 no-rows"},
    {T("text,label\na,b\n"), "", "1:1 csv-header"},
    {T("a,b\n"), "", "1:1 csv-header"},
    {T("txt_input,output\na,b\n"), "", "1:1 csv-header"},
    {T("text_input\na\n"), "", "1:1 csv-header"},
    {T("input,output,output\na,b,c\n"), "", "1:14 csv-header"},
    {T("text_input,output,input\na,b,c\n"), "", "1:1 mixed-forms"},
    {T("{\"text_input\":\"a\",\"output\":\"b\"}\n"), "", "1:2 csv-quote"},
    {T("[1,2]\n"), "", "1:1 csv-header"},
    {T("\"input\",\"out\nput\"\na,b\n"), "", "1:1 csv-header"},
    {T("\"input\"x,output\na,b\n"), "", "1:8 csv-quote"},
    {T("\"input,output\na,b\n"), "", "1:1 csv-quote"},
    {T("\xFF\xFEt\0e\0"), "", "1:1 utf-16"},
    /* quotes */
    {T(HEAD "a \"b\" c,d\ne,f\n"), "3:e>f (3:1 3:3)", "2:3 csv-quote"},
    {T(HEAD " \"a\",b\ne,f\n"), "3:e>f (3:1 3:3)", "2:2 csv-quote"},
    {T(HEAD "\"a\"b,c\ne,f\n"), "3:e>f (3:1 3:3)", "2:4 csv-quote"},
    {T(HEAD "\"a\" ,c\n"), "", "2:4 csv-quote"},
    {T(HEAD "\"a,b\nc,d\n"), "3:c>d (3:1 3:3)", "2:1 csv-quote"},
    {T(HEAD "a,\"b\nc,d\n"), "3:c>d (3:1 3:3)", "2:3 csv-quote"},
    {T(HEAD "a,\"b\nc,d\ne,f"), "3:c>d (3:1 3:3) | 4:e>f (4:1 4:3)", "2:3 csv-quote"},
    {T(HEAD "a,\""), "", "2:3 csv-quote"},
    {T(HEAD "\"a,b\nc,d\n\"e\",f\ng,h\n"),
     "3:c>d (3:1 3:3) | 4:e>f (4:2 4:5) | 5:g>h (5:1 5:3)", "4:2 csv-quote"},
    {T(HEAD "\"1\n2\",b\"\nc,d\n"), "4:c>d (4:1 4:3)", "3:5 csv-quote"},
    /* columns */
    {T(HEAD "a\nb,c\n"), "3:b>c (3:1 3:3)", "2:1 csv-columns"},
    {T(HEAD "a,b,c\n"), "", "2:5 csv-columns"},
    {T(HEAD "a,b,\"c\"\n"), "", "2:5 csv-columns"},
    {T(HEAD "a,b,\n"), "", "2:5 csv-columns"},
    {T(HEAD "\"a\nb\",c,d\n"), "", "3:6 csv-columns"},
    {T("text_input,output,id\na,b\n"), "", "1:19 w:unused-field; 2:1 csv-columns"},
    /* texts */
    {T(HEAD ",b\na,\n"), "", "2:1 empty-field /text_input; 3:3 empty-field /output"},
    {T(HEAD "\"\",\" \n\"\n"), "",
     "2:1 empty-field /text_input; 2:4 empty-field /output"},
    {T("prompt,response\n\xC2\xA0,b\n"), "", "2:1 empty-field /prompt"},
    {T(HEAD "caf\xE9,b\nc,d\n"), "3:c>d (3:1 3:3)", "2:4 invalid-utf8"},
    {T(HEAD "\"a\n\xED\xA0\x80\",b\n"), "", "3:1 invalid-utf8"},
    {T(HEAD "a\0,b\n"), "", "2:2 nul-character"},
};

static void reads_and_names_every_defect(void)
{
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct result r;
    open_text(&r, cases[i].text, cases[i].len, NULL);
    const char *rows = shown(&r);
    if (strcmp(rows, cases[i].rows) != 0 ||
        strcmp(places(&r.findings), cases[i].places) != 0)
      printf("  %s\n", cases[i].text);
    UNIT_STR(rows, cases[i].rows);
    UNIT_STR(places(&r.findings), cases[i].places);
    size_t lines = 0;
    for (size_t k = 0; k < cases[i].len; k++) lines += cases[i].text[k] == '\n';
    if (cases[i].len && cases[i].text[cases[i].len - 1] != '\n') lines++;
    if (cases[i].rows[0]) {
      UNIT_CHECK(r.totals.lines == lines && r.totals.bytes == cases[i].len);
      UNIT_CHECK(r.totals.form == GT_FORM_CSV);
    } else {
      UNIT_CHECK(r.totals.form == GT_FORM_NONE && r.findings.errors > 0);
    }
    result_clear(&r);
  }
}

static void counts(void)
{
  struct result r;
  open_text(&r, T("text_input,output\r\na,b\r\nc\r\n\"\",d\ne,f"), NULL);
  shown(&r);
  UNIT_CHECK(r.totals.rows == 2 && r.totals.bad_rows == 2 && r.totals.lines == 5);
  UNIT_CHECK(r.totals.crlf && !r.totals.bom && !r.totals.final_newline);
  UNIT_CHECK(!r.totals.gzip && r.totals.form == GT_FORM_CSV);
  result_clear(&r);
  open_text(&r, T("\xEF\xBB\xBFtext_input,output\na,\"\r\n\"\n"), NULL);
  shown(&r);
  UNIT_CHECK(!r.totals.crlf && r.totals.bom && r.totals.final_newline);
  result_clear(&r);
}

static void says_what_to_do(void)
{
  struct result r;
  struct gt_buf out;
  gt_buf_init(&out, 65536);
  open_text(&r, T("Text;txt_input;outptu\n"), NULL);
  shown(&r);
  gt_findings_format(&out, "f", &r.findings);
  result_clear(&r);
  open_text(&r, T("text_input,output,\"a\"\"b\",id\n\"x\ny\"z,b,c,d\n1,2,3,4,5\n"),
            NULL);
  shown(&r);
  gt_findings_format(&out, "g", &r.findings);
  UNIT_CHECK(r.findings.count == 4 && r.findings.items[1].rule[0] == 'c');
  result_clear(&r);
  UNIT_STR(
      gt_buf_str(&out),
      "f:1:1: error: csv-header: no pair of known columns; found: \"Text\", "
      "\"txt_input\", \"outptu\"; did you mean \"text_input\", \"output\"? (the "
      "first line names the columns: text_input,output)\n"
      "g:1:19: warning: unused-field: columns not used: \"a\"\"b\", \"id\" (put "
      "what matters into the input)\n"
      "g:3:2: error: csv-quote: a quote inside a field that is not quoted (put the "
      "whole field in quotes and double those inside)\n"
      "g:3:3: error: csv-quote: something behind the closing quote of the field "
      "that began at 2:1 (a quote inside a quoted field is written twice)\n"
      "g:4:9: error: csv-columns: the record has 5 fields, the header 4 (a text "
      "with the separator in it goes in quotes)\n");
  gt_buf_clear(&out);
}

/* Records across the pieces in which a file is read, and rows that stay until the next
 * one is asked for. */
static void reads_in_pieces(void)
{
  struct result r;
  size_t cap = 4000000, len = 0;
  char *text = malloc(cap);
  if (!text) abort();
  len += (size_t)sprintf(text, "output,id,text_input\n");
  for (int i = 0; i < 4000; i++)
    len += (size_t)sprintf(text + len, "%d,\"\"\"x\ny\",\"%0*d\"\"\n%d\"\r\n", i,
                           i % 900 + 4, i, i);
  len += (size_t)sprintf(text + len, "last,,\"%0900000d\"", 7);
  open_text(&r, text, len, NULL);
  for (int i = 0; i < 4000; i++) {
    const struct gt_row *row = next(&r);
    size_t line, column;
    if (!row) break;
    UNIT_CHECK(row->line == (size_t)i * 3 + 2 && row->turns[0].line == row->line + 1);
    UNIT_CHECK(strtol(row->text, NULL, 10) == i && row->output_len < 5);
    gt_row_place(&line, &column, &row->turns[0], (size_t)(i % 900 + 4 + 2));
    UNIT_CHECK(line == row->line + 2 && column == 1);
    UNIT_CHECK(row->text[i % 900 + 4] == '"' &&
               row->turns[0].raw[row->turns[0].raw_len] == '"');
  }
  const struct gt_row *row = next(&r);
  UNIT_CHECK(row && row->text_len == 900000 && row->line == 12002);
  UNIT_CHECK(next(&r) == NULL);
  UNIT_CHECK(r.totals.rows == 4001 && r.totals.lines == 12002 && r.totals.bytes == len);
  UNIT_STR(places(&r.findings), "1:8 w:unused-field");
  result_clear(&r);
  free(text);
}

static void keeps_its_limits(void)
{
  struct result r;
  struct gt_reader_options options = {.text_max = 3, .output_max = 2};
  open_text(&r, T(HEAD "\xC3\xA9\xC3\xA9\xC3\xA9,ab\nabcd,\"a\"\"b\"\n"), &options);
  UNIT_STR(shown(&r), "2:\xC3\xA9\xC3\xA9\xC3\xA9>ab (2:1 2:8)");
  UNIT_STR(places(&r.findings), "3:1 too-long /text_input; 3:6 too-long /output");
  result_clear(&r);

  options = (struct gt_reader_options){.line_max = 20};
  open_text(&r,
            T(HEAD "a,0123456789012345678\nb,012345678901234567\n"
                   "\"c\n,0123456789012345678901234567890\nd,e\n"),
            &options);
  UNIT_STR(shown(&r), "3:b>012345678901234567 (3:1 3:3) | 6:d>e (6:1 6:3)");
  UNIT_STR(places(&r.findings),
           "2:21 line-too-long; 4:1 csv-quote; 5:21 line-too-long");
  UNIT_CHECK(r.totals.lines == 6 && r.totals.bad_rows == 3);
  result_clear(&r);

  size_t len = 3000000; /* longer than any piece; then rows again */
  char *text = malloc(len + 100);
  if (!text) abort();
  memcpy(text, T(HEAD));
  memset(text + sizeof HEAD - 1, 'x', len);
  memcpy(text + len, T("\na,b\n"));
  open_text(&r, text, len + 5, &options);
  UNIT_STR(shown(&r), "3:a>b (3:1 3:3)");
  UNIT_STR(places(&r.findings), "2:21 line-too-long");
  result_clear(&r);
  open_text(&r, text, len, &options);
  UNIT_STR(shown(&r), "");
  UNIT_CHECK(r.totals.lines == 2);
  result_clear(&r);
  free(text);
}

static long peak_kib(void)
{
  struct rusage use;
  getrusage(RUSAGE_SELF, &use);
  return use.ru_maxrss;
}

static void keeps_its_memory(void)
{
  struct result r;
  FILE *f = fopen(path, "wb");
  if (!f) abort();
  fputs(HEAD, f);
  for (int i = 0; i < 300000; i++) fprintf(f, "\"%0100d\",\"o\"\"%d\"\n", i, i);
  fclose(f);
  struct gt_source *source;
  r = (struct result){.totals = {.form = GT_FORM_NONE}};
  gt_findings_init(&r.findings, 0);
  if (gt_source_open(&source, path, &r.err) < 0) abort();
  if (gt_csv_open(&r.csv, source, &r.findings, NULL, &r.err) < 0) abort();
  long before = peak_kib();
  while (next(&r)) continue;
  UNIT_CHECK(r.totals.rows == 300000 && r.findings.count == 0);
  UNIT_CHECK(peak_kib() - before < 4096);
  result_clear(&r);
}

int main(void)
{
  int fd = mkstemp(path);
  if (fd < 0) return 1;
  close(fd);
  UNIT_RUN(reads_and_names_every_defect);
  UNIT_RUN(counts);
  UNIT_RUN(says_what_to_do);
  UNIT_RUN(reads_in_pieces);
  UNIT_RUN(keeps_its_limits);
  UNIT_RUN(keeps_its_memory);
  unlink(path);
  return unit_report();
}

/* The row reader: what is a row, and where a broken line is said to be broken. */
#include "data/rows.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define T(text) text, sizeof(text) - 1
#define GOOD "{\"text_input\":\"a\",\"output\":\"b\"}"

struct result {
  struct gt_rows rows;
  struct gt_findings findings;
  int rc;
};

static void read_text(struct result *r, const char *text, size_t len,
                      const struct gt_rows_options *options)
{
  struct gt_err err;
  char *copy = malloc(len ? len : 1); /* exact size: the sanitizer watches its end */
  gt_rows_init(&r->rows);
  gt_findings_init(&r->findings, 0);
  if (copy) memcpy(copy, text, len);
  r->rc = gt_rows_read(&r->rows, &r->findings, copy, len, options, &err);
  free(copy);
}

static void result_clear(struct result *r)
{
  gt_rows_clear(&r->rows);
  gt_findings_clear(&r->findings);
}

/* ":line:column: rule" of every finding, warnings with a "w" in front of the rule. */
static const char *places(const struct gt_findings *f)
{
  static char text[4096];
  size_t used = 0;
  text[0] = '\0';
  for (size_t i = 0; i < f->count && used < sizeof text - 100; i++)
    used += (size_t)snprintf(text + used, sizeof text - used, "%s%zu:%zu %s%s",
                             i ? "; " : "", f->items[i].line, f->items[i].column,
                             f->items[i].severity == GT_SEVERITY_WARNING ? "w:" : "",
                             f->items[i].rule);
  return text;
}

static const struct {
  const char *text;
  size_t len;
  size_t rows;
  const char *places;
} broken[] = {
    /* JSON syntax, each at its byte */
    {T("{\"text_input\":\"a\",\"output\":\"b\",}"), 0, "1:31 json-syntax"},
    {T("{\"text_input\":\"a\" \"output\":\"b\"}"), 0, "1:19 json-syntax"},
    {T("{\"text_input\" \"a\",\"output\":\"b\"}"), 0, "1:15 json-syntax"},
    {T("{\"text_input\":\"a\",\"output\":\"b}"), 0, "1:28 json-syntax"},
    {T("{\"text_input\":\"a\",\"output\":\"b\""), 0, "1:31 json-syntax"},
    {T("{text_input:\"a\",\"output\":\"b\"}"), 0, "1:2 json-syntax"},
    {T("{'text_input':'a'}"), 0, "1:2 json-syntax"},
    {T("{\"text_input\":\"a\tb\",\"output\":\"b\"}"), 0, "1:17 json-syntax"},
    {T("{\"text_input\":\"a\\x\",\"output\":\"b\"}"), 0, "1:17 json-syntax"},
    {T("{\"text_input\":\"\\u12\",\"output\":\"b\"}"), 0, "1:16 json-syntax"},
    {T("{\"text_input\":NaN,\"output\":\"b\"}"), 0, "1:15 json-syntax"},
    {T("{\"text_input\":01,\"output\":\"b\"}"), 0, "1:15 json-syntax"},
    {T("{\"text_input\":None,\"output\":\"b\"}"), 0, "1:15 json-syntax"},
    {T(GOOD GOOD), 0, "1:32 json-syntax"},
    {T(GOOD ",\n" GOOD "\n"), 1, "1:32 json-syntax"},
    {T("// rows\n" GOOD), 1, "1:1 json-syntax"},
    {T(GOOD "\n\xEF\xBB\xBF" GOOD), 1, "2:1 json-syntax"},
    {T("{\n\"text_input\":\"a\",\n\"output\":\"b\"\n}\n"), 0,
     "1:2 json-syntax; 2:1 not-an-object; 3:1 not-an-object; 4:1 json-syntax"},
    /* no object */
    {T("[1]"), 0, "1:1 not-an-object"},
    {T(GOOD "\n  \"a\"\n"), 1, "2:3 not-an-object"},
    {T("7\nnull\ntrue"), 0, "1:1 not-an-object; 2:1 not-an-object; 3:1 not-an-object"},
    /* fields */
    {T("{\"text_input\":\"a\"}"), 0, "1:1 missing-field"},
    {T("  {\"output\":\"a\"}"), 0, "1:3 missing-field"},
    {T("{}"), 0, "1:1 missing-field"},
    {T("{\"id\":1,\"text\":\"a\"}"), 0, "1:1 missing-field"},
    {T("{\"prompt\":\"a\",\"output\":\"b\"}"), 0, "1:1 missing-field"},
    {T(GOOD "\n{\"output\":\"\"}"), 1, "2:1 missing-field; 2:11 empty-field"},
    {T("{\"text_input\":\"\",\"output\":\"b\"}"), 0, "1:15 empty-field"},
    {T("{\"text_input\":\"a\",\"output\":\" \\n\\t\"}"), 0, "1:28 empty-field"},
    {T("{\"text_input\":\"\\u00a0\xE3\x80\x80\",\"output\":\"\"}"), 0,
     "1:15 empty-field; 1:36 empty-field"},
    {T("{\"text_input\":1,\"output\":\"b\"}"), 0, "1:15 wrong-type"},
    {T("{\"text_input\":null,\"output\":[\"b\"]}"), 0,
     "1:15 wrong-type; 1:29 wrong-type"},
    {T("{\"text_input\":{\"a\":1},\"output\":false}"), 0,
     "1:15 wrong-type; 1:32 wrong-type"},
    /* duplicates, the outer and the inner */
    {T("{\"output\":\"a\",\"text_input\":\"a\",\"output\":\"b\"}"), 0,
     "1:32 duplicate-key"},
    {T("{\"output\":\"a\",\"text_input\":\"a\",\"m\":{\"x\":1,\"x\":2}}"), 0,
     "1:43 duplicate-key"},
    {T("{\"output\":\"a\",\"text_input\":\"a\",\"out\\u0070ut\":\"\"}"), 0,
     "1:32 duplicate-key; 1:46 empty-field"},
    /* encoding */
    {T("{\"text_input\":\"caf\xE9\",\"output\":\"b\"}"), 0, "1:19 invalid-utf8"},
    {T("{\"text_input\":\"\xC0\x80\",\"output\":\"\xED\xA0\x80\"}"), 0,
     "1:16 invalid-utf8; 1:30 invalid-utf8"},
    {T("{\"text_input\":\"\\ud800\",\"output\":\"a\\udc00\"}"), 0,
     "1:16 lone-surrogate; 1:35 lone-surrogate"},
    {T("{\"text_input\":\"a\0\",\"output\":\"b\"}"), 0, "1:17 nul-character"},
    {T("{\"text_input\":\"\\n\\u0000\",\"output\":\"b\"}"), 0, "1:18 nul-character"},
    {T(GOOD "\n\0\n"), 1, "2:1 nul-character"},
    {T("\xFF\xFE{\0\"\0"), 0, "1:1 utf-16"},
    {T("\xFE\xFF\0{"), 0, "1:1 utf-16"},
    /* forms */
    {T(GOOD
       "\n{\"prompt\":\"a\",\"completion\":\"b\"}\n{\"input\":\"a\",\"output\":\"b\"}"),
     1, "2:2 mixed-forms"},
    {T(GOOD "\n{\"output\":\"b\",\"textInput\":\"a\"}"), 1, "2:15 mixed-forms"},
    {T("{\"prompt\":\"a\",\"response\":\"b\"}\n{\"prompt\":\"a\",\"completion\":"
       "\"b\"}"),
     1, "2:15 mixed-forms"},
    {T("{\"input\":\"a\",\"text_input\":\"a\",\"output\":\"b\"}"), 0,
     "1:2 mixed-forms"},
    {T("{\"messages\":[],\"tools\":[]}"), 0, "1:2 unsupported-form"},
    {T("{\"systemInstruction\":{},\"contents\":[]}"), 0, "1:25 unsupported-form"},
    {T("{\"text_input\":\"a\",\"output\":\"b\",\"messages\":[]}"), 0,
     "1:32 mixed-forms"},
    /* near misses */
    {T("{\"txt_input\":\"a\",\"output\":\"b\"}"), 0, "1:2 near-miss-key"},
    {T("{\"text-input\":\"a\",\"outptu\":\"b\"}"), 0,
     "1:2 near-miss-key; 1:19 near-miss-key"},
    {T("{\"Text_Input\":\"a\",\"OUTPUT\":\"b\"}"), 0,
     "1:2 near-miss-key; 1:19 near-miss-key"},
    {T("{\"promt\":\"a\",\"completion\":\"b\"}"), 0, "1:2 near-miss-key"},
    {T("{\"prompt\":\"a\",\"reponses\":\"b\"}"), 0, "1:15 near-miss-key"},
    {T("{\"text_input\":\"a\",\"outputs\":\"b\"}"), 0, "1:19 near-miss-key"},
    {T("{\"txt_input\":\"a\"}"), 0, "1:1 missing-field; 1:2 near-miss-key"},
    /* files without rows */
    {T(""), 0, "1:1 no-rows"},
    {T("\n \r\n\t\n"), 0, "1:1 no-rows; 2:2 w:crlf"},
    {T("\xEF\xBB\xBF"), 0, "1:1 w:bom; 1:1 no-rows"},
    /* the whole file is read, and each line says all */
    {T("{\"text_input\":1}\n" GOOD "\n\n[\n" GOOD
       "\n{\"output\":\"\",\"output\":\"\\ud800\"}"),
     2,
     "1:1 missing-field; 1:15 wrong-type; 4:1 not-an-object; 6:1 missing-field; "
     "6:14 duplicate-key; 6:24 lone-surrogate"},
};

static void names_every_defect(void)
{
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
    struct result r;
    read_text(&r, broken[i].text, broken[i].len, NULL);
    const char *got = places(&r.findings);
    if (strcmp(got, broken[i].places) != 0)
      printf("  %s\n    %s, wanted %s\n", broken[i].text, got, broken[i].places);
    UNIT_CHECK(strcmp(got, broken[i].places) == 0);
    UNIT_CHECK(r.rc == 0 && r.findings.errors > 0);
    if (!strstr(broken[i].places, "mixed")) UNIT_CHECK(r.rows.count == broken[i].rows);
    result_clear(&r);
  }
}

static const struct {
  const char *text;
  size_t len;
  size_t rows;
  enum gt_form form;
  const char *places;
} good[] = {
    {T(GOOD), 1, GT_FORM_TEXT_INPUT, ""},
    {T(GOOD "\n"), 1, GT_FORM_TEXT_INPUT, ""},
    {T(GOOD "\r\n" GOOD "\r\n"), 2, GT_FORM_TEXT_INPUT, "1:32 w:crlf"},
    {T("\n\n  \n" GOOD "\n\n"), 1, GT_FORM_TEXT_INPUT, ""},
    {T("\xEF\xBB\xBF" GOOD "\n"), 1, GT_FORM_TEXT_INPUT, "1:1 w:bom"},
    {T(" { \"output\" : \"b\" , \"textInput\" : \"a\" } "), 1, GT_FORM_TEXTINPUT, ""},
    {T("{\"input\":\"a\",\"output\":\"b\"}"), 1, GT_FORM_INPUT, ""},
    {T("{\"prompt\":\"a\",\"completion\":\"b\"}"), 1, GT_FORM_COMPLETION, ""},
    {T("{\"prompt\":\"a\",\"response\":\"b\"}"), 1, GT_FORM_RESPONSE, ""},
    {T("{\"id\":[1,{\"output\":3}],\"input\":\"a\",\"output\":\"b\",\"text\":0}"), 1,
     GT_FORM_INPUT, ""},
    {T("{\"text\\u005finput\":\"a\",\"output\":\"b\"}"), 1, GT_FORM_TEXT_INPUT, ""},
    {T("{\"input\":\"a\",\"output\":\"b\",\"outputs\":1}\n"
       "{\"input\":\"a\",\"output\":\"b\",\"outputs\":1}"),
     2, GT_FORM_INPUT, "1:27 w:near-miss-key"},
    {T("{\"instruction\":\"i\",\"input\":\"a\",\"output\":\"b\"}\n"
       "{\"instruction\":\"i\",\"input\":\"a\",\"output\":\"b\"}"),
     2, GT_FORM_INPUT, "1:2 w:unused-field"},
    {T("{\"prompt\":\"i\",\"input\":\"a\",\"output\":\"b\"}"), 1, GT_FORM_INPUT,
     "1:2 w:unused-field"},
};

static void takes_every_form(void)
{
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    struct result r;
    read_text(&r, good[i].text, good[i].len, NULL);
    UNIT_STR(places(&r.findings), good[i].places);
    UNIT_CHECK(r.rc == 0 && r.findings.errors == 0);
    UNIT_CHECK(r.rows.count == good[i].rows && r.rows.form == good[i].form);
    for (size_t k = 0; k < r.rows.count; k++) {
      UNIT_STR(r.rows.items[k].text, "a");
      UNIT_STR(r.rows.items[k].output, "b");
      UNIT_CHECK(r.rows.items[k].text_len == 1 && r.rows.items[k].output_len == 1);
    }
    result_clear(&r);
  }
}

static void keeps_text_and_lines(void)
{
  static const char text[] =
      "\n{\"input\":\"\\u00e9\\ud83d\\ude00\\\"\",\"output\":\"x\\ny\"}\n"
      "\n{\"input\":\"\xC3\xA9\",\"output\":\" z \"}";
  struct result r;
  read_text(&r, text, sizeof text - 1, NULL);
  UNIT_CHECK(r.rows.count == 2 && r.rows.lines == 4);
  UNIT_STR(r.rows.items[0].text, "\xC3\xA9\xF0\x9F\x98\x80\"");
  UNIT_STR(r.rows.items[0].output, "x\ny");
  UNIT_CHECK(r.rows.items[0].line == 2 && r.rows.items[1].line == 4);
  UNIT_STR(r.rows.items[1].output, " z ");
  result_clear(&r);
}

static void appends_file_after_file(void)
{
  struct gt_rows rows;
  struct gt_findings f;
  struct gt_err err;
  gt_rows_init(&rows);
  gt_findings_init(&f, 0);
  UNIT_CHECK(gt_rows_read(&rows, &f, T(GOOD), NULL, &err) == 0);
  UNIT_CHECK(gt_rows_read(&rows, &f, T("{\"prompt\":\"c\",\"response\":\"d\"}"), NULL,
                          &err) == 0);
  UNIT_CHECK(rows.count == 2 && f.count == 0 && rows.form == GT_FORM_RESPONSE);
  UNIT_STR(rows.items[0].text, "a");
  UNIT_STR(rows.items[1].output, "d");
  UNIT_CHECK(gt_rows_read(&rows, &f, NULL, 0, NULL, &err) == 0 && f.errors == 1);
  gt_rows_clear(&rows);
  gt_findings_clear(&f);
}

static void keeps_its_limits(void)
{
  struct result r;
  static const char wide[] =
      "{\"input\":\"\xC3\xA9\xC3\xA9\xC3\xA9\",\"output\":\"\\u00e9bc\"}";
  struct gt_rows_options chars = {.text_max = 3, .output_max = 3};
  read_text(&r, wide, sizeof wide - 1, &chars);
  UNIT_CHECK(r.findings.count == 0 && r.rows.count == 1);
  result_clear(&r);
  chars = (struct gt_rows_options){.text_max = 2, .output_max = 2};
  read_text(&r, wide, sizeof wide - 1, &chars);
  UNIT_STR(places(&r.findings), "1:10 too-long; 1:28 too-long");
  UNIT_STR(r.findings.items[0].message, "\"input\" has 3 characters, the limit is 2");
  result_clear(&r);

  struct gt_rows_options line = {.line_max = 39};
  read_text(&r,
            T(GOOD "\n{\"text_input\":\"a\",\"output\":\"0123456789\"}\n"
                   "{\"text_input\":\"a\",\"output\":\"012345678\"}"),
            &line);
  UNIT_STR(places(&r.findings), "2:40 line-too-long");
  UNIT_CHECK(r.rows.count == 2 && r.rows.lines == 3);
  result_clear(&r);

  struct gt_rows_options two = {.rows_max = 2};
  read_text(&r, T(GOOD "\n" GOOD), &two);
  UNIT_CHECK(r.rc == 0 && r.rows.count == 2);
  result_clear(&r);
  read_text(&r, T(GOOD "\n" GOOD "\n" GOOD), &two);
  UNIT_CHECK(r.rc == -1 && r.rows.count == 2);
  result_clear(&r);
  struct gt_rows_options bytes = {.bytes_max = 4} /* "a", "b" and their NULs */;
  read_text(&r, T(GOOD), &bytes);
  UNIT_CHECK(r.rc == 0 && r.rows.bytes <= bytes.bytes_max);
  result_clear(&r);
  read_text(&r, T(GOOD "\n" GOOD), &bytes);
  UNIT_CHECK(r.rc == -1);
  result_clear(&r);
}

static void bounds_the_nesting_and_the_keys(void)
{
  struct result r;
  static char text[60000];
  size_t len = (size_t)sprintf(text, "{\"input\":\"a\",\"output\":\"b\",\"m\":");
  memset(text + len, '[', 70);
  memset(text + len + 70, ']', 70);
  text[len + 140] = '}';
  read_text(&r, text, len + 141, NULL);
  UNIT_STR(places(&r.findings), "1:94 json-limit"); /* the 64th bracket of m */
  result_clear(&r);
  len = 0;
  for (int i = 0; i < 3000; i++)
    len += (size_t)sprintf(text + len, "%c\"key%d\":%d", i ? ',' : '{', i, i);
  read_text(&r, text, len, NULL);
  UNIT_CHECK(r.findings.count == 1 && r.findings.items[0].column > 20000);
  UNIT_STR(r.findings.items[0].rule, "json-limit");
  result_clear(&r);
}

static void says_what_to_do(void)
{
  struct result r;
  struct gt_buf out;
  gt_buf_init(&out, 65536);
  read_text(&r,
            T("{\"txt_input\":\"a\",\"output\":\"b\"}\n"
              "{\"text_input\":\"a\",\"output\":3}\n"
              "{\"prompt\":\"a\",\"completion\":\"b\"}\n" GOOD "\n"
              "{\"messages\":[],\"\\u001b\x7F\":1}\n"
              "{\"input\":\"\xE9\"}\n"),
            NULL);
  UNIT_CHECK(gt_findings_format(&out,
                                "my\x1B"
                                "file",
                                &r.findings) == 0);
  UNIT_STR(
      gt_buf_str(&out),
      "my\\x1Bfile:1:2: error: near-miss-key: unknown key \"txt_input\", did you mean "
      "\"text_input\"?\n"
      "my\\x1Bfile:2:28: error: wrong-type: \"output\" is a number, not a string "
      "(write "
      "it in double quotes)\n"
      "my\\x1Bfile:3:2: error: mixed-forms: the row is prompt+completion, line 2 began "
      "with text_input+output (one form a file)\n"
      "my\\x1Bfile:5:2: error: unsupported-form: \"messages\" is a conversation, here a "
      "row is one input and one output; keys found: messages, \"\\u001b\\x7F\" "
      "(gt.dataset.load(FILE):write(NEW, { form = \"text_input\" }) makes pairs and says "
      "what is lost)\n"
      "my\\x1Bfile:6:1: error: missing-field: \"output\" is missing beside \"input\"\n"
      "my\\x1Bfile:6:11: error: invalid-utf8: invalid UTF-8 (byte 0xE9) (save the file "
      "as UTF-8)\n");
  gt_buf_clear(&out);
  result_clear(&r);
}

static void counts_what_is_left_out(void)
{
  struct gt_findings f;
  struct gt_rows rows;
  struct gt_buf out;
  struct gt_err err;
  gt_findings_init(&f, 2);
  gt_rows_init(&rows);
  gt_buf_init(&out, 4096);
  gt_rows_read(&rows, &f, T("{}\n{}\n{}\n" GOOD "\n{}"), NULL, &err);
  UNIT_CHECK(f.count == 2 && f.errors == 4 && f.left_out == 2 && rows.count == 1);
  gt_findings_format(&out, "f", &f);
  UNIT_CHECK(strstr(gt_buf_str(&out), "\nf: 2 more findings left out\n") != NULL);
  struct gt_buf small;
  gt_buf_init(&small, 10);
  UNIT_CHECK(gt_findings_format(&small, "f", &f) == -1);
  gt_buf_clear(&small);
  gt_buf_clear(&out);
  gt_findings_clear(&f);
  gt_rows_clear(&rows);
}

static int load(struct result *r, const char *path, const struct gt_rows_options *o,
                struct gt_err *err)
{
  gt_rows_init(&r->rows);
  gt_findings_init(&r->findings, 0);
  return gt_rows_load(&r->rows, &r->findings, path, o, err);
}

/* The pieces of a file must not show: long lines across them, a line that is longer
 * than a piece and the limit, the rest without a newline. */
static void loads_in_pieces(void)
{
  char path[] = "/tmp/gtlua-rows-XXXXXX";
  struct result r;
  struct gt_err err;
  int fd = mkstemp(path);
  FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
  UNIT_CHECK(f != NULL);
  if (!f) return;
  fputs("\xEF\xBB\xBF", f);
  for (int i = 0; i < 4000; i++)
    fprintf(f, "{\"input\":\"%0*d\",\"output\":\"%d\"}\n", i % 700 + 4, i, i);
  fprintf(f, "{\"input\":\"%0700000d\",\"output\":\"long\"}\n", 7);
  fprintf(f, "{\"input\":\"%02000000d\",\"output\":\"too long\"}\n", 7);
  fputs("{\"input\":\"x\",\"output\":3}\r\n{\"input\":\"last\",\"output\":\"y\"}", f);
  fclose(f);
  UNIT_CHECK(load(&r, path, NULL, &err) == 0);
  UNIT_STR(places(&r.findings),
           "1:1 w:bom; 4002:1048577 line-too-long; 4003:23 wrong-type; 4003:25 w:crlf");
  UNIT_CHECK(r.rows.count == 4002 && r.rows.lines == 4004);
  for (size_t i = 0; i < 4000 && i < r.rows.count; i++) {
    const struct gt_kept_row *row = &r.rows.items[i];
    UNIT_CHECK(row->line == i + 1 && strtoul(row->output, NULL, 10) == i);
    UNIT_CHECK(row->text_len == i % 700 + 4 && strtoul(row->text, NULL, 10) == i);
  }
  if (r.rows.count == 4002) {
    UNIT_CHECK(r.rows.items[4000].text_len == 700000);
    UNIT_STR(r.rows.items[4001].text, "last");
  }
  result_clear(&r);

  struct gt_rows_options tiny = {.line_max = 5};
  UNIT_CHECK(load(&r, path, &tiny, &err) == 0 && r.findings.errors == 4004);
  result_clear(&r);
  unlink(path);
  UNIT_CHECK(load(&r, path, NULL, &err) == -1 && err.code == GT_NOT_FOUND);
  result_clear(&r);
  UNIT_CHECK(load(&r, "/tmp", NULL, &err) == -1);
  UNIT_STR(err.message, "/tmp is a folder");
  result_clear(&r);
}

int main(void)
{
  UNIT_RUN(names_every_defect);
  UNIT_RUN(takes_every_form);
  UNIT_RUN(keeps_text_and_lines);
  UNIT_RUN(appends_file_after_file);
  UNIT_RUN(keeps_its_limits);
  UNIT_RUN(bounds_the_nesting_and_the_keys);
  UNIT_RUN(says_what_to_do);
  UNIT_RUN(counts_what_is_left_out);
  UNIT_RUN(loads_in_pieces);
  return unit_report();
}

/* Conversations: what turns a row has, and where a broken one is said to be broken. */
#include "data/reader.h"

#include "unit.h"

#include <stdlib.h>

#define T(text) text, sizeof(text) - 1
/* messages and contents of one row; the list's bytes begin at column 14 of both */
#define M(list) T("{\"messages\":[" list "]}")
#define C(list) T("{\"contents\":[" list "]}")
#define U "{\"role\":\"user\",\"content\":\"a\"}"
#define A "{\"role\":\"assistant\",\"content\":\"b\"}"
#define S "{\"role\":\"system\",\"content\":\"s\"}"
#define CU "{\"role\":\"user\",\"parts\":[{\"text\":\"a\"}]}"
#define CM "{\"role\":\"model\",\"parts\":[{\"text\":\"b\"}]}"

struct result {
  struct gt_reader *reader;
  struct gt_findings findings;
  struct gt_err err;
  char *bytes;
};

static void open_text(struct result *r, const char *text, size_t len,
                      const struct gt_reader_options *options)
{
  r->bytes = malloc(len ? len : 1); /* exact size: the sanitizer watches its end */
  if (!r->bytes) abort();
  memcpy(r->bytes, text, len);
  gt_findings_init(&r->findings, 0);
  UNIT_CHECK(gt_reader_open_bytes(&r->reader, &r->findings, r->bytes, len, options,
                                  &r->err) == 0);
}

static void result_clear(struct result *r)
{
  gt_reader_free(r->reader);
  gt_findings_clear(&r->findings);
  free(r->bytes);
}

static size_t drain(struct result *r)
{
  const struct gt_row *row;
  size_t rows = 0;
  while (gt_reader_next(r->reader, &row, &r->err) > 0) rows++;
  return rows;
}

/* "line:column rule pointer" of every finding. */
static const char *places(const struct gt_findings *f)
{
  static char text[8192];
  size_t used = 0;
  text[0] = '\0';
  for (size_t i = 0; i < f->count && used < sizeof text - 200; i++)
    used += (size_t)snprintf(text + used, sizeof text - used, "%s%zu:%zu %s%s%s%s",
                             i ? "; " : "", f->items[i].line, f->items[i].column,
                             f->items[i].severity == GT_SEVERITY_WARNING ? "w:" : "",
                             f->items[i].rule, f->items[i].pointer[0] ? " " : "",
                             f->items[i].pointer);
  return text;
}

static const struct {
  const char *text;
  size_t len;
  const char *places;
} broken[] = {
    /* the list */
    {M(""), "1:13 no-turns /messages"},
    {C(""), "1:13 no-turns /contents"},
    {T("{\"messages\":{}}"), "1:13 wrong-type /messages"},
    {T("{\"messages\":\"hi\"}"), "1:13 wrong-type /messages"},
    {T("{\"contents\":null}"), "1:13 wrong-type /contents"},
    {M("1,\"a\"," U "," A), "1:14 wrong-type /messages/0; 1:16 wrong-type /messages/1"},
    {C("[]," CU "," CM), "1:14 wrong-type /contents/0"},
    /* roles */
    {M("{\"content\":\"a\"}," A), "1:14 missing-field /messages/0"},
    {M("{\"role\":1,\"content\":\"a\"}," A), "1:22 wrong-type /messages/0/role"},
    {M(U ",{\"role\":\"asistant\",\"content\":\"b\"}"),
     "1:52 role-unknown /messages/1/role"},
    {M("{\"role\":\"human\",\"content\":\"a\"}," A),
     "1:22 role-unknown /messages/0/role"},
    {M("{\"role\":\"\",\"content\":\"a\"}," A), "1:22 role-unknown /messages/0/role"},
    {C(CU ",{\"role\":\"assistant\",\"parts\":[{\"text\":\"b\"}]}"),
     "1:61 role-unknown /contents/1/role"},
    {C("{\"role\":\"system\",\"parts\":[{\"text\":\"b\"}]}," CU "," CM),
     "1:22 role-unknown /contents/0/role"},
    /* order */
    {M(U "," U "," A), "1:52 role-order /messages/1/role"},
    {M(U "," A "," A), "1:87 role-order /messages/2/role"},
    {M(U "," S "," A), "1:52 role-order /messages/1/role"},
    {M(A), "1:22 role-order /messages/0/role"},
    {M(S "," A), "1:54 role-order /messages/1/role"},
    {C(CM "," CU "," CM), "1:22 role-order /contents/0/role"},
    {C(CU "," CU), "1:61 role-order /contents/1/role; 1:61 last-turn /contents/1"},
    {M(U), "1:22 last-turn /messages/0"},
    {M(S), "1:22 last-turn /messages/0"},
    {M(U "," A "," U), "1:87 last-turn /messages/2"},
    {C(CU "," CM "," CU), "1:101 last-turn /contents/2"},
    /* texts of messages */
    {M("{\"role\":\"user\"}," A), "1:14 missing-field /messages/0"},
    {M("{\"role\":\"user\",\"contet\":\"a\"}," A), "1:29 near-miss-key /messages/0"},
    {M("{\"rol\":\"user\",\"content\":\"a\"}," A), "1:15 near-miss-key /messages/0"},
    {M("{}," A), "1:14 missing-field /messages/0; 1:14 missing-field /messages/0"},
    {M("{\"role\":\"user\",\"content\":null}," A),
     "1:39 wrong-type /messages/0/content"},
    {M("{\"role\":\"user\",\"content\":{}}," A), "1:39 wrong-type /messages/0/content"},
    {M("{\"role\":\"user\",\"content\":\"\"}," A),
     "1:39 empty-field /messages/0/content"},
    {M(U ",{\"role\":\"assistant\",\"content\":\" \\n\"}"),
     "1:74 empty-field /messages/1/content"},
    {M("{\"role\":\"user\",\"content\":[]}," A),
     "1:39 empty-field /messages/0/content"},
    {M("{\"role\":\"user\",\"content\":[\"a\"]}," A),
     "1:40 wrong-type /messages/0/content/0"},
    {M("{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}," A),
     "1:40 missing-field /messages/0/content/0"},
    {M("{\"role\":\"user\",\"content\":[{\"text\":\"a\"}]}," A),
     "1:40 missing-field /messages/0/content/0"},
    {M("{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":1}]}," A),
     "1:62 wrong-type /messages/0/content/0/text"},
    {M("{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"txt\":\"\"}]}," A),
     "1:55 near-miss-key /messages/0/content/0"},
    {M("{\"role\":\"user\",\"content\":[{\"type\":3,\"text\":\"a\"}]}," A),
     "1:48 wrong-type /messages/0/content/0"},
    {M("{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"\"},"
       "{\"type\":\"text\",\"text\":\" \"}]}," A),
     "1:62 empty-field /messages/0/content/0/text"},
    {M("{\"role\":\"user\",\"content\":\"a\\u0000\"}," A),
     "1:41 nul-character /messages/0/content"},
    {M("{\"role\":\"user\",\"content\":\"\xE9\"}," A), "1:40 invalid-utf8"},
    {M("{\"role\":\"user\",\"content\":\"\\ud800\"}," A), "1:40 lone-surrogate"},
    {M("{\"role\":\"user\",\"content\":\"a\",\"content\":\"b\"}," A),
     "1:43 duplicate-key"},
    /* what is more than text */
    {M("{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":"
       "{\"url\":\"x\"}}]}," A),
     "1:48 unsupported-part /messages/0/content/0"},
    {M(U ",{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"1\"}]},"
         "{\"role\":\"tool\",\"tool_call_id\":\"1\",\"content\":\"x\"}," A),
     "1:79 unsupported-part /messages/1/tool_calls; 1:114 unsupported-part "
     "/messages/2/role"},
    {M(U ",{\"tool_calls\":[1],\"role\":\"assistant\",\"content\":null}"),
     "1:45 unsupported-part /messages/1/tool_calls"},
    {M(U ",{\"role\":\"assistant\",\"tool_calls\":[1]}"),
     "1:64 unsupported-part /messages/1/tool_calls"},
    {M("{\"role\":\"function\",\"content\":\"x\"}," A),
     "1:22 unsupported-part /messages/0/role"},
    {C("{\"role\":\"user\",\"parts\":[{\"inlineData\":{\"data\":\"\"}}]}," CM),
     "1:39 unsupported-part /contents/0/parts/0"},
    {C("{\"role\":\"user\",\"parts\":[{\"text\":\"a\",\"thought\":true}]}," CM),
     "1:50 unsupported-part /contents/0/parts/0"},
    {C("{\"role\":\"user\",\"parts\":[{\"text\":\"a\"},{\"fileData\":{}}]}," CM),
     "1:52 unsupported-part /contents/0/parts/1"},
    /* texts of contents */
    {C("{\"role\":\"user\",\"parts\":\"a\"}," CM), "1:37 wrong-type /contents/0/parts"},
    {C("{\"role\":\"user\",\"parts\":{\"text\":\"a\"}}," CM),
     "1:37 wrong-type /contents/0/parts"},
    {C("{\"role\":\"user\",\"parts\":[]}," CM), "1:37 empty-field /contents/0/parts"},
    {C("{\"role\":\"user\",\"parts\":[{}]}," CM),
     "1:38 missing-field /contents/0/parts/0"},
    {C("{\"role\":\"user\",\"parts\":[{\"text\":\"\"}]}," CM),
     "1:46 empty-field /contents/0/parts/0/text"},
    {C("{\"role\":\"user\",\"part\":[{\"text\":\"a\"}]}," CM),
     "1:29 near-miss-key /contents/0"},
    {C("{\"role\":\"user\",\"content\":\"a\"}," CM), "1:14 missing-field /contents/0"},
    /* the system instruction */
    {T("{\"systemInstruction\":\"s\",\"contents\":[" CU "," CM "]}"),
     "1:22 wrong-type /systemInstruction"},
    {T("{\"systemInstruction\":{\"parts\":[{\"text\":\" \"}]},\"contents\":[" CU "," CM
       "]}"),
     "1:40 empty-field /systemInstruction/parts/0/text"},
    {T("{\"contents\":[" CU "," CM "],\"system_instruction\":{\"role\":\"system\"}}"),
     "1:115 missing-field /system_instruction"},
    {T("{\"systemInstructions\":{},\"contents\":[" CU "," CM "]}"),
     "1:2 near-miss-key"},
    {T("{\"systemInstruction\":{\"parts\":[{\"text\":\"s\"}]},\"system_instruction\":"
       "{\"parts\":[{\"text\":\"s\"}]},\"contents\":[" CU "," CM "]}"),
     "1:47 mixed-forms"},
    {T("{\"systemInstruction\":{},\"messages\":[" U "," A "]}"), "1:2 mixed-forms"},
    /* forms */
    {T("{\"messages\":[" U "," A "],\"contents\":[]}"), "1:80 mixed-forms"},
    {T("{\"messages\":[" U "," A "],\"input\":\"a\",\"output\":\"b\"}"),
     "1:2 mixed-forms"},
    {T("{\"messages\":[" U "," A "]}\n{\"contents\":[" CU "," CM "]}"),
     "2:2 mixed-forms"},
    {T("{\"input\":\"a\",\"output\":\"b\"}\n{\"id\":1,\"messages\":[" U "," A "]}"),
     "2:9 mixed-forms"},
    {T("{\"messages\":[" U "," A "]}\n{\"output\":\"b\",\"input\":\"a\"}"),
     "2:2 mixed-forms"},
    {T("{\"mesages\":[" U "," A "]}"), "1:2 near-miss-key"},
    {T("{\"Content\":[" CU "," CM "]}"), "1:2 near-miss-key"},
    {T("{\"messages\":[" U "," A "]}\n{\"id\":[]}"), "2:1 missing-field"},
};

static void names_every_defect(void)
{
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
    struct result r;
    open_text(&r, broken[i].text, broken[i].len, NULL);
    size_t rows = drain(&r);
    const char *got = places(&r.findings);
    if (strcmp(got, broken[i].places) != 0) printf("  %s\n", broken[i].text);
    UNIT_STR(got, broken[i].places);
    UNIT_CHECK(rows == (strncmp(got, "2:", 2) == 0 ? 1 : 0));
    result_clear(&r);
  }
}

static const char *shown(const struct gt_row *row)
{
  static char text[2000], pointer[GT_ROW_POINTER];
  static const char *const roles = "SUM";
  size_t used = (size_t)snprintf(text, sizeof text, "%s|%.*s|%.*s|",
                                 gt_form_name(row->form), (int)row->text_len, row->text,
                                 (int)row->output_len, row->output);
  for (size_t i = 0; i < row->turns_count; i++) {
    const struct gt_turn *t = &row->turns[i];
    gt_row_pointer(pointer, sizeof pointer, row, t);
    used += (size_t)snprintf(text + used, sizeof text - used, " %c%zu:%zu %s=%.*s",
                             roles[t->role], t->line, t->column, pointer, (int)t->len,
                             t->text);
  }
  return text;
}

static const struct {
  const char *text;
  size_t len;
  const char *row, *places;
} good[] = {
    {M(U "," A),
     "messages|a|b| U1:40 /messages/0/content=a M1:75 /messages/1/content=b", ""},
    {M(S "," U "," A "," U "," A),
     "messages|s\n\na\n\nb\n\na|b| S1:42 /messages/0/content=s U1:72 "
     "/messages/1/content=a M1:107 /messages/2/content=b U1:137 /messages/3/content=a "
     "M1:172 /messages/4/content=b",
     ""},
    {M("{\"content\":[{\"type\":\"text\",\"text\":\"x\\n\"},{\"text\":\"y\",\"type\":"
       "\"text\"}],\"role\":\"developer\",\"name\":\"n\"}," U
       ",{\"weight\":1,\"role\":\"assistant\",\"tool_calls\":null,\"refusal\":null,"
       "\"content\":\"\\u00e9\"}"),
     "messages|x\ny\n\na|\xC3\xA9| S1:49 /messages/0/content/0/text=x\n S1:64 "
     "/messages/0/content/1/text=y U1:140 /messages/1/content=a M1:219 "
     "/messages/2/content=\xC3\xA9",
     ""},
    {M(A "," U "," A),
     "messages|b\n\na|b| M1:45 /messages/0/content=b U1:75 /messages/1/content=a "
     "M1:110 "
     "/messages/2/content=b",
     ""},
    {C(CU "," CM),
     "contents|a|b| U1:47 /contents/0/parts/0/text=a M1:87 /contents/1/parts/0/text=b",
     ""},
    {T("{\"contents\":[{\"parts\":[{\"text\":\"a\"},{\"text\":\"\"}],\"role\":\"user\"}"
       ","
       "{\"role\":\"model\",\"parts\":[{\"text\":\"b\"},{\"text\":\"c\"}]}],"
       "\"system_instruction\":{\"parts\":[{\"text\":\"s\"},{\"text\":\"t\"}]}}"),
     "contents|st\n\na|bc| S1:159 /system_instruction/parts/0/text=s S1:172 "
     "/system_instruction/parts/1/text=t U1:33 /contents/0/parts/0/text=a U1:46 "
     "/contents/0/parts/1/text= M1:99 /contents/1/parts/0/text=b M1:112 "
     "/contents/1/parts/1/text=c",
     ""},
    {T("{\"systemInstruction\":{\"role\":\"x\",\"parts\":[{\"text\":\"s\"}]},"
       "\"contents\":"
       "[" CU "," CM "]}"),
     "contents|s\n\na|b| S1:52 /systemInstruction/parts/0/text=s U1:103 "
     "/contents/0/parts/0/text=a M1:143 /contents/1/parts/0/text=b",
     ""},
    {T("\xEF\xBB\xBF {\"messages\":[" U "," A "],\"tools\":[],\"output\":\"o\"}"),
     "messages|a|b| U1:44 /messages/0/content=a M1:79 /messages/1/content=b",
     "1:1 w:bom; 1:84 w:unused-field; 1:95 w:unused-field"},
    {T("{\"prompt\":\"\\ta\",\"completion\":\"b\"}"),
     "prompt+completion|\ta|b| U1:12 /prompt=\ta M1:31 /completion=b", ""},
};

static void reads_turns(void)
{
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    struct result r;
    const struct gt_row *row;
    open_text(&r, good[i].text, good[i].len, NULL);
    UNIT_CHECK(gt_reader_next(r.reader, &row, &r.err) == 1);
    if (row) UNIT_STR(shown(row), good[i].row);
    UNIT_STR(places(&r.findings), good[i].places);
    UNIT_CHECK(gt_reader_next(r.reader, &row, &r.err) == 0);
    result_clear(&r);
  }
}

/* The memory of turns and texts is used again for every row. */
static void reads_row_after_row(void)
{
  static char text[400000];
  size_t len = 0;
  for (int i = 0; i < 300; i++) {
    len += (size_t)sprintf(text + len, "{\"messages\":[");
    for (int k = 0; k <= i % 17; k++)
      len += (size_t)sprintf(text + len,
                             "%s{\"role\":\"user\",\"content\":\"u%d\\n\"},"
                             "{\"role\":\"assistant\",\"content\":\"a%d\"}",
                             k ? "," : "", k, i);
    len += (size_t)sprintf(text + len, "]}\n");
  }
  struct result r;
  const struct gt_row *row;
  open_text(&r, text, len, NULL);
  for (int i = 0; i < 300; i++) {
    char want[20];
    size_t turns = 2 * (size_t)(i % 17 + 1);
    UNIT_CHECK(gt_reader_next(r.reader, &row, &r.err) == 1);
    if (!row) break;
    int n = snprintf(want, sizeof want, "a%d", i);
    UNIT_CHECK(row->line == (size_t)i + 1 && row->turns_count == turns);
    UNIT_CHECK(row->output_len == (size_t)n && !memcmp(row->output, want, (size_t)n));
    UNIT_CHECK(row->text_len >= 3 && memcmp(row->text, "u0\n", 3) == 0);
  }
  UNIT_CHECK(gt_reader_next(r.reader, &row, &r.err) == 0 && r.findings.count == 0);
  result_clear(&r);
}

static void keeps_its_limits(void)
{
  struct result r;
  struct gt_reader_options options = {.text_max = 3, .output_max = 1};
  open_text(&r, M(U "," A "," U "," A), &options); /* a, b and a with two empty lines */
  UNIT_CHECK(drain(&r) == 0);
  UNIT_STR(places(&r.findings), "1:39 too-long /messages/0/content");
  UNIT_STR(r.findings.items[0].message, "the input has 7 characters, the limit is 3");
  result_clear(&r);
  open_text(&r, M(U ",{\"role\":\"assistant\",\"content\":\"\\u00e9\xC3\xA9\"}"),
            &options);
  UNIT_CHECK(drain(&r) == 0);
  UNIT_STR(places(&r.findings), "1:74 too-long /messages/1/content");
  result_clear(&r);

  static char text[200 * 10 + 100]; /* many defects: the first 50 are told */
  size_t len = (size_t)sprintf(text, "{\"messages\":[0");
  for (int i = 1; i < 200; i++) len += (size_t)sprintf(text + len, ",%d", i);
  len += (size_t)sprintf(text + len, "]}");
  open_text(&r, text, len, NULL);
  UNIT_CHECK(drain(&r) == 0 && r.findings.count == 50);
  result_clear(&r);

  options = (struct gt_reader_options){.pairs_only = true};
  open_text(&r, M(U "," A), &options);
  UNIT_CHECK(drain(&r) == 0);
  UNIT_STR(places(&r.findings), "1:2 unsupported-form");
  result_clear(&r);
}

static void says_what_to_do(void)
{
  struct result r;
  struct gt_buf out;
  gt_buf_init(&out, 65536);
  open_text(
      &r,
      T("{\"messages\":[" U ",{\"role\":\"asistant\",\"content\":\"b\"}]}\n"
        "{\"messages\":[" U "," U "]}\n"
        "{\"messages\":[{\"role\":\"boss\",\"content\":\"x\"}," A "]}\n"
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"im\\u0061ge\"}]"
        "}," A "]}\n"),
      NULL);
  drain(&r);
  gt_findings_format(&out, "f", &r.findings);
  UNIT_STR(
      gt_buf_str(&out),
      "f:1:52: error: role-unknown: unknown role \"asistant\", did you mean "
      "\"assistant\"?\n"
      "f:2:52: error: role-order: two turns of the user in a row (join them, or put "
      "the turn between them that is missing)\n"
      "f:2:52: error: last-turn: the last turn is one of the user, not of the "
      "assistant (end with the answer that is to be learned)\n"
      "f:3:22: error: role-unknown: unknown role \"boss\" (the roles are system, "
      "developer, user and assistant)\n"
      "f:4:48: error: unsupported-part: parts of the type \"im\\u0061ge\" are not "
      "read (only parts with text are read)\n");
  gt_buf_clear(&out);
  result_clear(&r);
}

/* The place of every byte of a text, through escapes and doubled quotes. */
static void finds_bytes_in_the_file(void)
{
  struct gt_turn json = {.text = "a\xC3\xA9\n\xF0\x9F\x98\x80z",
                         .len = 9,
                         .raw = "a\xC3\xA9\\n\\ud83d\\ude00z",
                         .raw_len = 18,
                         .line = 4,
                         .column = 10};
  static const size_t columns[] = {10, 11, 12, 13, 15, 15, 15, 15, 27, 28};
  size_t line, column;
  for (size_t i = 0; i < 10; i++) {
    gt_row_place(&line, &column, &json, i);
    UNIT_CHECK(line == 4 && column == columns[i]);
  }
  struct gt_turn csv = {.csv = true,
                        .text = "\"a\\n\n\xC3\xA9\"\"b",
                        .len = 10,
                        .raw = "\"\"a\\n\n\xC3\xA9\"\"\"\"b",
                        .raw_len = 13,
                        .line = 4,
                        .column = 10};
  static const size_t lines[] = {4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5};
  static const size_t csv_columns[] = {10, 12, 13, 14, 15, 1, 2, 3, 5, 7, 8};
  for (size_t i = 0; i <= 10; i++) {
    gt_row_place(&line, &column, &csv, i);
    UNIT_CHECK(line == lines[i] && column == csv_columns[i]);
  }
}

int main(void)
{
  UNIT_RUN(names_every_defect);
  UNIT_RUN(reads_turns);
  UNIT_RUN(reads_row_after_row);
  UNIT_RUN(keeps_its_limits);
  UNIT_RUN(says_what_to_do);
  UNIT_RUN(finds_bytes_in_the_file);
  return unit_report();
}

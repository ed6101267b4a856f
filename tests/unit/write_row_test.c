/* Rows from every form into every other: lossless, or it says what is lost. */
#include "data/reader.h"
#include "data/write_row.h"

#include "base/utf8.h"
#include "data/csv.h"

#include "unit.h"

#include <stdlib.h>
#include <unistd.h>

#define ODD "\\\"q\\\\ \\n\\r\\n\\t,;\\u0007\\u007f\\u00e9\\ud83d\\ude00"

static char path[] = "/tmp/gtlua-write-XXXXXX";
static struct gt_err err;

/* A row that keeps its reader, and with it its texts. */
struct held {
  struct gt_reader *reader;
  struct gt_csv *csv;
  struct gt_reader_totals totals;
  struct gt_findings findings;
  const struct gt_row *row;
};

static void hold(struct held *h, const char *text, size_t len, enum gt_form form)
{
  int rc;
  *h = (struct held){.totals = {.form = GT_FORM_NONE}};
  gt_findings_init(&h->findings, 0);
  if (form == GT_FORM_CSV) {
    struct gt_source *source;
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(text, 1, len, f) != len) abort();
    fclose(f);
    if (gt_source_open(&source, path, &err) < 0) abort();
    if (gt_csv_open(&h->csv, source, &h->findings, NULL, &err) < 0) abort();
    rc = gt_csv_next(h->csv, &h->row, &h->totals, &err);
  } else {
    if (gt_reader_open_bytes(&h->reader, &h->findings, text, len, NULL, &err) < 0)
      abort();
    rc = gt_reader_next(h->reader, &h->row, &err);
  }
  if (rc != 1 || h->row->form != form || h->findings.errors)
    printf("  not read as %s: %.*s\n", gt_form_name(form), (int)len, text);
  UNIT_CHECK(rc == 1 && h->row->form == form && h->findings.errors == 0);
}

static void let_go(struct held *h)
{
  gt_reader_free(h->reader);
  gt_csv_free(h->csv);
  gt_findings_clear(&h->findings);
}

static const struct {
  const char *text;
  enum gt_form form;
  unsigned to_pair, to_messages, to_contents; /* what is lost in each */
} rows[] = {
    {"{\"text_input\":\"a" ODD "\",\"output\":\"" ODD "b\"}", GT_FORM_TEXT_INPUT, 0, 0,
     0},
    {" {\"output\":\" b \",\"textInput\":\"a\"} ", GT_FORM_TEXTINPUT, 0, 0, 0},
    {"{\"input\":\"a\",\"output\":\"b\",\"id\":1}", GT_FORM_INPUT, GT_LOST_MEMBERS,
     GT_LOST_MEMBERS, GT_LOST_MEMBERS},
    {"{\"prompt\":\"a\",\"completion\":\"b\",\"id\":null}", GT_FORM_COMPLETION, 0, 0,
     0},
    {"{\"prompt\":\"a\",\"response\":\"b\"}", GT_FORM_RESPONSE, 0, 0, 0},
    {"text_input,output\n\"a,\"\"\nx\",b\n", GT_FORM_CSV, 0, 0, 0},
    {"output,prompt,response,id\nx,a,b,\n", GT_FORM_CSV, GT_LOST_MEMBERS,
     GT_LOST_MEMBERS, GT_LOST_MEMBERS},
    {"output;text_input\n\"b\";a\n", GT_FORM_CSV, 0, 0, 0},
    {"{\"messages\":[{\"role\":\"user\",\"content\":\"a" ODD
     "\"},{\"role\":\"assistant\","
     "\"content\":\"b\",\"refusal\":null}]}",
     GT_FORM_MESSAGES, 0, 0, 0},
    {"{\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\","
     "\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]}",
     GT_FORM_MESSAGES, GT_LOST_SYSTEM, 0, 0},
    {"{\"messages\":[{\"role\":\"developer\",\"content\":\"s\"},{\"role\":\"user\","
     "\"content\":\"a\",\"name\":\"n\"},{\"role\":\"assistant\",\"content\":\"b\"}]}",
     GT_FORM_MESSAGES, GT_LOST_SYSTEM | GT_LOST_ROLES | GT_LOST_MEMBERS, 0,
     GT_LOST_ROLES | GT_LOST_MEMBERS},
    {"{\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"system\","
     "\"content\":\"t\"},{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\","
     "\"content\":\"b\"}],\"tools\":[]}",
     GT_FORM_MESSAGES, GT_LOST_SYSTEM | GT_LOST_MEMBERS, 0,
     GT_LOST_PARTS | GT_LOST_MEMBERS},
    {"{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\","
     "\"content\":\"b\"},{\"role\":\"user\",\"content\":\"c\"},{\"role\":\"assistant\","
     "\"content\":\"d\"}]}",
     GT_FORM_MESSAGES, GT_LOST_TURNS | GT_LOST_ROLES, 0, 0},
    {"{\"messages\":[{\"role\":\"assistant\",\"content\":\"b\"},{\"role\":\"user\","
     "\"content\":\"c\"},{\"role\":\"assistant\",\"content\":\"d\"}]}",
     GT_FORM_MESSAGES, GT_LOST_TURNS | GT_LOST_ROLES, 0, GT_LOST_OPENING},
    {"{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}"
     ","
     "{\"type\":\"text\",\"text\":\"\"}]},{\"role\":\"assistant\",\"content\":\"b\"}]}",
     GT_FORM_MESSAGES, GT_LOST_PARTS, 0, 0},
    {"{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"a\"}]},{\"role\":"
     "\"model\","
     "\"parts\":[{\"text\":\"b\"},{\"text\":\"" ODD
     "\"}]}],\"systemInstruction\":{\"role\":"
     "\"x\",\"parts\":[{\"text\":\"s\"},{\"text\":\"t\"}]}}",
     GT_FORM_CONTENTS, GT_LOST_SYSTEM | GT_LOST_PARTS, 0, 0},
    {"{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"a\"}]},{\"role\":"
     "\"model\","
     "\"parts\":[{\"text\":\"b\"}]}],\"labels\":{\"x\":\"y\"}}",
     GT_FORM_CONTENTS, GT_LOST_MEMBERS, GT_LOST_MEMBERS, 0},
};

/* The turns as they were said: roles, texts, parts; of a pair user and model. */
static void said(struct gt_buf *out, const struct gt_row *row)
{
  for (size_t i = 0; i < row->turns_count; i++) {
    const struct gt_turn *t = &row->turns[i], *last = i ? t - 1 : NULL;
    bool same = last && last->item == t->item && last->role == t->role;
    gt_buf_addf(out, "%s%d:", same ? "+" : "|", (int)t->role);
    gt_buf_add(out, t->text, t->len);
  }
}

static unsigned expected(size_t i, enum gt_form to)
{
  if (to == rows[i].form && to != GT_FORM_CSV) return 0;
  if (to == GT_FORM_MESSAGES) return rows[i].to_messages;
  return to == GT_FORM_CONTENTS ? rows[i].to_contents : rows[i].to_pair;
}

static void there_and_back(size_t i, enum gt_form to)
{
  struct held from, there;
  struct gt_buf out, before, after;
  unsigned lost = 0;
  gt_buf_init(&out, 1 << 16);
  gt_buf_init(&before, 1 << 16);
  gt_buf_init(&after, 1 << 16);
  hold(&from, rows[i].text, strlen(rows[i].text), rows[i].form);
  UNIT_CHECK(gt_write_row_header(&out, to) == 0);
  UNIT_CHECK(gt_write_row(&out, &lost, from.row, to) == 0);
  if (lost != expected(i, to)) printf("  %s as %s\n", rows[i].text, gt_form_name(to));
  UNIT_CHECK(lost == expected(i, to));
  UNIT_CHECK(out.len > 0 && out.data[out.len - 1] == '\n');
  UNIT_CHECK(gt_utf8_check(out.data, out.len) == out.len);
  hold(&there, out.data, out.len, to);
  if (there.row && !(lost & GT_LOST_OPENING)) {
    UNIT_CHECK(there.row->text_len == from.row->text_len || (lost & GT_LOST_PARTS));
    UNIT_CHECK(there.row->output_len == from.row->output_len);
    UNIT_CHECK(!memcmp(there.row->output, from.row->output, from.row->output_len));
  }
  if (there.row) {
    said(&before, from.row);
    said(&after, there.row);
    bool same = strcmp(gt_buf_str(&before), gt_buf_str(&after)) == 0;
    unsigned told = lost & ~(unsigned)(GT_LOST_MEMBERS | GT_LOST_ROLES);
    if (same != (told == 0)) UNIT_STR(gt_buf_str(&after), gt_buf_str(&before));
  }
  let_go(&from);
  let_go(&there);
  gt_buf_clear(&out);
  gt_buf_clear(&before);
  gt_buf_clear(&after);
}

static void converts_all_to_all(void)
{
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    for (int to = 0; to < GT_FORMS; to++) there_and_back(i, (enum gt_form)to);
}

static const char *written(const char *text, enum gt_form from, enum gt_form to)
{
  static char copy[4000];
  struct held h;
  struct gt_buf out;
  unsigned lost = 0;
  gt_buf_init(&out, sizeof copy - 1);
  hold(&h, text, strlen(text), from);
  gt_write_row(&out, &lost, h.row, to);
  snprintf(copy, sizeof copy, "%s", gt_buf_str(&out));
  gt_buf_clear(&out);
  let_go(&h);
  return copy;
}

static void writes_each_form(void)
{
  const char *pair = "{\"input\":\"a \\\"b\\\"\\n\",\"output\":\"c\"}";
  const char *talk =
      "{\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":"
      "\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":"
      "\"text\",\"text\":\"b\"}]},{\"role\":\"assistant\",\"content\":"
      "\"c\"}]}";
  UNIT_STR(written(pair, GT_FORM_INPUT, GT_FORM_TEXT_INPUT),
           "{\"text_input\": \"a \\\"b\\\"\\n\", \"output\": \"c\"}\n");
  UNIT_STR(written(pair, GT_FORM_INPUT, GT_FORM_TEXTINPUT),
           "{\"textInput\": \"a \\\"b\\\"\\n\", \"output\": \"c\"}\n");
  UNIT_STR(written(pair, GT_FORM_INPUT, GT_FORM_COMPLETION),
           "{\"prompt\": \"a \\\"b\\\"\\n\", \"completion\": \"c\"}\n");
  UNIT_STR(written(pair, GT_FORM_INPUT, GT_FORM_RESPONSE),
           "{\"prompt\": \"a \\\"b\\\"\\n\", \"response\": \"c\"}\n");
  UNIT_STR(written(pair, GT_FORM_INPUT, GT_FORM_INPUT),
           "{\"input\":\"a \\\"b\\\"\\n\",\"output\":\"c\"}\n");
  UNIT_STR(written(pair, GT_FORM_INPUT, GT_FORM_CSV), "\"a \"\"b\"\"\n\",c\n");
  UNIT_STR(written(pair, GT_FORM_INPUT, GT_FORM_MESSAGES),
           "{\"messages\": [{\"role\": \"user\", \"content\": \"a \\\"b\\\"\\n\"}, "
           "{\"role\": \"assistant\", \"content\": \"c\"}]}\n");
  UNIT_STR(
      written(pair, GT_FORM_INPUT, GT_FORM_CONTENTS),
      "{\"contents\": [{\"role\": \"user\", \"parts\": [{\"text\": \"a "
      "\\\"b\\\"\\n\"}]}, {\"role\": \"model\", \"parts\": [{\"text\": \"c\"}]}]}\n");
  UNIT_STR(written(talk, GT_FORM_MESSAGES, GT_FORM_CONTENTS),
           "{\"systemInstruction\": {\"parts\": [{\"text\": \"s\"}]}, \"contents\": "
           "[{\"role\": \"user\", \"parts\": [{\"text\": \"a\"}, {\"text\": \"b\"}]}, "
           "{\"role\": \"model\", \"parts\": [{\"text\": \"c\"}]}]}\n");
  UNIT_STR(written(talk, GT_FORM_MESSAGES, GT_FORM_INPUT),
           "{\"input\": \"s\\n\\nab\", \"output\": \"c\"}\n");
  UNIT_STR(written("{\"input\":\" a\",\"output\":\"c;\"}", GT_FORM_INPUT, GT_FORM_CSV),
           "\" a\",\"c;\"\n");
}

/* A changed row has no raw text, one that was made none of the turns. */
static void writes_rows_that_were_made(void)
{
  struct gt_row row = {.form = GT_FORM_MESSAGES,
                       .text = "a",
                       .text_len = 1,
                       .output = "b",
                       .output_len = 1};
  struct gt_buf out;
  unsigned lost = 0;
  gt_buf_init(&out, 1000);
  UNIT_CHECK(gt_write_row(&out, &lost, &row, GT_FORM_MESSAGES) == 0 && lost == 0);
  UNIT_STR(gt_buf_str(&out),
           "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, "
           "{\"role\": \"assistant\", \"content\": \"b\"}]}\n");
  gt_buf_clear(&out);
  gt_buf_init(&out, 20);
  UNIT_CHECK(gt_write_row(&out, &lost, &row, GT_FORM_MESSAGES) == -1);
  gt_buf_clear(&out);
}

static void names_forms_and_losses(void)
{
  for (int f = 0; f < GT_FORMS; f++)
    UNIT_CHECK(gt_form_parse(gt_form_name((enum gt_form)f)) == (enum gt_form)f);
  UNIT_CHECK(gt_form_parse("input") == GT_FORM_INPUT);
  UNIT_CHECK(gt_form_parse("completion") == GT_FORM_COMPLETION);
  UNIT_CHECK(gt_form_parse("response") == GT_FORM_RESPONSE);
  UNIT_CHECK(gt_form_parse("output") == GT_FORM_NONE);
  UNIT_CHECK(gt_form_parse("") == GT_FORM_NONE);
  for (int i = 0; i < GT_LOST_BITS; i++)
    UNIT_CHECK(gt_lost_text((enum gt_lost)(1 << i))[0] != '\0');
}

int main(void)
{
  int fd = mkstemp(path);
  if (fd < 0) return 1;
  close(fd);
  UNIT_RUN(converts_all_to_all);
  UNIT_RUN(writes_each_form);
  UNIT_RUN(writes_rows_that_were_made);
  UNIT_RUN(names_forms_and_losses);
  unlink(path);
  return unit_report();
}

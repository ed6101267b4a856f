/* Rows into lines of any form. See write_row.h. */
#include "data/write_row.h"

#include "base/json_write.h"

#include <string.h>

/* The turns of a row, also of one that has none. */
struct talk {
  const struct gt_turn *turns;
  size_t count;
  struct gt_turn pair[2];
};

static void view(struct talk *t, const struct gt_row *row)
{
  t->turns = row->turns;
  t->count = row->turns_count;
  if (t->count > 0) return;
  t->pair[0] =
      (struct gt_turn){.role = GT_ROLE_USER, .text = row->text, .len = row->text_len};
  t->pair[1] = (struct gt_turn){
      .role = GT_ROLE_MODEL, .text = row->output, .len = row->output_len};
  t->turns = t->pair;
  t->count = 2;
}

/* How many texts from index i on are parts of one message. */
static size_t parts_from(const struct talk *t, size_t i)
{
  size_t n = 1;
  while (i + n < t->count && t->turns[i + n].item == t->turns[i].item &&
         t->turns[i + n].role == t->turns[i].role)
    n++;
  return n;
}

/* What is lost when all but the last turn become one text. */
static unsigned lost_by_flattening(const struct talk *t)
{
  unsigned lost = 0;
  size_t spoken = 0;
  for (size_t i = 0, n; i < t->count; i += n) {
    n = parts_from(t, i);
    if (n > 1) lost |= GT_LOST_PARTS;
    if (t->turns[i].role == GT_ROLE_SYSTEM) lost |= GT_LOST_SYSTEM;
    if (t->turns[i].role != GT_ROLE_SYSTEM) spoken++;
    if (t->turns[i].role == GT_ROLE_MODEL && i + n < t->count) lost |= GT_LOST_ROLES;
  }
  return spoken > 2 ? lost | GT_LOST_TURNS : lost;
}

static void add_member(struct gt_buf *out, const char *key, const char *s, size_t len)
{
  gt_buf_addf(out, "\"%s\": ", key);
  gt_json_string(out, s, len);
}

static void write_pair(struct gt_buf *out, const struct gt_row *row, enum gt_form form)
{
  gt_buf_addc(out, '{');
  add_member(out, gt_form_key_name(gt_form_text(form)), row->text, row->text_len);
  gt_buf_adds(out, ", ");
  add_member(out, gt_form_key_name(gt_form_output(form)), row->output, row->output_len);
  gt_buf_addc(out, '}');
}

static void add_field(struct gt_buf *out, const char *s, size_t len)
{
  bool quote = len == 0 || s[0] == ' ' || s[len - 1] == ' ';
  for (size_t i = 0; i < len && !quote; i++)
    quote = s[i] != '\0' && strchr(",;\t\"\r\n", s[i]);
  if (!quote) {
    gt_buf_add(out, s, len);
    return;
  }
  gt_buf_addc(out, '"');
  while (len > 0) {
    const char *inner = memchr(s, '"', len);
    size_t run = inner ? (size_t)(inner - s) + 1 : len;
    gt_buf_add(out, s, run);
    if (inner) gt_buf_addc(out, '"');
    s += run;
    len -= run;
  }
  gt_buf_addc(out, '"');
}

static void write_csv(struct gt_buf *out, const struct gt_row *row)
{
  add_field(out, row->text, row->text_len);
  gt_buf_addc(out, ',');
  add_field(out, row->output, row->output_len);
}

/* A list of parts: n texts; `typed` as messages have them. */
static void add_parts(struct gt_buf *out, const struct gt_turn *turns, size_t n,
                      bool typed)
{
  gt_buf_addc(out, '[');
  for (size_t i = 0; i < n; i++) {
    gt_buf_adds(out, i ? ", {" : "{");
    if (typed) gt_buf_adds(out, "\"type\": \"text\", ");
    add_member(out, "text", turns[i].text, turns[i].len);
    gt_buf_addc(out, '}');
  }
  gt_buf_addc(out, ']');
}

static void write_messages(struct gt_buf *out, const struct talk *t)
{
  static const char *const roles[] = {[GT_ROLE_SYSTEM] = "system",
                                      [GT_ROLE_USER] = "user",
                                      [GT_ROLE_MODEL] = "assistant"};
  gt_buf_adds(out, "{\"messages\": [");
  for (size_t i = 0, n; i < t->count; i += n) {
    n = parts_from(t, i);
    const struct gt_turn *turn = &t->turns[i];
    gt_buf_addf(out, "%s{\"role\": \"%s\", \"content\": ", i ? ", " : "",
                roles[turn->role]);
    if (n == 1)
      gt_json_string(out, turn->text, turn->len);
    else
      add_parts(out, turn, n, true);
    gt_buf_addc(out, '}');
  }
  gt_buf_adds(out, "]}");
}

/* The system's texts, which come first, are one instruction of several parts. */
static void write_contents(struct gt_buf *out, unsigned *lost, const struct talk *t)
{
  size_t i = 0, n, written = 0;
  while (i < t->count && t->turns[i].role == GT_ROLE_SYSTEM) i++;
  gt_buf_addc(out, '{');
  if (i > 0) {
    if (parts_from(t, 0) < i) *lost |= GT_LOST_PARTS;
    gt_buf_adds(out, "\"systemInstruction\": {\"parts\": ");
    add_parts(out, t->turns, i, false);
    gt_buf_adds(out, "}, ");
  }
  gt_buf_adds(out, "\"contents\": [");
  for (; i < t->count; i += n) {
    n = parts_from(t, i);
    bool user = t->turns[i].role == GT_ROLE_USER;
    if (written == 0 && !user) {
      *lost |= GT_LOST_OPENING;
      continue;
    }
    gt_buf_addf(out, "%s{\"role\": \"%s\", \"parts\": ", written++ ? ", " : "",
                user ? "user" : "model");
    add_parts(out, &t->turns[i], n, false);
    gt_buf_addc(out, '}');
  }
  gt_buf_adds(out, "]}");
}

/* The row as it stands in its file, without the spaces around it. */
static void write_raw(struct gt_buf *out, const struct gt_row *row)
{
  const char *s = row->raw, *end = s + row->raw_len;
  while (s < end && *s != '{') s++;
  while (end > s && end[-1] != '}') end--;
  gt_buf_add(out, s, (size_t)(end - s));
}

int gt_write_row(struct gt_buf *out, unsigned *lost, const struct gt_row *row,
                 enum gt_form form)
{
  struct talk t;
  view(&t, row);
  if (form == row->form && row->raw && form != GT_FORM_CSV) {
    write_raw(out, row);
    return gt_buf_addc(out, '\n');
  }
  *lost |= gt_lost_beside(row);
  switch (form) {
  case GT_FORM_MESSAGES: write_messages(out, &t); break;
  case GT_FORM_CONTENTS: write_contents(out, lost, &t); break;
  case GT_FORM_CSV: write_csv(out, row); break;
  default: write_pair(out, row, form); break;
  }
  if (form != GT_FORM_MESSAGES && form != GT_FORM_CONTENTS)
    *lost |= lost_by_flattening(&t);
  return gt_buf_addc(out, '\n');
}

int gt_write_row_header(struct gt_buf *out, enum gt_form form)
{
  return form == GT_FORM_CSV ? gt_buf_adds(out, "text_input,output\n") : 0;
}

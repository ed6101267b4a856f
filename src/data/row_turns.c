/* Reads a conversation, messages or contents, into the turns of a row.
 *
 * Used by row_judge.c. The line is known to be one JSON object by then: only meaning is
 * judged here. The texts go to the line's `out` one behind the other with an empty line
 * between turns: what stands before the last turn is the row's input as it is. */
#include "data/row_talk.h"

#include "base/json_value.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SEPARATOR "\n\n"
#define SEPARATOR_LEN 2

void gt_talk_pointer(char *dst, size_t cap, const struct gt_talk *t, const char *sub)
{
  const char *key = gt_form_key_name(t->key);
  if (t->in_list)
    snprintf(dst, cap, "/%s/%u%s", key, (unsigned)t->item, sub);
  else
    snprintf(dst, cap, "/%s%s", key, sub);
}

void gt_talk_tell(struct gt_talk *t, const char *rule, size_t at, const char *hint,
                  const char *sub, const char *fmt, ...)
{
  char text[400], pointer[GT_ROW_POINTER];
  va_list ap;
  if (t->told++ >= GT_TALK_TOLD) return;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  gt_talk_pointer(pointer, sizeof pointer, t, sub);
  gt_row_line_tell(t->l, rule, at, hint, pointer, "%s", text);
}

static void no_fault(void *ctx, enum gt_json_fault fault, size_t at)
{
  (void)ctx;
  (void)fault;
  (void)at; /* told when the line was read */
}

/* Begins to read a value of the line again; returns its type. */
static enum gt_json_type enter(struct gt_talk *t, const struct gt_json_slice *value)
{
  t->base = (size_t)(value->at - t->l->data);
  gt_json_init(&t->r, value->at, value->len);
  t->r.any_keys = true;
  t->r.soft = no_fault;
  return gt_json_next(&t->r);
}

static void begin_item(struct gt_talk *t, size_t at)
{
  t->at = at;
  t->first = t->l->turns_count;
  t->has_role = t->has_texts = t->excused = t->role_known = false;
  t->null_at = 0;
  t->text_end = t->out_len;
  if (t->first > 0) {
    memcpy(t->l->out + t->out_len, SEPARATOR, SEPARATOR_LEN);
    t->out_len += SEPARATOR_LEN;
  }
  t->text_start = t->out_len;
}

/* A member that makes a message more than its text: a call of a tool, a refusal. */
static bool is_burden(const struct gt_talk *t, const struct gt_json_slice *key)
{
  static const char *const names[] = {"tool_calls", "function_call", "refusal", "audio",
                                      "tool_call_id"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (t->form == GT_FORM_MESSAGES && gt_json_is(key, names[i])) return true;
  return false;
}

struct member {
  struct gt_json_slice key;
  size_t at;
};

static void read_burden(struct gt_talk *t, const struct member *m)
{
  char name[200], sub[24];
  enum gt_json_type type = gt_json_next(&t->r);
  gt_json_skip(&t->r, NULL);
  if (type == GT_JSON_NULL || t->excused) return;
  t->excused = true;
  gt_json_quote(name, sizeof name, m->key.at, m->key.len);
  snprintf(sub, sizeof sub, "/%.*s", (int)m->key.len, m->key.escaped ? "" : m->key.at);
  gt_talk_tell(t, "unsupported-part", m->at,
               "leave the calls of tools and their answers out", sub,
               "messages with %s are not read", name);
}

/* What is missing in the item; `odd` are its unknown keys. */
static void judge_missing(struct gt_talk *t, const struct member *odd, size_t count)
{
  bool messages = t->form == GT_FORM_MESSAGES;
  const char *wanted[2];
  int n = 0;
  if (!t->has_role) wanted[n++] = "role";
  if (!t->has_texts && !t->excused) wanted[n++] = messages ? "content" : "parts";
  for (size_t i = 0; i < count && n > 0; i++) {
    char name[200];
    int near = gt_form_nearest(wanted, n, odd[i].key.at, odd[i].key.len);
    if (near < 0) continue;
    gt_json_quote(name, sizeof name, odd[i].key.at, odd[i].key.len);
    gt_talk_tell(t, "near-miss-key", odd[i].at, NULL, "",
                 "unknown key %s, did you mean \"%s\"?", name, wanted[near]);
    wanted[near] = wanted[--n];
  }
  for (int i = 0; i < n; i++)
    gt_talk_tell(t, "missing-field", t->at, NULL, "", "the %s has no \"%s\"",
                 messages ? "message" : "content", wanted[i]);
}

static void end_item(struct gt_talk *t)
{
  struct gt_row_line *l = t->l;
  char pointer[GT_ROW_POINTER];
  struct gt_row row = {.form = t->form};
  for (size_t i = t->first; i < l->turns_count; i++) l->turns[i].role = t->role;
  if (t->null_at && !t->excused)
    gt_talk_tell(t, "wrong-type", t->null_at, NULL, "/content",
                 "\"content\" is null, not a string or a list");
  if (t->excused || l->turns_count == t->first ||
      !gt_row_is_blank(l->out + t->text_start, t->out_len - t->text_start))
    return;
  const struct gt_turn *turn = &l->turns[t->first];
  gt_row_pointer(pointer, sizeof pointer, &row, turn);
  if (t->told++ < GT_TALK_TOLD)
    gt_row_line_tell(l, "empty-field", (size_t)(turn->raw - l->data) - 1, NULL, pointer,
                     "the turn %s",
                     t->out_len > t->text_start ? "has nothing but spaces"
                                                : "has no text");
}

static void read_item(struct gt_talk *t)
{
  struct member odd[4], m;
  size_t odds = 0;
  begin_item(t, gt_talk_here(t));
  if (t->r.value.type != GT_JSON_OBJECT) {
    gt_talk_tell(t, "wrong-type", t->at, NULL, "", "the turn is %s, not an object",
                 gt_row_line_type(t->r.value.type));
    gt_json_skip(&t->r, NULL);
    return;
  }
  while (gt_json_next(&t->r) == GT_JSON_KEY) {
    m = (struct member){t->r.value, gt_talk_here(t)};
    if (gt_json_is(&m.key, "role")) {
      gt_json_next(&t->r);
      t->has_role = true;
      t->role_at = gt_talk_here(t);
      gt_talk_role(t, &t->r.value);
      gt_json_skip(&t->r, NULL);
    } else if (gt_json_is(&m.key, t->form == GT_FORM_MESSAGES ? "content" : "parts")) {
      gt_json_next(&t->r);
      gt_talk_texts(t);
    } else if (is_burden(t, &m.key)) {
      read_burden(t, &m);
    } else {
      if (odds < 4) odd[odds++] = m;
      gt_json_skip(&t->r, NULL);
    }
  }
  judge_missing(t, odd, odds);
  end_item(t);
}

/* systemInstruction: a content whose role does not matter. */
static void read_system(struct gt_talk *t)
{
  struct gt_row_line *l = t->l;
  enum gt_form_key key = l->present & GT_KEY_BIT(GT_KEY_SYSTEMINSTRUCTION)
                             ? GT_KEY_SYSTEMINSTRUCTION
                             : GT_KEY_SYSTEM_INSTRUCTION;
  if (!(l->present & GT_KEY_BIT(key))) return;
  const struct gt_row_field *f = &l->fields[key];
  t->key = key;
  t->item = key == GT_KEY_SYSTEM_INSTRUCTION;
  begin_item(t, f->at);
  if (f->value.type != GT_JSON_OBJECT) {
    gt_talk_tell(t, "wrong-type", f->at, "write {\"parts\": [{\"text\": ...}]}", "",
                 "\"%s\" is %s, not an object", gt_form_key_name(key),
                 gt_row_line_type(f->value.type));
    return;
  }
  struct member odd[4];
  size_t odds = 0;
  enter(t, &f->value);
  while (gt_json_next(&t->r) == GT_JSON_KEY) {
    struct member m = {t->r.value, gt_talk_here(t)};
    if (gt_json_is(&m.key, "parts")) {
      gt_json_next(&t->r);
      gt_talk_texts(t);
      continue;
    }
    if (odds < 4 && !gt_json_is(&m.key, "role")) odd[odds++] = m;
    gt_json_skip(&t->r, NULL);
  }
  t->has_role = true;
  t->role = GT_ROLE_SYSTEM;
  judge_missing(t, odd, odds);
  end_item(t);
}

static void judge_length(struct gt_talk *t, const char *what,
                         const struct gt_turn *turn, const char *text, size_t len,
                         size_t max)
{
  char pointer[GT_ROW_POINTER];
  size_t n = max && len > max ? gt_utf8_count(text, len) : 0;
  if (n <= max) return;
  gt_row_pointer(pointer, sizeof pointer, &t->l->row, turn);
  gt_row_line_tell(t->l, "too-long", (size_t)(turn->raw - t->l->data) - 1, NULL,
                   pointer, "the %s has %zu characters, the limit is %zu", what, n,
                   max);
}

/* The row, when nothing is wrong: the last item is the output. */
static void make_row(struct gt_talk *t)
{
  struct gt_row_line *l = t->l;
  struct gt_row *row = &l->row;
  row->form = t->form;
  row->text = l->out;
  row->text_len = t->text_end;
  row->output = l->out + t->text_start;
  row->output_len = t->out_len - t->text_start;
  row->turns = l->turns;
  row->turns_count = l->turns_count;
  judge_length(t, "input", &l->turns[0], row->text, row->text_len, l->limits.text_max);
  judge_length(t, "output", &l->turns[t->first], row->output, row->output_len,
               l->limits.output_max);
}

void gt_row_turns(struct gt_row_line *l, enum gt_form form)
{
  struct gt_talk t;
  const struct gt_row_field *f = &l->fields[gt_form_text(form)];
  const char *key = gt_form_key_name(gt_form_text(form));
  size_t errors = l->findings->errors;
  enum gt_json_type type;
  memset(&t, 0, offsetof(struct gt_talk, r));
  t.l = l;
  t.form = form;
  if (form == GT_FORM_CONTENTS) read_system(&t);
  t.key = gt_form_text(form);
  if (f->value.type != GT_JSON_ARRAY) {
    gt_talk_tell(&t, "wrong-type", f->at, NULL, "", "\"%s\" is %s, not a list", key,
                 gt_row_line_type(f->value.type));
    return;
  }
  enter(&t, &f->value);
  for (t.item = 0;; t.item++) {
    type = gt_json_next(&t.r);
    if (type <= GT_JSON_END || type == GT_JSON_ARRAY_END) break;
    t.in_list = true;
    read_item(&t);
    gt_talk_order(&t);
  }
  if (t.item == 0) {
    gt_talk_tell(&t, "no-turns", f->at, NULL, "", "\"%s\" is empty", key);
  } else {
    t.item--; /* the last one again */
    gt_talk_finish(&t);
  }
  if (l->findings->errors == errors && l->turns_count > 0) make_row(&t);
}

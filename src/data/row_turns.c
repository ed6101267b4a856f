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

void gt_talk_tell(struct gt_talk *t, const char *rule, size_t at, const char *hint,
                  const char *sub, const char *fmt, ...)
{
  char text[400], pointer[GT_ROW_POINTER];
  va_list ap;
  if (t->told++ >= GT_TALK_TOLD) return;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  snprintf(pointer, sizeof pointer, "%s%s", t->pointer, sub);
  gt_row_line_tell(t->l, rule, at, hint, pointer, "%s", text);
}

static size_t here(const struct gt_talk *t) { return t->base + t->r.at; }

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

/* A text of the item at hand; `at` is its opening quote. */
static void add_text(struct gt_talk *t, const struct gt_json_slice *s, size_t at,
                     uint32_t part, const char *sub)
{
  char pointer[GT_ROW_POINTER];
  size_t len;
  if (s->flawed) {
    t->excused = true;
    return;
  }
  struct gt_turn *turn = gt_row_line_turn(t->l);
  if (!turn) return;
  *turn = (struct gt_turn){.item = t->item,
                           .part = part,
                           .text = t->l->out + t->out_len,
                           .raw = s->at,
                           .raw_len = s->len,
                           .line = t->l->line,
                           .column = gt_row_line_column(t->l, at) + 1};
  if (gt_json_unescape_to(t->l->out + t->out_len, &len, s) < 0) len = 0;
  turn->len = len;
  t->out_len += len;
  snprintf(pointer, sizeof pointer, "%s%s", t->pointer, sub);
  if (t->told < GT_TALK_TOLD)
    gt_row_line_nul(t->l, s, turn->text, len, "the text", pointer);
}

/* One part: {"text": ...}, in messages also with "type": "text". */
struct part {
  struct gt_json_slice text, type, odd; /* odd: the first key that is neither */
  size_t at, text_at, type_at, odd_at;
  bool has_text, has_type, has_odd;
};

static void read_part_members(struct gt_talk *t, struct part *p)
{
  while (gt_json_next(&t->r) == GT_JSON_KEY) {
    struct gt_json_slice key = t->r.value;
    size_t key_at = here(t);
    gt_json_next(&t->r);
    if (gt_json_is(&key, "text")) {
      p->has_text = true;
      p->text = t->r.value;
      p->text_at = here(t);
    } else if (t->form == GT_FORM_MESSAGES && gt_json_is(&key, "type")) {
      p->has_type = true;
      p->type = t->r.value;
      p->type_at = here(t);
    } else if (!p->has_odd) {
      p->has_odd = true;
      p->odd = key;
      p->odd_at = key_at;
    }
    gt_json_skip(&t->r, NULL);
  }
}

static void judge_no_text(struct gt_talk *t, const struct part *p, const char *sub)
{
  static const char *const text[] = {"text"};
  char name[200];
  t->excused = true;
  if (!p->has_odd) {
    gt_talk_tell(t, "missing-field", p->at, NULL, sub, "the part has no \"text\"");
    return;
  }
  gt_json_quote(name, sizeof name, p->odd.at, p->odd.len);
  if (gt_form_nearest(text, 1, p->odd.at, p->odd.len) == 0)
    gt_talk_tell(t, "near-miss-key", p->odd_at, NULL, sub,
                 "unknown key %s, did you mean \"text\"?", name);
  else
    gt_talk_tell(t, "unsupported-part", p->odd_at, "only parts with text are read", sub,
                 "parts with %s are not read", name);
}

/* Whether a part of messages is a text by its type; told if not. */
static bool judge_type(struct gt_talk *t, const struct part *p, const char *sub)
{
  char name[200];
  if (t->form != GT_FORM_MESSAGES) return true;
  if (p->has_type && gt_json_is(&p->type, "text")) return true;
  if (!p->has_type && p->has_odd && !p->has_text) return true; /* told as no text */
  t->excused = true;
  if (!p->has_type) {
    gt_talk_tell(t, "missing-field", p->at, "write {\"type\": \"text\", \"text\": ...}",
                 sub, "the part has no \"type\"");
  } else if (p->type.type != GT_JSON_STRING) {
    gt_talk_tell(t, "wrong-type", p->type_at, NULL, sub, "\"type\" is %s, not a string",
                 gt_row_line_type(p->type.type));
  } else {
    gt_json_quote(name, sizeof name, p->type.at, p->type.len);
    gt_talk_tell(t, "unsupported-part", p->type_at, "only parts with text are read",
                 sub, "parts of the type %s are not read", name);
  }
  return false;
}

static void read_part(struct gt_talk *t, uint32_t index)
{
  struct part p = {.at = here(t)};
  char sub[40], sub_text[48];
  snprintf(sub, sizeof sub, "/%s/%u", t->form == GT_FORM_MESSAGES ? "content" : "parts",
           (unsigned)index);
  snprintf(sub_text, sizeof sub_text, "%s/text", sub);
  if (t->r.value.type != GT_JSON_OBJECT) {
    t->excused = true;
    gt_talk_tell(
        t, "wrong-type", p.at,
        t->form == GT_FORM_MESSAGES ? "write {\"type\": \"text\", \"text\": ...}"
                                    : "write {\"text\": ...}",
        sub, "the part is %s, not an object", gt_row_line_type(t->r.value.type));
    gt_json_skip(&t->r, NULL);
    return;
  }
  read_part_members(t, &p);
  if (!judge_type(t, &p, sub)) return;
  if (!p.has_text) {
    judge_no_text(t, &p, sub);
  } else if (p.text.type != GT_JSON_STRING) {
    t->excused = true;
    gt_talk_tell(t, "wrong-type", p.text_at, NULL, sub_text,
                 "\"text\" is %s, not a string", gt_row_line_type(p.text.type));
  } else {
    if (p.has_odd && t->form == GT_FORM_CONTENTS) {
      char name[200];
      gt_json_quote(name, sizeof name, p.odd.at, p.odd.len);
      gt_talk_tell(t, "unsupported-part", p.odd_at, "only parts with text are read",
                   sub, "parts with %s are not read", name);
    }
    add_text(t, &p.text, p.text_at, index, sub_text);
  }
}

/* The value of "content" or "parts", which is the event just given. */
static void read_texts(struct gt_talk *t)
{
  bool messages = t->form == GT_FORM_MESSAGES;
  const char *key = messages ? "content" : "parts",
             *sub = messages ? "/content" : "/parts";
  enum gt_json_type type = t->r.value.type;
  size_t at = here(t);
  uint32_t index = 0;
  t->has_texts = true;
  if (messages && type == GT_JSON_STRING) {
    add_text(t, &t->r.value, at, GT_TURN_WHOLE, sub);
  } else if (type == GT_JSON_ARRAY) {
    while ((type = gt_json_next(&t->r)) > GT_JSON_END && type != GT_JSON_ARRAY_END)
      read_part(t, index++);
    if (index > 0) return;
    t->excused = true;
    gt_talk_tell(t, "empty-field", at, NULL, sub, "\"%s\" is empty", key);
  } else if (messages && type == GT_JSON_NULL) {
    t->null_at = at; /* a call of a tool may excuse it */
  } else {
    gt_json_skip(&t->r, NULL);
    t->excused = true;
    gt_talk_tell(t, "wrong-type", at, messages ? NULL : "write [{\"text\": ...}]", sub,
                 "\"%s\" is %s, not %s", key, gt_row_line_type(type),
                 messages ? "a string or a list" : "a list");
  }
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
  begin_item(t, here(t));
  if (t->r.value.type != GT_JSON_OBJECT) {
    gt_talk_tell(t, "wrong-type", t->at, NULL, "", "the turn is %s, not an object",
                 gt_row_line_type(t->r.value.type));
    gt_json_skip(&t->r, NULL);
    return;
  }
  while (gt_json_next(&t->r) == GT_JSON_KEY) {
    m = (struct member){t->r.value, here(t)};
    if (gt_json_is(&m.key, "role")) {
      gt_json_next(&t->r);
      t->has_role = true;
      t->role_at = here(t);
      gt_talk_role(t, &t->r.value);
      gt_json_skip(&t->r, NULL);
    } else if (gt_json_is(&m.key, t->form == GT_FORM_MESSAGES ? "content" : "parts")) {
      gt_json_next(&t->r);
      read_texts(t);
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
  snprintf(t->pointer, sizeof t->pointer, "/%s", gt_form_key_name(key));
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
    struct member m = {t->r.value, here(t)};
    if (gt_json_is(&m.key, "parts")) {
      gt_json_next(&t->r);
      read_texts(t);
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
  memset(&t, 0, sizeof t);
  t.l = l;
  t.form = form;
  if (form == GT_FORM_CONTENTS) read_system(&t);
  snprintf(t.pointer, sizeof t.pointer, "/%s", key);
  if (f->value.type != GT_JSON_ARRAY) {
    gt_talk_tell(&t, "wrong-type", f->at, NULL, "", "\"%s\" is %s, not a list", key,
                 gt_row_line_type(f->value.type));
    return;
  }
  enter(&t, &f->value);
  for (t.item = 0;; t.item++) {
    type = gt_json_next(&t.r);
    if (type <= GT_JSON_END || type == GT_JSON_ARRAY_END) break;
    snprintf(t.pointer, sizeof t.pointer, "/%s/%u", key, (unsigned)t.item);
    read_item(&t);
    gt_talk_order(&t);
  }
  if (t.item == 0)
    gt_talk_tell(&t, "no-turns", f->at, NULL, "", "\"%s\" is empty", key);
  else
    gt_talk_finish(&t);
  if (l->findings->errors == errors && l->turns_count > 0) make_row(&t);
}

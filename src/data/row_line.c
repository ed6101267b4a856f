/* One line of a JSON Lines file. See row_line.h. */
#include "data/row_line.h"

#include "base/json_value.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int gt_row_line_init(struct gt_row_line *l, struct gt_findings *findings,
                     const struct gt_reader_options *options, struct gt_err *err)
{
  size_t bytes = GT_JSON_KEYS_BYTES(GT_ROW_OPEN_KEYS);
  *l = (struct gt_row_line){.findings = findings, .form = GT_FORM_NONE};
  if (options) l->limits = *options;
  if (!l->limits.line_max) l->limits.line_max = GT_READER_LINE_MAX;
  l->keys_block = malloc(bytes);
  if (!l->keys_block) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  gt_json_keys_init(&l->keys, l->keys_block, bytes);
  return 0;
}

void gt_row_line_clear(struct gt_row_line *l)
{
  free(l->keys_block);
  free(l->turns);
  l->keys_block = NULL;
  l->turns = NULL;
  l->turns_cap = 0;
}

void gt_row_line_tell(struct gt_row_line *l, const char *rule, size_t at,
                      const char *hint, const char *pointer, const char *fmt, ...)
{
  char text[400];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  gt_findings_add(l->findings, GT_SEVERITY_ERROR, rule, l->line,
                  gt_row_line_column(l, at), hint, "%s", text);
  if (pointer) gt_findings_point(l->findings, pointer);
}

const char *gt_row_line_type(enum gt_json_type type)
{
  switch (type) {
  case GT_JSON_OBJECT: return "an object";
  case GT_JSON_ARRAY: return "an array";
  case GT_JSON_STRING: return "a string";
  case GT_JSON_NUMBER: return "a number";
  default: return gt_json_type_name(type);
  }
}

void gt_row_line_nul(struct gt_row_line *l, const struct gt_json_slice *s,
                     const char *text, size_t len, const char *what,
                     const char *pointer)
{
  const char *p = s->at, *end = p + s->len;
  if (!s->escaped || !memchr(text, '\0', len)) return;
  while (p < end) {
    char one[4];
    size_t n, took = gt_json_decode(one, &n, p, end);
    if (n == 1 && one[0] == '\0') break;
    p += took;
  }
  gt_row_line_tell(l, "nul-character", (size_t)(p - l->data), "remove it", pointer,
                   "%s holds the character U+0000", what);
}

struct gt_turn *gt_row_line_turn(struct gt_row_line *l)
{
  if (l->turns_count == l->turns_cap) {
    size_t cap = l->turns_cap ? l->turns_cap * 2 : 16;
    struct gt_turn *turns =
        cap <= GT_ROW_TURNS ? realloc(l->turns, cap * sizeof *turns) : NULL;
    if (!turns) {
      gt_row_line_tell(l, "json-limit", 0, NULL, NULL,
                       "the row has more than %zu texts", l->turns_count);
      return NULL;
    }
    l->turns = turns;
    l->turns_cap = cap;
  }
  return &l->turns[l->turns_count++];
}

static const char *fault_rule(enum gt_json_fault fault)
{
  switch (fault) {
  case GT_JSON_UTF8: return "invalid-utf8";
  case GT_JSON_SURROGATE: return "lone-surrogate";
  case GT_JSON_NUL: return "nul-character";
  case GT_JSON_DUPLICATE: return "duplicate-key";
  case GT_JSON_TOO_DEEP:
  case GT_JSON_TOO_MANY_KEYS: return "json-limit";
  default: return "json-syntax";
  }
}

static const char *fault_hint(const struct gt_row_line *l, enum gt_json_fault fault)
{
  switch (fault) {
  case GT_JSON_UTF8: return "save the file as UTF-8";
  case GT_JSON_NUL: return "is the file UTF-16? save it as UTF-8";
  case GT_JSON_SURROGATE:
    return "write both halves of the pair, or the character itself";
  case GT_JSON_DUPLICATE: return "keep one of them";
  case GT_JSON_GARBAGE: return "one object a line";
  case GT_JSON_TRAILING_COMMA: return "remove the comma";
  case GT_JSON_CONTROL: return "write it as an escape: \\t, \\n or \\u00XX";
  case GT_JSON_ESCAPE: return "a backslash itself is written \\\\";
  case GT_JSON_CUT:
    if (l->len <= 2) return "JSON Lines has one whole object on one line";
    return NULL;
  default: return NULL;
  }
}

static void report_fault(void *ctx, enum gt_json_fault fault, size_t at)
{
  struct gt_row_line *l = ctx;
  char why[256];
  gt_json_explain(why, sizeof why, fault, l->data, l->len, at);
  gt_row_line_tell(l, fault_rule(fault), at, fault_hint(l, fault), NULL, "%s", why);
}

enum gt_form_key gt_row_line_key(struct gt_row_line *l, const struct gt_json_slice *k,
                                 enum gt_form_key (*look_up)(const char *, size_t))
{
  size_t len = k->len;
  if (k->flawed) return GT_KEY_NONE;
  if (!k->escaped) return look_up(k->at, len);
  return gt_json_unescape_to(l->out, &len, k) < 0 ? GT_KEY_NONE : look_up(l->out, len);
}

static int read_member(struct gt_row_line *l, struct gt_json_reader *r)
{
  size_t key_at = r->at;
  enum gt_form_key key = gt_row_line_key(l, &r->value, gt_form_key);
  if (key == GT_KEY_NONE) {
    size_t i = l->others_count;
    if (i < GT_ROW_OTHERS) {
      l->others[i] = r->value;
      l->other_at[i] = key_at;
      l->others_count++;
    }
    enum gt_json_type type = gt_json_next(r);
    if (i < GT_ROW_OTHERS) l->other_type[i] = type;
    return gt_json_skip(r, NULL);
  }
  struct gt_row_field *f = &l->fields[key];
  l->present |= GT_KEY_BIT(key);
  f->key_at = key_at;
  gt_json_next(r);
  f->at = r->at;
  f->value = r->value;
  if (f->value.type != GT_JSON_ARRAY && f->value.type != GT_JSON_OBJECT)
    return gt_json_skip(r, NULL);
  return gt_json_skip(r, &f->value); /* all of it: a conversation is read again */
}

/* The line's members into l->fields; -1 when it is no object, told. */
static int read_members(struct gt_row_line *l)
{
  struct gt_json_reader r;
  gt_json_init(&r, l->data, l->len);
  gt_json_lend(&r, &l->keys);
  r.soft = report_fault;
  r.soft_ctx = l;
  enum gt_json_type type = gt_json_next(&r);
  if (type != GT_JSON_OBJECT && type != GT_JSON_ERROR) {
    const char *hint = type == GT_JSON_ARRAY
                           ? "JSON Lines is no JSON array: one object "
                             "a line, no brackets around the file"
                           : NULL;
    gt_findings_add(l->findings, GT_SEVERITY_ERROR, "not-an-object", l->line,
                    gt_row_line_column(l, r.at), hint,
                    "the line is %s%s, not an object",
                    type == GT_JSON_ARRAY  ? "an "
                    : type >= GT_JSON_TRUE ? ""
                                           : "a ",
                    gt_json_type_name(type));
    return -1;
  }
  while (type != GT_JSON_ERROR && (type = gt_json_next(&r)) == GT_JSON_KEY)
    if (read_member(l, &r) < 0) break;
  if (!r.fault && gt_json_next(&r) == GT_JSON_END) return 0;
  report_fault(l, r.fault, r.fault_at);
  return -1;
}

int gt_row_line_read(struct gt_row_line *l, const char *data, size_t len)
{
  size_t at = 0, from = l->findings->count, errors = l->findings->errors;
  if (len > l->limits.line_max) {
    gt_findings_add(l->findings, GT_SEVERITY_ERROR, "line-too-long", l->line,
                    gt_row_line_column(l, l->limits.line_max), NULL,
                    "the line is longer than %zu bytes", l->limits.line_max);
    return 0;
  }
  while (at < len && (data[at] == ' ' || data[at] == '\t' || data[at] == '\r')) at++;
  if (at == len) return 0;
  l->data = data;
  l->len = len;
  l->present = 0;
  l->others_count = 0;
  l->turns_count = 0;
  l->row = (struct gt_row){.line = l->line, .form = GT_FORM_NONE, .raw = data};
  l->row.raw_len = len;
  if (read_members(l) == 0) gt_row_judge(l);
  if (l->findings->count > from + 1) gt_findings_sort(l->findings, from);
  return l->findings->errors == errors && l->row.form != GT_FORM_NONE;
}

/* Judges the members of one line: which form, what is missing, are the values texts.
 *
 * Used by row_line.c, which has read the line. It reads no JSON but the strings'
 * escapes, and it tells defects: it never repairs one. */
#include "base/json_value.h"
#include "base/utf8.h"
#include "data/row_line.h"

#include <stdio.h>
#include <string.h>

#define ERROR GT_SEVERITY_ERROR
#define WARNING GT_SEVERITY_WARNING

static size_t object_at(const struct gt_row_line *l)
{
  size_t at = 0;
  while (l->data[at] != '{') at++;
  return at;
}

/* The line's keys for a message, in the order of known then others. */
static void list_keys(const struct gt_row_line *l, char *dst, size_t cap)
{
  size_t used = 0, shown = 0;
  dst[0] = '\0';
  for (int k = 0; k < GT_KEYS && used < cap; k++)
    if (l->present & GT_KEY_BIT(k))
      used += (size_t)snprintf(dst + used, cap - used, "%s%s", shown++ ? ", " : "",
                               gt_form_key_name((enum gt_form_key)k));
  for (size_t i = 0; i < l->others_count && shown < 6 && used < cap; i++) {
    char name[200];
    gt_json_quote(name, sizeof name, l->others[i].at, l->others[i].len);
    used += (size_t)snprintf(dst + used, cap - used, "%s%s", shown++ ? ", " : "", name);
  }
  if (shown == 0) snprintf(dst, cap, "none");
}

/* Keys that nearly are ours: errors where that key is missing, else a warning once.
 * Returns the bits of the keys that they stand for. */
static uint32_t judge_near(struct gt_row_line *l, bool complete)
{
  uint32_t meant = 0;
  for (size_t i = 0; i < l->others_count; i++) {
    enum gt_form_key near = gt_row_line_key(l, &l->others[i], gt_form_near);
    if (near == GT_KEY_NONE) continue;
    uint32_t bit = GT_KEY_BIT(near);
    bool wrong = !complete && !(l->present & bit);
    if (wrong)
      meant |= bit;
    else if (l->near_told & bit)
      continue;
    else
      l->near_told |= bit;
    char name[200];
    gt_json_quote(name, sizeof name, l->others[i].at, l->others[i].len);
    gt_findings_add(l->findings, wrong ? ERROR : WARNING, "near-miss-key", l->line,
                    gt_row_line_column(l, l->other_at[i]), NULL,
                    "unknown key %s, did you mean \"%s\"?", name,
                    gt_form_key_name(near));
  }
  return meant;
}

/* A row that is no pair, though perhaps misspelt (told above). */
static void judge_missing(struct gt_row_line *l, uint32_t meant)
{
  enum gt_form first, second;
  uint32_t present = l->present | meant;
  if (gt_form_complete(&first, &second, present) > 0) return;
  enum gt_form form = gt_form_guess(present, l->form);
  const char *text = gt_form_key_name(gt_form_text(form));
  const char *output = gt_form_key_name(gt_form_output(form));
  bool no_text = !(present & GT_KEY_BIT(gt_form_text(form)));
  bool no_output = !(present & GT_KEY_BIT(gt_form_output(form)));
  if (no_text && no_output) {
    char found[160];
    list_keys(l, found, sizeof found);
    gt_findings_add(l->findings, ERROR, "missing-field", l->line,
                    gt_row_line_column(l, object_at(l)), NULL,
                    "\"%s\" and \"%s\" are missing; keys found: %s", text, output,
                    found);
  } else {
    gt_findings_add(l->findings, ERROR, "missing-field", l->line,
                    gt_row_line_column(l, object_at(l)), NULL,
                    "\"%s\" is missing beside \"%s\"", no_text ? text : output,
                    no_text ? output : text);
  }
}

/* Where form b shows first in the line: the key that form a does not have. */
static size_t form_shows(const struct gt_row_line *l, enum gt_form b, enum gt_form a)
{
  enum gt_form_key text = gt_form_text(b), output = gt_form_output(b);
  if (text == gt_form_text(a)) return l->fields[output].key_at;
  if (output == gt_form_output(a)) return l->fields[text].key_at;
  return l->fields[text].key_at < l->fields[output].key_at ? l->fields[text].key_at
                                                           : l->fields[output].key_at;
}

/* The whole-conversation forms are another reader's. */
static void judge_turns(struct gt_row_line *l, enum gt_form pair)
{
  enum gt_form_key key =
      l->present & GT_KEY_BIT(GT_KEY_MESSAGES) ? GT_KEY_MESSAGES : GT_KEY_CONTENTS;
  char found[160];
  list_keys(l, found, sizeof found);
  if (pair != GT_FORM_NONE)
    gt_findings_add(l->findings, ERROR, "mixed-forms", l->line,
                    gt_row_line_column(l, l->fields[key].key_at), "keep one form",
                    "the row is %s and has \"%s\" too", gt_form_name(pair),
                    gt_form_key_name(key));
  else
    gt_findings_add(l->findings, ERROR, "unsupported-form", l->line,
                    gt_row_line_column(l, l->fields[key].key_at),
                    "write it as text_input and output",
                    "rows of the form \"%s\" are not read yet; keys found: %s",
                    gt_form_key_name(key), found);
}

static void judge_file_form(struct gt_row_line *l, enum gt_form form)
{
  if (l->form == GT_FORM_NONE) {
    l->form = form;
    l->form_line = l->line;
  }
  if (form == l->form || l->mixed_told) return;
  l->mixed_told = true;
  gt_findings_add(l->findings, ERROR, "mixed-forms", l->line,
                  gt_row_line_column(l, form_shows(l, form, l->form)),
                  "one form a file", "the row is %s, line %zu began with %s",
                  gt_form_name(form), l->form_line, gt_form_name(l->form));
}

/* Known names beside a whole pair are not sent: worth a word, once. */
static void judge_unused(struct gt_row_line *l, enum gt_form form)
{
  uint32_t used = GT_KEY_BIT(gt_form_text(form)) | GT_KEY_BIT(gt_form_output(form));
  uint32_t extra = l->present & ~used & ~l->unused_told;
  for (int k = 0; k < GT_KEYS; k++) {
    if (!(extra & GT_KEY_BIT(k))) continue;
    l->unused_told |= GT_KEY_BIT(k);
    gt_findings_add(l->findings, WARNING, "unused-field", l->line,
                    gt_row_line_column(l, l->fields[k].key_at),
                    "put its text into the input", "\"%s\" is not used: the row is %s",
                    gt_form_key_name((enum gt_form_key)k), gt_form_name(form));
  }
}

static bool is_space(uint32_t cp)
{
  return (cp > 0 && cp <= 0x20) || cp == 0x85 || cp == 0xA0 || cp == 0x1680 ||
         (cp >= 0x2000 && cp <= 0x200B) || cp == 0x2028 || cp == 0x2029 ||
         cp == 0x202F || cp == 0x205F || cp == 0x3000 || cp == 0xFEFF;
}

static bool is_blank(const char *s, size_t len)
{
  const char *end = s + len;
  while (s < end) {
    uint32_t cp;
    s += gt_utf8_decode(&cp, s, end);
    if (!is_space(cp)) return false;
  }
  return true;
}

static void judge_nul(struct gt_row_line *l, const struct gt_row_field *f,
                      enum gt_form_key key)
{
  const char *p = f->value.at, *end = p + f->value.len;
  while (p < end) {
    char one[4];
    size_t n, took = gt_json_decode(one, &n, p, end);
    if (n == 1 && one[0] == '\0') break;
    p += took;
  }
  gt_findings_add(l->findings, ERROR, "nul-character", l->line,
                  gt_row_line_column(l, (size_t)(p - l->data)), "remove it",
                  "\"%s\" holds the character U+0000", gt_form_key_name(key));
}

/* The field's string at out; its length in *len. Faults are told. */
static void judge_value(struct gt_row_line *l, enum gt_form_key key, size_t max,
                        char *out, size_t *len)
{
  const struct gt_row_field *f = &l->fields[key];
  const char *name = gt_form_key_name(key);
  *len = 0;
  if (f->value.type != GT_JSON_STRING) {
    enum gt_json_type type = f->value.type;
    const char *what = gt_json_type_name(type);
    gt_findings_add(
        l->findings, ERROR, "wrong-type", l->line, gt_row_line_column(l, f->at),
        type == GT_JSON_NULL || type < GT_JSON_STRING ? NULL
                                                      : "write it in double quotes",
        "\"%s\" is %s%s, not a string", name,
        type >= GT_JSON_TRUE                              ? ""
        : type == GT_JSON_OBJECT || type == GT_JSON_ARRAY ? "an "
                                                          : "a ",
        what);
    return;
  }
  if (f->value.flawed || gt_json_unescape_to(out, len, &f->value) < 0) return;
  out[*len] = '\0';
  if (f->value.escaped && memchr(out, '\0', *len)) judge_nul(l, f, key);
  if (is_blank(out, *len))
    gt_findings_add(l->findings, ERROR, "empty-field", l->line,
                    gt_row_line_column(l, f->at), NULL, "\"%s\" %s", name,
                    *len ? "has nothing but spaces" : "is empty");
  if (max && *len > max) {
    size_t n = gt_utf8_count(out, *len);
    if (n > max)
      gt_findings_add(l->findings, ERROR, "too-long", l->line,
                      gt_row_line_column(l, f->at), NULL,
                      "\"%s\" has %zu characters, the limit is %zu", name, n, max);
  }
}

static void judge_pair(struct gt_row_line *l, enum gt_form form)
{
  struct gt_row *row = &l->row;
  char *out = l->out;
  judge_value(l, gt_form_text(form), l->limits.text_max, out, &row->text_len);
  row->text = out;
  out += row->text_len + 1;
  judge_value(l, gt_form_output(form), l->limits.output_max, out, &row->output_len);
  row->output = out;
  row->line = l->line;
  row->form = form;
  row->raw = l->data;
  row->raw_len = l->len;
  row->turns = l->turns;
  row->turns_count = 2;
  for (int i = 0; i < 2; i++) {
    const struct gt_row_field *f =
        &l->fields[i ? gt_form_output(form) : gt_form_text(form)];
    l->turns[i] = (struct gt_turn){.role = i ? GT_ROLE_MODEL : GT_ROLE_USER,
                                   .text = i ? row->output : row->text,
                                   .len = i ? row->output_len : row->text_len,
                                   .raw = f->value.at,
                                   .raw_len = f->value.len,
                                   .line = l->line,
                                   .column = gt_row_line_column(l, f->at + 1)};
  }
}

/* Both strings of a half row still have their defects told. */
static void judge_half(struct gt_row_line *l)
{
  size_t len;
  for (int k = 0; k < GT_FORM_KEYS; k++)
    if (l->present & GT_KEY_BIT(k))
      judge_value(l, (enum gt_form_key)k,
                  k < GT_KEY_OUTPUT ? l->limits.text_max : l->limits.output_max, l->out,
                  &len);
}

void gt_row_judge(struct gt_row_line *l)
{
  enum gt_form form, second;
  uint32_t turns = GT_KEY_BIT(GT_KEY_MESSAGES) | GT_KEY_BIT(GT_KEY_CONTENTS);
  int forms = gt_form_complete(&form, &second, l->present);
  if (l->present & turns) {
    judge_turns(l, form);
    return;
  }
  uint32_t meant = l->others_count > 0 ? judge_near(l, forms > 0) : 0;
  if (forms == 0) {
    judge_missing(l, meant);
    judge_half(l);
    return;
  }
  if (forms > 1)
    gt_findings_add(l->findings, ERROR, "mixed-forms", l->line,
                    gt_row_line_column(l, form_shows(l, second, form)), "keep one form",
                    "the row is %s and %s at once", gt_form_name(form),
                    gt_form_name(second));
  else
    judge_file_form(l, form);
  if (forms == 1) judge_unused(l, form);
  judge_pair(l, form);
}

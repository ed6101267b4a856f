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
    size_t n = strlen(name);
    if (n + 3 > cap - used) break; /* whole names: a cut one may be no UTF-8 */
    used += (size_t)snprintf(dst + used, cap - used, "%s%s", shown++ ? ", " : "", name);
  }
  if (shown == 0) snprintf(dst, cap, l->others_count > 0 ? "..." : "none");
}

static void tell_near(struct gt_row_line *l, size_t i, enum gt_form_key near,
                      enum gt_severity severity)
{
  char name[200];
  gt_json_quote(name, sizeof name, l->others[i].at, l->others[i].len);
  gt_findings_add(l->findings, severity, "near-miss-key", l->line,
                  gt_row_line_column(l, l->other_at[i]), NULL,
                  "unknown key %s, did you mean \"%s\"?", name, gt_form_key_name(near));
}

/* Lists that probably are a conversation under a misspelt name: whether there is one.
 */
static bool judge_near_turns(struct gt_row_line *l)
{
  bool found = false;
  for (size_t i = 0; i < l->others_count; i++) {
    if (l->other_type[i] != GT_JSON_ARRAY) continue;
    enum gt_form_key near = gt_row_line_key(l, &l->others[i], gt_form_near_turns);
    if (near != GT_KEY_MESSAGES && near != GT_KEY_CONTENTS) continue;
    tell_near(l, i, near, ERROR);
    found = true;
  }
  return found;
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
    tell_near(l, i, near, wrong ? ERROR : WARNING);
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
  if (form >= GT_FORM_PAIRS) {
    char found[160];
    list_keys(l, found, sizeof found);
    gt_row_line_tell(l, "missing-field", object_at(l), NULL, NULL,
                     "\"%s\" is missing; keys found: %s", text, found);
    return;
  }
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

/* A conversation beside a pair, or where only pairs are wanted. */
static void refuse_conversation(struct gt_row_line *l, enum gt_form pair)
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
                    "gt.dataset.load(FILE):write(NEW, { form = \"text_input\" }) makes "
                    "pairs and says what is lost",
                    "\"%s\" is a conversation, here a row is one input and one output; "
                    "keys found: %s",
                    gt_form_key_name(key), found);
}

/* A system instruction that is misspelt would silently not be one. */
static void judge_near_system(struct gt_row_line *l, enum gt_form form)
{
  if (form != GT_FORM_CONTENTS || (l->present & GT_KEYS_SYSTEM)) return;
  for (size_t i = 0; i < l->others_count; i++) {
    enum gt_form_key near = gt_row_line_key(l, &l->others[i], gt_form_near_turns);
    if (near == GT_KEY_NONE || !(GT_KEY_BIT(near) & GT_KEYS_SYSTEM)) continue;
    tell_near(l, i, near, ERROR);
  }
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
  if (form >= GT_FORM_PAIRS) used |= GT_KEYS_SYSTEM; /* judged before */
  uint32_t extra = l->present & ~used & ~l->unused_told;
  for (int k = 0; k < GT_KEYS; k++) {
    if (!(extra & GT_KEY_BIT(k))) continue;
    l->unused_told |= GT_KEY_BIT(k);
    gt_findings_add(l->findings, WARNING, "unused-field", l->line,
                    gt_row_line_column(l, l->fields[k].key_at),
                    k == GT_KEY_TOOLS ? NULL : "put its text into the input",
                    "\"%s\" is not used: the row is %s",
                    gt_form_key_name((enum gt_form_key)k), gt_form_name(form));
  }
}

/* The field's string as a turn of the row; its value, when it has escapes, at *out,
 * which moves behind it. Faults are told. */
static void judge_value(struct gt_row_line *l, enum gt_form_key key, char **out,
                        struct gt_turn *turn)
{
  const struct gt_row_field *f = &l->fields[key];
  char name[40], pointer[GT_ROW_POINTER];
  size_t max = key < GT_KEY_OUTPUT ? l->limits.text_max : l->limits.output_max;
  snprintf(name, sizeof name, "\"%s\"", gt_form_key_name(key));
  snprintf(pointer, sizeof pointer, "/%s", gt_form_key_name(key));
  *turn = (struct gt_turn){.role = key < GT_KEY_OUTPUT ? GT_ROLE_USER : GT_ROLE_MODEL};
  if (f->value.type != GT_JSON_STRING) {
    bool plain = f->value.type == GT_JSON_NUMBER || f->value.type == GT_JSON_TRUE ||
                 f->value.type == GT_JSON_FALSE;
    gt_row_line_tell(l, "wrong-type", f->at, plain ? "write it in double quotes" : NULL,
                     pointer, "%s is %s, not a string", name,
                     gt_row_line_type(f->value.type));
    return;
  }
  if (f->value.flawed) return;
  turn->raw = turn->text = f->value.at;
  turn->raw_len = turn->len = f->value.len;
  turn->line = l->line;
  turn->column = gt_row_line_column(l, f->at) + 1;
  if (f->value.escaped) {
    turn->text = *out;
    if (gt_json_unescape_to(*out, &turn->len, &f->value) < 0) turn->len = 0;
    *out += turn->len;
    gt_row_line_nul(l, &f->value, turn->text, turn->len, name, pointer);
  }
  if (gt_row_is_blank(turn->text, turn->len))
    gt_row_line_tell(l, "empty-field", f->at, NULL, pointer, "%s %s", name,
                     turn->len ? "has nothing but spaces" : "is empty");
  if (max && turn->len > max) {
    size_t n = gt_utf8_count(turn->text, turn->len);
    if (n > max)
      gt_row_line_tell(l, "too-long", f->at, NULL, pointer,
                       "%s has %zu characters, the limit is %zu", name, n, max);
  }
}

static void judge_pair(struct gt_row_line *l, enum gt_form form)
{
  struct gt_row *row = &l->row;
  char *out = l->out;
  judge_value(l, gt_form_text(form), &out, &l->pair[0]);
  judge_value(l, gt_form_output(form), &out, &l->pair[1]);
  row->form = form;
  row->text = l->pair[0].text;
  row->text_len = l->pair[0].len;
  row->output = l->pair[1].text;
  row->output_len = l->pair[1].len;
  row->turns = l->pair;
  row->turns_count = 2;
}

/* Both strings of a half row still have their defects told. */
static void judge_half(struct gt_row_line *l)
{
  for (int k = 0; k < GT_FORM_KEYS; k++) {
    char *out = l->out;
    if (l->present & GT_KEY_BIT(k))
      judge_value(l, (enum gt_form_key)k, &out, &l->pair[0]);
  }
}

static void judge_conversation(struct gt_row_line *l, enum gt_form form)
{
  uint32_t present = l->present;
  if (present & GT_KEY_BIT(GT_KEY_MESSAGES) && present & GT_KEY_BIT(GT_KEY_CONTENTS)) {
    gt_row_line_tell(l, "mixed-forms", l->fields[GT_KEY_CONTENTS].key_at,
                     "keep one form", NULL, "the row is messages and contents at once");
    return;
  }
  if (form == GT_FORM_MESSAGES && present & GT_KEYS_SYSTEM) {
    enum gt_form_key key = present & GT_KEY_BIT(GT_KEY_SYSTEMINSTRUCTION)
                               ? GT_KEY_SYSTEMINSTRUCTION
                               : GT_KEY_SYSTEM_INSTRUCTION;
    gt_row_line_tell(l, "mixed-forms", l->fields[key].key_at,
                     "write it as a message with the role \"system\"", NULL,
                     "\"%s\" goes with \"contents\", the row is messages",
                     gt_form_key_name(key));
  } else if ((present & GT_KEYS_SYSTEM) == GT_KEYS_SYSTEM) {
    gt_row_line_tell(l, "mixed-forms", l->fields[GT_KEY_SYSTEM_INSTRUCTION].key_at,
                     "keep one of them", NULL,
                     "the row has systemInstruction and system_instruction");
  }
  judge_file_form(l, form);
  judge_near_system(l, form);
  judge_unused(l, form);
  gt_row_turns(l, form);
}

void gt_row_judge(struct gt_row_line *l)
{
  enum gt_form form, second;
  uint32_t turns = GT_KEY_BIT(GT_KEY_MESSAGES) | GT_KEY_BIT(GT_KEY_CONTENTS);
  int forms = gt_form_complete(&form, &second, l->present);
  if (l->present & turns) {
    if (forms > 0 || l->limits.pairs_only)
      refuse_conversation(l, form);
    else
      judge_conversation(l, l->present & GT_KEY_BIT(GT_KEY_MESSAGES)
                                ? GT_FORM_MESSAGES
                                : GT_FORM_CONTENTS);
    return;
  }
  if (forms == 0 && judge_near_turns(l)) return;
  uint32_t meant = l->others_count > 0 ? judge_near(l, forms > 0) : 0;
  if (forms == 0) {
    judge_missing(l, meant);
    judge_half(l);
    return;
  }
  if (forms > 1)
    gt_row_line_tell(l, "mixed-forms", form_shows(l, second, form), "keep one form",
                     NULL, "the row is %s and %s at once", gt_form_name(form),
                     gt_form_name(second));
  else
    judge_file_form(l, form);
  if (forms == 1) judge_unused(l, form);
  judge_pair(l, form);
}

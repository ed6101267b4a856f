/* Columns by their names. See csv_header.h. */
#include "data/csv_header.h"

#include "base/json_fault.h"

#include <stdio.h>
#include <string.h>

#define NOWHERE GT_CSV_FIELDS

/* What a header says about the keys of forms.h. */
struct view {
  uint32_t present;
  size_t where[GT_FORM_KEYS]; /* the first column of each key */
};

static size_t looked_at(const struct gt_csv_record *r)
{
  return r->count < GT_CSV_FIELDS ? r->count : GT_CSV_FIELDS;
}

static enum gt_form_key key_of(const struct gt_csv_field *f, const char *data)
{
  enum gt_form_key key = gt_form_key(data + f->at, f->len);
  return key < GT_FORM_KEYS ? key : GT_KEY_NONE;
}

static struct view look(const struct gt_csv_record *r, const char *data)
{
  struct view v = {0};
  for (size_t i = 0; i < looked_at(r); i++) {
    enum gt_form_key key = key_of(&r->fields[i], data);
    if (key == GT_KEY_NONE || (v.present & GT_KEY_BIT(key))) continue;
    v.present |= GT_KEY_BIT(key);
    v.where[key] = i;
  }
  return v;
}

int gt_csv_header_fit(const struct gt_csv_record *r, const char *data)
{
  enum gt_form first, second;
  struct view v = look(r, data);
  if (gt_form_complete(&first, &second, v.present) > 0) return 2;
  if (v.present) return 1;
  for (size_t i = 0; i < looked_at(r); i++)
    if (gt_form_near(data + r->fields[i].at, r->fields[i].len) != GT_KEY_NONE) return 1;
  return 0;
}

static void tell(struct gt_findings *findings, enum gt_severity severity,
                 const char *rule, size_t line, size_t at, const char *hint,
                 const char *message)
{
  gt_findings_add(findings, severity, rule, line, at, hint, "%s", message);
}

/* Where a field begins in its line; its opening quote counts. */
static size_t place(const struct gt_csv_field *f, size_t shift)
{
  return shift + f->at + 1 - f->quoted;
}

/* Adds `"name"` to a list for a message; "..." when eight are there or there is no
 * room. */
static void list_name(char *dst, size_t cap, size_t index, const char *name, size_t len)
{
  char quoted[200];
  size_t used = strlen(dst), n;
  gt_json_quote(quoted, sizeof quoted, name, len);
  n = strlen(quoted);
  if (used >= 3 && strcmp(dst + used - 3, "...") == 0) return;
  if (index > 0) used += (size_t)snprintf(dst + used, cap - used, ", ");
  if (index < 8 && n + sizeof ", ..." <= cap - used)
    memcpy(dst + used, quoted, n + 1);
  else
    snprintf(dst + used, cap - used, "...");
}

/* No pair: what there is, and what may have been meant. */
static void tell_no_pair(struct gt_findings *findings, const struct gt_csv_record *r,
                         const char *data, size_t line, size_t shift)
{
  char found[160] = "", near[80] = "", message[400];
  size_t nears = 0;
  for (size_t i = 0; i < looked_at(r); i++) {
    const struct gt_csv_field *f = &r->fields[i];
    list_name(found, sizeof found, i, data + f->at, f->len);
    enum gt_form_key key = gt_form_near(data + f->at, f->len);
    if (key == GT_KEY_NONE || key_of(f, data) != GT_KEY_NONE) continue;
    const char *name = gt_form_key_name(key);
    list_name(near, sizeof near, nears++, name, strlen(name));
  }
  snprintf(message, sizeof message, "no pair of known columns; found: %s%s%s%s", found,
           nears ? "; did you mean " : "", near, nears ? "?" : "");
  tell(findings, GT_SEVERITY_ERROR, "csv-header", line, shift + 1,
       "the first line names the columns: text_input,output", message);
}

static bool same(const struct gt_csv_field *a, const struct gt_csv_field *b,
                 const char *data)
{
  return a->len == b->len && memcmp(data + a->at, data + b->at, a->len) == 0;
}

/* The same name twice is an error where it is one of the pair's. */
static int judge_doubles(struct gt_findings *findings, const struct gt_csv_columns *c,
                         const struct gt_csv_record *r, const char *data, size_t line,
                         size_t shift)
{
  int rc = 0;
  for (size_t i = 1; i < looked_at(r); i++) {
    size_t first = 0;
    while (first < i && !same(&r->fields[first], &r->fields[i], data)) first++;
    if (first == i || r->fields[i].len == 0) continue;
    bool ours = first == c->text || first == c->output;
    char name[200], message[300];
    gt_json_quote(name, sizeof name, data + r->fields[i].at, r->fields[i].len);
    snprintf(message, sizeof message, "two columns have the name %s", name);
    tell(findings, ours ? GT_SEVERITY_ERROR : GT_SEVERITY_WARNING, "csv-header", line,
         place(&r->fields[i], shift), "keep one of them", message);
    if (ours) rc = -1;
  }
  return rc;
}

static void tell_unused(struct gt_findings *findings, const struct gt_csv_columns *c,
                        const struct gt_csv_record *r, const char *data, size_t line,
                        size_t shift)
{
  char names[200] = "", message[300];
  size_t count = 0, first = 0;
  for (size_t i = 0; i < looked_at(r); i++) {
    if (i == c->text || i == c->output) continue;
    if (count == 0) first = i;
    list_name(names, sizeof names, count++, data + r->fields[i].at, r->fields[i].len);
  }
  if (count == 0) return;
  snprintf(message, sizeof message, "column%s not used: %s", count > 1 ? "s" : "",
           names);
  tell(findings, GT_SEVERITY_WARNING, "unused-field", line,
       place(&r->fields[first], shift), "put what matters into the input", message);
}

int gt_csv_header_read(struct gt_csv_columns *c, struct gt_findings *findings,
                       const struct gt_csv_record *r, const char *data, size_t line,
                       size_t shift)
{
  enum gt_form second;
  struct view v = look(r, data);
  int pairs = gt_form_complete(&c->names, &second, v.present);
  char message[200];
  c->count = r->count;
  if (r->count > GT_CSV_FIELDS) {
    snprintf(message, sizeof message, "%zu columns, the limit is %d", r->count,
             GT_CSV_FIELDS);
    tell(findings, GT_SEVERITY_ERROR, "csv-header", line, shift + 1, NULL, message);
    return -1;
  }
  if (r->fields[0].len > 0 && !r->fields[0].quoted &&
      (data[r->fields[0].at] == '{' || data[r->fields[0].at] == '[')) {
    tell(findings, GT_SEVERITY_ERROR, "csv-header", line, shift + 1,
         "JSON Lines are to be in a file NAME.jsonl", "the file is JSON, not CSV");
    return -1;
  }
  if (pairs == 0) {
    tell_no_pair(findings, r, data, line, shift);
    return -1;
  }
  c->text = v.where[gt_form_text(c->names)];
  c->output = v.where[gt_form_output(c->names)];
  if (pairs > 1) {
    snprintf(message, sizeof message, "the columns are %s and %s at once",
             gt_form_name(c->names), gt_form_name(second));
    tell(findings, GT_SEVERITY_ERROR, "mixed-forms", line, shift + 1, "keep one form",
         message);
    return -1;
  }
  int rc = judge_doubles(findings, c, r, data, line, shift);
  if (rc == 0) tell_unused(findings, c, r, data, line, shift);
  return rc;
}

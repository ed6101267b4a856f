/* Records of CSV. See csv_record.h. */
#include "data/csv_record.h"

#include <string.h>

/* Behind the quoted part that e->at is in; false when its end is not there yet. */
static bool leave_quotes(struct gt_csv_end *e, const char *data, size_t len)
{
  while (e->at < len) {
    const char *quote = memchr(data + e->at, '"', len - e->at);
    e->at = quote ? (size_t)(quote - data) : len;
    if (!quote || e->at + 1 == len) return false; /* is it doubled? */
    e->quoted = quote[1] == '"';
    e->at += e->quoted ? 2 : 1;
    if (!e->quoted) return true;
  }
  return false;
}

bool gt_csv_find_end(struct gt_csv_end *e, const char *data, size_t len, char sep)
{
  const char *end = data; /* of the line: looked for once a line */
  if (e->quoted && !leave_quotes(e, data, len)) return false;
  while (e->at < len) {
    const char *p = data + e->at;
    if (p >= end) {
      const char *nl = memchr(p, '\n', len - e->at);
      end = nl ? nl : data + len;
    }
    const char *quote = memchr(p, '"', (size_t)(end - p));
    if (!quote) {
      bool whole = end < data + len;
      if (end > p) e->field_begun = end[-1] != sep;
      e->at = (size_t)(end - data) + whole;
      return whole;
    }
    e->quoted = quote == p ? !e->field_begun : quote[-1] == sep;
    e->field_begun = true;
    e->at = (size_t)(quote - data) + 1;
    if (e->quoted && !leave_quotes(e, data, len)) return false;
  }
  return false;
}

static int fail(struct gt_csv_record *r, enum gt_csv_fault fault, size_t at,
                size_t open)
{
  r->fault = fault;
  r->fault_at = at;
  r->open_at = open;
  return -1;
}

/* The quoted field at *i; moves *i behind its closing quote. */
static int quoted_field(struct gt_csv_record *r, struct gt_csv_field *f, size_t *i,
                        const char *data, size_t len, char sep)
{
  size_t open = *i, at = open + 1;
  for (;;) {
    const char *quote = at < len ? memchr(data + at, '"', len - at) : NULL;
    if (!quote) return fail(r, GT_CSV_UNCLOSED, open, open);
    at = (size_t)(quote - data) + 1;
    if (at == len || data[at] != '"') break;
    f->doubled = true;
    at++;
  }
  f->quoted = true;
  f->at = open + 1;
  f->len = at - 1 - f->at;
  *i = at;
  if (at < len && data[at] != sep) return fail(r, GT_CSV_BEHIND_QUOTE, at, open);
  return 0;
}

static int plain_field(struct gt_csv_record *r, struct gt_csv_field *f, size_t *i,
                       const char *data, size_t len, char sep)
{
  const char *end = memchr(data + *i, sep, len - *i);
  f->at = *i;
  f->len = end ? (size_t)(end - data) - *i : len - *i;
  *i += f->len;
  const char *quote = f->len ? memchr(data + f->at, '"', f->len) : NULL;
  if (quote) return fail(r, GT_CSV_QUOTE_INSIDE, (size_t)(quote - data), f->at);
  return 0;
}

int gt_csv_split(struct gt_csv_record *r, const char *data, size_t len, char sep)
{
  size_t i = 0;
  r->count = 0;
  r->fault = GT_CSV_FINE;
  for (;;) {
    struct gt_csv_field f = {.at = i};
    bool quoted = i < len && data[i] == '"';
    if ((quoted ? quoted_field : plain_field)(r, &f, &i, data, len, sep) < 0) return -1;
    if (r->count < GT_CSV_FIELDS) r->fields[r->count] = f;
    r->count++;
    if (i == len) return 0;
    i++; /* the separator; behind the last one stands an empty field */
  }
}

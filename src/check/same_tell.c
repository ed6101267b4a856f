/* Places of rows that are told beside each other. See same.h. */
#include "check/same.h"

#include <stdio.h>
#include <string.h>

const struct gt_check_file *gt_same_file(const struct gt_same *s, uint32_t row)
{
  return &s->c->files[s->rows[row].file];
}

bool gt_same_leaks(const struct gt_same *s, uint32_t row, uint32_t other)
{
  const struct gt_check_file *a = gt_same_file(s, row), *b = gt_same_file(s, other);
  if (a->against || a == b) return false;
  if (b->against) return true;
  return a->split > b->split;
}

bool gt_same_together(const struct gt_same *s, uint32_t a, uint32_t b)
{
  const struct gt_check_file *x = gt_same_file(s, a), *y = gt_same_file(s, b);
  return !x->against && !y->against && x->split == y->split;
}

void gt_same_relate(struct gt_same *s, uint32_t other)
{
  gt_findings_relate(&s->c->findings, s->rows[other].file, s->rows[other].line);
}

void gt_same_place(char *dst, size_t cap, const struct gt_same *s, uint32_t row,
                   uint32_t other)
{
  const struct gt_kept_row *o = &s->rows[other];
  const char *path = s->c->files[o->file].path, *name = strrchr(path, '/');
  if (o->file == s->rows[row].file)
    snprintf(dst, cap, "line %zu", o->line);
  else
    snprintf(dst, cap, "line %zu of %.80s", o->line, name ? name + 1 : path);
}

bool gt_same_identical(const struct gt_same *s, uint32_t a, uint32_t b)
{
  const struct gt_kept_row *x = &s->rows[a], *y = &s->rows[b];
  return x->text_len == y->text_len && memcmp(x->text, y->text, x->text_len) == 0;
}

void gt_same_tell(struct gt_same *s, enum gt_severity severity, const char *rule,
                  uint32_t row, uint32_t other, const char *hint, const char *what)
{
  char place[128];
  const struct gt_kept_row *r = &s->rows[row];
  gt_same_place(place, sizeof place, s, row, other);
  s->c->findings.file = r->file;
  gt_findings_add(&s->c->findings, severity, rule, r->line, r->column, hint, "%s %s",
                  what, place);
  gt_same_relate(s, other);
}

/* The list of findings. See findings.h. */
#include "data/findings.h"

#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void gt_findings_init(struct gt_findings *f, size_t max)
{
  *f = (struct gt_findings){.max = max ? max : GT_FINDINGS_MAX};
}

const char *gt_severity_name(enum gt_severity severity)
{
  static const char *const names[] = {"error", "warning", "note"};
  return names[severity];
}

void gt_findings_clear(struct gt_findings *f)
{
  free(f->items);
  gt_findings_init(f, f->max);
}

static struct gt_finding *room(struct gt_findings *f)
{
  if (f->count >= f->max) return NULL;
  if (f->count == f->cap) {
    size_t cap = f->cap ? f->cap * 2 : 16;
    if (cap > f->max) cap = f->max;
    struct gt_finding *items = realloc(f->items, cap * sizeof *items);
    if (!items) return NULL;
    f->items = items;
    f->cap = cap;
  }
  return &f->items[f->count++];
}

void gt_findings_add(struct gt_findings *f, enum gt_severity severity, const char *rule,
                     size_t line, size_t column, const char *hint, const char *fmt, ...)
{
  size_t *counts[] = {&f->errors, &f->warnings, &f->notes};
  ++*counts[severity];
  struct gt_finding *item = room(f);
  f->last_kept = item != NULL;
  if (!item) {
    f->left_out++;
    return;
  }
  *item = (struct gt_finding){.file = f->file};
  char text[1024];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  item->line = line;
  item->column = column;
  item->rule = rule;
  item->severity = severity;
  gt_err_copy(item->message, sizeof item->message, text, strlen(text));
  gt_err_copy(item->hint, sizeof item->hint, hint ? hint : "", hint ? strlen(hint) : 0);
}

void gt_findings_point(struct gt_findings *f, const char *pointer)
{
  if (!f->last_kept) return;
  struct gt_finding *item = &f->items[f->count - 1];
  gt_err_copy(item->pointer, sizeof item->pointer, pointer, strlen(pointer));
}

void gt_findings_relate(struct gt_findings *f, uint32_t file, size_t line)
{
  if (!f->last_kept) return;
  struct gt_finding *item = &f->items[f->count - 1];
  if (item->related_count == GT_FINDING_RELATED) return;
  item->related[item->related_count].file = file;
  item->related[item->related_count++].line = line;
}

static int after(const struct gt_finding *a, const struct gt_finding *b)
{
  if (a->file != b->file) return a->file > b->file;
  return a->line != b->line ? a->line > b->line : a->column > b->column;
}

/* Stable, and quick for the few findings of a line. */
static void sort_few(struct gt_finding *items, size_t count)
{
  for (size_t i = 1; i < count; i++) {
    struct gt_finding item = items[i];
    size_t at = i;
    for (; at > 0 && after(&items[at - 1], &item); at--) items[at] = items[at - 1];
    items[at] = item;
  }
}

static void merge(struct gt_finding *to, const struct gt_finding *from, size_t half,
                  size_t count)
{
  size_t a = 0, b = half;
  for (size_t i = 0; i < count; i++) {
    bool take_b = a == half || (b < count && after(&from[a], &from[b]));
    to[i] = take_b ? from[b++] : from[a++];
  }
}

void gt_findings_sort(struct gt_findings *f, size_t from)
{
  enum { FEW = 16 };
  if (f->count <= from + 1) return;
  struct gt_finding *items = f->items + from, *room = NULL;
  size_t count = f->count - from;
  if (count > FEW) room = malloc(count * sizeof *room);
  if (!room) { /* also the slow way out when memory is short */
    sort_few(items, count);
    return;
  }
  for (size_t i = 0; i < count; i += FEW)
    sort_few(items + i, count - i < FEW ? count - i : FEW);
  for (size_t run = FEW; run < count; run *= 2) {
    memcpy(room, items, count * sizeof *room);
    for (size_t i = 0; i + run < count; i += 2 * run)
      merge(items + i, room + i, run, count - i < 2 * run ? count - i : 2 * run);
  }
  free(room);
}

/* A file name may hold control characters; a terminal must not obey them. */
static void add_path(struct gt_buf *out, const char *path)
{
  for (; *path; path++) {
    unsigned char c = (unsigned char)*path;
    if (c < 0x20 || c == 0x7F)
      gt_buf_addf(out, "\\x%02X", (unsigned)c);
    else
      gt_buf_addc(out, *path);
  }
}

int gt_findings_format(struct gt_buf *out, const char *path,
                       const struct gt_findings *f)
{
  for (size_t i = 0; i < f->count; i++) {
    const struct gt_finding *item = &f->items[i];
    add_path(out, path);
    gt_buf_addf(out, ":%zu:%zu: %s: %s: %s", item->line, item->column,
                gt_severity_name(item->severity), item->rule, item->message);
    if (item->hint[0]) gt_buf_addf(out, " (%s)", item->hint);
    gt_buf_addc(out, '\n');
  }
  if (f->left_out > 0) {
    add_path(out, path);
    gt_buf_addf(out, ": %zu more finding%s left out\n", f->left_out,
                f->left_out == 1 ? "" : "s");
  }
  return out->failed ? -1 : 0;
}

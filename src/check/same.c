/* Rows that are the same or nearly: duplicates, contradictions, leaks. See check.h.
 *
 * Rows are grouped by the normal form of their input. Of the files only compared with
 * no row is judged. */
#include "check/same.h"
#include "check/outputs.h"

#include <stdlib.h>

/* Without a search for near duplicates only equal normal forms count. */
#define EXACT 1.0

static int by_rows(const void *a, const void *b)
{
  const struct gt_check_cluster *x = a, *y = b;
  return x->rows != y->rows   ? (x->rows < y->rows) - (x->rows > y->rows)
         : x->file != y->file ? (x->file > y->file) - (x->file < y->file)
                              : (x->line > y->line) - (x->line < y->line);
}

static int find(struct gt_same *s, struct gt_err *err)
{
  const struct gt_check_options *o = &s->c->options;
  struct gt_similar_options options = {.threshold = o->near > 0 ? o->near : EXACT,
                                       .index = o->index,
                                       .stop = &s->c->stop};
  struct gt_text *texts = malloc((s->count + 1) * sizeof *texts);
  if (!texts) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  for (size_t i = 0; i < s->count; i++)
    texts[i] = (struct gt_text){s->rows[i].text, s->rows[i].text_len};
  int rc = gt_similar_find(&s->similar, texts, s->count, &options, err);
  free(texts);
  return rc;
}

static int link_groups(struct gt_same *s, struct gt_err *err)
{
  uint32_t *last = malloc((s->count + 1) * sizeof *last);
  s->next = malloc((s->count + 1) * sizeof *s->next);
  s->jump = malloc((s->count + 1) * sizeof *s->jump);
  if (!last || !s->next || !s->jump) {
    free(last);
    return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  }
  for (uint32_t i = 0; i < s->count; i++) {
    uint32_t first = s->similar.first[i];
    s->next[i] = GT_SAME_NONE;
    if (first != i) s->next[last[first]] = i;
    last[first] = i;
  }
  free(last);
  for (uint32_t i = (uint32_t)s->count; i-- > 0;) {
    uint32_t next = s->next[i];
    bool other = next == GT_SAME_NONE || s->rows[next].file != s->rows[i].file;
    s->jump[i] = other ? next : s->jump[next];
  }
  return 0;
}

static int make_near(struct gt_same *s, struct gt_err *err)
{
  s->near = malloc((s->count + 1) * sizeof *s->near);
  if (!s->near) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  for (size_t i = 0; i < s->count; i++)
    s->near[i] = (struct gt_same_near){GT_SAME_NONE, GT_SAME_NONE, 0, 0};
  return 0;
}

static int number_outputs(struct gt_same *s, struct gt_err *err)
{
  size_t count;
  s->outputs = gt_outputs_number(&count, &s->classes, s->rows, s->count, err);
  if (!s->outputs) return -1;
  s->seen = calloc(count + 1, sizeof *s->seen);
  s->first = malloc((count + 1) * sizeof *s->first);
  if (!s->seen || !s->first)
    return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  return 0;
}

static int same_rows(struct gt_same *s, struct gt_err *err)
{
  if (find(s, err) < 0 || link_groups(s, err) < 0 || number_outputs(s, err) < 0 ||
      make_near(s, err) < 0)
    return -1;
  for (uint32_t i = 0; i < s->count; i++)
    if (s->similar.first[i] == i && s->next[i] != GT_SAME_NONE &&
        gt_same_group(s, i, err) < 0)
      return -1;
  if (s->c->clusters_count > 1)
    qsort(s->c->clusters, s->c->clusters_count, sizeof *s->c->clusters, by_rows);
  if (s->open_answers > 0)
    gt_check_note(s->c,
                  "%zu inputs have several outputs; the outputs are texts, not labels, "
                  "so they are not called contradictions",
                  s->open_answers);
  if (s->similar.left_out > 0)
    gt_check_note(s->c, "%zu pairs of nearly equal rows are not listed",
                  s->similar.left_out);
  if (s->c->options.near > 0) gt_same_pairs(s);
  return 0;
}

int gt_check_same(struct gt_check *c, struct gt_err *err)
{
  struct gt_same s = {.c = c, .rows = c->kept.rows, .count = c->kept.count};
  if (s.count == 0) return 0;
  int rc = same_rows(&s, err);
  if (rc < 0 && err->code == GT_RESOURCE_EXHAUSTED) {
    gt_check_note(c, "rows were not compared with each other: %s", err->message);
    rc = 0;
  }
  gt_similar_clear(&s.similar);
  free(s.next);
  free(s.jump);
  free(s.outputs);
  free(s.seen);
  free(s.first);
  free(s.near);
  return rc;
}

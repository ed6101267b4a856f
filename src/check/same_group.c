/* A group of rows with the same input. See same.h.
 *
 * Within a split a repeated row is a duplicate or, with another output, a
 * contradiction; across splits it is a leak. */
#include "base/json_fault.h"
#include "check/same.h"

#include <stdlib.h>

/* Names the first rows of the group in each file that `row` leaks from. */
static void tell_leak(struct gt_same *s, uint32_t row, uint32_t group)
{
  size_t told = 0;
  for (uint32_t head = group; head != GT_SAME_NONE; head = s->jump[head]) {
    if (!gt_same_leaks(s, row, head)) continue;
    for (uint32_t o = head; o != s->jump[head]; o = s->next[o]) {
      s->near[row].leak_j = GT_SAME_ABOVE;
      if (told++ > 0)
        gt_same_relate(s, o);
      else
        gt_same_tell(
            s, GT_SEVERITY_ERROR, "leak", row, o,
            "take it out of one of them: a score on rows seen in training means "
            "nothing",
            gt_same_identical(s, row, o)
                ? "the input stands also in"
                : "the input, but for case, spaces and punctuation, "
                  "stands also in");
      if (told >= GT_FINDING_RELATED) return;
    }
  }
}

static void tell_duplicate(struct gt_same *s, uint32_t row, uint32_t other)
{
  s->near[row].same_j = GT_SAME_ABOVE;
  gt_same_tell(s, GT_SEVERITY_WARNING, "duplicate", row, other,
               "keep one: repeated rows weigh more in training",
               gt_same_identical(s, row, other)
                   ? "the same row as"
                   : "but for case, spaces and punctuation the same row as");
}

static void tell_contradiction(struct gt_same *s, uint32_t row, uint32_t usual)
{
  const struct gt_kept_row *r = &s->rows[row], *u = &s->rows[usual];
  char mine[80], theirs[80], place[128];
  gt_json_quote(mine, sizeof mine, r->output, r->output_len);
  gt_json_quote(theirs, sizeof theirs, u->output, u->output_len);
  gt_same_place(place, sizeof place, s, row, usual);
  s->c->findings.file = r->file;
  gt_findings_add(&s->c->findings, GT_SEVERITY_WARNING, "contradiction", r->output_line,
                  r->output_column, "decide for one of the outputs",
                  "the same input has the output %s here and %s in %s", mine, theirs,
                  place);
  gt_same_relate(s, usual);
}

static int keep_cluster(struct gt_same *s, uint32_t first, size_t rows, size_t outputs,
                        struct gt_err *err)
{
  struct gt_check *c = s->c;
  if (c->clusters_count == c->clusters_cap) {
    size_t cap = c->clusters_cap ? c->clusters_cap * 2 : 32;
    struct gt_check_cluster *list = realloc(c->clusters, cap * sizeof *list);
    if (!list) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
    c->clusters = list;
    c->clusters_cap = cap;
  }
  c->clusters[c->clusters_count++] = (struct gt_check_cluster){
      s->rows[first].file, s->rows[first].line, rows, outputs};
  return 0;
}

static bool judged(const struct gt_same *s, uint32_t row, enum gt_check_split split)
{
  return !gt_same_file(s, row)->against && gt_same_file(s, row)->split == split;
}

/* The rows of a group in one split: repeated, or with unusual outputs? */
static int judge_split(struct gt_same *s, uint32_t group, enum gt_check_split split,
                       struct gt_err *err)
{
  uint32_t usual = GT_SAME_NONE, outputs = 0, rows = 0, first = GT_SAME_NONE;
  for (uint32_t row = group; row != GT_SAME_NONE; row = s->next[row]) {
    if (!judged(s, row, split)) continue;
    uint32_t o = s->outputs[row];
    if (rows++ == 0) first = row;
    if (s->seen[o]++ == 0) {
      s->first[o] = row;
      outputs++;
    } else {
      tell_duplicate(s, row, s->first[o]);
    }
    if (usual == GT_SAME_NONE || s->seen[o] > s->seen[usual]) usual = o;
  }
  for (uint32_t row = group; row != GT_SAME_NONE; row = s->next[row]) {
    if (!judged(s, row, split)) continue;
    if (s->classes && s->outputs[row] != usual)
      tell_contradiction(s, row, s->first[usual]);
    s->seen[s->outputs[row]] = 0;
  }
  if (outputs > 1 && s->classes) return keep_cluster(s, first, rows, outputs, err);
  s->open_answers += outputs > 1;
  return 0;
}

int gt_same_group(struct gt_same *s, uint32_t group, struct gt_err *err)
{
  for (uint32_t row = group; row != GT_SAME_NONE; row = s->next[row])
    if (!gt_same_file(s, row)->against) tell_leak(s, row, group);
  for (int split = GT_SPLIT_TRAINING; split <= GT_SPLIT_TEST; split++)
    if (judge_split(s, group, (enum gt_check_split)split, err) < 0) return -1;
  return 0;
}

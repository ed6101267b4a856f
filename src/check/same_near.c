/* Rows with nearly the same input. See same.h. */
#include "check/same.h"

#include <stdio.h>

static void keep_near(struct gt_same *s, uint32_t row, uint32_t other, float j)
{
  struct gt_same_near *n = &s->near[row];
  if (gt_same_leaks(s, row, other) && j > n->leak_j) {
    n->leak = other;
    n->leak_j = j;
  }
  if (other < row && gt_same_together(s, row, other) && j > n->same_j) {
    n->same = other;
    n->same_j = j;
  }
}

/* One row a file stands for its group. */
static void cross(struct gt_same *s, const struct gt_similar_pair *p)
{
  for (uint32_t a = p->a; a != GT_SAME_NONE; a = s->jump[a])
    for (uint32_t b = p->b; b != GT_SAME_NONE; b = s->jump[b]) {
      keep_near(s, a, b, p->jaccard);
      keep_near(s, b, a, p->jaccard);
    }
}

static void tell_near(struct gt_same *s, uint32_t row)
{
  const struct gt_same_near *n = &s->near[row];
  char what[96];
  if (n->leak != GT_SAME_NONE) {
    snprintf(what, sizeof what, "nearly the same input (Jaccard %.2f) as", n->leak_j);
    gt_same_tell(s, GT_SEVERITY_WARNING, "leak-near", row, n->leak,
                 "look at both: a test row that was nearly seen scores too well", what);
  }
  if (n->same != GT_SAME_NONE) {
    bool differ = s->outputs[n->same] != s->outputs[row] && s->classes;
    snprintf(what, sizeof what, "nearly the same input (Jaccard %.2f)%s as", n->same_j,
             differ ? " with another output" : "");
    gt_same_tell(s, GT_SEVERITY_WARNING, "near-duplicate", row, n->same,
                 differ ? "look at both labels" : "keep one, unless both are meant",
                 what);
  }
}

/* What stands for the group leaks: so does every row of it in the same file. */
static void inherit_leak(struct gt_same *s, uint32_t row)
{
  uint32_t head = s->similar.first[row];
  while (s->rows[head].file != s->rows[row].file) head = s->jump[head];
  struct gt_same_near *n = &s->near[row], *of = &s->near[head];
  if (of->leak_j <= n->leak_j) return;
  n->leak = of->leak;
  n->leak_j = of->leak_j;
}

void gt_same_pairs(struct gt_same *s)
{
  for (size_t i = 0; i < s->similar.pairs_count; i++) cross(s, &s->similar.pairs[i]);
  for (uint32_t i = 0; i < s->count; i++) {
    inherit_leak(s, i);
    tell_near(s, i);
  }
}

/* Candidates to verified pairs, by the true Jaccard index. See similar_parts.h. */
#include "data/grams.h"
#include "data/similar_parts.h"
#include "data/workers.h"

#include <math.h>
#include <stdlib.h>

struct verify {
  const struct gt_similar_job *job;
  const struct gt_similar_list *candidates;
  struct gt_similar_pair *pairs; /* one a candidate; jaccard < 0: not reached */
  bool failed[GT_WORKERS_MAX];
};

struct bench {
  struct gt_grams left, right;
  struct gt_grams_overlap overlap;
};

static int grams_of(struct gt_grams *g, const struct verify *v, uint32_t place)
{
  const struct gt_text *text = &v->job->texts[v->job->ids[place]];
  return gt_grams_make(g, text->at, text->len, 4, NULL);
}

static int compare(struct gt_similar_pair *pair, struct bench *b,
                   const struct verify *v, bool new_left)
{
  if (new_left && grams_of(&b->left, v, pair->a) < 0) return -1;
  if (grams_of(&b->right, v, pair->b) < 0) return -1;
  int grown = gt_grams_reserve(&b->overlap, b->left.count + b->right.count, NULL);
  if (grown < 0) return -1;
  if (grown || new_left) gt_grams_left(&b->overlap, &b->left);
  double jaccard = gt_grams_jaccard(&b->overlap, &b->right);
  pair->jaccard = jaccard >= v->job->threshold - 1e-9 ? (float)jaccard : -1.0f;
  return 0;
}

static void work(void *ctx, int worker)
{
  struct verify *v = ctx;
  struct bench b = {0};
  size_t i, end = gt_workers_share(&i, v->candidates->count, worker, v->job->threads);
  bool first = true;
  for (; i < end && !v->failed[worker]; i++) {
    uint64_t at = v->candidates->items[i];
    v->pairs[i] = (struct gt_similar_pair){(uint32_t)(at >> 32), (uint32_t)at, 0};
    bool new_left = first || v->pairs[i - 1].a != v->pairs[i].a;
    v->failed[worker] =
        gt_similar_is_stopped(v->job) || compare(&v->pairs[i], &b, v, new_left) < 0;
    first = false;
  }
  gt_grams_clear(&b.left);
  gt_grams_clear(&b.right);
  gt_grams_overlap_clear(&b.overlap);
}

int gt_similar_verify(struct gt_similar_found *out, const struct gt_similar_job *job,
                      const struct gt_similar_list *candidates, struct gt_err *err)
{
  struct verify v = {.job = job, .candidates = candidates};
  out->count = 0;
  if (candidates->count == 0) return 0;
  v.pairs = malloc(candidates->count * sizeof *v.pairs);
  if (!v.pairs) return gt_similar_no_memory(err);
  gt_workers_run(work, &v, job->threads);
  for (int i = 0; i < job->threads; i++) {
    if (!v.failed[i]) continue;
    free(v.pairs);
    return gt_similar_no_memory(err);
  }
  for (size_t i = 0; i < candidates->count; i++) {
    if (v.pairs[i].jaccard < 0) continue;
    if (out->count < job->pairs_max)
      v.pairs[out->count++] = v.pairs[i];
    else
      out->left_out++;
  }
  out->pairs = v.pairs;
  return 0;
}

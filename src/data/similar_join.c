/* Candidates by a prefix-filtered join: complete, for data sets of moderate size. See
 * similar_parts.h.
 *
 * Two sets whose Jaccard index is t or more share one of their first few grams, when
 * all grams stand in one order, rare ones first. So each text is met only by texts that
 * share a gram of its prefix; of those, sizes, places (how much can still be shared
 * behind the first shared gram) and a bitmap of the whole set sort out nearly all the
 * rest. How much that will cost is counted before it is begun: where a join is dear,
 * the bands (similar_bands.c) are the better way. */
#include "data/similar_join.h"

#include <stdlib.h>
#include <string.h>

enum {
  BITMAP_MAX = 64,    /* words */
  BLOCK = 64,         /* texts a worker takes at a time */
  TEXTS_MAX = 200000, /* nobody has seen a cheap join of more */
};

/* --- postings --- */

static int by_size(const void *a, const void *b)
{
  const struct gt_similar_join_text *x = a, *y = b;
  if (x->size != y->size) return x->size < y->size ? -1 : 1;
  return x->number < y->number ? -1 : 1;
}

static int post(struct gt_similar_join *j)
{
  size_t count = j->job->count, total = 0;
  for (size_t i = 0; i < count; i++) {
    const struct gt_similar_join_text *text = &j->texts[i];
    for (size_t k = 0; k < text->kept; k++)
      j->starts[j->tokens[text->prefix + k] + 1]++;
    total += text->kept;
  }
  for (size_t b = 0; b < j->buckets; b++) j->starts[b + 1] += j->starts[b];
  j->postings = malloc((total + 1) * sizeof *j->postings);
  size_t *next = malloc(j->buckets * sizeof *next);
  if (!j->postings || !next) {
    free(next);
    return -1;
  }
  memcpy(next, j->starts, j->buckets * sizeof *next);
  for (size_t i = 0; i < count; i++) {
    const struct gt_similar_join_text *text = &j->texts[i];
    for (uint32_t k = 0; k < text->kept; k++)
      j->postings[next[j->tokens[text->prefix + k]]++] =
          (struct gt_similar_join_posting){(uint32_t)i, text->size - k, text->size};
  }
  free(next);
  return 0;
}

static int count_shared(struct gt_similar_join *j)
{
  double t = j->job->threshold;
  size_t sums = (size_t)j->texts[j->job->count - 1].size * 2 + 1;
  j->shared_min = malloc(sums * sizeof *j->shared_min);
  if (!j->shared_min) return -1;
  for (size_t i = 0; i < sums; i++)
    j->shared_min[i] = gt_similar_join_at_least(t / (1 + t), (uint32_t)i);
  return 0;
}

/* What the join will look at; half of it, for texts before the one that looks. */
static bool is_cheap(const struct gt_similar_join *j)
{
  uint64_t touches = 0;
  for (size_t i = 0; i < j->job->count; i++) {
    const struct gt_similar_join_text *text = &j->texts[i];
    for (size_t k = 0; k < text->probe; k++) {
      uint32_t bucket = j->tokens[text->prefix + k];
      touches += j->starts[bucket + 1] - j->starts[bucket];
    }
    if (touches / 2 > GT_JOIN_TOUCHES_MAX) return false;
  }
  return true;
}

/* --- the join --- */

static inline unsigned bit_count(uint64_t v)
{
  v -= v >> 1 & 0x5555555555555555u;
  v = (v & 0x3333333333333333u) + (v >> 2 & 0x3333333333333333u);
  v = (v + (v >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
  return (unsigned)(v * 0x0101010101010101u >> 56);
}

/* Every bit that differs is a gram that only one of them has. */
static bool may_be_like(const struct gt_similar_join *j,
                        const struct gt_similar_join_text *x,
                        const struct gt_similar_join_text *y, uint32_t shared_min)
{
  const uint64_t *a = j->bitmaps + x->number * j->words;
  const uint64_t *b = j->bitmaps + y->number * j->words;
  uint32_t allowed = x->size + y->size - 2 * shared_min, differ = 0;
  for (size_t i = 0; i < j->words && differ <= allowed; i++)
    differ += bit_count(a[i] ^ b[i]);
  return differ <= allowed;
}

static size_t first_of_size(const struct gt_similar_join *j, size_t from, size_t end,
                            uint32_t size)
{
  while (from < end) {
    size_t middle = from + (end - from) / 2;
    if (j->postings[middle].size < size)
      from = middle + 1;
    else
      end = middle;
  }
  return from;
}

static int meet(struct gt_similar_join *j, int worker,
                const struct gt_similar_join_text *x,
                const struct gt_similar_join_text *y)
{
  uint32_t a = x->number < y->number ? x->number : y->number;
  uint32_t b = x->number < y->number ? y->number : x->number;
  atomic_fetch_add_explicit(&j->found_count, 1, memory_order_relaxed);
  return gt_similar_list_add(&j->found[worker], (uint64_t)a << 32 | b);
}

/* seen[y] == at + 1: y was judged for this text. */
static int probe(struct gt_similar_join *j, int worker, uint32_t at, uint32_t *seen)
{
  const struct gt_similar_join_text *x = &j->texts[at];
  const uint32_t *shared_min = j->shared_min + x->size;
  uint32_t size_min = gt_similar_join_at_least(j->job->threshold, x->size);
  for (uint32_t i = 0; i < x->probe; i++) {
    uint32_t bucket = j->tokens[x->prefix + i], left = x->size - i;
    const struct gt_similar_join_posting *end = j->postings + j->starts[bucket + 1];
    const struct gt_similar_join_posting *p =
        j->postings +
        first_of_size(j, j->starts[bucket], j->starts[bucket + 1], size_min);
    for (; p < end && p->at < at; p++) {
      uint32_t shared = shared_min[p->size];
      /* that is no judgement: the bucket may hold another gram than the one sought */
      if (left < shared || p->left < shared || seen[p->at] == at + 1) continue;
      seen[p->at] = at + 1;
      const struct gt_similar_join_text *y = &j->texts[p->at];
      if (may_be_like(j, x, y, shared) && meet(j, worker, x, y) < 0) return -1;
    }
  }
  return 0;
}

static void probe_texts(void *ctx, int worker)
{
  struct gt_similar_join *j = ctx;
  size_t count = j->job->count, threads = (size_t)j->job->threads;
  uint32_t *seen = calloc(count, sizeof *seen);
  j->failed[worker] = seen == NULL;
  for (size_t i = (size_t)worker * BLOCK; i < count && !j->failed[worker];
       i += threads * BLOCK) {
    if (atomic_load_explicit(&j->found_count, memory_order_relaxed) > j->found_max)
      break;
    j->failed[worker] = gt_similar_is_stopped(j->job);
    for (size_t k = i; k < i + BLOCK && k < count && !j->failed[worker]; k++)
      j->failed[worker] = probe(j, worker, (uint32_t)k, seen) < 0;
  }
  free(seen);
}

/* --- the whole --- */

/* Bytes of the texts, and by that the room of prefixes and the size of the tables. */
static size_t plan(struct gt_similar_join *j, size_t *tokens)
{
  const struct gt_similar_job *job = j->job;
  size_t bytes = 0;
  *tokens = 0;
  for (size_t i = 0; i < job->count; i++) {
    size_t len = job->texts[job->ids[i]].len;
    bytes += len;
    if (j->room) j->room[i] = *tokens;
    *tokens += (size_t)((1 - job->threshold) * (double)len) + 2;
  }
  j->words = 4;
  while (j->words < BITMAP_MAX && j->words * 32 < bytes / (job->count + 1))
    j->words *= 2;
  j->buckets = 4096;
  while (j->buckets < *tokens && j->buckets < (size_t)1 << 24) j->buckets *= 2;
  return bytes;
}

/* Candidates beyond which many texts are alike, and all pairs of them too many. */
static size_t found_max(const struct gt_similar_job *job)
{
  return job->count * 4 + 250000;
}

size_t gt_similar_join_memory(const struct gt_similar_job *job)
{
  struct gt_similar_join j = {.job = job};
  size_t tokens, threads = (size_t)job->threads;
  plan(&j, &tokens);
  return tokens * (sizeof(uint32_t) + sizeof(struct gt_similar_join_posting)) +
         job->count *
             (sizeof(struct gt_similar_join_text) + sizeof(size_t) + j.words * 8) +
         found_max(job) * 36 + j.buckets * 2 * sizeof(size_t) +
         threads * (GT_JOIN_COUNTERS + job->count) * 4;
}

static int reserve(struct gt_similar_join *j)
{
  size_t tokens, count = j->job->count;
  j->room = malloc(count * sizeof *j->room);
  j->texts = malloc(count * sizeof *j->texts);
  if (!j->room || !j->texts) return -1;
  plan(j, &tokens);
  j->tokens = malloc(tokens * sizeof *j->tokens);
  j->bitmaps = calloc(count * j->words, sizeof *j->bitmaps);
  j->starts = calloc(j->buckets + 1, sizeof *j->starts);
  return j->tokens && j->bitmaps && j->starts ? 0 : -1;
}

/* All workers' candidates in one sorted list. */
static int gather(struct gt_similar_list *all, struct gt_similar_join *j)
{
  size_t total = atomic_load(&j->found_count);
  uint64_t *tmp = malloc((total + 1) * sizeof *tmp);
  all->items = malloc((total + 1) * sizeof *all->items);
  if (!tmp || !all->items) {
    free(tmp);
    return -1;
  }
  for (int i = 0; i < j->job->threads; i++) {
    const struct gt_similar_list *found = &j->found[i];
    if (found->count)
      memcpy(all->items + all->count, found->items, found->count * sizeof *tmp);
    all->count += found->count;
  }
  gt_similar_sort(all->items, tmp, all->count, 0);
  free(tmp);
  return 0;
}

static int find(struct gt_similar_list *all, struct gt_similar_join *j)
{
  if (reserve(j) < 0 || gt_similar_join_count(j) < 0) return -1;
  int cheap = gt_similar_join_sample(j);
  if (cheap <= 0) return cheap;
  if (gt_similar_join_describe(j) < 0) return -1;
  qsort(j->texts, j->job->count, sizeof *j->texts, by_size);
  if (post(j) < 0 || count_shared(j) < 0) return -1;
  if (!is_cheap(j)) return 0;
  if (gt_similar_join_run(j, probe_texts) < 0) return -1;
  if (atomic_load(&j->found_count) > j->found_max) return 0;
  return gather(all, j) < 0 ? -1 : 1;
}

int gt_similar_join(struct gt_similar_found *out, const struct gt_similar_job *job,
                    struct gt_err *err)
{
  struct gt_similar_join j = {.job = job, .found_max = found_max(job)};
  struct gt_similar_list all = {0};
  if (job->count < 2) return 1;
  if (job->count > TEXTS_MAX) return 0;
  int rc = find(&all, &j);
  if (rc < 0) gt_similar_no_memory(err);
  free(j.texts);
  free(j.room);
  free(j.tokens);
  free(j.bitmaps);
  free(j.starts);
  free(j.postings);
  free(j.shared_min);
  for (int i = 0; i < job->threads; i++) {
    free(j.counters[i]);
    free(j.found[i].items);
  }
  if (rc == 1 && gt_similar_verify(out, job, &all, err) < 0) rc = -1;
  free(all.items);
  return rc;
}

/* Candidates by a prefix-filtered join: complete, for data sets of moderate size. See
 * similar_parts.h.
 *
 * Two sets whose Jaccard index is t or more share one of their first few grams, when
 * all grams stand in one order, rare ones first. So each text is met only by texts that
 * share a gram of its prefix; of those, sizes, places (how much can still be shared
 * behind the first shared gram) and a bitmap of the whole set sort out nearly all the
 * rest. How much that will cost is counted before it is begun: where a join is dear,
 * the bands (similar_bands.c) are the better way. */
#include "data/grams.h"
#include "data/similar_parts.h"
#include "data/workers.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
  COUNTERS = 1 << 20, /* of grams, by hash: an order needs no exact counts */
  BITMAP_MAX = 64,    /* words */
  SMALL = 512,        /* grams up to which quicksort is bounded well enough */
  BLOCK = 64,         /* texts a worker takes at a time */
  SAMPLE = 2048,      /* texts that tell what all will cost */
  TEXTS_MAX = 200000, /* nobody has seen a cheap join of more */
};

#define TOUCHES_MAX ((uint64_t)25 * 1000 * 1000) /* about .3 s of work */

struct text {
  uint32_t size;        /* distinct grams */
  uint32_t number;      /* in the job */
  size_t prefix;        /* into tokens */
  uint32_t probe, kept; /* tokens to look with, and to be found by */
};

struct posting {
  uint32_t at;   /* into texts */
  uint32_t left; /* grams of that text from this one on, in its order */
  uint32_t size; /* of that text */
};

struct join {
  const struct gt_similar_job *job;
  struct text *texts; /* by size, then number */
  size_t *room;       /* room[i]: where the tokens of text number i begin */
  uint32_t *tokens;   /* buckets of the prefixes */
  uint64_t *bitmaps;  /* words of each text, by number */
  size_t words;
  uint32_t *counters[GT_WORKERS_MAX];
  size_t *starts; /* bucket -> its first posting; buckets + 1 */
  size_t buckets; /* a power of two */
  struct posting *postings;
  uint32_t *shared_min; /* [sum of sizes]: grams that like texts share */
  struct gt_similar_list found[GT_WORKERS_MAX];
  atomic_size_t found_count;
  size_t found_max;
  bool failed[GT_WORKERS_MAX];
};

static inline uint64_t scatter(uint32_t gram)
{
  uint64_t h = (gram + 1) * 0x9E3779B97F4A7C15u;
  return (h ^ h >> 32) * 0xD6E8FEB86659FD93u;
}

static int grams_of(struct gt_grams *g, const struct join *j, size_t number)
{
  const struct gt_text *text = &j->job->texts[j->job->ids[number]];
  return gt_grams_make(g, text->at, text->len, 4, NULL);
}

/* --- the order of grams: how often each occurs --- */

static void count_grams(void *ctx, int worker)
{
  struct join *j = ctx;
  struct gt_grams g = {0};
  uint32_t *counters = j->counters[worker] = calloc(COUNTERS, sizeof *counters);
  size_t i, end = gt_workers_share(&i, j->job->count, worker, j->job->threads);
  j->failed[worker] = counters == NULL;
  for (; i < end && !j->failed[worker]; i++) {
    j->failed[worker] = grams_of(&g, j, i) < 0;
    for (size_t k = 0; k < g.count; k++) counters[scatter(g.items[k]) >> 44]++;
  }
  gt_grams_clear(&g);
}

/* --- a text's grams in that order --- */

static void insertion_sort(uint64_t *items, size_t count)
{
  for (size_t i = 1; i < count; i++) {
    uint64_t item = items[i];
    size_t at = i;
    for (; at > 0 && items[at - 1] > item; at--) items[at] = items[at - 1];
    items[at] = item;
  }
}

static void quick_sort(uint64_t *items, size_t count)
{
  while (count > 24) {
    uint64_t a = items[0], b = items[count / 2], c = items[count - 1];
    uint64_t pivot = a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b);
    size_t low = 0, high = count - 1;
    for (;;) {
      while (items[low] < pivot) low++;
      while (items[high] > pivot) high--;
      if (low >= high) break;
      uint64_t item = items[low];
      items[low++] = items[high];
      items[high--] = item;
    }
    quick_sort(items, low);
    items += low;
    count -= low;
  }
  insertion_sort(items, count);
}

struct keys {
  uint64_t *items, *tmp;
  size_t cap;
};

static void keys_clear(struct keys *keys)
{
  free(keys->items);
  free(keys->tmp);
}

/* The distinct grams with their counts in front, ascending; returns how many. */
static size_t order(struct keys *keys, const struct gt_grams *g, const struct join *j)
{
  if (g->count > keys->cap) {
    free(keys->items);
    free(keys->tmp);
    keys->cap = g->count + g->count / 4 + 256;
    keys->items = malloc(keys->cap * sizeof *keys->items);
    keys->tmp = malloc(keys->cap * sizeof *keys->tmp);
    if (!keys->items || !keys->tmp) return 0;
  }
  for (size_t i = 0; i < g->count; i++) {
    uint32_t often = j->counters[0][scatter(g->items[i]) >> 44];
    keys->items[i] = (uint64_t)often << 32 | g->items[i];
  }
  if (g->count <= SMALL)
    quick_sort(keys->items, g->count);
  else
    gt_similar_sort(keys->items, keys->tmp, g->count, 0);
  size_t kept = 1;
  for (size_t i = 1; i < g->count; i++)
    if (keys->items[i] != keys->items[kept - 1]) keys->items[kept++] = keys->items[i];
  return kept;
}

static uint32_t at_least(double share, uint32_t size)
{
  return (uint32_t)ceil(share * size - 1e-6);
}

static void describe(struct join *j, size_t number, const uint64_t *keys, size_t size)
{
  struct text *text = &j->texts[number];
  double t = j->job->threshold;
  text->number = (uint32_t)number;
  text->size = (uint32_t)size;
  text->prefix = j->room[number];
  text->probe = text->size - at_least(t, text->size) + 1;
  /* texts that look for this one are no smaller */
  text->kept = text->size - at_least(2 * t / (1 + t), text->size) + 1;
  for (size_t i = 0; i < text->probe; i++)
    j->tokens[text->prefix + i] =
        (uint32_t)scatter((uint32_t)keys[i]) & (uint32_t)(j->buckets - 1);
  uint64_t *bits = j->bitmaps + number * j->words;
  for (size_t i = 0; i < size; i++) {
    uint64_t h = scatter((uint32_t)keys[i]) >> 20;
    bits[h / 64 & (j->words - 1)] |= (uint64_t)1 << (h & 63);
  }
}

static void describe_texts(void *ctx, int worker)
{
  struct join *j = ctx;
  struct gt_grams g = {0};
  struct keys keys = {0};
  size_t i, end = gt_workers_share(&i, j->job->count, worker, j->job->threads);
  for (; i < end; i++) {
    size_t size = grams_of(&g, j, i) < 0 ? 0 : order(&keys, &g, j);
    j->failed[worker] = size == 0;
    if (size == 0) break;
    describe(j, i, keys.items, size);
  }
  keys_clear(&keys);
  gt_grams_clear(&g);
}

/* Whether the touches of a sample, by the square of its share, look affordable; twice
 * too many, for a sample may err. */
static int looks_cheap(struct join *j)
{
  size_t count = j->job->count, step = count / SAMPLE, sampled = 0;
  struct gt_grams g = {0};
  struct keys keys = {0};
  uint64_t touches = 0;
  int rc = -1;
  if (step < 4) return 1;
  for (size_t i = 0; i < count; i += step, sampled++) {
    size_t size = grams_of(&g, j, i) < 0 ? 0 : order(&keys, &g, j);
    if (size == 0) goto out;
    describe(j, i, keys.items, size);
    const struct text *text = &j->texts[i];
    for (size_t k = 0; k < text->kept; k++) j->starts[j->tokens[text->prefix + k]]++;
  }
  for (size_t i = 0; i < count; i += step) {
    const struct text *text = &j->texts[i];
    for (size_t k = 0; k < text->probe; k++)
      touches += j->starts[j->tokens[text->prefix + k]];
    touches -= text->kept; /* itself */
  }
  memset(j->starts, 0, (j->buckets + 1) * sizeof *j->starts);
  double all = (double)count / (double)sampled;
  rc = all * all * (double)touches / 2 <= 2.0 * (double)TOUCHES_MAX;
out:
  keys_clear(&keys);
  gt_grams_clear(&g);
  return rc;
}

/* --- postings --- */

static int by_size(const void *a, const void *b)
{
  const struct text *x = a, *y = b;
  if (x->size != y->size) return x->size < y->size ? -1 : 1;
  return x->number < y->number ? -1 : 1;
}

static int post(struct join *j)
{
  size_t count = j->job->count, total = 0;
  for (size_t i = 0; i < count; i++) {
    const struct text *text = &j->texts[i];
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
    const struct text *text = &j->texts[i];
    for (uint32_t k = 0; k < text->kept; k++)
      j->postings[next[j->tokens[text->prefix + k]]++] =
          (struct posting){(uint32_t)i, text->size - k, text->size};
  }
  free(next);
  return 0;
}

static int count_shared(struct join *j)
{
  double t = j->job->threshold;
  size_t sums = (size_t)j->texts[j->job->count - 1].size * 2 + 1;
  j->shared_min = malloc(sums * sizeof *j->shared_min);
  if (!j->shared_min) return -1;
  for (size_t i = 0; i < sums; i++)
    j->shared_min[i] = at_least(t / (1 + t), (uint32_t)i);
  return 0;
}

/* What the join will look at; half of it, for texts before the one that looks. */
static bool is_cheap(const struct join *j)
{
  uint64_t touches = 0;
  for (size_t i = 0; i < j->job->count; i++) {
    const struct text *text = &j->texts[i];
    for (size_t k = 0; k < text->probe; k++) {
      uint32_t bucket = j->tokens[text->prefix + k];
      touches += j->starts[bucket + 1] - j->starts[bucket];
    }
    if (touches / 2 > TOUCHES_MAX) return false;
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
static bool may_be_like(const struct join *j, const struct text *x,
                        const struct text *y, uint32_t shared_min)
{
  const uint64_t *a = j->bitmaps + x->number * j->words;
  const uint64_t *b = j->bitmaps + y->number * j->words;
  uint32_t allowed = x->size + y->size - 2 * shared_min, differ = 0;
  for (size_t i = 0; i < j->words && differ <= allowed; i++)
    differ += bit_count(a[i] ^ b[i]);
  return differ <= allowed;
}

static size_t first_of_size(const struct join *j, size_t from, size_t end,
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

static int meet(struct join *j, int worker, const struct text *x, const struct text *y)
{
  uint32_t a = x->number < y->number ? x->number : y->number;
  uint32_t b = x->number < y->number ? y->number : x->number;
  atomic_fetch_add_explicit(&j->found_count, 1, memory_order_relaxed);
  return gt_similar_list_add(&j->found[worker], (uint64_t)a << 32 | b);
}

/* seen[y] == at + 1: y was judged for this text. */
static int probe(struct join *j, int worker, uint32_t at, uint32_t *seen)
{
  const struct text *x = &j->texts[at];
  const uint32_t *shared_min = j->shared_min + x->size;
  uint32_t size_min = at_least(j->job->threshold, x->size);
  for (uint32_t i = 0; i < x->probe; i++) {
    uint32_t bucket = j->tokens[x->prefix + i], left = x->size - i;
    const struct posting *end = j->postings + j->starts[bucket + 1];
    const struct posting *p =
        j->postings +
        first_of_size(j, j->starts[bucket], j->starts[bucket + 1], size_min);
    for (; p < end && p->at < at; p++) {
      uint32_t shared = shared_min[p->size];
      /* that is no judgement: the bucket may hold another gram than the one sought */
      if (left < shared || p->left < shared || seen[p->at] == at + 1) continue;
      seen[p->at] = at + 1;
      const struct text *y = &j->texts[p->at];
      if (may_be_like(j, x, y, shared) && meet(j, worker, x, y) < 0) return -1;
    }
  }
  return 0;
}

static void probe_texts(void *ctx, int worker)
{
  struct join *j = ctx;
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

static int run(struct join *j, void (*work)(void *ctx, int worker))
{
  gt_workers_run(work, j, j->job->threads);
  for (int i = 0; i < j->job->threads; i++)
    if (j->failed[i] || gt_similar_is_stopped(j->job)) return -1;
  return 0;
}

/* Bytes of the texts, and by that the room of prefixes and the size of the tables. */
static size_t plan(struct join *j, size_t *tokens)
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
  struct join j = {.job = job};
  size_t tokens, threads = (size_t)job->threads;
  plan(&j, &tokens);
  return tokens * (sizeof(uint32_t) + sizeof(struct posting)) +
         job->count * (sizeof(struct text) + sizeof(size_t) + j.words * 8) +
         found_max(job) * 36 + j.buckets * 2 * sizeof(size_t) +
         threads * (COUNTERS + job->count) * 4;
}

static int reserve(struct join *j)
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
static int gather(struct gt_similar_list *all, struct join *j)
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

static int find(struct gt_similar_list *all, struct join *j)
{
  if (reserve(j) < 0 || run(j, count_grams) < 0) return -1;
  for (int i = 1; i < j->job->threads; i++)
    for (size_t k = 0; k < COUNTERS; k++) j->counters[0][k] += j->counters[i][k];
  int cheap = looks_cheap(j);
  if (cheap <= 0) return cheap;
  if (run(j, describe_texts) < 0) return -1;
  qsort(j->texts, j->job->count, sizeof *j->texts, by_size);
  if (post(j) < 0 || count_shared(j) < 0) return -1;
  if (!is_cheap(j)) return 0;
  if (run(j, probe_texts) < 0) return -1;
  if (atomic_load(&j->found_count) > j->found_max) return 0;
  return gather(all, j) < 0 ? -1 : 1;
}

int gt_similar_join(struct gt_similar_found *out, const struct gt_similar_job *job,
                    struct gt_err *err)
{
  struct join j = {.job = job, .found_max = found_max(job)};
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

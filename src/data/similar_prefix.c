/* The grams of each text in one order, rare ones first, and the first of them. See
 * similar_join.h. Rare and frequent go by counters that grams share by hash: an order
 * needs no exact counts, only to be the same for all texts. */
#include "data/grams.h"
#include "data/similar_join.h"

#include <stdlib.h>
#include <string.h>

enum {
  SMALL = 512,   /* grams up to which quicksort is bounded well enough */
  SAMPLE = 2048, /* texts that tell what all will cost */
};

static inline uint64_t scatter(uint32_t gram)
{
  uint64_t h = (gram + 1) * 0x9E3779B97F4A7C15u;
  return (h ^ h >> 32) * 0xD6E8FEB86659FD93u;
}

static int grams_of(struct gt_grams *g, const struct gt_similar_join *j, size_t number)
{
  const struct gt_text *text = &j->job->texts[j->job->ids[number]];
  return gt_grams_make(g, text->at, text->len, 4, NULL);
}

/* --- the order of grams: how often each occurs --- */

static void count_grams(void *ctx, int worker)
{
  struct gt_similar_join *j = ctx;
  struct gt_grams g = {0};
  uint32_t *counters = j->counters[worker] = calloc(GT_JOIN_COUNTERS, sizeof *counters);
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
static size_t order(struct keys *keys, const struct gt_grams *g,
                    const struct gt_similar_join *j)
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

static void describe(struct gt_similar_join *j, size_t number, const uint64_t *keys,
                     size_t size)
{
  struct gt_similar_join_text *text = &j->texts[number];
  double t = j->job->threshold;
  text->number = (uint32_t)number;
  text->size = (uint32_t)size;
  text->prefix = j->room[number];
  text->probe = text->size - gt_similar_join_at_least(t, text->size) + 1;
  /* texts that look for this one are no smaller */
  text->kept = text->size - gt_similar_join_at_least(2 * t / (1 + t), text->size) + 1;
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
  struct gt_similar_join *j = ctx;
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

/* Whether the touches of the sample, by the square of its share, look affordable; twice
 * too many, for a sample may err. */
int gt_similar_join_sample(struct gt_similar_join *j)
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
    const struct gt_similar_join_text *text = &j->texts[i];
    for (size_t k = 0; k < text->kept; k++) j->starts[j->tokens[text->prefix + k]]++;
  }
  for (size_t i = 0; i < count; i += step) {
    const struct gt_similar_join_text *text = &j->texts[i];
    for (size_t k = 0; k < text->probe; k++)
      touches += j->starts[j->tokens[text->prefix + k]];
    touches -= text->kept; /* itself */
  }
  memset(j->starts, 0, (j->buckets + 1) * sizeof *j->starts);
  double all = (double)count / (double)sampled;
  rc = all * all * (double)touches / 2 <= 2.0 * (double)GT_JOIN_TOUCHES_MAX;
out:
  keys_clear(&keys);
  gt_grams_clear(&g);
  return rc;
}

/* --- all of them --- */

int gt_similar_join_run(struct gt_similar_join *j, void (*work)(void *ctx, int worker))
{
  gt_workers_run(work, j, j->job->threads);
  for (int i = 0; i < j->job->threads; i++)
    if (j->failed[i] || gt_similar_is_stopped(j->job)) return -1;
  return 0;
}

int gt_similar_join_count(struct gt_similar_join *j)
{
  if (gt_similar_join_run(j, count_grams) < 0) return -1;
  for (int i = 1; i < j->job->threads; i++)
    for (size_t k = 0; k < GT_JOIN_COUNTERS; k++)
      j->counters[0][k] += j->counters[i][k];
  return 0;
}

int gt_similar_join_describe(struct gt_similar_join *j)
{
  return gt_similar_join_run(j, describe_texts);
}

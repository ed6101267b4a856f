/* Candidates from bands of signatures. See similar_parts.h.
 *
 * A band is a run of bytes of the signature; texts whose bands are equal meet in a
 * bucket. Every pair of a bucket is judged by its whole signature before it becomes a
 * candidate. The bands are gone through in their order, threads beside each other, and
 * what one finds does not hang on the others: the result is the same whatever the
 * number of threads. */
#include "data/minhash.h"
#include "data/similar_parts.h"
#include "data/workers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  BUCKET_ALL = 32, /* members up to which a bucket is compared all with all */
  BUCKET_NEAR = 8, /* above: each with so many before it ... */
  BUCKET_LEAD = 8, /* ... and with so many of the first */
  BANDS_MAX = GT_MINHASH_SIZE / 2,
};

struct band { /* what one band found */
  struct gt_similar_list candidates;
  size_t left_out, not_compared;
  uint32_t *big; /* keys of buckets over BUCKET_ALL, ascending */
  size_t big_count;
};

struct bands {
  const struct gt_similar_job *job;
  const uint8_t *signatures;
  int rows, count;
  unsigned agree_min;  /* equal bytes a candidate has at least */
  unsigned agree_like; /* and one that is counted as found without being verified */
  size_t candidates_max;
  uint64_t *entries[GT_WORKERS_MAX], *tmp[GT_WORKERS_MAX]; /* key << 32 | text */
  struct band bands[BANDS_MAX];
  int round; /* the first band of this round */
  bool failed[GT_WORKERS_MAX];
};

/* With r bytes a band and 128 / r bands a pair at the threshold t is met with the
 * chance 1 - (1 - t^r)^(128 / r): the longest band for which that is .985 or more. */
int gt_similar_band_rows(double threshold)
{
  for (int rows = 16; rows > 2; rows--) {
    double missed = pow(1 - pow(threshold, rows), GT_MINHASH_SIZE / rows);
    if (missed <= 0.015) return rows;
  }
  return 2;
}

static uint32_t key_of(const struct bands *b, uint32_t text, int band)
{
  const uint8_t *at =
      b->signatures + (size_t)text * GT_MINHASH_SIZE + (size_t)(band * b->rows);
  uint64_t lo, hi;
  memcpy(&lo, at, 8);
  memcpy(&hi, at + 8, 8);
  if (b->rows <= 8) {
    lo &= ~(uint64_t)0 >> (64 - 8 * b->rows);
    hi = 0;
  } else if (b->rows < 16) {
    hi &= ~(uint64_t)0 >> (128 - 8 * b->rows);
  }
  uint64_t h = (lo ^ hi * 0xD6E8FEB86659FD93u) * 0x9E3779B97F4A7C15u;
  return (uint32_t)((h ^ h >> 29) * 0xBF58476D1CE4E5B9u >> 32);
}

static size_t bucket_end(const uint64_t *entries, size_t from, size_t count)
{
  size_t end = from + 1;
  while (end < count && entries[end] >> 32 == entries[from] >> 32) end++;
  return end;
}

static int note_big(struct band *band, uint32_t key)
{
  if ((band->big_count & (band->big_count - 1)) == 0) { /* full at powers of two */
    size_t cap = band->big_count ? band->big_count * 2 : 1;
    uint32_t *big = realloc(band->big, cap * sizeof *big);
    if (!big) return -1;
    band->big = big;
  }
  band->big[band->big_count++] = key;
  return 0;
}

static void sort_band(void *ctx, int worker)
{
  struct bands *b = ctx;
  int at = b->round + worker;
  if (at >= b->count || b->failed[worker]) return;
  size_t count = b->job->count;
  uint64_t *entries = b->entries[worker];
  for (size_t i = 0; i < count; i++)
    entries[i] = (uint64_t)key_of(b, (uint32_t)i, at) << 32 | i;
  gt_similar_sort(entries, b->tmp[worker], count, 32);
  for (size_t from = 0, end; from < count; from = end) {
    end = bucket_end(entries, from, count);
    if (end - from <= BUCKET_ALL) continue;
    if (note_big(&b->bands[at], (uint32_t)(entries[from] >> 32)) < 0)
      b->failed[worker] = true;
  }
}

static bool is_big(const struct band *band, uint32_t key)
{
  size_t low = 0, high = band->big_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (band->big[middle] < key)
      low = middle + 1;
    else
      high = middle;
  }
  return low < band->big_count && band->big[low] == key;
}

/* Has an earlier band judged this pair for certain? */
static bool met_before(const struct bands *b, uint32_t x, uint32_t y, int band)
{
  const uint8_t *a = b->signatures + (size_t)x * GT_MINHASH_SIZE;
  const uint8_t *c = b->signatures + (size_t)y * GT_MINHASH_SIZE;
  for (int i = 0; i < band; i++) {
    size_t at = (size_t)(i * b->rows);
    if (memcmp(a + at, c + at, (size_t)b->rows) != 0) continue;
    if (b->bands[i].big_count == 0 || !is_big(&b->bands[i], key_of(b, x, i)))
      return true;
  }
  return false;
}

static int judge(struct bands *b, struct band *band, int at, uint32_t x, uint32_t y)
{
  const uint8_t *signatures = b->signatures;
  unsigned agree = gt_minhash_agree(signatures + (size_t)x * GT_MINHASH_SIZE,
                                    signatures + (size_t)y * GT_MINHASH_SIZE);
  if (agree < b->agree_min) return 0;
  if (band->candidates.count >= b->candidates_max) {
    band->left_out += agree >= b->agree_like;
    return 0;
  }
  if (met_before(b, x, y, at)) return 0;
  return gt_similar_list_add(&band->candidates, (uint64_t)x << 32 | y);
}

static int judge_bucket(struct bands *b, struct band *band, int at,
                        const uint64_t *entries, size_t count)
{
  for (size_t j = 0; j < count && j <= BUCKET_ALL; j++) {
    const uint8_t *at_j = b->signatures + (entries[j] & UINT32_MAX) * GT_MINHASH_SIZE;
    __builtin_prefetch(at_j);
    __builtin_prefetch(at_j + GT_MINHASH_SIZE / 2);
  }
  for (size_t j = 1; j < count; j++) {
    uint32_t y = (uint32_t)entries[j];
    size_t near = count <= BUCKET_ALL || j < BUCKET_NEAR ? 0 : j - BUCKET_NEAR;
    size_t lead = near < BUCKET_LEAD ? near : BUCKET_LEAD;
    for (size_t i = 0; i < lead; i++)
      if (judge(b, band, at, (uint32_t)entries[i], y) < 0) return -1;
    for (size_t i = near; i < j; i++)
      if (judge(b, band, at, (uint32_t)entries[i], y) < 0) return -1;
    band->not_compared += near - lead;
  }
  return 0;
}

static void scan_band(void *ctx, int worker)
{
  struct bands *b = ctx;
  int at = b->round + worker;
  if (at >= b->count || b->failed[worker]) return;
  size_t count = b->job->count;
  const uint64_t *entries = b->entries[worker];
  for (size_t from = 0, end; from < count; from = end) {
    end = bucket_end(entries, from, count);
    if (end - from < 2) continue;
    if (judge_bucket(b, &b->bands[at], at, entries + from, end - from) < 0) {
      b->failed[worker] = true;
      return;
    }
  }
}

/* Moves what the bands of this round found to the end of all, band after band, up to
 * the band that fills it. */
static int gather(struct gt_similar_list *all, struct gt_similar_found *out,
                  struct bands *b)
{
  for (int i = b->round; i < b->round + b->job->threads && i < b->count; i++) {
    struct band *band = &b->bands[i];
    if (all->count >= b->candidates_max) return 0;
    for (size_t c = 0; c < band->candidates.count; c++) {
      if (all->count >= b->candidates_max)
        out->left_out++;
      else if (gt_similar_list_add(all, band->candidates.items[c]) < 0)
        return -1;
    }
    out->left_out += band->left_out;
    out->not_compared += band->not_compared;
    free(band->candidates.items);
    band->candidates = (struct gt_similar_list){0};
  }
  return 0;
}

static int sort_unique(struct gt_similar_list *list)
{
  if (list->count == 0) return 0;
  uint64_t *tmp = malloc(list->count * sizeof *tmp);
  if (!tmp) return -1;
  gt_similar_sort(list->items, tmp, list->count, 0);
  free(tmp);
  size_t kept = 1;
  for (size_t i = 1; i < list->count; i++)
    if (list->items[i] != list->items[kept - 1]) list->items[kept++] = list->items[i];
  list->count = kept;
  return 0;
}

static int find_candidates(struct gt_similar_list *all, struct gt_similar_found *out,
                           struct bands *b)
{
  int threads = b->job->threads;
  for (int i = 0; i < threads; i++) {
    b->entries[i] = malloc(b->job->count * sizeof **b->entries);
    b->tmp[i] = malloc(b->job->count * sizeof **b->tmp);
    if (!b->entries[i] || !b->tmp[i]) return -1;
  }
  for (b->round = 0; b->round < b->count && all->count < b->candidates_max;
       b->round += threads) {
    gt_workers_run(sort_band, b, threads);
    gt_workers_run(scan_band, b, threads);
    for (int i = 0; i < threads; i++)
      if (b->failed[i] || gt_similar_is_stopped(b->job)) return -1;
    if (gather(all, out, b) < 0) return -1;
  }
  return sort_unique(all);
}

static size_t candidates_max(const struct gt_similar_job *job)
{
  return job->pairs_max + job->pairs_max / 2 + 1024;
}

size_t gt_similar_bands_memory(size_t count, const struct gt_similar_job *job)
{
  size_t threads = (size_t)job->threads;
  /* lists grow by doubling, hence twice; pairs are 12 bytes */
  size_t most = count < 4096 ? count * count / 2 : candidates_max(job);
  if (most > candidates_max(job)) most = candidates_max(job);
  return threads * count * 16 + most * (16 * (threads + 1) + 12);
}

static void set_limits(struct bands *b)
{
  double t = b->job->threshold, n = GT_MINHASH_SIZE;
  double p = t + (1 - t) / 256; /* two bytes are equal by chance, too */
  double low = n * p - 3.5 * sqrt(n * p * (1 - p)) - 1;
  b->rows = gt_similar_band_rows(t);
  b->count = GT_MINHASH_SIZE / b->rows;
  b->agree_min = low > 0 ? (unsigned)low : 0;
  b->agree_like = (unsigned)ceil(n * p);
  b->candidates_max = candidates_max(b->job);
}

int gt_similar_bands(struct gt_similar_found *out, const struct gt_similar_job *job,
                     const uint8_t *signatures, struct gt_err *err)
{
  if (job->count < 2) return 0;
  struct bands *b = calloc(1, sizeof *b);
  if (!b) return gt_similar_no_memory(err);
  struct gt_similar_list all = {0};
  b->job = job;
  b->signatures = signatures;
  set_limits(b);
  int rc = find_candidates(&all, out, b);
  if (rc < 0) gt_similar_no_memory(err);
  for (int i = 0; i < job->threads; i++) {
    free(b->entries[i]);
    free(b->tmp[i]);
  }
  for (int i = 0; i < b->count; i++) {
    free(b->bands[i].candidates.items);
    free(b->bands[i].big);
  }
  free(b);
  if (rc == 0) rc = gt_similar_verify(out, job, &all, err);
  free(all.items);
  return rc;
}

/* The search for similar texts, as a whole. See similar.h.
 *
 * Hashes of normal forms, equal ones collapsed; of the unique ones either the complete
 * join, or signatures and candidates by bands; pairs verified. */
#include "data/similar.h"

#include "data/grams.h"
#include "data/minhash.h"
#include "data/normal.h"
#include "data/similar_index.h"
#include "data/similar_parts.h"
#include "data/workers.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX ((size_t)1 << 20)
#define NO_TEXT UINT32_MAX
#define JOIN_MEMORY ((size_t)256 << 20)

struct search {
  const struct gt_text *texts;
  size_t count;
  struct gt_similar *out;
  struct gt_similar_job job;
  struct gt_normal_hash *keys; /* of all texts */
  uint32_t *ids;               /* of the unique ones */
  uint8_t *signatures;         /* of the unique ones */
  struct gt_similar_index *index;
  size_t room; /* bytes left for what finds the pairs */
  size_t new_count[GT_WORKERS_MAX];
  bool *plain; /* has no letter or digit */
  bool failed[GT_WORKERS_MAX];
};

static void hash_texts(void *ctx, int worker)
{
  struct search *s = ctx;
  size_t cap = 0, i, end = gt_workers_share(&i, s->count, worker, s->job.threads);
  char *normal = NULL;
  for (; i < end; i++) {
    const struct gt_text *text = &s->texts[i];
    if (!normal || text->len > cap) {
      free(normal);
      cap = text->len + text->len / 4 + 256;
      normal = malloc(cap);
      s->failed[worker] = normal == NULL;
      if (!normal) return;
    }
    size_t len = gt_normal_form(normal, text->at, text->len);
    s->keys[i] = gt_normal_key(normal, len, text->at, text->len);
    s->plain[i] = len == 0;
  }
  free(normal);
}

/* first[] of all texts by an open hash table of the keys. */
static int collapse(struct search *s)
{
  size_t cap = 64;
  while (cap < s->count * 2) cap *= 2;
  uint32_t *slots = malloc(cap * sizeof *slots);
  if (!slots) return -1;
  memset(slots, 0xFF, cap * sizeof *slots);
  for (size_t i = 0; i < s->count; i++) {
    size_t at = s->keys[i].lo & (cap - 1);
    while (slots[at] != NO_TEXT && !gt_normal_equal(s->keys[slots[at]], s->keys[i]))
      at = (at + 1) & (cap - 1);
    if (slots[at] == NO_TEXT) slots[at] = (uint32_t)i;
    s->out->first[i] = slots[at];
  }
  free(slots);
  return 0;
}

static void pick_unique(struct search *s)
{
  for (size_t i = 0; i < s->count; i++) {
    if (s->out->first[i] != i || s->plain[i]) continue;
    if (s->texts[i].len > TEXT_MAX)
      s->out->too_long++;
    else
      s->ids[s->job.count++] = (uint32_t)i;
  }
}

static void sign_texts(void *ctx, int worker)
{
  struct search *s = ctx;
  struct gt_grams grams = {0};
  size_t i, end = gt_workers_share(&i, s->job.count, worker, s->job.threads);
  for (; i < end && !gt_similar_is_stopped(&s->job); i++) {
    const struct gt_text *text = &s->texts[s->ids[i]];
    uint8_t *signature = s->signatures + i * GT_MINHASH_SIZE;
    const uint8_t *known =
        s->index ? gt_similar_index_find(s->index, s->keys[s->ids[i]]) : NULL;
    if (known) {
      memcpy(signature, known, GT_MINHASH_SIZE);
      continue;
    }
    s->new_count[worker]++;
    s->failed[worker] = gt_grams_make(&grams, text->at, text->len, 4, NULL) < 0;
    if (s->failed[worker]) break;
    gt_minhash_sign(signature, grams.items, grams.count);
  }
  gt_grams_clear(&grams);
}

static int run(struct search *s, void (*work)(void *ctx, int worker))
{
  gt_workers_run(work, s, s->job.threads);
  for (int i = 0; i < s->job.threads; i++)
    if (s->failed[i] || gt_similar_is_stopped(&s->job)) return -1;
  return 0;
}

static int check_memory(struct search *s, size_t memory_max, struct gt_err *err)
{
  size_t longest = 0, n = s->count, threads = (size_t)s->job.threads;
  for (size_t i = 0; i < n; i++)
    if (s->texts[i].len > longest) longest = s->texts[i].len;
  size_t grams = longest < TEXT_MAX ? longest : TEXT_MAX;
  size_t base = n * (sizeof *s->keys + 8 * sizeof(uint32_t) + 1) +
                threads * (longest * 5 / 4 + grams * 108);
  if (s->index) base += gt_similar_index_memory(s->index) + n * 16;
  size_t need = base + n * GT_MINHASH_SIZE + gt_similar_bands_memory(n, &s->job);
  s->room = memory_max - base;
  if (need <= memory_max) return 0;
  gt_err_set(err, GT_RESOURCE_EXHAUSTED,
             "comparing %zu texts may take %zu MB, allowed are %zu MB", n,
             need / 1000000 + 1, memory_max / 1000000);
  return gt_err_hint(err,
                     "compare fewer texts at a time, ask for fewer pairs, or allow "
                     "more memory");
}

static int set_options(struct search *s, const struct gt_similar_options *options,
                       struct gt_err *err)
{
  size_t memory_max = options->memory_max ? options->memory_max : (size_t)1 << 30;
  s->job.threshold = options->threshold != 0 ? options->threshold : 0.8;
  s->job.threads = gt_workers_count(options->threads);
  s->job.stop = options->stop;
  s->job.pairs_max = options->pairs_max ? options->pairs_max : 1000000;
  if (!(s->job.threshold >= 0.3 && s->job.threshold <= 1)) { /* NaN too */
    gt_err_set(err, GT_INVALID_ARGUMENT, "threshold is %g", options->threshold);
    return gt_err_hint(err, "use a Jaccard index from 0.3 to 1; 0.8 is the default");
  }
  if (s->count >= NO_TEXT)
    return gt_err_set(err, GT_INVALID_ARGUMENT, "%zu texts are too many", s->count);
  if (options->index &&
      gt_similar_index_open(&s->index, options->index, memory_max, err) < 0)
    return -1;
  return check_memory(s, memory_max, err);
}

static int reserve(struct search *s)
{
  size_t n = s->count + 1;
  s->keys = malloc(n * sizeof *s->keys);
  s->ids = malloc(n * sizeof *s->ids);
  s->plain = malloc(n * sizeof *s->plain);
  s->out->first = malloc(n * sizeof *s->out->first);
  s->out->count = s->count;
  s->job.ids = s->ids;
  return s->keys && s->ids && s->plain && s->out->first ? 0 : -1;
}

static int sign(struct search *s, struct gt_err *err)
{
  size_t bytes = s->job.count * GT_MINHASH_SIZE;
  s->signatures = malloc(bytes + 16);
  if (!s->signatures) return gt_similar_no_memory(err);
  memset(s->signatures + bytes, 0, 16);
  if (run(s, sign_texts) < 0) return gt_similar_no_memory(err);
  if (!s->index) return 0;
  s->out->index_rebuilt = gt_similar_index_is_rebuilt(s->index);
  s->out->hashed = 0;
  for (int i = 0; i < s->job.threads; i++) s->out->hashed += s->new_count[i];
  if (s->out->hashed == 0 && !s->out->index_rebuilt) return 0;
  return gt_similar_index_write(s->index, s->keys, s->ids, s->signatures, s->job.count,
                                err);
}

/* The complete join where it is cheap, the bands where it is not: 1, 0 as the join. */
static int try_join(struct gt_similar_found *found, struct search *s,
                    struct gt_err *err)
{
  size_t need = gt_similar_join_memory(&s->job);
  return need > JOIN_MEMORY || need > s->room ? 0
                                              : gt_similar_join(found, &s->job, err);
}

static int find_pairs(struct search *s, struct gt_err *err)
{
  struct gt_similar_found found = {0};
  s->out->hashed = s->job.count;
  if (s->index && sign(s, err) < 0) return -1;
  int rc = try_join(&found, s, err);
  if (rc == 0 && !s->signatures) rc = sign(s, err);
  if (rc == 0) rc = gt_similar_bands(&found, &s->job, s->signatures, err);
  for (size_t i = 0; i < found.count; i++) {
    found.pairs[i].a = s->ids[found.pairs[i].a];
    found.pairs[i].b = s->ids[found.pairs[i].b];
  }
  s->out->pairs = found.pairs;
  s->out->pairs_count = found.count;
  s->out->left_out = found.left_out;
  s->out->not_compared = found.not_compared;
  return rc < 0 ? -1 : 0;
}

int gt_similar_find(struct gt_similar *out, const struct gt_text *texts, size_t count,
                    const struct gt_similar_options *options, struct gt_err *err)
{
  static const struct gt_similar_options none;
  struct search s = {.texts = texts, .count = count, .out = out};
  *out = (struct gt_similar){0};
  s.job.texts = texts;
  int rc = set_options(&s, options ? options : &none, err);
  if (rc < 0) goto out;
  if (reserve(&s) < 0 || run(&s, hash_texts) < 0 || collapse(&s) < 0) {
    rc = gt_similar_no_memory(err);
    goto out;
  }
  pick_unique(&s);
  rc = find_pairs(&s, err);
out:
  free(s.keys);
  free(s.ids);
  free(s.plain);
  free(s.signatures);
  gt_similar_index_free(s.index);
  if (rc < 0) gt_similar_clear(out);
  if (rc < 0 && gt_similar_is_stopped(&s.job))
    return gt_err_set(err, GT_CANCELLED, "the comparison was stopped");
  return rc;
}

void gt_similar_clear(struct gt_similar *s)
{
  free(s->first);
  free(s->pairs);
  *s = (struct gt_similar){0};
}

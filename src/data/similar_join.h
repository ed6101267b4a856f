/* The state of a prefix-filtered join. Private to similar_join.c, which finds pairs,
 * and similar_prefix.c, which puts the grams of each text in order and takes the first.
 */
#ifndef GT_DATA_SIMILAR_JOIN_H
#define GT_DATA_SIMILAR_JOIN_H

#include "data/similar_parts.h"
#include "data/workers.h"

#include <math.h>
#include <stdatomic.h>

#define GT_JOIN_TOUCHES_MAX ((uint64_t)25 * 1000 * 1000) /* about .3 s of work */

enum { GT_JOIN_COUNTERS = 1 << 20 }; /* of grams, by hash */

struct gt_similar_join_text {
  uint32_t size;        /* distinct grams */
  uint32_t number;      /* in the job */
  size_t prefix;        /* into tokens */
  uint32_t probe, kept; /* tokens to look with, and to be found by */
};

struct gt_similar_join_posting {
  uint32_t at;   /* into texts */
  uint32_t left; /* grams of that text from this one on, in its order */
  uint32_t size; /* of that text */
};

struct gt_similar_join {
  const struct gt_similar_job *job;
  struct gt_similar_join_text *texts; /* by size, then number */
  size_t *room;      /* room[i]: where the tokens of text number i begin */
  uint32_t *tokens;  /* buckets of the prefixes */
  uint64_t *bitmaps; /* words of each text, by number */
  size_t words;
  uint32_t *counters[GT_WORKERS_MAX];
  size_t *starts; /* bucket -> its first posting; buckets + 1 */
  size_t buckets; /* a power of two */
  struct gt_similar_join_posting *postings;
  uint32_t *shared_min; /* [sum of sizes]: grams that like texts share */
  struct gt_similar_list found[GT_WORKERS_MAX];
  atomic_size_t found_count;
  size_t found_max;
  bool failed[GT_WORKERS_MAX];
};

/* The smallest whole number that is that share of size. */
static inline uint32_t gt_similar_join_at_least(double share, uint32_t size)
{
  return (uint32_t)ceil(share * size - 1e-6);
}

/* Runs work() in the job's threads; -1 when one failed or the search was stopped. */
int gt_similar_join_run(struct gt_similar_join *j, void (*work)(void *ctx, int worker));

/* Counts the grams of all texts: the order needs it. */
int gt_similar_join_count(struct gt_similar_join *j);
/* Whether a sample of the texts says that the join may be cheap: 1, 0, -1 on error. */
int gt_similar_join_sample(struct gt_similar_join *j);
/* Fills texts, tokens and bitmaps. */
int gt_similar_join_describe(struct gt_similar_join *j);

#endif

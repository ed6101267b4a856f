/* What the parts of the search for similar texts share. Private to similar*.c.
 *
 * The parts see unique texts only, numbered 0 to count - 1 in the order of the input,
 * and give verified pairs of such numbers. */
#ifndef GT_DATA_SIMILAR_PARTS_H
#define GT_DATA_SIMILAR_PARTS_H

#include "data/similar.h"

#include <stdbool.h>

struct gt_similar_job {
  const struct gt_text *texts; /* all of them */
  const uint32_t *ids; /* of the unique ones with a letter or digit, ascending */
  size_t count;        /* of ids */
  double threshold;
  int threads;
  size_t pairs_max;
  const atomic_bool *stop;
};

struct gt_similar_found {
  struct gt_similar_pair *pairs; /* verified, by a then b */
  size_t count;
  size_t left_out, not_compared;
};

/* A sorted list of places a << 32 | b; grows by doubling to its ceiling. */
struct gt_similar_list {
  uint64_t *items;
  size_t count, cap;
};

int gt_similar_list_add(struct gt_similar_list *list, uint64_t item);
/* Sorts by the bits from low up, stably; tmp has room for count. */
void gt_similar_sort(uint64_t *items, uint64_t *tmp, size_t count, int low);
int gt_similar_no_memory(struct gt_err *err);
/* The caller wants no result any more: return -1, similar.c finds the words. */
static inline bool gt_similar_is_stopped(const struct gt_similar_job *job)
{
  return job->stop && atomic_load_explicit(job->stop, memory_order_relaxed);
}

/* MinHash and bands. signatures: GT_MINHASH_SIZE bytes a text and 16 spare ones. */
int gt_similar_bands(struct gt_similar_found *out, const struct gt_similar_job *job,
                     const uint8_t *signatures, struct gt_err *err);
/* The largest memory the bands take for so many texts. */
size_t gt_similar_bands_memory(size_t count, const struct gt_similar_job *job);
/* How many bytes make a band, at that threshold. */
int gt_similar_band_rows(double threshold);

/* The complete join: 1 when it was made, 0 when it would be too dear (or gives too many
 * candidates) and the bands are to be taken, -1 on error. */
int gt_similar_join(struct gt_similar_found *out, const struct gt_similar_job *job,
                    struct gt_err *err);
size_t gt_similar_join_memory(const struct gt_similar_job *job);

/* Keeps the candidates (sorted, no two alike) that reach the threshold. */
int gt_similar_verify(struct gt_similar_found *out, const struct gt_similar_job *job,
                      const struct gt_similar_list *candidates, struct gt_err *err);

#endif

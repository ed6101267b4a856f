/* Texts that are the same or nearly the same.
 *
 * Used by the check and by data sets. Texts are compared in their normal form
 * (normal.h), as sets of character 4-grams, by the Jaccard index: 1 is "the same but
 * for case, spaces and punctuation". Every pair that is reported was verified.
 *
 * A text of fewer than 4 characters is like equal ones only. Texts without a letter or
 * digit are equal when their bytes are, and in no pair. Texts over 1 MiB are looked at
 * for equality only.
 *
 * Recall: where a complete join is cheap (usually up to some ten thousand texts, never
 * above 200,000), every pair is found. Else pairs are found by MinHash and bands: of
 * those right at the threshold at least 98.5 % in expectation, and the share rises
 * quickly above it (threshold .8: 98.6 % at .8, 99.9 % at .85). Where more than 64
 * texts meet in a bucket (templates), each is compared with 16 of them: groups stay
 * whole, not every pair of them is named, and not_compared says how many comparisons
 * were left out. The result does not depend on the number of threads or on the index.
 */
#ifndef GT_DATA_SIMILAR_H
#define GT_DATA_SIMILAR_H

#include "base/err.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gt_text {
  const char *at;
  size_t len;
};

struct gt_similar_pair {
  uint32_t a, b; /* indices of texts, a < b; each the first of its group */
  float jaccard;
};

/* 0 everywhere: the values in brackets. */
struct gt_similar_options {
  double threshold;  /* [.8] */
  int threads;       /* [as many as there are processors, at most 2] */
  size_t pairs_max;  /* [1,000,000] what is found beyond is counted, not kept */
  size_t memory_max; /* bytes [1 GiB]: above it RESOURCE_EXHAUSTED, said before work */
  const char *index; /* a file of signatures, read and brought up to date; NULL: none */
  const atomic_bool
      *stop; /* looked at now and then; true: CANCELLED soon. NULL: never */
};

struct gt_similar {
  uint32_t *first; /* first[i]: the first text whose normal form is that of text i */
  size_t count;    /* of texts */
  struct gt_similar_pair *pairs; /* between first ones, by a then b */
  size_t pairs_count;
  size_t left_out;     /* pairs found beyond pairs_max; an estimate when large */
  size_t not_compared; /* comparisons left out in crowded buckets */
  size_t too_long;     /* texts over 1 MiB: in no pair */
  size_t hashed;       /* texts whose signature was not in the index */
  bool index_rebuilt;  /* the index file was damaged or foreign and was written anew */
};

int gt_similar_find(struct gt_similar *out, const struct gt_text *texts, size_t count,
                    const struct gt_similar_options *options, struct gt_err *err);
void gt_similar_clear(struct gt_similar *s);

#endif

/* What the parts of the comparison of rows share. Used by same*.c only. */
#ifndef GT_CHECK_SAME_H
#define GT_CHECK_SAME_H

#include "check/check.h"
#include "data/similar.h"

#define GT_SAME_NONE UINT32_MAX

/* The nearest other row of each row, in its split and in others; with the index
 * GT_SAME_ABOVE it is told already that there is an equal one. */
#define GT_SAME_ABOVE 2.0f
struct gt_same_near {
  uint32_t same, leak;
  float same_j, leak_j;
};

struct gt_same {
  struct gt_check *c;
  const struct gt_kept_row *rows;
  size_t count;
  struct gt_similar similar;
  uint32_t *next;    /* the next row of the group */
  uint32_t *jump;    /* the next one in another file; rows are in the order of files */
  uint32_t *outputs; /* number of the row's output, below outputs_count */
  uint32_t *seen;    /* of each output: rows in the split at hand, 0 between */
  uint32_t *first;   /* of each output seen: the first row */
  struct gt_same_near *near;
  size_t open_answers; /* groups with several outputs where outputs are no labels */
  bool classes;
};

const struct gt_check_file *gt_same_file(const struct gt_same *s, uint32_t row);
/* Whether `row` is where a leak from or to `other` is told: in the files that are
 * checked; of two such files in that of the later split. */
bool gt_same_leaks(const struct gt_same *s, uint32_t row, uint32_t other);
/* Both are judged and of one split. */
bool gt_same_together(const struct gt_same *s, uint32_t a, uint32_t b);
/* The inputs are equal byte for byte. */
bool gt_same_identical(const struct gt_same *s, uint32_t a, uint32_t b);
/* "line 12", or "line 12 of test.jsonl" when that is another file than `row`'s. */
void gt_same_place(char *dst, size_t cap, const struct gt_same *s, uint32_t row,
                   uint32_t other);
/* A finding at the input of `row`: "WHAT PLACE-OF-OTHER", related to it. */
void gt_same_tell(struct gt_same *s, enum gt_severity severity, const char *rule,
                  uint32_t row, uint32_t other, const char *hint, const char *what);
void gt_same_relate(struct gt_same *s, uint32_t other);

/* The rows of a group of equal inputs: repeated, contradictory, leaking. */
int gt_same_group(struct gt_same *s, uint32_t group, struct gt_err *err);
/* The pairs of nearly equal inputs; after the groups. */
void gt_same_pairs(struct gt_same *s);

#endif

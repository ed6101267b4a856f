/* What the outputs of a data set say about its labels.
 *
 * Used by the check. Outputs that repeat are labels when they make up at least half of
 * the rows; then slips of the keyboard, variants by case and space, and imbalance can
 * be named. */
#ifndef GT_DATA_LABELS_H
#define GT_DATA_LABELS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gt_label {
  const char *text; /* borrowed */
  size_t len;
  size_t count; /* rows that have it */
  uint32_t row; /* index of the first of them */
};

enum gt_label_fault {
  GT_LABEL_TYPO,  /* a rare label one or two edits from a common one */
  GT_LABEL_CASE,  /* the same but for case */
  GT_LABEL_SPACE, /* the same but for spaces around or inside it */
};

struct gt_label_finding {
  enum gt_label_fault fault;
  uint32_t label, meant; /* indices of labels */
};

struct gt_data_labels {
  struct gt_label *items; /* in order of first appearance */
  size_t count;
  bool classes;     /* the outputs are labels */
  uint32_t *of_row; /* the label of each row */
  struct gt_label_finding *findings;
  size_t findings_count;
  uint32_t largest, smallest; /* of those that are no slips; valid when classes */
};

/* outputs[i] of row i, lens[i] bytes. */
int gt_data_labels_find(struct gt_data_labels *out, const char *const *outputs,
                        const size_t *lens, size_t rows, struct gt_err *err);
void gt_data_labels_clear(struct gt_data_labels *l);

#endif

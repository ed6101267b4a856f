/* Outputs as labels: outputs equal byte for byte are one. Also the rule that tells a
 * classification set from an open-ended one. Used by train.c only. */
#ifndef GT_ENGINE_LABELS_H
#define GT_ENGINE_LABELS_H

#include "engine/engine.h"

/* The outputs are borrowed from the rows. */
struct gt_labels {
  const struct gt_engine_row **first; /* by label: a row with that output */
  size_t *rows;                       /* by label: how many rows have it */
  uint32_t *slots;                    /* label + 1, 0 is free */
  size_t mask;
  uint32_t count;
  uint32_t *of; /* by row */
};

int gt_labels_init(struct gt_labels *labels, const struct gt_engine_row *rows,
                   size_t count, struct gt_err *err);
void gt_labels_clear(struct gt_labels *labels);
/* The label of an output, UINT32_MAX when no row has it. */
uint32_t gt_labels_find(const struct gt_labels *labels, const char *output, size_t len);
/* The mode asked for; for auto: classify when at least half of the rows have an output
 * that occurs at least twice and there are at most GT_ENGINE_MAX_LABELS of them. */
enum gt_engine_mode gt_labels_mode(const struct gt_labels *labels, size_t row_count,
                                   enum gt_engine_mode asked);

#endif

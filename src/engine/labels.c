/* Outputs as labels. See labels.h. */
#include "engine/labels.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

void gt_labels_clear(struct gt_labels *labels)
{
  free(labels->first);
  free(labels->rows);
  free(labels->slots);
  free(labels->of);
  *labels = (struct gt_labels){0};
}

/* The slot of an output: taken by it, or free. */
static size_t slot_of(const struct gt_labels *labels, const char *output, size_t len)
{
  size_t at = (size_t)gt_hash64(output, len) & labels->mask;
  for (; labels->slots[at]; at = (at + 1) & labels->mask) {
    const struct gt_engine_row *row = labels->first[labels->slots[at] - 1];
    if (row->output_len == len && (len == 0 || memcmp(row->output, output, len) == 0))
      break;
  }
  return at;
}

uint32_t gt_labels_find(const struct gt_labels *labels, const char *output, size_t len)
{
  return labels->slots[slot_of(labels, output, len)] - 1;
}

int gt_labels_init(struct gt_labels *labels, const struct gt_engine_row *rows,
                   size_t count, struct gt_err *err)
{
  size_t cap = 16;
  while (cap < 2 * count) cap *= 2;
  *labels = (struct gt_labels){.mask = cap - 1};
  labels->first = gt_engine_alloc(count, sizeof *labels->first, "the outputs", err);
  if (!labels->first) goto fail;
  labels->rows = gt_engine_alloc(count, sizeof *labels->rows, "the outputs", err);
  if (!labels->rows) goto fail;
  labels->slots = gt_engine_alloc(cap, sizeof *labels->slots, "the outputs", err);
  if (!labels->slots) goto fail;
  labels->of = gt_engine_alloc(count, sizeof *labels->of, "the outputs", err);
  if (!labels->of) goto fail;
  for (size_t i = 0; i < count; i++) {
    size_t at = slot_of(labels, rows[i].output, rows[i].output_len);
    if (!labels->slots[at]) {
      labels->first[labels->count] = &rows[i];
      labels->slots[at] = ++labels->count;
    }
    labels->of[i] = labels->slots[at] - 1;
    labels->rows[labels->of[i]]++;
  }
  return 0;
fail:
  gt_labels_clear(labels);
  return -1;
}

enum gt_engine_mode gt_labels_mode(const struct gt_labels *labels, size_t row_count,
                                   enum gt_engine_mode asked)
{
  if (asked != GT_ENGINE_AUTO) return asked;
  size_t repeated = 0;
  for (uint32_t i = 0; i < labels->count; i++)
    if (labels->rows[i] >= 2) repeated += labels->rows[i];
  bool classify = 2 * repeated >= row_count && labels->count <= GT_ENGINE_MAX_LABELS;
  return classify ? GT_ENGINE_CLASSIFY : GT_ENGINE_RETRIEVE;
}

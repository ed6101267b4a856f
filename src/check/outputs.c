/* Numbers for outputs. See outputs.h. */
#include "check/outputs.h"

#include <stdlib.h>

int gt_outputs_labels(struct gt_data_labels *labels, const struct gt_kept_row *rows,
                      size_t count, struct gt_err *err)
{
  const char **texts = malloc((count + 1) * sizeof *texts);
  size_t *lens = malloc((count + 1) * sizeof *lens);
  int rc = -1;
  if (!texts || !lens) {
    gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
    goto out;
  }
  for (size_t i = 0; i < count; i++) {
    texts[i] = rows[i].output;
    lens[i] = rows[i].output_len;
  }
  rc = gt_data_labels_find(labels, texts, lens, count, err);
out:
  free(texts);
  free(lens);
  return rc;
}

uint32_t *gt_outputs_number(size_t *outputs, bool *classes,
                            const struct gt_kept_row *rows, size_t count,
                            struct gt_err *err)
{
  struct gt_data_labels labels;
  if (gt_outputs_labels(&labels, rows, count, err) < 0) return NULL;
  uint32_t *numbers = labels.of_row;
  *classes = labels.classes;
  *outputs = labels.count;
  labels.of_row = NULL;
  gt_data_labels_clear(&labels);
  return numbers;
}

/* How many rows, how many bytes: the limits of a profile. See check.h. */
#include "check/check.h"

static void judge_count(struct gt_check *c, size_t rows, uint32_t first)
{
  const struct gt_check_options *o = &c->options;
  if (rows == 0) return; /* told as "no-rows" */
  c->findings.file = first;
  if (o->rows_min && rows < o->rows_min)
    gt_findings_add(&c->findings, GT_SEVERITY_ERROR, "too-few-rows", 1, 1,
                    "add rows, or choose another provider with --for",
                    "%zu good row%s, the provider takes no fewer than %zu", rows,
                    rows == 1 ? "" : "s", o->rows_min);
  else if (rows < GT_CHECK_FEW_ROWS)
    gt_findings_add(&c->findings, GT_SEVERITY_WARNING, "too-few-rows", 1, 1,
                    "a tuned model learns a style from 50 to 100 rows, seldom from "
                    "fewer; with few of them compare with prompting first",
                    "%zu good row%s", rows, rows == 1 ? "" : "s");
  if (o->rows_max && rows > o->rows_max)
    gt_findings_add(&c->findings, GT_SEVERITY_ERROR, "too-many-rows", 1, 1,
                    "sample them: dataset:sample(n)",
                    "%zu rows, the provider takes no more than %zu", rows, o->rows_max);
}

void gt_check_sizes(struct gt_check *c)
{
  const struct gt_check_options *o = &c->options;
  size_t rows = 0;
  uint32_t first = UINT32_MAX;
  for (uint32_t i = 0; i < c->files_count; i++) {
    const struct gt_check_file *f = &c->files[i];
    if (f->against) continue;
    c->findings.file = i;
    if (f->split == GT_SPLIT_TRAINING) {
      if (first == UINT32_MAX) first = i;
      rows += f->totals.rows;
    }
    if (f->split == GT_SPLIT_VALIDATION && o->validation_rows_max &&
        f->totals.rows > o->validation_rows_max)
      gt_findings_add(&c->findings, GT_SEVERITY_ERROR, "too-many-rows", 1, 1,
                      "sample them: dataset:sample(n)",
                      "%zu validation rows, the provider takes no more than %zu",
                      f->totals.rows, o->validation_rows_max);
    if (o->file_bytes_max && f->totals.bytes > o->file_bytes_max)
      gt_findings_add(&c->findings, GT_SEVERITY_ERROR, "file-too-large", 1, 1, NULL,
                      "the file has %zu bytes, the provider takes no more than %zu",
                      f->totals.bytes, o->file_bytes_max);
  }
  if (first != UINT32_MAX) judge_count(c, rows, first);
}

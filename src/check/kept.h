/* The rows a check keeps to compare them with each other.
 *
 * Used in check/ only. Rows stay where they are until the store is cleared; above its
 * ceiling it keeps no more and says so. */
#ifndef GT_CHECK_KEPT_H
#define GT_CHECK_KEPT_H

#include "data/row.h"

struct gt_kept_row {
  const char *text, *output;
  uint32_t text_len, output_len;
  uint32_t file;
  uint32_t column, output_column; /* of the first text and of the output */
  size_t line, output_line;
};

struct gt_kept {
  struct gt_kept_row *rows;
  size_t count, cap;
  size_t bytes, max;
  size_t left_out;             /* rows beyond the ceiling */
  struct gt_kept_block *block; /* private */
};

void gt_kept_init(struct gt_kept *k, size_t max);
void gt_kept_clear(struct gt_kept *k);
/* 0 also when the ceiling is reached; -1: out of memory. */
int gt_kept_add(struct gt_kept *k, uint32_t file, const struct gt_row *row);

#endif

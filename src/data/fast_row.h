/* The quick way through lines that are plainly good rows.
 *
 * Used by the reader. It takes a line only when nothing about it could be told: one
 * object whose members are the two texts of a pair, keys without escapes, valid strings
 * that are not blank. Of every other line it says nothing and leaves it to row_line.h,
 * which would have read these the same. It knows no file: forms that change, limits and
 * places are the reader's. */
#ifndef GT_DATA_FAST_ROW_H
#define GT_DATA_FAST_ROW_H

#include "data/forms.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GT_FAST_MAX ((size_t)256 << 10) /* bytes taken at once */

struct gt_fast_text {
  uint32_t at, len;        /* as it stands between its quotes */
  uint32_t side, side_len; /* its value in the side bytes when it has escapes */
  bool escaped;
};

struct gt_fast_row {
  uint32_t at, len; /* the line without its end */
  enum gt_form form;
  bool crlf;
  struct gt_fast_text text, output;
};

struct gt_fast_rows {
  struct gt_fast_row *items; /* in order; lines between them were not taken */
  size_t count;
  char *side;
  size_t side_len;
};

/* For texts of at most max bytes (<= GT_FAST_MAX). 0, or -1 out of memory. */
int gt_fast_init(struct gt_fast_rows *rows, size_t max);
void gt_fast_clear(struct gt_fast_rows *rows);
/* Bytes of scratch that gt_fast_read needs for such texts; one block a thread. */
size_t gt_fast_scratch(size_t max);
/* The rows of whole lines; a last line without an end is not taken. */
void gt_fast_read(struct gt_fast_rows *rows, void *scratch, const char *data,
                  size_t len);

#endif

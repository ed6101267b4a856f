/* Reads training rows, text in and text out, and keeps them in memory.
 *
 * Used by `upload` and the data sets of scripts. It takes what reader.h reads, pairs
 * only; every defect of every line becomes a finding with its line and column. It never
 * repairs a row: rows are to be used only when there is no error finding. The rows,
 * their strings and a line have ceilings. */
#ifndef GT_DATA_ROWS_H
#define GT_DATA_ROWS_H

#include "base/err.h"
#include "data/findings.h"
#include "data/forms.h"

#include <stddef.h>

/* What the tuning of Gemini models takes, in characters. */
#define GT_ROWS_GEMINI_TEXT 40000
#define GT_ROWS_GEMINI_OUTPUT 5000

#define GT_ROWS_LINE_MAX ((size_t)1 << 20)  /* bytes a line */
#define GT_ROWS_MAX ((size_t)10000000)      /* rows */
#define GT_ROWS_BYTES_MAX ((size_t)1 << 30) /* bytes of strings */

/* 0 everywhere: no limits on characters, the ceilings above. */
struct gt_rows_options {
  size_t text_max, output_max; /* code points, 0: no limit */
  size_t line_max, rows_max, bytes_max;
};

struct gt_kept_row {
  const char *text; /* valid UTF-8, not empty, no NUL inside but one behind the end */
  size_t text_len;
  const char *output;
  size_t output_len;
  size_t line;
};

struct gt_rows {
  struct gt_kept_row *items;
  size_t count, cap;
  enum gt_form form;           /* of the file read last, GT_FORM_NONE without a row */
  size_t lines;                /* of the file read last, blank ones too */
  size_t bytes;                /* held by the strings' blocks */
  struct gt_rows_block *block; /* private */
};

void gt_rows_init(struct gt_rows *rows);
void gt_rows_clear(struct gt_rows *rows);
/* Appends the good rows of the text and its findings. -1 only when reading could not
 * go on (a ceiling, memory): then *err says why and the rows are a part. options may be
 * NULL. */
int gt_rows_read(struct gt_rows *rows, struct gt_findings *findings, const char *bytes,
                 size_t len, const struct gt_rows_options *options, struct gt_err *err);
/* The same from a file, in pieces. */
int gt_rows_load(struct gt_rows *rows, struct gt_findings *findings, const char *path,
                 const struct gt_rows_options *options, struct gt_err *err);

#endif

/* Rows out of JSON Lines: one object a line, in any form of forms.h.
 *
 * Used by reader.c. What the quick way has found is given as it is, every other line is
 * read the strict way, in the order of the file; findings are told as lines are passed.
 */
#ifndef GT_DATA_LINES_H
#define GT_DATA_LINES_H

#include "data/reader.h"
#include "data/source.h"

struct gt_lines;

/* The lines of a source, or when it is NULL of borrowed bytes. Takes the source over,
 * also when it fails; keeps *totals up to date. threads: 1 or 2. */
int gt_lines_open(struct gt_lines **lines, struct gt_source *source, const char *bytes,
                  size_t len, struct gt_findings *findings,
                  struct gt_reader_totals *totals,
                  const struct gt_reader_options *options, int threads,
                  struct gt_err *err);
/* As gt_reader_next. */
int gt_lines_next(struct gt_lines *lines, const struct gt_row **row,
                  struct gt_err *err);
void gt_lines_free(struct gt_lines *lines); /* NULL is fine */

#endif

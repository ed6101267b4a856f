/* Reads the rows of a data file one after the other, in constant memory.
 *
 * Used by checks, data sets, uploads. JSON Lines in every form of forms.h, CSV (RFC
 * 4180, a header names the columns) by the name NAME.csv or NAME.tsv, each also as NAME.gz. Every
 * defect becomes a finding; rows with an error finding are passed over. Large files are
 * scanned by a second thread ahead of the caller; the order of rows and findings does
 * not change. It never repairs a row. */
#ifndef GT_DATA_READER_H
#define GT_DATA_READER_H

#include "base/err.h"
#include "data/findings.h"
#include "data/row.h"

struct gt_reader;

#define GT_READER_LINE_MAX ((size_t)128 << 20) /* bytes a line */

/* 0 everywhere: no limits on characters, the ceiling above, threads by file size. */
struct gt_reader_options {
  size_t text_max, output_max; /* code points, 0: no limit */
  size_t line_max;             /* bytes */
  int threads;                 /* 1: none beside the caller's; 0: as it is best */
  bool pairs_only;             /* conversations are an error: "unsupported-form" */
};

/* What was read so far; final when gt_reader_next has given 0. */
struct gt_reader_totals {
  size_t lines, rows, bad_rows; /* lines: also blank ones */
  size_t bytes;                 /* unpacked */
  enum gt_form form;            /* of the first good row, GT_FORM_NONE without one */
  bool gzip, crlf, bom, final_newline;
};

int gt_reader_open(struct gt_reader **reader, struct gt_findings *findings,
                   const char *path, const struct gt_reader_options *options,
                   struct gt_err *err);
/* The same over borrowed bytes of JSON Lines. */
int gt_reader_open_bytes(struct gt_reader **reader, struct gt_findings *findings,
                         const char *bytes, size_t len,
                         const struct gt_reader_options *options, struct gt_err *err);
/* 1 with the next good row, 0 at the end, -1 when reading cannot go on. */
int gt_reader_next(struct gt_reader *reader, const struct gt_row **row,
                   struct gt_err *err);
const struct gt_reader_totals *gt_reader_totals(const struct gt_reader *reader);
void gt_reader_free(struct gt_reader *reader); /* NULL is fine */

#endif

/* Rows out of CSV (RFC 4180): quoted fields, doubled quotes, line ends inside quotes.
 *
 * Used by reader.c. The first record names the columns; two of them must make a pair of
 * forms.h. The separator is the comma, or the semicolon or tab when the header says so.
 * Every defect is a finding with line and column. A record that breaks the rules ends
 * with the line where it began to; the one record at hand is what is in memory. */
#ifndef GT_DATA_CSV_H
#define GT_DATA_CSV_H

#include "data/reader.h"
#include "data/source.h"

struct gt_csv;

/* Takes the source over, also when it fails. */
int gt_csv_open(struct gt_csv **csv, struct gt_source *source,
                struct gt_findings *findings, const struct gt_reader_options *options,
                struct gt_err *err);
/* As gt_reader_next; keeps *totals up to date. */
int gt_csv_next(struct gt_csv *csv, const struct gt_row **row,
                struct gt_reader_totals *totals, struct gt_err *err);
void gt_csv_free(struct gt_csv *csv); /* NULL is fine */

#endif

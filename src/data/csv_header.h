/* The header of a CSV file: which columns are the texts of a pair.
 *
 * Used by csv.c. It tells what is wrong with a header; it reads no other record. */
#ifndef GT_DATA_CSV_HEADER_H
#define GT_DATA_CSV_HEADER_H

#include "data/csv_record.h"
#include "data/findings.h"
#include "data/forms.h"

struct gt_csv_columns {
  size_t count;
  size_t text, output; /* their indices */
  enum gt_form names;  /* the pair */
};

/* How well the names fit: 2 with a whole pair, 1 with a part of one or a near miss, 0.
 */
int gt_csv_header_fit(const struct gt_csv_record *r, const char *data);
/* Reads the columns and tells what is to be told; shift: bytes of its line before the
 * record. -1 when there are no rows to be had. */
int gt_csv_header_read(struct gt_csv_columns *c, struct gt_findings *findings,
                       const struct gt_csv_record *r, const char *data, size_t line,
                       size_t shift);

#endif

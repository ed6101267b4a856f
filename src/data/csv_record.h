/* One record of CSV: where it ends, which fields it has, where it breaks RFC 4180.
 *
 * Used by csv.c over the bytes it holds. It knows nothing of columns and tells nobody
 * anything: it names the first fault of a record and its place. */
#ifndef GT_DATA_CSV_RECORD_H
#define GT_DATA_CSV_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#define GT_CSV_FIELDS 256 /* of a record that are looked at; the others are counted */

enum gt_csv_fault {
  GT_CSV_FINE,
  GT_CSV_QUOTE_INSIDE, /* a quote in an unquoted field: at it */
  GT_CSV_BEHIND_QUOTE, /* something behind a closing quote: at it */
  GT_CSV_UNCLOSED,     /* at the opening quote */
};

struct gt_csv_field {
  size_t at, len;       /* without its quotes */
  bool quoted, doubled; /* doubled: it has quotes inside, doubled */
};

/* Finds the end of the record at hand, also when its bytes come in pieces. Begin with
 * all zero. */
struct gt_csv_end {
  size_t at; /* behind what was looked at */
  bool quoted, field_begun;
};

struct gt_csv_record {
  size_t count; /* of fields; the list may have fewer */
  struct gt_csv_field fields[GT_CSV_FIELDS];
  enum gt_csv_fault fault;
  size_t fault_at;
  size_t open_at; /* the opening quote that the fault is about */
};

/* Whether the record's end (a LF outside of quotes) is among the bytes: end->at is then
 * behind it. Quotes count only where they may stand, so that one in the middle of a
 * field does not run away with the file. */
bool gt_csv_find_end(struct gt_csv_end *end, const char *data, size_t len, char sep);
/* Splits a record without its line end. -1 with a fault. */
int gt_csv_split(struct gt_csv_record *r, const char *data, size_t len, char sep);

#endif

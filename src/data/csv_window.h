/* The bytes of a CSV file that are at hand: the record to be read and what follows.
 *
 * Used by csv.c. It reads on, finds the end of a record and knows the places of its
 * bytes; what a record means is not its business. It holds one record and a piece. */
#ifndef GT_DATA_CSV_WINDOW_H
#define GT_DATA_CSV_WINDOW_H

#include "data/csv_record.h"
#include "data/reader.h"
#include "data/source.h"

struct gt_csv_window {
  struct gt_source *source;
  char *data;             /* at most line_max and two pieces */
  size_t cap, start, len; /* start: the record at hand */
  size_t line_max;
  bool eof;
  size_t line, shift; /* of the record; shift: bytes of its line before it (a BOM) */
  bool partial;       /* what was passed last had no line end */
  char sep;
};

/* Whether a record's end was found. */
enum gt_csv_found {
  GT_CSV_END = 0, /* no bytes are left */
  GT_CSV_REST,    /* the file ends, or patience does, before the record */
  GT_CSV_WHOLE,
};

void gt_csv_window_init(struct gt_csv_window *w, struct gt_source *source,
                        size_t line_max);
void gt_csv_window_clear(struct gt_csv_window *w);
/* Reads on behind the bytes at hand; keeps *totals up to date. */
int gt_csv_window_fill(struct gt_csv_window *w, struct gt_reader_totals *totals,
                       struct gt_err *err);
/* The record at hand: *n bytes with its line end, *bare without; `over`: longer than
 * line_max. enum gt_csv_found or -1. */
int gt_csv_window_find(struct gt_csv_window *w, size_t *n, size_t *bare, bool *over,
                       struct gt_reader_totals *totals, struct gt_err *err);
/* The place of a byte of the record. */
void gt_csv_window_place(size_t *line, size_t *column, const struct gt_csv_window *w,
                         size_t at);
/* The bytes of the record up to the end of the line that has the byte `at`, its line
 * end counted. */
size_t gt_csv_window_line_end(const struct gt_csv_window *w, size_t at);
/* Moves behind n bytes. */
void gt_csv_window_pass(struct gt_csv_window *w, size_t n);
/* Moves behind the line that the byte n is in, however long it is. */
int gt_csv_window_pass_line(struct gt_csv_window *w, size_t n,
                            struct gt_reader_totals *totals, struct gt_err *err);

#endif

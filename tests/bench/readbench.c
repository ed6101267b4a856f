/* Reads a data file with gtlua's reader and sums up its texts.
 *
 *   readbench FILE [THREADS]
 *
 * Prints "rows bytes-of-texts findings". Linked with libgtcore; used by scripts/bench
 * data. The other programs of that table print the same first two figures. */
#include "data/reader.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
  struct gt_reader_options options = {.threads = argc > 2 ? atoi(argv[2]) : 1};
  struct gt_findings findings;
  struct gt_reader *reader;
  const struct gt_row *row;
  struct gt_err err;
  size_t rows = 0, bytes = 0;
  int rc;
  gt_findings_init(&findings, 0);
  if (argc < 2 || gt_reader_open(&reader, &findings, argv[1], &options, &err) < 0) {
    fprintf(stderr, "readbench: %s\n", argc < 2 ? "no file" : err.message);
    return 1;
  }
  while ((rc = gt_reader_next(reader, &row, &err)) > 0) {
    rows++;
    bytes += row->text_len + row->output_len;
  }
  if (rc < 0) fprintf(stderr, "readbench: %s\n", err.message);
  printf("%zu %zu %zu\n", rows, bytes, findings.count);
  gt_reader_free(reader);
  gt_findings_clear(&findings);
  return rc < 0;
}

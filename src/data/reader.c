/* Rows of a data file, one after the other: which reader, how many threads. See
 * reader.h. */
#include "data/reader.h"

#include "data/csv.h"
#include "data/lines.h"
#include "data/source.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define LARGE ((size_t)8 << 20) /* bytes from which a second thread pays */

struct gt_reader {
  struct gt_csv *csv; /* or: */
  struct gt_lines *lines;
  struct gt_reader_totals totals;
};

static bool ends_with(const char *path, const char *end)
{
  size_t n = strlen(path), m = strlen(end);
  return n >= m && strcasecmp(path + n - m, end) == 0;
}

static int reader_new(struct gt_reader **reader, struct gt_err *err)
{
  *reader = calloc(1, sizeof **reader);
  if (!*reader) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  (*reader)->totals.form = GT_FORM_NONE;
  return 0;
}

static int threads_for(const struct gt_reader_options *options, size_t size)
{
  if (options && options->threads) return options->threads;
  return size >= LARGE && sysconf(_SC_NPROCESSORS_ONLN) > 1 ? 2 : 1;
}

/* csv_header.c finds out which character separates the columns. */
static bool is_table(const char *path)
{
  return ends_with(path, ".csv") || ends_with(path, ".csv.gz") ||
         ends_with(path, ".tsv") || ends_with(path, ".tsv.gz");
}

int gt_reader_open(struct gt_reader **reader, struct gt_findings *findings,
                   const char *path, const struct gt_reader_options *options,
                   struct gt_err *err)
{
  struct gt_source *source;
  struct gt_reader *r;
  *reader = NULL;
  if (gt_source_open(&source, path, err) < 0) return -1;
  if (reader_new(&r, err) < 0) {
    gt_source_close(source);
    return -1;
  }
  r->totals.gzip = gt_source_is_gzip(source);
  int threads = threads_for(options, (size_t)gt_source_size(source));
  int rc = is_table(path) ? gt_csv_open(&r->csv, source, findings, options, err)
                          : gt_lines_open(&r->lines, source, NULL, 0, findings,
                                          &r->totals, options, threads, err);
  if (rc < 0)
    gt_reader_free(r);
  else
    *reader = r;
  return rc;
}

int gt_reader_open_bytes(struct gt_reader **reader, struct gt_findings *findings,
                         const char *bytes, size_t len,
                         const struct gt_reader_options *options, struct gt_err *err)
{
  struct gt_reader *r;
  *reader = NULL;
  if (reader_new(&r, err) < 0) return -1;
  int rc = gt_lines_open(&r->lines, NULL, bytes, len, findings, &r->totals, options,
                         threads_for(options, len), err);
  if (rc < 0)
    gt_reader_free(r);
  else
    *reader = r;
  return rc;
}

int gt_reader_next(struct gt_reader *r, const struct gt_row **row, struct gt_err *err)
{
  if (r->lines) return gt_lines_next(r->lines, row, err);
  *row = NULL;
  return gt_csv_next(r->csv, row, &r->totals, err);
}

const struct gt_reader_totals *gt_reader_totals(const struct gt_reader *r)
{
  return &r->totals;
}

void gt_reader_free(struct gt_reader *r)
{
  if (!r) return;
  gt_csv_free(r->csv);
  gt_lines_free(r->lines);
  free(r);
}

/* Fuzz target: the CSV reader over any bytes. Also run over the corpus by replay.c. */
#include "base/utf8.h"
#include "data/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MUST(cond)                                                                     \
  do {                                                                                 \
    if (!(cond)) abort();                                                              \
  } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* The bytes as a file without a place on any disk. */
static int as_file(struct gt_source **source, const uint8_t *bytes, size_t len,
                   struct gt_err *err)
{
  char path[64];
  int fd = memfd_create("csv", MFD_CLOEXEC);
  MUST(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  int rc = gt_source_open(source, path, err);
  close(fd);
  return rc;
}

static void check_turn(const struct gt_turn *t, const uint8_t *bytes, size_t len)
{
  size_t line, column, at = 0, lines = 1;
  MUST(t->csv && t->len > 0 && t->len <= t->raw_len);
  MUST(gt_utf8_check(t->text, t->len) == t->len && !memchr(t->text, '\0', t->len));
  while (lines < t->line && at < len) lines += bytes[at++] == '\n';
  at += t->column - 1; /* the place is where its bytes stand */
  MUST(at + t->raw_len <= len && memcmp(bytes + at, t->raw, t->raw_len) == 0);
  gt_row_place(&line, &column, t, 0);
  MUST(line == t->line && column == t->column);
  gt_row_place(&line, &column, t, t->len - 1);
  MUST(line >= t->line);
}

static void check_findings(const struct gt_findings *f, size_t lines, size_t len)
{
  for (size_t i = 0; i < f->count; i++) {
    const struct gt_finding *x = &f->items[i];
    MUST(x->line >= 1 && x->line <= lines && x->column >= 1 && x->column <= len + 1);
    MUST(x->message[0] &&
         gt_utf8_check(x->message, strlen(x->message)) == strlen(x->message));
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
  struct gt_reader_options options = {
      .text_max = 50, .output_max = 20, .line_max = 300};
  struct gt_reader_totals totals = {.form = GT_FORM_NONE};
  struct gt_findings findings;
  struct gt_source *source;
  struct gt_csv *csv;
  struct gt_err err;
  const struct gt_row *row;
  size_t lines = 1, rows = 0, last = 0;
  bool gzip = len >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B;
  for (size_t i = 0; i < len; i++) lines += bytes[i] == '\n';
  if (as_file(&source, bytes, len, &err) < 0) return 0; /* binary, broken gzip */
  gt_findings_init(&findings, 50);
  MUST(gt_csv_open(&csv, source, &findings, &options, &err) == 0);
  int rc;
  while ((rc = gt_csv_next(csv, &row, &totals, &err)) > 0) {
    rows++;
    MUST(row->line > last && row->turns_count == 2 && row->form == GT_FORM_CSV);
    last = row->line;
    for (int i = 0; i < 2 && !gzip; i++) check_turn(&row->turns[i], bytes, len);
  }
  MUST(gzip || rc == 0);
  MUST(rc < 0 || rows > 0 || findings.errors > 0);
  MUST(totals.rows == rows);
  if (!gzip) check_findings(&findings, lines, len);
  if (!gzip && rows > 0) MUST(totals.bytes == len && totals.lines + 1 >= lines);
  gt_csv_free(csv);
  gt_findings_clear(&findings);
  return 0;
}

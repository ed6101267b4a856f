/* Fuzz target: the row reader over any bytes. Also run over the corpus by replay.c. */
#include "base/utf8.h"
#include "data/rows.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MUST(cond)                                                                     \
  do {                                                                                 \
    if (!(cond)) abort();                                                              \
  } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check_string(const char *s, size_t len)
{
  MUST(len > 0 && s[len] == '\0' && strlen(s) == len);
  MUST(gt_utf8_check(s, len) == len);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
  struct gt_rows_options options = {.text_max = 50, .output_max = 20, .line_max = 300};
  struct gt_rows rows;
  struct gt_findings findings;
  struct gt_buf out;
  struct gt_err err;
  size_t lines = 1, last = 0;
  for (size_t i = 0; i < len; i++) lines += bytes[i] == '\n';
  options.bytes_max = 2 * len + 4 * lines; /* small blocks: the sanitizer is quicker */
  gt_rows_init(&rows);
  gt_findings_init(&findings, 50);
  gt_buf_init(&out, (size_t)1 << 20);
  MUST(gt_rows_read(&rows, &findings, (const char *)bytes, len, &options, &err) == 0);
  MUST(rows.count > 0 || findings.errors > 0);
  for (size_t i = 0; i < rows.count; i++) {
    const struct gt_kept_row *row = &rows.items[i];
    check_string(row->text, row->text_len);
    check_string(row->output, row->output_len);
    MUST(row->line > last && row->line <= lines);
    MUST(row->text_len <= 50 * 4 && row->output_len <= 20 * 4);
    last = row->line;
  }
  for (size_t i = 0; i < findings.count; i++) {
    const struct gt_finding *f = &findings.items[i];
    MUST(f->line >= 1 && f->line <= lines && f->column >= 1 && f->column <= len + 1);
    MUST(f->message[0] &&
         gt_utf8_check(f->message, strlen(f->message)) == strlen(f->message));
    if (i > 0) MUST(f->line >= f[-1].line);
  }
  MUST(gt_findings_format(&out, "data.jsonl", &findings) == 0);
  for (size_t i = 0; i < out.len; i++) /* nothing a terminal would obey */
    MUST((unsigned char)out.data[i] >= 0x20 || out.data[i] == '\n');
  gt_buf_clear(&out);
  gt_findings_clear(&findings);
  gt_rows_clear(&rows);
  return 0;
}

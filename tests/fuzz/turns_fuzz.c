/* Fuzz target: conversations, read and written in every form. Also run over the corpus
 * by replay.c. */
#include "base/utf8.h"
#include "data/reader.h"
#include "data/write_row.h"

#include <stdlib.h>
#include <string.h>

#define MUST(cond)                                                                     \
  do {                                                                                 \
    if (!(cond)) abort();                                                              \
  } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check_turn(const struct gt_row *row, const struct gt_turn *t,
                       const char *bytes, size_t len)
{
  char pointer[GT_ROW_POINTER];
  size_t line, column;
  MUST(t->raw >= bytes && t->raw + t->raw_len <= bytes + len);
  MUST(t->raw[-1] == '"' && t->raw[t->raw_len] == '"' && t->len <= t->raw_len);
  MUST(gt_utf8_check(t->text, t->len) == t->len && !memchr(t->text, '\0', t->len));
  gt_row_place(&line, &column, t, t->len);
  MUST(line == row->line && column == t->column + t->raw_len);
  gt_row_pointer(pointer, sizeof pointer, row, t);
  MUST(pointer[0] == '/');
}

/* What was written is a row of that form with the same texts, but for what is told. */
static void check_written(const struct gt_row *row, enum gt_form form)
{
  struct gt_findings findings;
  struct gt_reader *reader;
  struct gt_buf out;
  struct gt_err err;
  const struct gt_row *back;
  unsigned lost = 0;
  gt_buf_init(&out, (size_t)1 << 24);
  gt_findings_init(&findings, 10);
  MUST(gt_write_row(&out, &lost, row, form) == 0);
  MUST(gt_reader_open_bytes(&reader, &findings, out.data, out.len, NULL, &err) == 0);
  MUST(gt_reader_next(reader, &back, &err) == 1 && back->form == form);
  MUST(back->output_len == row->output_len &&
       memcmp(back->output, row->output, row->output_len) == 0);
  if (!(lost & (GT_LOST_OPENING | GT_LOST_PARTS)))
    MUST(back->text_len == row->text_len &&
         memcmp(back->text, row->text, row->text_len) == 0);
  MUST(gt_reader_next(reader, &back, &err) == 0 && findings.errors == 0);
  gt_reader_free(reader);
  gt_findings_clear(&findings);
  gt_buf_clear(&out);
}

static void check_row(const struct gt_row *row, const char *bytes, size_t len)
{
  MUST(row->output_len > 0 && row->text_len > 0 && row->turns_count >= 2);
  MUST(row->turns[row->turns_count - 1].role == GT_ROLE_MODEL);
  for (size_t i = 0; i < row->turns_count; i++)
    check_turn(row, &row->turns[i], bytes, len);
  for (int form = 0; form < GT_FORM_CSV; form++) check_written(row, (enum gt_form)form);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
  struct gt_findings findings;
  struct gt_reader *reader;
  struct gt_err err;
  const struct gt_row *row;
  char *copy = malloc(len ? len : 1); /* exact: a sanitizer sees its end */
  MUST(copy);
  memcpy(copy, bytes, len);
  gt_findings_init(&findings, 100);
  MUST(gt_reader_open_bytes(&reader, &findings, copy, len, NULL, &err) == 0);
  while (gt_reader_next(reader, &row, &err) > 0) check_row(row, copy, len);
  for (size_t i = 0; i < findings.count; i++) {
    const struct gt_finding *f = &findings.items[i];
    MUST(f->line >= 1 && f->column >= 1 && f->column <= len + 1);
    MUST(f->message[0] &&
         gt_utf8_check(f->message, strlen(f->message)) == strlen(f->message));
    MUST(f->pointer[0] == '\0' || f->pointer[0] == '/');
    if (i > 0 && findings.left_out == 0)
      MUST(f->line > f[-1].line ||
           (f->line == f[-1].line && f->column >= f[-1].column));
  }
  gt_reader_free(reader);
  gt_findings_clear(&findings);
  free(copy);
  return 0;
}

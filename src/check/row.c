/* One row of a file that is checked: its size, its texts. See check.h. */
#include "base/utf8.h"
#include "check/check.h"
#include "data/text_scan.h"

#include <stdlib.h>
#include <string.h>

struct scanning {
  struct gt_check *c;
  const struct gt_row *row;
  const struct gt_turn *turn;
};

static enum gt_severity severity_of(const char *rule)
{
  return strncmp(rule, "secret-", 7) == 0 ? GT_SEVERITY_ERROR : GT_SEVERITY_WARNING;
}

static void on_hit(void *ctx, const struct gt_scan_hit *hit)
{
  struct scanning *s = ctx;
  struct gt_findings *f = &s->c->findings;
  size_t line, column;
  char pointer[sizeof f->items->pointer];
  gt_row_place(&line, &column, s->turn, hit->at);
  gt_row_pointer(pointer, sizeof pointer, s->row, s->turn);
  gt_findings_add(f, severity_of(hit->rule), hit->rule, line, column, hit->hint,
                  hit->shown[0] ? "%s: %s" : "%s", hit->what, hit->shown);
  gt_findings_point(f, pointer);
}

static int keep_long(struct gt_check *c, uint32_t file, size_t line, size_t tokens)
{
  if (c->longs_count == c->longs_cap) {
    size_t cap = c->longs_cap ? c->longs_cap * 2 : 64;
    struct gt_check_long *longs = realloc(c->longs, cap * sizeof *longs);
    if (!longs) return -1;
    c->longs = longs;
    c->longs_cap = cap;
  }
  c->longs[c->longs_count++] = (struct gt_check_long){file, line, tokens};
  return 0;
}

/* Adds the row to its file's sums; a row that would be cut is told. */
static int measure(struct gt_check *c, uint32_t file, const struct gt_row *row)
{
  struct gt_check_file *f = &c->files[file];
  size_t bytes = 0, max = c->options.tokens_max;
  for (size_t i = 0; i < row->turns_count; i++) bytes += row->turns[i].len;
  size_t tokens = gt_check_tokens(bytes);
  f->input_characters += gt_utf8_count(row->text, row->text_len);
  f->output_characters += gt_utf8_count(row->output, row->output_len);
  f->tokens += tokens;
  if (tokens > f->longest) f->longest = tokens;
  if (!max || tokens <= max || f->against) return 0;
  gt_findings_add(&c->findings, GT_SEVERITY_WARNING, "tokens-over-limit", row->line, 1,
                  "shorten it, or it is cut or dropped without a word",
                  "the row has about %zu tokens, the limit is %zu", tokens, max);
  return keep_long(c, file, row->line, tokens);
}

int gt_check_row(struct gt_check *c, uint32_t file, const struct gt_row *row,
                 struct gt_err *err)
{
  if (measure(c, file, row) < 0 || gt_kept_add(&c->kept, file, row) < 0)
    return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  if (c->files[file].against || !c->options.scan) return 0;
  for (size_t i = 0; i < row->turns_count; i++) {
    struct scanning s = {c, row, &row->turns[i]};
    gt_text_scan(s.turn->text, s.turn->len, c->options.scan, 0, on_hit, &s);
  }
  return 0;
}

/* Adapts outputs. See adapt.h. */
#include "engine/adapt.h"

#include <stdlib.h>
#include <string.h>

void gt_adapt_clear(struct gt_adapt *a)
{
  gt_tokens_clear(&a->row);
  free(a->table);
  free(a->spans);
  *a = (struct gt_adapt){0};
}

static bool is_word(char c)
{
  unsigned char u = (unsigned char)c, low = u | 0x20;
  return (low >= 'a' && low <= 'z') || (u >= '0' && u <= '9') || u == '_' || u >= 0x80;
}

/* Whether needle stands at hay[at] and is not part of a longer word. */
static bool stands_at(const char *hay, size_t len, size_t at, const char *needle,
                      size_t needle_len)
{
  if (needle_len > len - at || memcmp(hay + at, needle, needle_len) != 0) return false;
  size_t end = at + needle_len;
  if (at > 0 && is_word(hay[at - 1]) && is_word(needle[0])) return false;
  return end == len || !is_word(hay[end]) || !is_word(needle[needle_len - 1]);
}

static const char *span_text(size_t *len, const struct gt_adapt *a,
                             const struct gt_adapt_span *span, const char *text)
{
  uint32_t start = a->row.items[span->row].start;
  *len = a->row.items[span->row + span->row_count - 1].end - start;
  return text + start;
}

static bool explains(const struct gt_adapt *a, const struct gt_adapt_span *span,
                     const struct gt_engine_row *row)
{
  if (!span->row_count || !span->query_count) return false;
  size_t len;
  const char *text = span_text(&len, a, span, row->text);
  const char *at = row->output, *end = row->output + row->output_len;
  while ((at = memmem(at, (size_t)(end - at), text, len))) {
    if (stands_at(row->output, row->output_len, (size_t)(at - row->output), text, len))
      return true;
    at++;
  }
  return false;
}

static int append_span(struct gt_adapt *a, struct gt_adapt_span span,
                       struct gt_err *err)
{
  if (!span.row_count && !span.query_count) return 0;
  if (a->span_count == a->span_cap) {
    size_t cap = 2 * a->span_cap + 16;
    struct gt_adapt_span *spans = realloc(a->spans, cap * sizeof *spans);
    if (!spans) return gt_engine_no_memory("an answer", err);
    a->spans = spans;
    a->span_cap = cap;
  }
  a->spans[a->span_count++] = span;
  return 0;
}

static size_t leading_words(const struct gt_token *items, size_t count)
{
  size_t n = 0;
  while (n < count && items[n].word) n++;
  return n;
}

/* Words take the place of words; what follows the first mark on either side is a span
 * of its own, so that no bracket or comma of the query's form gets into an answer. */
static int add_span(struct gt_adapt *a, const struct gt_tokens *query,
                    struct gt_adapt_span span, struct gt_err *err)
{
  size_t n = leading_words(a->row.items + span.row, span.row_count);
  size_t m = leading_words(query->items + span.query, span.query_count);
  if (n == 0 || m == 0) return append_span(a, span, err);
  struct gt_adapt_span words = {span.row, n, span.query, m, false};
  struct gt_adapt_span rest = {span.row + n, span.row_count - n, span.query + m,
                               span.query_count - m, false};
  if (append_span(a, words, err) < 0) return -1;
  return append_span(a, rest, err);
}

/* table[i][j]: the longest common subsequence of what is left from i and j on. */
static int fill_table(struct gt_adapt *a, const struct gt_token *x, size_t n,
                      const struct gt_token *y, size_t m, struct gt_err *err)
{
  size_t width = m + 1, need = (n + 1) * width;
  if (need > a->table_cap) {
    free(a->table);
    a->table_cap = 0;
    a->table = gt_engine_alloc(need, sizeof *a->table, "an answer", err);
    if (!a->table) return -1;
    a->table_cap = need;
  }
  memset(a->table + n * width, 0, width * sizeof *a->table);
  for (size_t i = n; i-- > 0;) {
    uint16_t *here = a->table + i * width, *below = here + width;
    here[m] = 0;
    for (size_t j = m; j-- > 0;)
      if (x[i].hash == y[j].hash)
        here[j] = (uint16_t)(below[j + 1] + 1);
      else
        here[j] = below[j] > here[j + 1] ? below[j] : here[j + 1];
  }
  return 0;
}

static int diff_middle(struct gt_adapt *a, const struct gt_tokens *query, size_t skip,
                       size_t n, size_t m, struct gt_err *err)
{
  const struct gt_token *x = a->row.items + skip, *y = query->items + skip;
  if (n == 0 || m == 0 || (n + 1) > GT_ADAPT_CELLS / (m + 1) || n > UINT16_MAX ||
      m > UINT16_MAX)
    return add_span(a, query, (struct gt_adapt_span){skip, n, skip, m, false}, err);
  if (fill_table(a, x, n, y, m, err) < 0) return -1;
  size_t i = 0, j = 0, from_i = 0, from_j = 0, width = m + 1;
  for (;;) {
    bool same = i < n && j < m && x[i].hash == y[j].hash;
    if (same || (i == n && j == m)) {
      struct gt_adapt_span span = {skip + from_i, i - from_i, skip + from_j, j - from_j,
                                   false};
      if (add_span(a, query, span, err) < 0) return -1;
      if (!same) return 0;
      from_i = ++i;
      from_j = ++j;
    } else if (j == m || (i < n && a->table[(i + 1) * width + j] >=
                                       a->table[i * width + j + 1])) {
      i++;
    } else {
      j++;
    }
  }
}

int gt_adapt_compare(double *cost, struct gt_adapt *a, const struct gt_engine_row *row,
                     const struct gt_tokens *query, struct gt_err *err)
{
  if (gt_tokens_split(&a->row, row->text, row->text_len, err) < 0) return -1;
  size_t n = a->row.count, m = query->count, all = n + m, head = 0, odd = 0;
  const struct gt_token *x = a->row.items, *y = query->items;
  a->span_count = 0;
  while (head < n && head < m && x[head].hash == y[head].hash) head++;
  while (n > head && m > head && x[n - 1].hash == y[m - 1].hash) n--, m--;
  if (diff_middle(a, query, head, n - head, m - head, err) < 0) return -1;
  for (size_t i = 0; i < a->span_count; i++) {
    struct gt_adapt_span *span = &a->spans[i];
    span->explained = explains(a, span, row);
    if (!span->explained) odd += span->row_count + span->query_count;
  }
  *cost = all ? (double)odd / (double)all : 0;
  return 0;
}

/* The explained span with the longest text at this place of the output. */
static const struct gt_adapt_span *span_at(size_t *len, const struct gt_adapt *a,
                                           const struct gt_engine_row *row, size_t at)
{
  const struct gt_adapt_span *best = NULL;
  for (size_t i = 0; i < a->span_count; i++) {
    size_t n;
    if (!a->spans[i].explained) continue;
    const char *text = span_text(&n, a, &a->spans[i], row->text);
    if (best && n <= *len) continue;
    if (!stands_at(row->output, row->output_len, at, text, n)) continue;
    best = &a->spans[i];
    *len = n;
  }
  return best;
}

int gt_adapt_write(struct gt_buf *out, const struct gt_adapt *a,
                   const struct gt_engine_row *row, const char *query_text,
                   const struct gt_tokens *query, struct gt_err *err)
{
  for (size_t at = 0; at < row->output_len;) {
    size_t len = 0;
    const struct gt_adapt_span *span = span_at(&len, a, row, at);
    if (!span) {
      gt_buf_addc(out, row->output[at++]);
      continue;
    }
    uint32_t start = query->items[span->query].start;
    uint32_t end = query->items[span->query + span->query_count - 1].end;
    gt_buf_add(out, query_text + start, end - start);
    at += len;
  }
  return out->failed ? gt_engine_no_memory("an answer", err) : 0;
}

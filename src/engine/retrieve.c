/* Nearest rows, the best of them adapted. See retrieve.h. */
#include "engine/retrieve.h"

#include "engine/adapt.h"

#include <stdlib.h>
#include <string.h>

#define NEAREST 50
#define SIMILARITY_WEIGHT 0.5 /* in cost - weight x similarity */

struct near {
  uint32_t row;
  float similarity;
};

struct query {
  struct gt_tokens tokens;
  float *scores; /* by row */
  struct near best[NEAREST];
  size_t best_count;
};

/* Adds one token's postings. The query's own weight is 1 + ln tf, times idf. */
static void add_token(float *scores, const struct gt_index *index, uint32_t token,
                      float weight)
{
  for (uint64_t i = index->starts[token]; i < index->starts[token + 1]; i++)
    scores[index->postings[i].row] += weight * index->postings[i].weight;
}

static int compare_numbers(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

static int score_rows(struct query *q, const struct gt_index *index, struct gt_err *err)
{
  size_t count = q->tokens.count, known = 0;
  uint32_t *numbers = gt_engine_alloc(count, sizeof *numbers, "the query", err);
  if (!numbers) return -1;
  double norm = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t number = gt_dict_find(&index->dict, q->tokens.items[i].hash);
    if (number != UINT32_MAX) numbers[known++] = number;
  }
  qsort(numbers, known, sizeof *numbers, compare_numbers);
  for (size_t i = 0, end; i < known; i = end) {
    for (end = i + 1; end < known && numbers[end] == numbers[i];) end++;
    size_t tf = end - i < GT_BAG_MAX_TF ? end - i : GT_BAG_MAX_TF;
    float weight = index->tf.of[tf] * index->idf[numbers[i]];
    add_token(q->scores, index, numbers[i], weight);
    norm += (double)(weight * weight);
  }
  free(numbers);
  float scale = norm > 0 ? (float)(1.0 / __builtin_sqrt(norm)) : 0;
  for (size_t i = 0; i < index->row_count; i++) q->scores[i] *= scale;
  return 0;
}

/* Keeps the best, most similar first; of equals the row that came first. */
static void keep_nearest(struct query *q, size_t rows, size_t skip)
{
  for (size_t row = 0; row < rows; row++) {
    float score = q->scores[row];
    if (score <= 0 || row == skip) continue;
    if (q->best_count == NEAREST && score <= q->best[NEAREST - 1].similarity) continue;
    size_t at = q->best_count < NEAREST ? q->best_count++ : NEAREST - 1;
    for (; at > 0 && q->best[at - 1].similarity < score; at--)
      q->best[at] = q->best[at - 1];
    q->best[at] = (struct near){(uint32_t)row, score};
  }
}

static int choose(struct gt_retrieved *out, struct gt_buf *answer,
                  const struct gt_index *index, const struct query *q, const char *text,
                  struct gt_err *err)
{
  struct gt_adapt a = {0};
  int rc = -1;
  for (size_t i = 0; i < q->best_count; i++) {
    struct gt_engine_row row = gt_index_row(index, q->best[i].row);
    double similarity = (double)q->best[i].similarity, cost;
    if (gt_adapt_compare(&cost, &a, &row, &q->tokens, err) < 0) goto out;
    if (i > 0 && cost - SIMILARITY_WEIGHT * similarity >=
                     out->cost - SIMILARITY_WEIGHT * out->similarity)
      continue;
    *out = (struct gt_retrieved){q->best[i].row, similarity, cost};
  }
  if (q->best_count > 0) {
    struct gt_engine_row row = gt_index_row(index, out->row);
    double cost;
    if (gt_adapt_compare(&cost, &a, &row, &q->tokens, err) < 0) goto out;
    if (gt_adapt_write(answer, &a, &row, text, &q->tokens, err) < 0) goto out;
  }
  rc = 0;
out:
  gt_adapt_clear(&a);
  return rc;
}

int gt_retrieve(struct gt_retrieved *out, struct gt_buf *answer,
                const struct gt_index *index, const char *text, size_t len, size_t skip,
                struct gt_err *err)
{
  struct query q = {0};
  int rc = -1;
  *out = (struct gt_retrieved){SIZE_MAX, 0, 1};
  if (gt_tokens_split(&q.tokens, text, len, err) < 0) goto out;
  q.scores = gt_engine_alloc(index->row_count, sizeof *q.scores, "the query", err);
  if (!q.scores || score_rows(&q, index, err) < 0) goto out;
  keep_nearest(&q, index->row_count, skip);
  rc = choose(out, answer, index, &q, text, err);
out:
  free(q.scores);
  gt_tokens_clear(&q.tokens);
  return rc;
}

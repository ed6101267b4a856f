/* Sentence ROUGE-L. See rouge.h. */
#include "engine/rouge.h"

#include "engine/engine.h"
#include "engine/tokens.h"

#include <stdlib.h>

#define MAX_WORDS 8192

static size_t split(uint64_t *words, const char *s, size_t len)
{
  size_t count = 0;
  uint64_t hash = 0;
  for (size_t i = 0; i <= len; i++) {
    unsigned char c = i < len ? (unsigned char)s[i] : ' ';
    if (c >= 'A' && c <= 'Z') c |= 0x20;
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      hash = gt_tokens_mix(hash, c);
    } else if (hash) {
      words[count++] = hash;
      if (count == MAX_WORDS) break;
      hash = 0;
    }
  }
  return count;
}

static size_t common(const uint64_t *a, size_t a_len, const uint64_t *b, size_t b_len,
                     size_t *row)
{
  for (size_t j = 0; j <= b_len; j++) row[j] = 0;
  for (size_t i = 0; i < a_len; i++) {
    size_t diagonal = 0;
    for (size_t j = 1; j <= b_len; j++) {
      size_t above = row[j];
      if (a[i] == b[j - 1])
        row[j] = diagonal + 1;
      else if (row[j - 1] > above)
        row[j] = row[j - 1];
      diagonal = above;
    }
  }
  return row[b_len];
}

int gt_rouge_l(double *f1, const char *hypothesis, size_t hypothesis_len,
               const char *reference, size_t reference_len, struct gt_err *err)
{
  *f1 = 0;
  uint64_t *words =
      gt_engine_alloc(2 * (size_t)MAX_WORDS, sizeof *words, "a score", err);
  size_t *row = gt_engine_alloc(MAX_WORDS + 1, sizeof *row, "a score", err);
  int rc = -1;
  if (!words || !row) goto out;
  size_t a = split(words, hypothesis, hypothesis_len);
  size_t b = split(words + MAX_WORDS, reference, reference_len);
  size_t same = common(words, a, words + MAX_WORDS, b, row);
  if (same > 0) *f1 = 2.0 * (double)same / (double)(a + b);
  rc = 0;
out:
  free(row);
  free(words);
  return rc;
}

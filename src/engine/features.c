/* Texts into feature keys. See features.h. */
#include "engine/features.h"

#include "engine/engine.h"

#include <stdlib.h>

/* Start values that keep the kinds of features apart. */
#define WORD_SEED 0x243F6A8885A308D3u
#define PAIR_SEED 0x13198A2E03707344u
#define GRAM_SEED 0xA4093822299F31D0u
#define GRAM_MAX 5

void gt_features_clear(struct gt_features *f)
{
  gt_tokens_clear(&f->tokens);
  free(f->keys);
  *f = (struct gt_features){0};
}

static int reserve(struct gt_features *f, size_t need, struct gt_err *err)
{
  if (need <= f->cap && f->keys) return 0;
  size_t cap = need + need / 2;
  free(f->keys);
  f->cap = 0;
  f->keys = gt_engine_alloc(cap, sizeof *f->keys, "the features of a text", err);
  if (!f->keys) return -1;
  f->cap = cap;
  return 0;
}

/* All grams of one word with a space on either side. */
static uint64_t *add_grams(uint64_t *out, const uint32_t *cps, size_t count)
{
  size_t padded = count + 2;
  for (size_t i = 0; i < padded; i++) {
    uint64_t hash = GRAM_SEED;
    size_t stop = i + GRAM_MAX < padded ? i + GRAM_MAX : padded;
    for (size_t j = i; j < stop; j++) {
      hash = gt_tokens_mix(hash, j == 0 || j > count ? ' ' : cps[j - 1]);
      *out++ = hash;
    }
  }
  return out;
}

int gt_features_extract(struct gt_features *f, const char *text, size_t len,
                        struct gt_err *err)
{
  struct gt_tokens *t = &f->tokens;
  if (gt_tokens_split(t, text, len, err) < 0) return -1;
  size_t letters = t->count ? t->items[t->count - 1].cps_end : 0;
  size_t need = 2 * t->count + GRAM_MAX * (letters + 2 * t->count);
  if (reserve(f, need + 1, err) < 0) return -1;
  uint64_t *out = f->keys;
  for (size_t i = 0; i < t->count; i++) {
    *out++ = gt_tokens_mix(WORD_SEED, t->items[i].hash);
    if (i > 0)
      *out++ = gt_tokens_mix(gt_tokens_mix(PAIR_SEED, t->items[i - 1].hash),
                             t->items[i].hash);
  }
  f->word_count = (size_t)(out - f->keys);
  for (size_t i = 0; i < t->count; i++) {
    const struct gt_token *token = &t->items[i];
    out = add_grams(out, t->cps + token->cps_start, token->cps_end - token->cps_start);
  }
  f->count = (size_t)(out - f->keys);
  return 0;
}

int gt_features_tokens(struct gt_features *f, const char *text, size_t len,
                       struct gt_err *err)
{
  struct gt_tokens *t = &f->tokens;
  if (gt_tokens_split(t, text, len, err) < 0) return -1;
  if (reserve(f, t->count + 1, err) < 0) return -1;
  for (size_t i = 0; i < t->count; i++) f->keys[i] = t->items[i].hash;
  f->count = f->word_count = t->count;
  return 0;
}

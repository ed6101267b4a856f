/* Splits a text into tokens: words, and every other visible byte on its own.
 *
 * Used by features.c (classification) and by the retrieval (index, diff). A word is a
 * run of letters, digits, ' and _ or of code points above ASCII; Unicode spaces
 * separate, Unicode dashes, quotes and dots stand alone. Case is folded for Latin,
 * Greek and Cyrillic letters; the spans point into the text as it was given. */
#ifndef GT_ENGINE_TOKENS_H
#define GT_ENGINE_TOKENS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gt_token {
  uint64_t hash;      /* of the folded code points */
  uint32_t start;     /* bytes of the text */
  uint32_t end;       /* one behind */
  uint32_t cps_start; /* into gt_tokens.cps */
  uint32_t cps_end;
  bool word; /* else a visible byte or code point on its own */
};

/* Reused from text to text; grows to what the longest text (GT_ENGINE_MAX_TEXT) needs.
 * Start it with {0}. */
struct gt_tokens {
  struct gt_token *items;
  size_t count;
  uint32_t *cps; /* folded code points of all tokens */
  size_t cap;    /* of both arrays */
};

void gt_tokens_clear(struct gt_tokens *t);
/* Replaces what t holds by the tokens of the text. */
int gt_tokens_split(struct gt_tokens *t, const char *text, size_t len,
                    struct gt_err *err);
/* Mixes a value into a hash; the order of the values counts. */
static inline uint64_t gt_tokens_mix(uint64_t hash, uint64_t value)
{
  hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
  return hash ^ hash >> 29;
}

#endif

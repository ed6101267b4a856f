/* Texts into tokens. See tokens.h. */
#include "engine/tokens.h"

#include "base/fold.h"
#include "base/utf8.h"
#include "engine/engine.h"

#include <stdbool.h>
#include <stdlib.h>

enum kind { SPACE, WORD, MARK };

void gt_tokens_clear(struct gt_tokens *t)
{
  free(t->items);
  free(t->cps);
  *t = (struct gt_tokens){0};
}

static int reserve(struct gt_tokens *t, size_t len, struct gt_err *err)
{
  if (len > GT_ENGINE_MAX_TEXT) {
    gt_err_set(err, GT_INVALID_ARGUMENT, "the text is over %zu MiB",
               GT_ENGINE_MAX_TEXT >> 20);
    return gt_err_hint(err, "shorten it");
  }
  if (len <= t->cap && t->items) return 0;
  size_t cap = len + len / 2 + 64;
  gt_tokens_clear(t);
  t->items = gt_engine_alloc(cap, sizeof *t->items, "the words of a text", err);
  t->cps = gt_engine_alloc(cap, sizeof *t->cps, "the letters of a text", err);
  if (!t->items || !t->cps) {
    gt_tokens_clear(t);
    return -1;
  }
  t->cap = cap;
  return 0;
}

static enum kind ascii_kind(unsigned char c)
{
  if (c <= ' ' || c == 127) return SPACE;
  unsigned char low = c | 0x20;
  bool word =
      (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '\'' || c == '_';
  return word ? WORD : MARK;
}

static enum kind wide_kind(uint32_t cp)
{
  if (cp == 0xA0 || cp == 0x3000 || cp == 0xFEFF) return SPACE;
  if (cp >= 0x2000 && cp <= 0x206F) {
    if (cp == 0x200C || cp == 0x200D) return WORD; /* joiners inside words */
    bool mark = (cp >= 0x2010 && cp <= 0x2027) || (cp >= 0x2030 && cp <= 0x205E);
    return mark ? MARK : SPACE;
  }
  if ((cp >= 0x3001 && cp <= 0x3003) || (cp >= 0x3008 && cp <= 0x3011)) return MARK;
  return WORD;
}

/* Decodes one code point: its kind, its folded value, its length in bytes. */
static size_t next(enum kind *kind, uint32_t *cp, const char *s, const char *end)
{
  unsigned char c = (unsigned char)*s;
  if (c < 0x80) {
    *kind = ascii_kind(c);
    *cp = c >= 'A' && c <= 'Z' ? (uint32_t)(c | 0x20) : c;
    return 1;
  }
  size_t n = gt_utf8_decode(cp, s, end);
  if (*cp == 0x2019) *cp = '\''; /* the apostrophe of typeset text */
  *kind = *cp == '\'' ? WORD : wide_kind(*cp);
  *cp = gt_fold_case(*cp);
  return n;
}

int gt_tokens_split(struct gt_tokens *t, const char *text, size_t len,
                    struct gt_err *err)
{
  if (reserve(t, len, err) < 0) return -1;
  const char *end = text + len;
  size_t count = 0;
  uint32_t used = 0;
  bool in_word = false;
  for (const char *s = text; s < end;) {
    enum kind kind;
    uint32_t cp;
    uint32_t at = (uint32_t)(s - text);
    s += next(&kind, &cp, s, end);
    if (kind == SPACE) {
      in_word = false;
      continue;
    }
    if (!in_word || kind == MARK)
      t->items[count++] = (struct gt_token){.start = at, .cps_start = used};
    in_word = kind == WORD;
    struct gt_token *token = &t->items[count - 1];
    t->cps[used++] = cp;
    token->hash = gt_tokens_mix(token->hash, cp + 1);
    token->word = kind == WORD;
    token->end = (uint32_t)(s - text);
    token->cps_end = used;
  }
  t->count = count;
  return 0;
}

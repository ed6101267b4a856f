/* Character n-grams and their overlap. See grams.h. */
#include "data/grams.h"

#include "base/utf8.h"
#include "data/normal.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int no_memory(struct gt_err *err)
{
  return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "not enough memory to compare texts");
}

static int reserve(struct gt_grams *g, size_t len, struct gt_err *err)
{
  if (len <= g->cap && g->items) return 0;
  size_t cap = len + len / 4 + 64;
  gt_grams_clear(g);
  g->items = malloc(cap * sizeof *g->items);
  g->normal = malloc(cap);
  if (!g->items || !g->normal) {
    gt_grams_clear(g);
    return no_memory(err);
  }
  g->cap = cap;
  return 0;
}

static bool is_ascii(const char *s, size_t len)
{
  uint64_t high = 0, word;
  size_t i = 0;
  for (; i + 8 <= len; i += 8) {
    memcpy(&word, s + i, 8);
    high |= word;
  }
  for (; i < len; i++) high |= (uint64_t)(unsigned char)s[i];
  return (high & 0x8080808080808080u) == 0;
}

static uint32_t gram_of(const uint32_t *cps, size_t n)
{
  uint64_t h = n;
  bool small = n <= 4;
  uint32_t packed = 0;
  for (size_t i = 0; i < n; i++) {
    h = (h ^ cps[i]) * 0x9E3779B97F4A7C15u;
    h ^= h >> 32;
    small = small && cps[i] < 0x80;
    packed |= (cps[i] & 0x7F) << (8 * (i & 3));
  }
  return small ? packed : (uint32_t)(h >> 16) | 0x80000000u;
}

/* Four ASCII bytes: the usual case, worth its own loop. */
static size_t ascii_grams(uint32_t *out, const char *s, size_t len)
{
  const unsigned char *u = (const unsigned char *)s;
  uint32_t gram = (uint32_t)u[0] << 8 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 24;
  for (size_t i = 3; i < len; i++) {
    gram = gram >> 8 | (uint32_t)u[i] << 24;
    out[i - 3] = gram;
  }
  return len - 3;
}

int gt_grams_make(struct gt_grams *g, const char *text, size_t len, int n,
                  struct gt_err *err)
{
  if (reserve(g, len, err) < 0) return -1;
  size_t size = (size_t)n;
  g->normal_len = gt_normal_form(g->normal, text, len);
  g->count = 0;
  if (g->normal_len == 0) return 0;
  if (n == 4 && g->normal_len >= 4 && is_ascii(g->normal, g->normal_len)) {
    g->count = ascii_grams(g->items, g->normal, g->normal_len);
    return 0;
  }
  /* In place: the gram at i is written when the code point i has been read. */
  size_t cps = gt_utf8_points(g->items, g->normal, g->normal_len);
  g->count = cps > size ? cps - size + 1 : 1;
  for (size_t i = 0; i < g->count; i++)
    g->items[i] = gram_of(g->items + i, cps < size ? cps : size);
  return 0;
}

void gt_grams_clear(struct gt_grams *g)
{
  free(g->items);
  free(g->normal);
  *g = (struct gt_grams){0};
}

int gt_grams_reserve(struct gt_grams_overlap *o, size_t grams, struct gt_err *err)
{
  if (o->slots && grams <= o->cap / 2) return 0;
  size_t cap = 512;
  while (cap < grams * 2) cap *= 2;
  gt_grams_overlap_clear(o);
  o->slots = calloc(cap, sizeof *o->slots);
  if (!o->slots) return no_memory(err);
  o->cap = cap;
  return 1;
}

static inline size_t home(const struct gt_grams_overlap *o, uint32_t gram)
{
  return (size_t)(gram * 0x9E3779B97F4A7C15u >> 32) & (o->cap - 1);
}

void gt_grams_left(struct gt_grams_overlap *o, const struct gt_grams *g)
{
  uint32_t turn = ++o->turn_left;
  if (turn == 0 || o->turn_right > 0xFFFFFFF0u) { /* once in four thousand million */
    memset(o->slots, 0, o->cap * sizeof *o->slots);
    turn = o->turn_left = 1;
    o->turn_right = 0;
  }
  o->left_count = 0;
  o->turn_right++; /* what the last comparison put there is gone */
  for (size_t i = 0; i < g->count; i++) {
    uint32_t gram = g->items[i];
    size_t at = home(o, gram);
    while (o->slots[at].left == turn && o->slots[at].gram != gram)
      at = (at + 1) & (o->cap - 1);
    if (o->slots[at].left == turn) continue;
    o->slots[at] = (struct gt_grams_slot){.gram = gram, .left = turn};
    o->left_count++;
  }
}

/* A slot of an earlier right set counts as empty: the left set was there before it, so
 * no chain of the left set leads over it. */
double gt_grams_jaccard(struct gt_grams_overlap *o, const struct gt_grams *g)
{
  uint32_t left = o->turn_left, right = ++o->turn_right;
  size_t both = 0, mine = 0;
  for (size_t i = 0; i < g->count; i++) {
    uint32_t gram = g->items[i];
    size_t at = home(o, gram);
    struct gt_grams_slot *slot = &o->slots[at];
    while ((slot->left == left || slot->right == right) && slot->gram != gram) {
      at = (at + 1) & (o->cap - 1);
      slot = &o->slots[at];
    }
    if (slot->right == right) continue;
    if (slot->left == left)
      both++;
    else
      *slot = (struct gt_grams_slot){.gram = gram};
    slot->right = right;
    mine++;
  }
  size_t all = o->left_count + mine - both;
  return all ? (double)both / (double)all : 1.0;
}

void gt_grams_overlap_clear(struct gt_grams_overlap *o)
{
  free(o->slots);
  *o = (struct gt_grams_overlap){0};
}

/* The set of open keys. See json_keys.h. */
#include "base/json_keys.h"

#include "base/json_value.h"

#include <string.h>

void gt_json_keys_init(struct gt_json_keys *k, void *block, size_t bytes)
{
  uint32_t cap = 1;
  while (cap < 1u << 30 && GT_JSON_KEYS_BYTES((size_t)cap * 2) <= bytes) cap *= 2;
  k->list = block;
  k->heads = (uint32_t *)(void *)(k->list + cap);
  k->cap = cap;
  k->count = 0;
  memset(k->heads, 0, cap * sizeof *k->heads);
}

static uint64_t mix(uint64_t h, uint64_t word)
{
  h = (h ^ word) * 0x9E3779B97F4A7C15u;
  return h ^ h >> 29;
}

static uint64_t hash_plain(const char *s, size_t len)
{
  uint64_t h = 0, word;
  for (; len >= 8; s += 8, len -= 8) {
    memcpy(&word, s, 8);
    h = mix(h, word);
  }
  word = 0;
  memcpy(&word, s, len);
  return mix(h, word ^ (uint64_t)len << 56);
}

/* The same figure for the same unescaped bytes. */
static uint64_t hash_escaped(const char *s, size_t len)
{
  char word[12];
  size_t held = 0;
  uint64_t h = 0, w;
  for (const char *p = s, *end = s + len; p < end;) {
    size_t n;
    p += gt_json_decode(word + held, &n, p, end);
    held += n;
    if (held < 8) continue;
    memcpy(&w, word, 8);
    h = mix(h, w);
    held -= 8;
    memmove(word, word + 8, held);
  }
  w = 0;
  memcpy(&w, word, held);
  return mix(h, w ^ (uint64_t)held << 56);
}

static bool same(const struct gt_json_key *old, const char *raw, size_t len,
                 bool escaped)
{
  if (!escaped && !old->escaped)
    return len == old->len && memcmp(raw, old->at, len) == 0;
  const char *p = old->at, *end = raw + len, *p_end = p + old->len;
  while (raw < end && p < p_end) {
    char a[4], b[4];
    size_t an, bn;
    raw += gt_json_decode(a, &an, raw, end);
    p += gt_json_decode(b, &bn, p, p_end);
    if (an != bn || memcmp(a, b, an) != 0) return false;
  }
  return raw == end && p == p_end;
}

int gt_json_keys_add(struct gt_json_keys *k, uint32_t first, const char *raw,
                     size_t len, bool escaped)
{
  uint64_t wide = escaped ? hash_escaped(raw, len) : hash_plain(raw, len);
  uint32_t hash = (uint32_t)(wide >> 32);
  uint32_t *head = &k->heads[hash & (k->cap - 1)];
  /* chains run from young to old: at the first key of an outer object they are done */
  for (uint32_t i = *head; i > first; i = k->list[i - 1].next)
    if (k->list[i - 1].hash == hash && same(&k->list[i - 1], raw, len, escaped))
      return 1;
  if (k->count == k->cap || len > UINT32_MAX) return -1;
  k->list[k->count] = (struct gt_json_key){
      .at = raw, .len = (uint32_t)len, .hash = hash, .next = *head, .escaped = escaped};
  *head = ++k->count;
  return 0;
}

void gt_json_keys_drop(struct gt_json_keys *k, uint32_t first)
{
  while (k->count > first) {
    const struct gt_json_key *key = &k->list[--k->count];
    k->heads[key->hash & (k->cap - 1)] = key->next;
  }
}

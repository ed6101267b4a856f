/* Normal forms and their hashes. See normal.h. */
#include "data/normal.h"

#include "base/fold.h"
#include "base/utf8.h"

#include <string.h>

#define K0 0x9E3779B97F4A7C15u
#define K1 0xD6E8FEB86659FD93u
#define K2 0xA0761D6478BD642Fu

enum kind { KEEP, SPACE, NOTHING };

static enum kind kind_of(uint32_t cp)
{
  if (cp < 0xC0) {
    if (cp == 0xAD) return NOTHING;
    return cp == 0xAA || cp == 0xB5 || cp == 0xBA ? KEEP : SPACE;
  }
  if (cp == 0xD7 || cp == 0xF7) return SPACE;
  if (cp == 0xFEFF || cp == 0x2060 || (cp >= 0x200B && cp <= 0x200F)) return NOTHING;
  if (cp >= 0xFE00 && cp <= 0xFE0F) return NOTHING; /* which look of an emoji */
  if (cp >= 0x2000 && cp <= 0x206F) return SPACE;
  if (cp >= 0x3000 && cp <= 0x303F) return cp >= 0x3005 && cp <= 0x3007 ? KEEP : SPACE;
  bool full_width = (cp >= 0xFF01 && cp <= 0xFF0F) || (cp >= 0xFF1A && cp <= 0xFF20) ||
                    (cp >= 0xFF3B && cp <= 0xFF40) || (cp >= 0xFF5B && cp <= 0xFF65);
  return full_width ? SPACE : KEEP;
}

/* What an ASCII byte becomes. */
static const char LOWER[129] = "                                "
                               "                0123456789      "
                               " abcdefghijklmnopqrstuvwxyz     "
                               " abcdefghijklmnopqrstuvwxyz     ";

/* One character above ASCII at s: writes what it becomes, returns the bytes it took. */
static size_t wide(char **out, bool after_space, const char *s, const char *end)
{
  uint32_t cp;
  size_t n = gt_utf8_decode(&cp, s, end);
  if (n == 1) { /* no UTF-8 */
    *(*out)++ = *s;
    return 1;
  }
  enum kind kind = kind_of(cp);
  if (kind == KEEP) *out += gt_utf8_encode(*out, gt_fold_case(cp));
  if (kind == SPACE && !after_space) *(*out)++ = ' ';
  return n;
}

size_t gt_normal_form(char *out, const char *text, size_t len)
{
  char *o = out;
  char last = ' ';
  const char *end = text + len;
  for (const char *s = text; s < end;) {
    unsigned char c = (unsigned char)*s;
    if (c < 0x80) {
      char low = LOWER[c];
      *o = low;
      o += (low != ' ') | (last != ' ');
      last = low;
      s++;
    } else {
      s += wide(&o, last == ' ', s, end);
      last = o > out ? o[-1] : ' ';
    }
  }
  if (o > out && o[-1] == ' ') o--;
  return (size_t)(o - out);
}

static inline uint64_t fold_product(uint64_t a, uint64_t b)
{
  unsigned __int128 product = (unsigned __int128)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t word_at(const unsigned char *p)
{
  uint64_t word;
  memcpy(&word, p, sizeof word);
  return word;
}

static struct gt_normal_hash hash_from(uint64_t seed, const void *bytes, size_t len)
{
  const unsigned char *p = bytes;
  struct gt_normal_hash h = {seed ^ K0, seed ^ len * K1};
  size_t left = len;
  for (; left >= 16; left -= 16, p += 16) {
    uint64_t a = word_at(p), b = word_at(p + 8);
    h.lo = fold_product(h.lo ^ a, K1) + b;
    h.hi = fold_product(h.hi ^ b, K2) + a;
  }
  unsigned char rest[16] = {0};
  if (left) memcpy(rest, p, left);
  uint64_t a = word_at(rest), b = word_at(rest + 8);
  h.lo = fold_product(h.lo ^ a, K1) + b;
  h.hi = fold_product(h.hi ^ b, K2) + a;
  uint64_t lo = fold_product(h.lo ^ K2, h.hi ^ K0 ^ len);
  uint64_t hi = fold_product(h.hi ^ lo, K1) ^ h.lo;
  return (struct gt_normal_hash){fold_product(lo, K2) ^ hi, fold_product(hi ^ K0, K1)};
}

struct gt_normal_hash gt_normal_hash(const void *bytes, size_t len)
{
  return hash_from(0, bytes, len);
}

struct gt_normal_hash gt_normal_key(const char *normal, size_t normal_len,
                                    const char *text, size_t len)
{
  return normal_len ? hash_from(0, normal, normal_len) : hash_from(K2, text, len);
}

/* UTF-8. See utf8.h; the table of well-formed sequences is Unicode 15, table 3-7. */
#include "base/utf8.h"

#include "base/cpu.h"
#include "base/utf8_avx2.h"

#include <string.h>

static int tail(unsigned char c) { return (c & 0xC0) == 0x80; }

/* The length of the well-formed sequence at s, 0 when there is none. */
static size_t sequence(const unsigned char *s, size_t left)
{
  unsigned char c = s[0];
  if (c < 0x80) return 1;
  if (c < 0xC2 || c > 0xF4) return 0;
  if (c < 0xE0) return left >= 2 && tail(s[1]) ? 2 : 0;
  if (c < 0xF0) {
    if (left < 3 || !tail(s[1]) || !tail(s[2])) return 0;
    if (c == 0xE0 && s[1] < 0xA0) return 0;
    if (c == 0xED && s[1] > 0x9F) return 0;
    return 3;
  }
  if (left < 4 || !tail(s[1]) || !tail(s[2]) || !tail(s[3])) return 0;
  if (c == 0xF0 && s[1] < 0x90) return 0;
  if (c == 0xF4 && s[1] > 0x8F) return 0;
  return 4;
}

/* From i on, where a sequence begins. */
static size_t check_plain(const char *s, size_t i, size_t len)
{
  const uint64_t tops = 0x8080808080808080u;
  while (i < len) {
    for (uint64_t w; len - i >= 8; i += 8) {
      memcpy(&w, s + i, 8);
      if (w & tops) break;
    }
    for (size_t end = len - i > 8 ? i + 8 : len; i < end;) {
      size_t n = sequence((const unsigned char *)s + i, len - i);
      if (n == 0) return i;
      i += n;
    }
  }
  return len;
}

#if GT_CPU_X86

static size_t ascii_sse2(const char *s, size_t i, size_t len)
{
  for (; len - i >= 16; i += 16) {
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(s + i));
    if (_mm_movemask_epi8(x)) break;
  }
  return i;
}

static size_t check_sse2(const char *s, size_t len)
{
  size_t i = 0;
  while (i < len) {
    i = ascii_sse2(s, i, len);
    size_t end = len - i > 16 ? i + 16 : len;
    while (i < end) {
      size_t n = sequence((const unsigned char *)s + i, len - i);
      if (n == 0) return i;
      i += n;
    }
  }
  return len;
}

/* Finds out that a fault is there by blocks; where it is, the plain way from before
 * the block in which it showed. */
GT_AVX2 static size_t check_avx2(const char *s, size_t len)
{
  struct gt_utf8_avx2 u;
  size_t i = 0;
  gt_utf8_avx2_init(&u);
  for (; len - i >= 64; i += 64) {
    __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)(s + i));
    __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(s + i + 32));
    gt_utf8_avx2_next(&u, a, b);
    if (!gt_utf8_avx2_good(&u)) break;
  }
  for (int back = 0; back < 3 && i > 0; back++) {
    i--;
    if (((unsigned char)s[i] & 0xC0) == 0xC0) return check_plain(s, i, len);
  }
  /* no lead among the last three: what stands there is ASCII or ends a sequence */
  return check_plain(s, i + (i > 0 ? 3 : 0), len);
}
#endif

size_t gt_utf8_check(const char *s, size_t len)
{
#if GT_CPU_X86
  if (len >= 64 && gt_cpu_level() == GT_CPU_AVX2) return check_avx2(s, len);
  if (len >= 16 && gt_cpu_level() != GT_CPU_PLAIN) return check_sse2(s, len);
#endif
  return check_plain(s, 0, len);
}

size_t gt_utf8_decode(uint32_t *cp, const char *s, const char *end)
{
  const unsigned char *u = (const unsigned char *)s;
  size_t n = sequence(u, (size_t)(end - s));
  switch (n) {
  case 2: *cp = (uint32_t)(u[0] & 0x1F) << 6 | (u[1] & 0x3F); return 2;
  case 3:
    *cp = (uint32_t)(u[0] & 0x0F) << 12 | (uint32_t)(u[1] & 0x3F) << 6 | (u[2] & 0x3F);
    return 3;
  case 4:
    *cp = (uint32_t)(u[0] & 0x07) << 18 | (uint32_t)(u[1] & 0x3F) << 12 |
          (uint32_t)(u[2] & 0x3F) << 6 | (u[3] & 0x3F);
    return 4;
  default: *cp = u[0]; return 1;
  }
}

size_t gt_utf8_points(uint32_t *out, const char *s, size_t len)
{
  const char *end = s + len;
  size_t count = 0;
  while (s < end) {
    uint32_t cp;
    size_t n = gt_utf8_decode(&cp, s, end);
    out[count++] = n == 1 && cp >= 0x80 ? cp + GT_UTF8_BYTE : cp;
    s += n;
  }
  return count;
}

size_t gt_utf8_encode(char out[4], uint32_t cp)
{
  if (cp < 0x80) {
    out[0] = (char)cp;
    return 1;
  }
  if (cp < 0x800) {
    out[0] = (char)(0xC0 | cp >> 6);
    out[1] = (char)(0x80 | (cp & 0x3F));
    return 2;
  }
  if (cp < 0x10000) {
    out[0] = (char)(0xE0 | cp >> 12);
    out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[2] = (char)(0x80 | (cp & 0x3F));
    return 3;
  }
  out[0] = (char)(0xF0 | cp >> 18);
  out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
  out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
  out[3] = (char)(0x80 | (cp & 0x3F));
  return 4;
}

size_t gt_utf8_count(const char *s, size_t len)
{
  size_t n = 0;
  for (size_t i = 0; i < len; i++) n += ((unsigned char)s[i] & 0xC0) != 0x80;
  return n;
}

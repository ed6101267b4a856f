/* The walks over bytes, one path a kind of processor. See stops.h. */
#include "base/stops.h"

#include "base/cpu.h"
#include "base/utf8.h"
#include "base/utf8_avx2.h"

#include <string.h>

static bool is_stop(unsigned char c) { return c == '"' || c == '\\' || c < 0x20; }

static size_t plain_rest(const char *data, size_t i, size_t len)
{
  for (; i < len; i++) {
    unsigned char c = (unsigned char)data[i];
    if (is_stop(c) || c >= 0x80) break;
  }
  return i;
}

static size_t plain_c(const char *data, size_t i, size_t len)
{
  const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
  for (; len - i >= 8; i += 8) {
    uint64_t w;
    memcpy(&w, data + i, 8);
    uint64_t quote = w ^ ones * '"', slash = w ^ ones * '\\';
    if (((quote - ones) | (slash - ones) | (w - ones * 0x20) | w) & tops) break;
  }
  return plain_rest(data, i, len);
}

static size_t stops_from(uint32_t *stops, size_t n, const char *data, size_t i,
                         size_t len)
{
  const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
  while (i < len) {
    size_t end = len - i > 8 ? i + 8 : len;
    if (len - i >= 8) { /* a borrow may show a stop that is none, never hide one */
      uint64_t w, quote, slash;
      memcpy(&w, data + i, 8);
      quote = w ^ ones * '"', slash = w ^ ones * '\\';
      uint64_t hit = ((quote - ones) & ~quote) | ((slash - ones) & ~slash) |
                     ((w - ones * 0x20) & ~w);
      if (!(hit & tops)) i = end;
    }
    for (; i < end; i++)
      if (is_stop((unsigned char)data[i])) stops[n++] = (uint32_t)i;
  }
  return n;
}

#if GT_CPU_X86

/* Bytes below 0x20 and, the comparison being signed, those that are not ASCII. */
static uint32_t marks_sse2(const char *p)
{
  __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
  __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')),
                             _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
  hit = _mm_or_si128(hit, _mm_cmplt_epi8(x, _mm_set1_epi8(0x20)));
  return (uint32_t)_mm_movemask_epi8(hit);
}

static size_t plain_sse2(const char *data, size_t i, size_t len)
{
  for (; len - i >= 16; i += 16) {
    uint32_t hit = marks_sse2(data + i);
    if (hit) return i + (unsigned)__builtin_ctz(hit);
  }
  return plain_c(data, i, len);
}

GT_AVX2 static size_t plain_avx2(const char *data, size_t i, size_t len)
{
  /* most strings are short: the first bytes have their own step */
  if (len - i >= 16) {
    uint32_t hit = marks_sse2(data + i);
    if (hit) return i + (unsigned)__builtin_ctz(hit);
    i += 16;
  }
  for (; len - i >= 32; i += 32) {
    __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(data + i));
    __m256i hit = _mm256_or_si256(_mm256_cmpeq_epi8(x, _mm256_set1_epi8('"')),
                                  _mm256_cmpeq_epi8(x, _mm256_set1_epi8('\\')));
    hit = _mm256_or_si256(hit, _mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), x));
    uint32_t mask = (uint32_t)_mm256_movemask_epi8(hit);
    if (mask) return i + (unsigned)__builtin_ctz(mask);
  }
  return plain_sse2(data, i, len);
}

static uint32_t stop_marks_sse2(const char *p)
{
  __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
  __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')),
                             _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
  __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1F)), x);
  return (uint32_t)_mm_movemask_epi8(_mm_or_si128(hit, low));
}

static size_t stops_sse2(uint32_t *stops, const char *data, size_t len)
{
  size_t n = 0, i = 0;
  for (; len - i >= 16; i += 16)
    for (uint32_t m = stop_marks_sse2(data + i); m; m &= m - 1)
      stops[n++] = (uint32_t)i + (uint32_t)__builtin_ctz(m);
  return stops_from(stops, n, data, i, len);
}

GT_AVX2_INLINE uint32_t stop_marks_avx2(__m256i x)
{
  __m256i hit = _mm256_or_si256(_mm256_cmpeq_epi8(x, _mm256_set1_epi8('"')),
                                _mm256_cmpeq_epi8(x, _mm256_set1_epi8('\\')));
  __m256i low = _mm256_cmpeq_epi8(_mm256_min_epu8(x, _mm256_set1_epi8(0x1F)), x);
  return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(hit, low));
}

#define PUT(k) to[k] = base + (uint32_t)_tzcnt_u64(m), m = _blsr_u64(m)

/* Writes eight entries whatever their number, more only when there are more: hardly a
 * branch that could be guessed wrong. */
GT_AVX2_INLINE size_t put_bits(uint32_t *to, uint32_t base, uint64_t m)
{
  size_t n = (size_t)__builtin_popcountll(m);
  for (uint32_t *end = to + n;; to += 8) {
    PUT(0), PUT(1), PUT(2), PUT(3), PUT(4), PUT(5), PUT(6), PUT(7);
    if (__builtin_expect(to + 8 >= end, 1)) return n;
  }
}

GT_AVX2_INLINE uint64_t block_avx2(struct gt_utf8_avx2 *u, const char *p)
{
  __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
  __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));
  gt_utf8_avx2_next(u, a, b);
  return stop_marks_avx2(a) | (uint64_t)stop_marks_avx2(b) << 32;
}

GT_AVX2 static size_t stops_avx2(uint32_t *stops, bool *utf8, const char *data,
                                 size_t len)
{
  struct gt_utf8_avx2 u;
  size_t n = 0, i = 0;
  char last[64] = {0};
  gt_utf8_avx2_init(&u);
  for (; len - i >= 64; i += 64)
    n += put_bits(stops + n, (uint32_t)i, block_avx2(&u, data + i));
  if (i < len) {
    memcpy(last, data + i, len - i);
    uint64_t mask = block_avx2(&u, last) & (((uint64_t)1 << (len - i)) - 1);
    n += put_bits(stops + n, (uint32_t)i, mask);
  }
  if (u.open) gt_utf8_avx2_next(&u, _mm256_setzero_si256(), _mm256_setzero_si256());
  *utf8 = gt_utf8_avx2_good(&u);
  return n;
}

#endif

size_t gt_stops_plain(const char *data, size_t i, size_t len)
{
#if GT_CPU_X86
  enum gt_cpu level = gt_cpu_level();
  if (level == GT_CPU_AVX2) return plain_avx2(data, i, len);
  if (level == GT_CPU_SSE2) return plain_sse2(data, i, len);
#endif
  return plain_c(data, i, len);
}

size_t gt_stops_find(uint32_t *stops, bool *utf8, const char *data, size_t len)
{
#if GT_CPU_X86
  enum gt_cpu level = gt_cpu_level();
  if (level == GT_CPU_AVX2) return stops_avx2(stops, utf8, data, len);
  *utf8 = gt_utf8_check(data, len) == len;
  if (level == GT_CPU_SSE2) return stops_sse2(stops, data, len);
#else
  *utf8 = gt_utf8_check(data, len) == len;
#endif
  return stops_from(stops, 0, data, 0, len);
}

/* UTF-8 validity of 64 bytes at a time, with AVX2.
 *
 * Used by utf8.c and stops.c inside functions compiled for AVX2. A byte and the one
 * before it are looked up by three of their four half bytes; each table gives the set
 * of faults that its half byte allows, and what all three allow is one. What two bytes
 * cannot show is whether a tail byte is the second or third tail of a lead: that is
 * compared with the leads two and three bytes back. */
#ifndef GT_BASE_UTF8_AVX2_H
#define GT_BASE_UTF8_AVX2_H

#include "base/cpu.h"

#if GT_CPU_X86
#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#define GT_AVX2 __attribute__((target("avx2,bmi,popcnt")))
#define GT_AVX2_INLINE                                                                 \
  static inline __attribute__((target("avx2,bmi,popcnt"), always_inline))

struct gt_utf8_avx2 {
  __m256i before; /* the 32 bytes before the block */
  __m256i faults; /* not zero: some byte was wrong */
  bool open;      /* the block ended in bytes that the next one may belong to */
};

enum {
  U_CUT = 1,        /* a lead, then no tail */
  U_STRAY = 2,      /* ASCII, then a tail */
  U_LONG3 = 4,      /* E0 80..9F */
  U_HIGH = 8,       /* F4 90..BF, F5..FF any tail from 90 */
  U_SURROGATE = 16, /* ED A0..BF */
  U_LONG2 = 32,     /* C0, C1 */
  U_LONG4 = 64,     /* F0 80..8F; also F5..FF 80..8F */
  U_TAILS = 128,    /* two tails: to be compared with the leads before */
  U_ANY = U_CUT | U_STRAY | U_TAILS, /* whatever the low half of the first byte is */
};

#define GT_U8(x) ((char)(unsigned char)(x))
#define GT_U_TABLE(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)                     \
  _mm256_setr_epi8(                                                                    \
      GT_U8(a), GT_U8(b), GT_U8(c), GT_U8(d), GT_U8(e), GT_U8(f), GT_U8(g), GT_U8(h),  \
      GT_U8(i), GT_U8(j), GT_U8(k), GT_U8(l), GT_U8(m), GT_U8(n), GT_U8(o), GT_U8(p),  \
      GT_U8(a), GT_U8(b), GT_U8(c), GT_U8(d), GT_U8(e), GT_U8(f), GT_U8(g), GT_U8(h),  \
      GT_U8(i), GT_U8(j), GT_U8(k), GT_U8(l), GT_U8(m), GT_U8(n), GT_U8(o), GT_U8(p))

/* The bytes n before each byte of x. */
#define GT_U_BACK(x, before, n)                                                        \
  _mm256_alignr_epi8((x), _mm256_permute2x128_si256((before), (x), 0x21), 16 - (n))

GT_AVX2_INLINE void gt_utf8_avx2_init(struct gt_utf8_avx2 *u)
{
  u->before = u->faults = _mm256_setzero_si256();
  u->open = false;
}

GT_AVX2_INLINE __m256i gt_utf8_avx2_pairs(__m256i x, __m256i first)
{
  const __m256i low = _mm256_set1_epi8(0x0F);
  const __m256i first_high =
      GT_U_TABLE(U_STRAY, U_STRAY, U_STRAY, U_STRAY, U_STRAY, U_STRAY, U_STRAY, U_STRAY,
                 U_TAILS, U_TAILS, U_TAILS, U_TAILS, U_CUT | U_LONG2, U_CUT,
                 U_CUT | U_LONG3 | U_SURROGATE, U_CUT | U_HIGH | U_LONG4);
  const __m256i first_low = GT_U_TABLE(
      U_ANY | U_LONG2 | U_LONG3 | U_LONG4, U_ANY | U_LONG2, U_ANY, U_ANY,
      U_ANY | U_HIGH, U_ANY | U_HIGH | U_LONG4, U_ANY | U_HIGH | U_LONG4,
      U_ANY | U_HIGH | U_LONG4, U_ANY | U_HIGH | U_LONG4, U_ANY | U_HIGH | U_LONG4,
      U_ANY | U_HIGH | U_LONG4, U_ANY | U_HIGH | U_LONG4, U_ANY | U_HIGH | U_LONG4,
      U_ANY | U_HIGH | U_LONG4 | U_SURROGATE, U_ANY | U_HIGH | U_LONG4,
      U_ANY | U_HIGH | U_LONG4);
  const __m256i second_high = GT_U_TABLE(
      U_CUT, U_CUT, U_CUT, U_CUT, U_CUT, U_CUT, U_CUT, U_CUT,
      U_STRAY | U_TAILS | U_LONG2 | U_LONG3 | U_LONG4,
      U_STRAY | U_TAILS | U_LONG2 | U_LONG3 | U_HIGH,
      U_STRAY | U_TAILS | U_LONG2 | U_SURROGATE | U_HIGH,
      U_STRAY | U_TAILS | U_LONG2 | U_SURROGATE | U_HIGH, U_CUT, U_CUT, U_CUT, U_CUT);
  __m256i a = _mm256_shuffle_epi8(first_high,
                                  _mm256_and_si256(_mm256_srli_epi16(first, 4), low));
  __m256i b = _mm256_shuffle_epi8(first_low, _mm256_and_si256(first, low));
  __m256i c =
      _mm256_shuffle_epi8(second_high, _mm256_and_si256(_mm256_srli_epi16(x, 4), low));
  return _mm256_and_si256(a, _mm256_and_si256(b, c));
}

GT_AVX2_INLINE __m256i gt_utf8_avx2_half(__m256i x, __m256i before)
{
  __m256i pairs = gt_utf8_avx2_pairs(x, GT_U_BACK(x, before, 1));
  /* top bit: a lead of three or four bytes stands two, of four bytes three back */
  __m256i second = _mm256_subs_epu8(GT_U_BACK(x, before, 2), _mm256_set1_epi8(0x60));
  __m256i third = _mm256_subs_epu8(GT_U_BACK(x, before, 3), _mm256_set1_epi8(0x70));
  __m256i tails = _mm256_and_si256(_mm256_or_si256(second, third),
                                   _mm256_set1_epi8(GT_U8(U_TAILS)));
  return _mm256_xor_si256(pairs, tails);
}

/* Takes the next 64 bytes. At the end of the text, when u->open, give it zeros. */
GT_AVX2_INLINE void gt_utf8_avx2_next(struct gt_utf8_avx2 *u, __m256i a, __m256i b)
{
  uint32_t high = (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(a, b));
  if (high || u->open) {
    __m256i bad =
        _mm256_or_si256(gt_utf8_avx2_half(a, u->before), gt_utf8_avx2_half(b, a));
    u->faults = _mm256_or_si256(u->faults, bad);
    u->open = (uint32_t)_mm256_movemask_epi8(b) >> 29;
  }
  u->before = b;
}

GT_AVX2_INLINE bool gt_utf8_avx2_good(const struct gt_utf8_avx2 *u)
{
  return _mm256_testz_si256(u->faults, u->faults);
}

#endif
#endif

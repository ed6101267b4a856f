/* MinHash signatures. See minhash.h.
 *
 * Permutation i of a mixed gram x is a[i] * x modulo 2^32, a[i] odd. The minima
 * are shortened to a byte each (b-bit minwise hashing): bands of bytes find the same
 * pairs as bands of words in an eighth of the memory. */
#include "data/minhash.h"

#include "base/cpu.h"

#include <pthread.h>
#include <string.h>

#if GT_CPU_X86
#include <immintrin.h>
#endif

static uint32_t factor[GT_MINHASH_SIZE] __attribute__((aligned(32)));
static pthread_once_t drawn = PTHREAD_ONCE_INIT;

static uint64_t next_random(uint64_t *state) /* splitmix64 */
{
  uint64_t z = *state += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

static void draw(void)
{
  uint64_t state = 4; /* the files of signatures depend on it */
  for (int i = 0; i < GT_MINHASH_SIZE; i++)
    factor[i] = (uint32_t)next_random(&state) | 1;
}

static inline uint32_t mix(uint32_t x)
{
  x ^= x >> 16;
  x *= 0x7FEB352Du;
  x ^= x >> 15;
  x *= 0x846CA68Bu;
  return x ^ x >> 16;
}

static void shorten(uint8_t *signature, const uint32_t *minima)
{
  for (int i = 0; i < GT_MINHASH_SIZE; i++) {
    uint32_t v = minima[i];
    v = (v ^ v >> 15) * 0x2C1B3C6Du;
    signature[i] = (uint8_t)(v >> 24);
  }
}

void gt_minhash_sign_plain(uint8_t signature[GT_MINHASH_SIZE], const uint32_t *grams,
                           size_t count)
{
  uint32_t minima[GT_MINHASH_SIZE];
  pthread_once(&drawn, draw);
  memset(minima, 0xFF, sizeof minima);
  for (size_t g = 0; g < count; g++) {
    uint32_t x = mix(grams[g]);
    for (int i = 0; i < GT_MINHASH_SIZE; i++) {
      uint32_t h = factor[i] * x;
      minima[i] = h < minima[i] ? h : minima[i];
    }
  }
  shorten(signature, minima);
}

#if GT_CPU_X86
enum { LANES = 8, PART = 8 }; /* 64 minima stay in registers */

#define EACH(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define START(v) __m256i low##v = _mm256_set1_epi32(-1);
#define STEP(v)                                                                        \
  low##v = _mm256_min_epu32(low##v, _mm256_mullo_epi32(x, _mm256_load_si256(f + v)));
#define STORE(v) _mm256_storeu_si256(out + v, low##v);

__attribute__((target("avx2"))) static void
sign_part(uint32_t *minima, const uint32_t *grams, size_t count, int first)
{
  const __m256i *f = (const __m256i *)(const void *)(factor + first);
  __m256i *out = (__m256i *)(void *)(minima + first);
  EACH(START)
  for (size_t g = 0; g < count; g++) {
    __m256i x = _mm256_set1_epi32((int)grams[g]);
    EACH(STEP)
  }
  EACH(STORE)
}

static void sign_avx2(uint8_t *signature, const uint32_t *grams, size_t count)
{
  enum { BLOCK = 512 }; /* mixed once, read once a part */
  uint32_t minima[GT_MINHASH_SIZE], some[GT_MINHASH_SIZE], mixed[BLOCK];
  memset(minima, 0xFF, sizeof minima);
  for (size_t at = 0; at < count; at += BLOCK) {
    size_t n = count - at < BLOCK ? count - at : BLOCK;
    for (size_t i = 0; i < n; i++) mixed[i] = mix(grams[at + i]);
    for (int first = 0; first < GT_MINHASH_SIZE; first += LANES * PART)
      sign_part(some, mixed, n, first);
    for (int i = 0; i < GT_MINHASH_SIZE; i++)
      minima[i] = some[i] < minima[i] ? some[i] : minima[i];
  }
  shorten(signature, minima);
}
#endif

void gt_minhash_sign(uint8_t signature[GT_MINHASH_SIZE], const uint32_t *grams,
                     size_t count)
{
#if GT_CPU_X86
  if (gt_cpu_level() >= GT_CPU_AVX2) {
    pthread_once(&drawn, draw);
    sign_avx2(signature, grams, count);
    return;
  }
#endif
  gt_minhash_sign_plain(signature, grams, count);
}

unsigned gt_minhash_agree(const uint8_t *a, const uint8_t *b)
{
#if GT_CPU_X86
  __m128i sum = _mm_setzero_si128();
  for (int i = 0; i < GT_MINHASH_SIZE; i += 16) {
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(a + i));
    __m128i y = _mm_loadu_si128((const __m128i *)(const void *)(b + i));
    sum = _mm_sub_epi8(sum, _mm_cmpeq_epi8(x, y));
  }
  sum = _mm_sad_epu8(sum, _mm_setzero_si128());
  return (unsigned)(_mm_cvtsi128_si32(sum) + _mm_extract_epi16(sum, 4));
#else
  unsigned n = 0;
  for (int i = 0; i < GT_MINHASH_SIZE; i++) n += a[i] == b[i];
  return n;
#endif
}

/* MinHash signatures of gram sets, one byte a permutation.
 *
 * Used by the search for similar texts. The share of equal bytes estimates the Jaccard
 * index J as J + (1 - J) / 256, with a standard deviation of at most .044. AVX2 where
 * the processor has it; the plain path gives the same bytes. */
#ifndef GT_DATA_MINHASH_H
#define GT_DATA_MINHASH_H

#include <stddef.h>
#include <stdint.h>

enum { GT_MINHASH_SIZE = 128 };

void gt_minhash_sign(uint8_t signature[GT_MINHASH_SIZE], const uint32_t *grams,
                     size_t count);
/* The plain path, for tests and other processors. */
void gt_minhash_sign_plain(uint8_t signature[GT_MINHASH_SIZE], const uint32_t *grams,
                           size_t count);
/* The number of equal bytes. */
unsigned gt_minhash_agree(const uint8_t *a, const uint8_t *b);

#endif

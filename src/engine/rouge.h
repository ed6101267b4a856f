/* Sentence ROUGE-L: lower-case ASCII words of letters and digits, longest common
 * subsequence, F1. The score a retrieving model shows instead of a loss. */
#ifndef GT_ENGINE_ROUGE_H
#define GT_ENGINE_ROUGE_H

#include "base/err.h"

#include <stddef.h>

/* Texts of over 8,192 words are compared by their first 8,192. */
int gt_rouge_l(double *f1, const char *hypothesis, size_t hypothesis_len,
               const char *reference, size_t reference_len, struct gt_err *err);

#endif

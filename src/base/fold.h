/* Case folding of one code point.
 *
 * Used by the engine's tokens and by the normal form of texts: where both fold, they
 * fold alike. Simple folding of the Latin, Greek and Cyrillic letters (one code point
 * to one); no other script has case that matters here. It knows no language. */
#ifndef GT_BASE_FOLD_H
#define GT_BASE_FOLD_H

#include <stdint.h>

/* The small letter of a capital; every other code point is its own. The UTF-8 of the
 * result is never longer. */
uint32_t gt_fold_case(uint32_t cp);

#endif

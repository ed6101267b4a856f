/* The normal form of a text: what is left when case, spaces and punctuation do not
 * count.
 *
 * Used wherever texts are compared (similar.c, the check, gt.text). ASCII letters are
 * lower-cased; letters and digits stay; a run of other ASCII bytes is one space, and
 * the ends are trimmed. Of the other code points, Latin, Greek and Cyrillic capitals
 * are folded (base/fold.h); Unicode spaces, dashes, quotes and the punctuation of CJK
 * count as spaces; soft hyphens, zero-width characters and the BOM vanish; all others
 * stand for themselves. A byte that is not UTF-8 stands for itself too. It never
 * composes accents. */
#ifndef GT_DATA_NORMAL_H
#define GT_DATA_NORMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 128 bits: no two texts of a data set share one by chance. Not against an enemy. */
struct gt_normal_hash {
  uint64_t lo, hi;
};

/* Writes the normal form (at most len bytes; out may not be text); returns its length.
 */
size_t gt_normal_form(char *out, const char *text, size_t len);
/* The hash of bytes as they are. */
struct gt_normal_hash gt_normal_hash(const void *bytes, size_t len);
/* The hash of a text given with its normal form. Without a letter or digit, texts are
 * the same only when their bytes are: "!!!" is not "???". */
struct gt_normal_hash gt_normal_key(const char *normal, size_t normal_len,
                                    const char *text, size_t len);

static inline bool gt_normal_equal(struct gt_normal_hash a, struct gt_normal_hash b)
{
  return a.lo == b.lo && a.hi == b.hi;
}

#endif

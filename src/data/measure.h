/* What a text is made of: figures for curation rules.
 *
 * Used by gt.text. Every function is one pass over the text; none looks at meaning. */
#ifndef GT_DATA_MEASURE_H
#define GT_DATA_MEASURE_H

#include "base/err.h"
#include "data/script.h"

#include <stddef.h>

struct gt_measure {
  size_t characters; /* code points; a byte that is no UTF-8 counts as one */
  size_t words;      /* runs of letters and digits, as in the normal form */
  size_t letters, upper, digits, spaces;
  size_t symbols;                  /* whatever is none of these, punctuation included */
  size_t invalid;                  /* bytes that are no UTF-8, among the symbols */
  size_t scripts[GT_SCRIPT_COUNT]; /* letters of each */
};

int gt_measure_text(struct gt_measure *m, const char *text, size_t len,
                    struct gt_err *err);
/* The most frequent run of n words of the normal form: how much of all such runs it is.
 * 0 when none occurs twice. */
int gt_measure_repetition(double *share, const char *text, size_t len, size_t n,
                          struct gt_err *err);
/* Of the lines that are not blank, the share of those that stood before. */
int gt_measure_repeated_lines(double *share, const char *text, size_t len,
                              struct gt_err *err);

#endif

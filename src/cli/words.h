/* Completion as text: which words fit, and what is being typed. Used by cli/edit.c; it
 * knows neither terminal nor Lua. */
#ifndef GT_CLI_WORDS_H
#define GT_CLI_WORDS_H

#include "base/buf.h"

/* Words, each ended by '\n' -> a list as libedit wants it: what they begin with in
 * common, the words, NULL. All malloc'd; NULL without memory. */
char **gt_words_list(const struct gt_buf *words);

/* The cursor stands before character `at` of a line of Lua (counted in code points, as
 * libedit does), that is at byte *cursor. When that is inside of a quoted string,
 * returns the byte where its text starts, otherwise -1. */
long gt_words_string(const char *line, int at, size_t *cursor);

#endif

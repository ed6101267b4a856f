/* The prompt's side of a Lua state: runs what was typed, finds completions. It knows no
 * terminal and keeps no text; src/cli/repl.c does, which sees no Lua. */
#ifndef GT_HOST_PROMPT_H
#define GT_HOST_PROMPT_H

#include "base/buf.h"
#include "host/host.h"

/* Runs text as a main chunk in task 0 and shows the values of an expression, or reports
 * the error; returns the exit code that it stands for. *more is set when the text is
 * incomplete: then nothing has run or been printed, unless `last` says that no more
 * will come. `width` is that of the terminal. */
int gt_prompt_run(struct gt_host *h, const struct gt_buf *text, int width, bool last,
                  bool *more);

/* Appends every name that may stand where `word` does, each followed by '\n'. Never
 * fails: without an answer nothing is appended. */
void gt_prompt_complete(struct gt_host *h, const char *word, struct gt_buf *out);

#endif

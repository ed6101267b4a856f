/* Lines from a person: editing, history and completion on a terminal (libedit), plain
 * reading everywhere else.
 *
 * Used by cli/repl.c; one at a time in a process, as libedit is. It never sees Lua. */
#ifndef GT_CLI_EDIT_H
#define GT_CLI_EDIT_H

#include "base/buf.h"

enum gt_edit_result {
  GT_EDIT_LINE,
  GT_EDIT_END,         /* end of input: Ctrl-D */
  GT_EDIT_INTERRUPTED, /* Ctrl-C: the line is dropped */
  GT_EDIT_SIGNAL,      /* SIGTERM or SIGHUP: leave, see gt_edit_signal */
};

enum { GT_EDIT_LINE_MAX = 1024 * 1024 };

/* Appends every word that may stand where `word` does, each followed by '\n'. */
typedef void gt_edit_complete(void *ctx, const char *word, struct gt_buf *out);

void gt_edit_open(gt_edit_complete *complete, void *ctx);
/* Whether a person is at the other end: prompts are shown. */
bool gt_edit_live(void);
/* Replaces *line by the next line, without its end. */
enum gt_edit_result gt_edit_read(struct gt_buf *line, const char *prompt);
/* The number of the signal behind GT_EDIT_SIGNAL. */
int gt_edit_signal(void);
/* Columns of the terminal, 80 without one. */
int gt_edit_width(void);
void gt_edit_close(void);

#endif

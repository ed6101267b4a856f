/* The file of lines typed at the prompt: `history` in the state folder, mode 0600, one
 * line an entry, the newest GT_HISTORY_LINES of them.
 *
 * Used by cli/edit.c. A line is appended when it is entered, so that a crash loses none
 * and prompts side by side share the file. It never fails a session: without a file
 * there is no history. */
#ifndef GT_CLI_HISTORY_H
#define GT_CLI_HISTORY_H

#include "base/buf.h"
#include "base/err.h"

enum { GT_HISTORY_LINES = 2000, GT_HISTORY_MAX = 4 * 1024 * 1024 };

struct gt_history {
  struct gt_buf path; /* empty: there is no file */
  int fd;             /* -1 likewise */
};

/* Opens the file and calls each(line) for every entry, oldest first. */
void gt_history_open(struct gt_history *hist, void (*each)(void *ctx, const char *line),
                     void *ctx);
void gt_history_add(struct gt_history *hist, const char *line);
/* Cuts the file to its newest lines. */
void gt_history_close(struct gt_history *hist);

#endif

/* libedit's readline interface, loaded when somebody types (see base/dyn.h for why).
 * Seen by cli/edit.c alone. */
#ifndef GT_CLI_EDIT_SO_H
#define GT_CLI_EDIT_SO_H

#include "base/dyn.h"

#include <stdio.h>

#include <editline/readline.h>

/* Functions and, below, variables: a slot is a pointer to either. */
#define GT_EDIT_NAMES(X)                                                               \
  X(rl_initialize)                                                                     \
  X(readline)                                                                          \
  X(using_history)                                                                     \
  X(add_history)                                                                       \
  X(stifle_history)                                                                    \
  X(rl_prep_terminal)                                                                  \
  X(rl_deprep_terminal)                                                                \
  X(rl_resize_terminal)                                                                \
  X(rl_forced_update_display)                                                          \
  X(rl_readline_name)                                                                  \
  X(rl_catch_signals)                                                                  \
  X(rl_getc_function)                                                                  \
  X(rl_line_buffer)                                                                    \
  X(filename_completion_function)                                                      \
  X(rl_basic_word_break_characters)                                                    \
  X(rl_completion_append_character)                                                    \
  X(rl_attempted_completion_function)                                                  \
  X(rl_attempted_completion_over)

struct gt_edit_so {
  GT_EDIT_NAMES(GT_DYN_SLOT)
};

/* The loaded library; NULL (with err) when it cannot be loaded. */
const struct gt_edit_so *gt_edit_so(struct gt_err *err);

#endif

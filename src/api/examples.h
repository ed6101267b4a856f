/* Training data, in any of the forms that scripts pass -> TuningExamples of the wire.
 *
 * Accepted: what `upload` returned (its local file, whose bytes must still be those
 * that were uploaded), a path, a gt.dataset (anything with a list of rows in `rows`),
 * or a list of { text_input=, output= } (also textInput, input/output,
 * prompt/completion). The API takes examples inline, 4 MiB a request; a file name
 * cannot be sent. */
#ifndef GT_API_EXAMPLES_H
#define GT_API_EXAMPLES_H

#include "base/buf.h"

#include <lua.h>

/* [-0, +0, e] Appends {"textInput":..,"output":..},... for the value at idx and returns
 * how many; raises with every defect and its place. May use the Lua stack. */
size_t gt_examples_write(lua_State *L, int idx, struct gt_buf *out, const char *op);

/* [-0, +0, e] Checks a JSON Lines file of training rows without keeping it: raises
 * INVALID_ARGUMENT (exit code 10) listing every defect. Returns the number of rows. */
size_t gt_examples_check_file(lua_State *L, const char *path, const char *op);

/* [-0, +0, e] Appends the rows of the list at idx as JSON Lines, {"text_input": ..,
 * "output": ..} each; returns how many. */
size_t gt_examples_lines(lua_State *L, int idx, struct gt_buf *out, const char *op);

#endif

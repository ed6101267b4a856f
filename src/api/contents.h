/* What a script passes as a prompt -> the wire's `contents`.
 *
 * Accepted: a string (one user turn); a list of strings (parts of one user turn); a
 * Content { role=, parts= } or { role=, text= }; a list of Contents. A part is a string
 * or a table in the wire's own form ({ text=, inlineData=, fileData=, ... }). */
#ifndef GT_API_CONTENTS_H
#define GT_API_CONTENTS_H

#include "base/buf.h"

#include <lua.h>

/* [-0, +0, e] Appends `"contents":[...]` for the value at idx. */
void gt_contents_write(lua_State *L, int idx, struct gt_buf *out, const char *op);
/* [-0, +0, e] Appends one Content for a string or table; role may be NULL. */
void gt_contents_write_one(lua_State *L, int idx, struct gt_buf *out, const char *role,
                           const char *op);

/* [-0, +1, e] The model's resource name from what scripts pass: a model object (its
 * name), "tunedModels/x", "models/x", "x" (taken as a tuned model when `tuned`), an
 * operation name (its model). Pushes the string and returns it. */
const char *gt_contents_model(lua_State *L, int idx, bool tuned, const char *op);

#endif

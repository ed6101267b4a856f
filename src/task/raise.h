/* From struct gt_err to the error object of Lua, and back.
 *
 * The one object that every failure raises: a table with the fields
 *   code        canonical name ("INVALID_ARGUMENT")
 *   message     one line, impersonal
 *   hint        what to do next, or nil
 *   retryable   boolean
 *   retry_after seconds or nil
 *   status      HTTP status or nil
 *   op          "generate_content" or nil
 *   provider    "gemini" | "vertex" | "local" or nil
 *   request_id  or nil
 *   reason      google.rpc.ErrorInfo reason or nil
 *   attempts    requests sent or nil
 *   exit_code   of the program when nobody handles it, or nil: follows from code
 *   where       "pipeline.lua:12", place of the call, or nil
 *   cause       another error object or the value that was raised, or nil
 *   others      further errors of the same group, or nil
 * and a metatable ("gt.error") whose __tostring is one line: "where: CODE: message". */
#ifndef GT_TASK_RAISE_H
#define GT_TASK_RAISE_H

#include "base/err.h"

#include <lua.h>
#include <stdbool.h>

/* [-0, +1, m] Pushes the error object of *err; `where` from the calling Lua function.
 */
void gt_raise_push(lua_State *L, const struct gt_err *err);
/* [-0, +0, e] Raises it; never returns (int so that callers can `return
 * gt_raise(...)`). */
int gt_raise(lua_State *L, const struct gt_err *err);
/* Raises a new error with that code; hint may be NULL. */
int gt_raisef(lua_State *L, enum gt_code code, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
bool gt_raise_is(lua_State *L, int idx);
/* [-0, +1, m] Pushes the error object for the value at idx: itself when it is one, else
 * a new one with code UNKNOWN; "file:line: " in front of a string becomes `where`. */
void gt_raise_wrap(lua_State *L, int idx);
/* [-0, +0, -] Reads the value at idx back into *err: an error object field by field, a
 * string as UNKNOWN with that message. Returns true when it was an error object. */
bool gt_raise_read(lua_State *L, int idx, struct gt_err *err);

#endif

/* Findings and the result of a check as Lua tables. Used by bindings only. */
#ifndef GT_BIND_CHECK_RESULT_H
#define GT_BIND_CHECK_RESULT_H

#include "check/check.h"

#include <lua.h>

/* [-0, +1, m] { file, line, column, rule, severity, message, hint, pointer, related };
 * files are numbered from 1. */
void gt_finding_push(lua_State *L, const struct gt_finding *f);
/* [-0, +1, m] The result table of gt.core.check.run. */
void gt_check_push(lua_State *L, const struct gt_check *c);

#endif

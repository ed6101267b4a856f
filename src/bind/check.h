/* gt.core.check. See check.c. */
#ifndef GT_BIND_CHECK_H
#define GT_BIND_CHECK_H

#include <lua.h>

int gt_open_check(lua_State *L);

#endif

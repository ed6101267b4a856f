/* gt.core.api: the primitives and their siblings. */
#ifndef GT_BIND_API_H
#define GT_BIND_API_H

#include <lua.h>

int gt_open_api(lua_State *L);

#endif

/* gt.core.host: what the embedded library needs to know of the program itself. */
#ifndef GT_BIND_HOST_H
#define GT_BIND_HOST_H

#include <lua.h>

int gt_open_host(lua_State *L);

#endif

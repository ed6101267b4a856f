/* gt.core.serve: an HTTP listener whose requests a Lua function answers. */
#ifndef GT_BIND_SERVE_H
#define GT_BIND_SERVE_H

#include <lua.h>

int gt_open_serve(lua_State *L);

#endif

/* gt.core.split: parts of a split by a stable hash. */
#ifndef GT_BIND_SPLIT_H
#define GT_BIND_SPLIT_H

#include <lua.h>

int gt_open_split(lua_State *L);

#endif

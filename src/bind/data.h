/* gt.core.data: rows of training files for lua/gt/dataset.lua. */
#ifndef GT_BIND_DATA_H
#define GT_BIND_DATA_H

#include <lua.h>

int gt_open_data(lua_State *L);

#endif

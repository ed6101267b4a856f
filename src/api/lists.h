/* The listing calls: page after page until the end or `limit`. */
#ifndef GT_API_LISTS_H
#define GT_API_LISTS_H

#include "api/options.h"

#include <lua.h>

extern const struct gt_option GT_LIST_OPTIONS[];

/* Lua: list_tuned_models([{ filter=, limit=, page_size= }]) -> list of models */
int gt_lists_tuned_models(lua_State *L);
/* Lua: list_models([options]) -> list of { name, display_name, methods, ... } */
int gt_lists_models(lua_State *L);
/* Lua: list_files([options]) -> list of files */
int gt_lists_files(lua_State *L);

#endif

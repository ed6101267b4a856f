/* Where `require "gt.x"` comes from: C modules, then --lua DIR, then the binary. */
#ifndef GT_HOST_MODULES_H
#define GT_HOST_MODULES_H

#include <lua.h>

/* [-0, +0, e] Puts the searcher in front of package.searchers and cjson into
 * package.preload. lua_dir may be NULL; it is borrowed. */
void gt_modules_install(lua_State *L, const char *lua_dir);

#endif

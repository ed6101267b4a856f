/* The C modules that Lua sees as gt.core.NAME. */
#ifndef GT_BIND_OPEN_H
#define GT_BIND_OPEN_H

#include <lua.h>

struct gt_module {
  const char *name; /* "gt.core.task"; NULL ends the table */
  lua_CFunction open;
};

extern const struct gt_module GT_MODULES[];

#endif

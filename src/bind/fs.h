/* gt.core.fs: files for the embedded library (the local API's store). Scripts never get
 * this module: it knows no permissions. */
#ifndef GT_BIND_FS_H
#define GT_BIND_FS_H

#include <lua.h>

int gt_open_fs(lua_State *L);

/* The parts of the module that live in fs_tree.c and fs_held.c. */
int gt_fs_tree_list(lua_State *L);
int gt_fs_tree_remove(lua_State *L);
int gt_fs_held_lock(lua_State *L);
int gt_fs_held_digest(lua_State *L);
/* Makes the metatables of the two userdata. */
void gt_fs_held_open(lua_State *L);

#endif

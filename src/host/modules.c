/* The searcher for gt.*. See modules.h. Chunk names are the true ones, so a traceback
 * says lua/gt/task.lua:12 or, with --lua DIR, DIR/gt/task.lua:12. */
#include "host/modules.h"

#include "base/fs.h"
#include "bind/open.h"
#include "host/embedded.h"

#include <lauxlib.h>
#include <lua-cjson.h> /* luaopen_cjson; the safe variant is not declared there */
#include <string.h>

extern int luaopen_cjson_safe(lua_State *L);

static const struct gt_module *find_core(const char *name)
{
  const struct gt_module *m = GT_MODULES;
  while (m->name && strcmp(m->name, name) != 0) m++;
  return m->name ? m : NULL;
}

static const struct gt_embedded *find_embedded(const char *file)
{
  const struct gt_embedded *e = GT_EMBEDDED;
  while (e->name && strcmp(e->name, file) != 0) e++;
  return e->name ? e : NULL;
}

/* [-0, +1 or +0, e] Loads DIR/gt/x.lua; false when there is no such file. */
static bool load_from_dir(lua_State *L, const char *dir, const char *file)
{
  const char *path = lua_pushfstring(L, "%s%s", dir, file + strlen("lua"));
  if (!gt_fs_exists(path)) {
    lua_pop(L, 1);
    return false;
  }
  if (luaL_loadfilex(L, path, "t") != LUA_OK) lua_error(L);
  lua_remove(L, -2);
  return true;
}

static int search(lua_State *L)
{
  const char *name = luaL_checkstring(L, 1);
  const char *dir = lua_tostring(L, lua_upvalueindex(1));
  if (strcmp(name, "gt") != 0 && strncmp(name, "gt.", 3) != 0) return 0;
  const struct gt_module *core = find_core(name);
  if (core) {
    lua_pushcfunction(L, core->open);
    lua_pushliteral(L, ":core:");
    return 2;
  }
  const char *file = luaL_gsub(L, name, ".", "/");
  file = lua_pushfstring(L, "lua/%s.lua", file);
  if (dir && load_from_dir(L, dir, file)) {
    lua_pushstring(L, file);
    return 2;
  }
  const struct gt_embedded *e = find_embedded(file);
  if (!e) {
    lua_pushfstring(L, "no module '%s' in this gtlua", name);
    return 1;
  }
  const char *chunk = lua_pushfstring(L, "@%s", e->name);
  if (luaL_loadbufferx(L, e->text, e->len, chunk, "t") != LUA_OK) lua_error(L);
  lua_pushstring(L, file);
  return 2;
}

void gt_modules_install(lua_State *L, const char *lua_dir)
{
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "preload");
  lua_pushcfunction(L, luaopen_cjson);
  lua_setfield(L, -2, "cjson");
  lua_pushcfunction(L, luaopen_cjson_safe);
  lua_setfield(L, -2, "cjson.safe");
  lua_pop(L, 1);
  lua_getfield(L, -1, "searchers"); /* package, searchers */
  lua_Integer n = luaL_len(L, -1);
  for (lua_Integer i = n; i >= 2; i--) { /* room behind the preload searcher */
    lua_rawgeti(L, -1, i);
    lua_rawseti(L, -2, i + 1);
  }
  if (lua_dir)
    lua_pushstring(L, lua_dir);
  else
    lua_pushnil(L);
  lua_pushcclosure(L, search, 1);
  lua_rawseti(L, -2, 2);
  lua_pop(L, 2);
}

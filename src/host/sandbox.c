/* Withheld functions. See sandbox.h. */
#include "host/sandbox.h"

#include "task/raise.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <string.h>

static int denied(lua_State *L)
{
  struct gt_err err;
  gt_err_set(&err, GT_PERMISSION_DENIED, "%s is not allowed for this script",
             lua_tostring(L, lua_upvalueindex(1)));
  gt_err_hint(&err, "run gtlua with %s, or with -A to allow everything",
              lua_tostring(L, lua_upvalueindex(2)));
  err.exit_code = GT_EXIT_SANDBOX;
  return gt_raise(L, &err);
}

static void withhold(lua_State *L, const char *library, const char *name,
                     const char *flag)
{
  lua_getglobal(L, library);
  lua_pushfstring(L, "%s.%s", library, name);
  lua_pushstring(L, flag);
  lua_pushcclosure(L, denied, 2);
  lua_setfield(L, -2, name);
  lua_pop(L, 1);
}

/* load and loadfile as they are, with the mode "t" whatever is asked: bytecode can
 * crash the interpreter. upvalue 1 is the original. */
static int load_text(lua_State *L)
{
  int mode = (int)lua_tointeger(L, lua_upvalueindex(2));
  bool has_env = lua_gettop(L) > mode;
  const char *asked = luaL_optstring(L, mode, "t");
  if (!strchr(asked, 't')) {
    luaL_pushfail(L);
    lua_pushliteral(L, "attempt to load a binary chunk (allow it with -A)");
    return 2;
  }
  if (!has_env) lua_settop(L, mode);
  lua_pushliteral(L, "t");
  lua_replace(L, mode);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}

static int dofile_continue(lua_State *L, int status, lua_KContext ctx)
{
  (void)status;
  (void)ctx;
  return lua_gettop(L) - 1;
}

static int dofile_text(lua_State *L)
{
  const char *path = luaL_optstring(L, 1, NULL);
  lua_settop(L, 1);
  if (luaL_loadfilex(L, path, "t") != LUA_OK) return lua_error(L);
  lua_callk(L, 0, LUA_MULTRET, 0, dofile_continue);
  return dofile_continue(L, LUA_OK, 0);
}

static void text_only(lua_State *L, const char *name, int mode_index)
{
  lua_getglobal(L, name);
  lua_pushinteger(L, mode_index);
  lua_pushcclosure(L, load_text, 2);
  lua_setglobal(L, name);
}

/* Only the searchers for preload, gt.* and Lua files stay. */
static void drop_native_searchers(lua_State *L)
{
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "searchers");
  for (lua_Integer i = luaL_len(L, -1); i > 3; i--) {
    lua_pushnil(L);
    lua_rawseti(L, -2, i);
  }
  lua_pop(L, 2);
}

void gt_sandbox_install(lua_State *L, const struct gt_host_options *opt)
{
  if (opt->allow_all) return;
  if (!opt->allow_run) {
    withhold(L, "os", "execute", "--allow-run");
    withhold(L, "io", "popen", "--allow-run");
  }
  withhold(L, "package", "loadlib", "-A");
  drop_native_searchers(L);
  text_only(L, "load", 3);
  text_only(L, "loadfile", 2);
  lua_pushcfunction(L, dofile_text);
  lua_setglobal(L, "dofile");
}

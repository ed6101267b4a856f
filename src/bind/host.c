/* gt.core.host: version, parameters, errors and notices for the embedded library. */
#include "bind/host.h"

#include "base/log.h"
#include "task/raise.h"

#include <lauxlib.h>
#include <string.h>
#include <unistd.h>

/* raise(code, message [, hint [, fields]]): raises an error object. fields: exit_code,
 * op, provider, retryable. */
static int host_raise(lua_State *L)
{
  struct gt_err err;
  size_t len;
  const char *name = luaL_checklstring(L, 1, &len);
  int code = gt_code_parse(name, len);
  luaL_argcheck(L, code > 0, 1, "canonical code expected");
  gt_err_set(&err, (enum gt_code)code, "%s", luaL_checkstring(L, 2));
  gt_err_hint(&err, "%s", luaL_optstring(L, 3, ""));
  if (lua_istable(L, 4)) {
    lua_getfield(L, 4, "exit_code");
    err.exit_code = (int)lua_tointeger(L, -1);
    lua_getfield(L, 4, "op");
    if (lua_isstring(L, -1))
      gt_err_copy(err.op, sizeof err.op, lua_tostring(L, -1), lua_rawlen(L, -1));
    lua_getfield(L, 4, "provider");
    if (lua_isstring(L, -1))
      gt_err_copy(err.provider, sizeof err.provider, lua_tostring(L, -1),
                  lua_rawlen(L, -1));
    lua_getfield(L, 4, "retryable");
    err.retryable = lua_toboolean(L, -1);
  }
  return gt_raise(L, &err);
}

/* log(level, text): "warn", "info" or "debug", on stderr. */
static int host_log(lua_State *L)
{
  static const char *const levels[] = {"warn", "info", "debug", NULL};
  int level = luaL_checkoption(L, 1, NULL, levels);
  gt_log((enum gt_log_level)level, "%s", luaL_checkstring(L, 2));
  return 0;
}

/* log_level() -> "warn" | "info" | "debug" */
static int host_log_level(lua_State *L)
{
  static const char *const levels[] = {"warn", "info", "debug"};
  lua_pushstring(L, levels[gt_log_level()]);
  return 1;
}

/* is_terminal("stdout" | "stderr" | "stdin") */
static int host_is_terminal(lua_State *L)
{
  static const char *const names[] = {"stdin", "stdout", "stderr", NULL};
  lua_pushboolean(L, isatty(luaL_checkoption(L, 1, NULL, names)));
  return 1;
}

int gt_open_host(lua_State *L)
{
  static const luaL_Reg functions[] = {
      {"raise", host_raise},
      {"log", host_log},
      {"log_level", host_log_level},
      {"is_terminal", host_is_terminal},
      {NULL, NULL},
  };
  luaL_newlib(L, functions);
  lua_pushliteral(L, GT_VERSION);
  lua_setfield(L, -2, "version");
  luaL_getsubtable(L, LUA_REGISTRYINDEX, "gt.params");
  lua_setfield(L, -2, "params");
  return 1;
}

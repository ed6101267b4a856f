/* Module gt.core.task, for lua/gt/task.lua: see task/verbs.h for what each verb takes.
 * Nothing here waits or keeps state. */
#include "bind/task.h"

#include "task/raise.h"
#include "task/verbs.h"

#include <lauxlib.h>
#include <string.h>

/* (code, message, hint): raises an error object; `where` is the script's line. */
static int raise_object(lua_State *L)
{
  size_t len;
  const char *name = luaL_checklstring(L, 1, &len);
  int code = gt_code_parse(name, len);
  luaL_argcheck(L, code > 0, 1, "unknown code");
  return gt_raisef(L, (enum gt_code)code, luaL_optstring(L, 3, NULL), "%s",
                   luaL_checkstring(L, 2));
}

/* (value) -> error object */
static int wrap_error(lua_State *L)
{
  luaL_checkany(L, 1);
  gt_raise_wrap(L, 1);
  return 1;
}

/* (value) -> true for an error object */
static int is_error(lua_State *L)
{
  lua_pushboolean(L, gt_raise_is(L, 1));
  return 1;
}

/* task.done, task.error, task:wait() */
static int task_index(lua_State *L)
{
  const char *key = lua_tostring(L, 2);
  if (!key) return 0;
  if (strcmp(key, "wait") == 0) {
    lua_pushcfunction(L, gt_verb_join);
    return 1;
  }
  lua_settop(L, 1);
  int n = gt_verb_state(L);
  if (strcmp(key, "done") == 0) {
    lua_settop(L, 2);
    return 1;
  }
  return n == 2 && strcmp(key, "error") == 0 ? 1 : 0;
}

static const luaL_Reg group_methods[] = {
    {"spawn", gt_verb_spawn},
    {"cancel", gt_verb_cancel},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"sleep", gt_verb_sleep},
    {"within", gt_verb_within},
    {"shield", gt_verb_shield},
    {"group", gt_verb_group},
    {"spawn", gt_verb_spawn},
    {"stopped", gt_verb_stopped},
    {"current", gt_verb_current},
    {"count", gt_verb_count},
    {"now", gt_verb_now},
    {"time", gt_verb_time},
    {"gate", gt_verb_gate},
    {"gate_wait", gt_verb_gate_wait},
    {"gate_open", gt_verb_gate_open},
    {"raise", raise_object},
    {"wrap_error", wrap_error},
    {"is_error", is_error},
    {NULL, NULL},
};

/* [-1, +0, m] Makes the type whose __index is on top. */
static void new_type(lua_State *L, const char *name)
{
  luaL_newmetatable(L, name);
  lua_insert(L, -2);
  lua_setfield(L, -2, "__index");
  lua_pushstring(L, name);
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 1);
}

int gt_open_task(lua_State *L)
{
  luaL_newlib(L, functions);
  lua_pushcfunction(L, task_index);
  new_type(L, GT_TASK_TYPE);
  luaL_newlib(L, group_methods);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "group_methods"); /* where policy adds its own */
  new_type(L, GT_GROUP_TYPE);
  return 1;
}

/* Whether a wait is possible here: nothing between the wait and its task may be a C
 * function that cannot be suspended. Used by wait.c. */
#include "task/raise.h"
#include "task/sched.h"

#include <string.h>

/* C functions that let a wait pass. */
static bool can_suspend(const char *name)
{
  static const char *const names[] = {
      "_G.pcall",  "_G.xpcall",     "_G.dofile",      "coroutine.resume",
      "gt.group",  "gt.core.task.", "gt.task.within", "gt.task.shield",
      "gt.within", "gt.shield"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strncmp(name, names[i], strlen(names[i])) == 0) return true;
  return false;
}

/* [-0, +1, m] Pushes the name of the function on top as the loaded modules have it
 * ("table.sort"), or nil; a value that is not a string key is passed over. */
static void push_name(lua_State *L)
{
  int fn = lua_gettop(L);
  luaL_checkstack(L, 8, NULL);
  lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_pushnil(L); /* loaded module */
  while (lua_next(L, fn + 1)) {
    if (lua_type(L, fn + 2) == LUA_TSTRING && lua_istable(L, fn + 3)) {
      lua_pushnil(L);
      while (lua_next(L, fn + 3)) {
        if (lua_type(L, -2) == LUA_TSTRING && lua_rawequal(L, -1, fn)) {
          lua_pushfstring(L, "%s.%s", lua_tostring(L, fn + 2), lua_tostring(L, -2));
          lua_replace(L, fn + 1);
          lua_settop(L, fn + 1);
          return;
        }
        lua_pop(L, 1);
      }
    }
    lua_settop(L, fn + 2);
  }
  lua_pushnil(L);
  lua_replace(L, fn + 1);
  lua_settop(L, fn + 1);
}

/* [-0, +1, m] Names the C function that is in the way when the stack tells. */
static const char *push_blocker(lua_State *L)
{
  lua_Debug ar;
  for (int level = 1; lua_getstack(L, level, &ar); level++) {
    lua_getinfo(L, "Snf", &ar); /* function */
    if (ar.name && strcmp(ar.name, "__gc") == 0) return "__gc";
    if (strcmp(ar.what, "C") == 0) {
      push_name(L); /* function name */
      const char *name = lua_tostring(L, -1);
      if (name && !can_suspend(name))
        return strncmp(name, "_G.", 3) == 0 ? name + 3 : name;
      lua_pop(L, 1);
    }
    lua_pop(L, 1);
  }
  return NULL;
}

struct gt_task *gt_place_check(lua_State *L, const char *what)
{
  struct gt_sched *s = gt_sched_of(L);
  struct gt_task *t = gt_task_current(L, what);
  bool possible = lua_isyieldable(L);
  for (const struct gt_resumer *r = s->resumer; r && possible; r = r->up)
    possible = lua_isyieldable(r->L);
  if (possible) return t;
  luaL_checkstack(L, 10, NULL);
  const char *name = push_blocker(L);
  gt_raisef(
      L, GT_FAILED_PRECONDITION,
      "modules do no work at load time: fetch what is needed before, or after, in "
      "a function that the script calls",
      "%s cannot wait here, inside %s%s", what,
      name ? name : "a function that cannot be suspended",
      name ? "" : " (require, table.sort, string.gsub, __gc)");
  return NULL;
}

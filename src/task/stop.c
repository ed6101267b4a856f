/* The error of a stop: raised at every wait in a stopped scope, counted, recognised.
 *
 * Used by wait.c, group.c and within.c. A stop's error must be told from any other
 * CANCELLED (a server may answer so), hence the registry of those that were raised. */
#include "task/raise.h"
#include "task/sched.h"

static const char STOPS = 0; /* registry key: error object -> id of a scope */

static void describe(struct gt_err *err, const struct gt_scope *origin)
{
  switch (origin->why) {
  case GT_STOP_DEADLINE:
    gt_err_set(err, GT_DEADLINE_EXCEEDED, "not done within %g seconds",
               origin->seconds);
    gt_err_hint(err, "give gt.within more seconds, or do less inside it");
    err->retryable = true;
    break;
  case GT_STOP_FAILURE:
    gt_err_set(err, GT_CANCELLED, "cancelled: another task of the group failed");
    break;
  case GT_STOP_INTERRUPT: gt_err_set(err, GT_CANCELLED, "interrupted"); break;
  case GT_STOP_END:
    gt_err_set(err, GT_CANCELLED, "cancelled: the script has ended");
    break;
  case GT_STOP_DEADLOCK:
    gt_err_set(err, GT_FAILED_PRECONDITION,
               "deadlock: every task waits and nothing is left that could wake one");
    gt_err_hint(err, "the field `waiting` lists what each task waits for");
    break;
  default: gt_err_set(err, GT_CANCELLED, "cancelled"); break;
  }
}

/* [-0, +0, m] Remembers that the error object on top is that of a stop. */
static void remember(lua_State *L, const struct gt_scope *origin)
{
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &STOPS) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &STOPS);
  }
  lua_pushvalue(L, -2);
  lua_pushinteger(L, origin->id);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

lua_Integer gt_scope_of_error(lua_State *L, int idx)
{
  if (!lua_istable(L, idx)) return 0;
  lua_pushvalue(L, idx);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &STOPS) == LUA_TNIL) {
    lua_pop(L, 2);
    return 0;
  }
  lua_insert(L, -2);
  lua_rawget(L, -2);
  lua_Integer id = lua_tointeger(L, -1);
  lua_pop(L, 2);
  return id;
}

int gt_scope_raise(lua_State *L, struct gt_task *t)
{
  if (!t->scope->stop) /* the scope has been left meanwhile */
    return gt_raisef(L, GT_CANCELLED, NULL, "cancelled");
  return gt_scope_raise_of(L, t, t->scope->stop);
}

int gt_scope_raise_of(lua_State *L, struct gt_task *t, const struct gt_scope *origin)
{
  struct gt_err err;
  if (t->strikes < GT_STRIKES) t->strikes++;
  if (t->strikes >= GT_STRIKES) {
    t->sched->alarm = 1;
    gt_interrupt_arm(t->sched, L);
  }
  describe(&err, origin);
  luaL_checkstack(L, 8, NULL);
  gt_raise_push(L, &err);
  if (origin->why == GT_STOP_DEADLOCK && t->sched->deadlock) {
    lua_pushstring(L, t->sched->deadlock);
    lua_setfield(L, -2, "waiting");
  }
  remember(L, origin);
  return lua_error(L);
}

void gt_scope_check(lua_State *L, struct gt_task *t)
{
  if (t->scope->stop) gt_scope_raise(L, t);
}

/* Members of a group: spawned into it, the only way a task is born; waited for.
 *
 * Used by bind/task.c. */
#include "task/raise.h"
#include "task/sched.h"

static struct gt_scope *check_group(lua_State *L)
{
  struct gt_scope *sc = luaL_checkudata(L, 1, GT_GROUP_TYPE);
  if (sc->closed)
    gt_raisef(L, GT_FAILED_PRECONDITION, "spawn while the group's function runs",
              "the group has ended");
  return sc;
}

static int spawn_again(lua_State *L, int status, lua_KContext ctx);

static int spawn(lua_State *L)
{
  struct gt_scope *sc = check_group(L);
  struct gt_task *self = gt_task_current(L, "spawn");
  gt_scope_check(L, self);
  if (sc->stop) return gt_raisef(L, GT_CANCELLED, NULL, "the group was cancelled");
  if (sc->limit && sc->live >= sc->limit)
    return gt_queue_wait(L, &sc->spawners, "room in the group", spawn_again);
  struct gt_task *t = gt_task_new(L, sc, lua_gettop(L) - 2);
  t->index = ++sc->spawned;
  return 1;
}

static int spawn_again(lua_State *L, int status, lua_KContext ctx)
{
  (void)status;
  (void)ctx;
  gt_queue_resumed(L);
  return spawn(L);
}

int gt_verb_spawn(lua_State *L)
{
  gt_scope_callable(L, 2, "spawn");
  return spawn(L);
}

int gt_verb_cancel(lua_State *L)
{
  gt_scope_stop(check_group(L), GT_STOP_REQUEST, false);
  return 0;
}

static int join_result(lua_State *L)
{
  const struct gt_task *t = lua_touserdata(L, 1);
  if (t->failed || t->cancelled) {
    if (t->results == 0)
      return gt_raisef(L, GT_CANCELLED, NULL, "the task was cancelled");
    lua_getiuservalue(L, 1, GT_TASK_RESULT);
    return lua_error(L);
  }
  if (t->results == 0) return 0;
  lua_getiuservalue(L, 1, GT_TASK_RESULT);
  if (t->results == 1) return 1;
  luaL_checkstack(L, t->results, NULL);
  for (int i = 1; i <= t->results; i++) lua_rawgeti(L, 2, i);
  return t->results;
}

static int join_over(lua_State *L, int status, lua_KContext ctx)
{
  (void)status;
  (void)ctx;
  gt_queue_resumed(L);
  return join_result(L);
}

int gt_verb_join(lua_State *L)
{
  struct gt_task *t = luaL_checkudata(L, 1, GT_TASK_TYPE);
  struct gt_task *self = gt_task_current(L, "task:wait");
  lua_settop(L, 1);
  if (t == self)
    return gt_raisef(L, GT_FAILED_PRECONDITION, NULL, "a task cannot wait for itself");
  if (t->state != GT_TASK_DONE)
    return gt_queue_wait(L, &t->joiners, "task:wait", join_over);
  gt_scope_check(L, self);
  return join_result(L);
}

int gt_verb_state(lua_State *L)
{
  const struct gt_task *t = luaL_checkudata(L, 1, GT_TASK_TYPE);
  bool done = t->state == GT_TASK_DONE;
  lua_pushboolean(L, done);
  if (!done || !t->failed) return 1;
  lua_getiuservalue(L, 1, GT_TASK_RESULT);
  return 2;
}

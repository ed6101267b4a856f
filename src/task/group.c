/* Groups: where the ends of tasks come together.
 *
 * The body runs in the task that opened the group; the group ends when the body and all
 * tasks have. The first failure stops the rest (unless errors are collected) and is
 * raised in the owner. Everything that must happen however the body ends happens in
 * continuations of one C function, where no error hook can tear it. */
#include "task/raise.h"
#include "task/sched.h"

#include <string.h>

/* [-0, +1, m] Pushes the table in user value n of the userdata at idx, made if need be.
 */
static void push_table(lua_State *L, int idx, int n)
{
  if (lua_getiuservalue(L, idx, n) == LUA_TTABLE) return;
  lua_pop(L, 1);
  idx = lua_absindex(L, idx);
  lua_newtable(L);
  lua_pushvalue(L, -1);
  lua_setiuservalue(L, idx, n);
}

/* --- failures --- */

/* [-0, +0, m] Keeps the traceback of the first failure, which is that of task t. */
static void keep_trace(lua_State *L, int group, const struct gt_task *t)
{
  gt_anchor_push(L, t);
  if (lua_getiuservalue(L, -1, GT_TASK_TRACE) == LUA_TSTRING) {
    lua_pushfstring(L, "in task %d:\n%s", (int)t->id, lua_tostring(L, -1));
    lua_setiuservalue(L, group, GT_GROUP_TRACE);
  }
  lua_pop(L, 2);
}

/* [-0, +0, m] Appends the error at err to the group's failures, once. */
static void add_failure(lua_State *L, int group, int err)
{
  push_table(L, group, GT_GROUP_FAILURES);
  lua_Integer n = luaL_len(L, -1);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, -1, i);
    bool same = lua_rawequal(L, -1, err);
    lua_pop(L, 1);
    if (same) {
      lua_pop(L, 1);
      return;
    }
  }
  lua_pushvalue(L, err);
  lua_rawseti(L, -2, n + 1);
  lua_pop(L, 1);
}

void gt_group_record(lua_State *L, struct gt_task *t)
{
  struct gt_scope *home = t->home;
  luaL_checkstack(L, 10, NULL);
  int last = lua_gettop(L);
  if (t->failed) {
    lua_Integer id = gt_scope_of_error(L, last);
    t->cancelled = id && home->stop && id == home->stop->id;
  }
  if (t->cancelled || t->results == 0) return;
  gt_anchor_push(L, home);
  int group = lua_gettop(L);
  if (!t->failed) {
    push_table(L, group, GT_GROUP_RESULTS);
    lua_pushvalue(L, 2);
    lua_rawseti(L, -2, t->index);
  } else if (home->collect) {
    push_table(L, group, GT_GROUP_ERRORS);
    gt_raise_wrap(L, last);
    lua_rawseti(L, -2, t->index);
  } else {
    add_failure(L, group, last);
    if (!home->stop) keep_trace(L, group, t);
  }
  lua_settop(L, last);
  t->recorded = true;
}

void gt_group_left(struct gt_scope *sc, struct gt_task *t)
{
  if (t->cancelled) sc->cancelled++;
  if (t->failed && !t->cancelled) {
    if (!t->recorded) sc->lost = true;
    if (!sc->collect && !sc->stop && sc->kind == GT_SCOPE_GROUP) {
      sc->primary = true;
      gt_scope_stop(sc, GT_STOP_FAILURE, false);
    }
  }
  if (sc->live < sc->limit) gt_queue_wake_one(&sc->spawners);
  if (sc->live == 0) gt_task_wake(&sc->joining);
}

/* [-0, +0, e] Raises the first failure, with the others in it. */
static int raise_failures(lua_State *L, int group)
{
  push_table(L, group, GT_GROUP_FAILURES);
  lua_Integer n = luaL_len(L, -1);
  lua_rawgeti(L, -1, 1); /* failures first */
  if (n > 1 && gt_raise_is(L, -1)) {
    lua_createtable(L, (int)n - 1, 0);
    for (lua_Integer i = 2; i <= n; i++) {
      lua_rawgeti(L, -3, i);
      lua_rawseti(L, -2, i - 1);
    }
    lua_setfield(L, -2, "others");
  }
  if (lua_getiuservalue(L, group, GT_GROUP_TRACE) == LUA_TSTRING)
    gt_task_keep_trace(L, -2);
  else
    lua_pop(L, 1);
  return lua_error(L);
}

/* --- the body and the end. Stack: handler, group, results or error --- */

enum { GROUP = 2 };

static int group_ended(lua_State *L, struct gt_scope *sc)
{
  struct gt_task *t = sc->owner;
  lua_settop(L, GROUP + sc->results);
  gt_scope_close(sc);
  luaL_checkstack(L, 10, NULL);
  lua_pushnil(L);
  gt_anchor_set(L, sc);
  /* A deadlock is nobody's wish: it is raised like a stop from outside. */
  bool outside =
      sc->stop && sc->cancelled > 0 && (sc->stop != sc || sc->why == GT_STOP_DEADLOCK);
  bool failures = lua_getiuservalue(L, GROUP, GT_GROUP_FAILURES) == LUA_TTABLE;
  lua_pop(L, 1);
  if (failures && (sc->primary || !outside)) return raise_failures(L, GROUP);
  if (outside && sc->body_failed) return lua_error(L);
  if (outside) return gt_scope_raise_of(L, t, sc->stop);
  if (sc->lost)
    return gt_raisef(L, GT_RESOURCE_EXHAUSTED, NULL, "a task ran out of memory");
  if (sc->results > 0 && !sc->body_failed) return sc->results;
  push_table(L, GROUP, GT_GROUP_RESULTS);
  if (!sc->collect) return 1;
  push_table(L, GROUP, GT_GROUP_ERRORS);
  return 2;
}

static int joined(lua_State *L, int status, lua_KContext ctx)
{
  struct gt_scope *sc = (struct gt_scope *)ctx;
  (void)status;
  if (sc->live == 0) return group_ended(L, sc);
  return gt_task_wait(L, &sc->joining, "the tasks of its group", ctx, joined);
}

/* Under lua_pcall: (group, error). */
static int record_body(lua_State *L)
{
  const struct gt_scope *sc = lua_touserdata(L, 1);
  add_failure(L, 1, 2);
  if (sc->primary) keep_trace(L, 1, sc->owner);
  return 0;
}

static int body_ended(lua_State *L, int status, lua_KContext ctx)
{
  struct gt_scope *sc = (struct gt_scope *)ctx;
  sc->results = lua_gettop(L) - GROUP;
  if (status == LUA_OK || status == LUA_YIELD) return joined(L, LUA_OK, ctx);
  sc->body_failed = true;
  lua_Integer id = gt_scope_of_error(L, -1);
  if (id && sc->stop && id == sc->stop->id) {
    sc->cancelled++;
    return joined(L, LUA_OK, ctx);
  }
  if (!sc->stop) sc->primary = true;
  lua_pushcfunction(L, record_body);
  lua_pushvalue(L, GROUP);
  lua_pushvalue(L, -3);
  if (lua_pcall(L, 2, 0, 0) != LUA_OK) sc->lost = true;
  gt_scope_stop(sc, GT_STOP_FAILURE, false);
  return joined(L, LUA_OK, ctx);
}

int gt_verb_group(lua_State *L)
{
  bool collect = lua_toboolean(L, 1);
  lua_Integer limit = luaL_optinteger(L, 2, 0);
  gt_scope_callable(L, 3, "gt.group");
  luaL_checkstack(L, 10, NULL);
  gt_task_ready(L, "gt.group");
  struct gt_scope *sc = lua_newuserdatauv(L, sizeof *sc, GT_GROUP_VALUES);
  memset(sc, 0, sizeof *sc);
  sc->closed = true;
  luaL_setmetatable(L, GT_GROUP_TYPE);
  lua_pushvalue(L, -1);
  gt_anchor_set(L, sc);
  lua_replace(L, 2);
  lua_pushcfunction(L, gt_task_on_error);
  lua_replace(L, 1);
  lua_pushvalue(L, GROUP);
  lua_insert(L, GROUP + 2); /* handler group f group args */
  gt_scope_open(sc, gt_sched_of(L)->current, L, GT_SCOPE_GROUP);
  sc->collect = collect;
  sc->limit = limit > 0 && limit < INT32_MAX ? (unsigned)limit : 0;
  int nargs = lua_gettop(L) - (GROUP + 1);
  int status = lua_pcallk(L, nargs, LUA_MULTRET, 1, (lua_KContext)sc, body_ended);
  return body_ended(L, status, (lua_KContext)sc);
}

/* gt.within and gt.shield: a function under a deadline, or out of a stop's reach.
 *
 * One C function each, from opening to closing, so that no error and no hook can leave
 * a scope open. Used by bind/task.c. */
#include "task/raise.h"
#include "task/sched.h"

#include <math.h>

double gt_scope_seconds(lua_State *L, int arg, const char *what)
{
  if (lua_type(L, arg) != LUA_TNUMBER)
    gt_raisef(L, GT_INVALID_ARGUMENT, NULL, "%s takes a number of seconds, not %s",
              what, luaL_typename(L, arg));
  double seconds = lua_tonumber(L, arg);
  if (!(seconds >= 0))
    gt_raisef(L, GT_INVALID_ARGUMENT, NULL, "%s takes 0 seconds or more, not %g", what,
              seconds);
  return seconds;
}

void gt_scope_callable(lua_State *L, int arg, const char *what)
{
  if (lua_isfunction(L, arg)) return;
  if (luaL_getmetafield(L, arg, "__call") != LUA_TNIL) {
    lua_pop(L, 1);
    return;
  }
  gt_raisef(L, GT_INVALID_ARGUMENT, NULL, "%s takes a function, not %s", what,
            luaL_typename(L, arg));
}

static int leave(lua_State *L, int status, lua_KContext ctx)
{
  gt_scope_close((struct gt_scope *)ctx);
  if (status != LUA_OK && status != LUA_YIELD) return lua_error(L);
  return lua_gettop(L) - 2;
}

/* Stack: seconds f args -> handler scope f args */
static int enter(lua_State *L, struct gt_scope *sc)
{
  lua_remove(L, 1);
  lua_insert(L, 1);
  lua_pushcfunction(L, gt_task_on_error);
  lua_insert(L, 1);
  int status =
      lua_pcallk(L, lua_gettop(L) - 3, LUA_MULTRET, 1, (lua_KContext)sc, leave);
  return leave(L, status, (lua_KContext)sc);
}

int gt_verb_within(lua_State *L)
{
  double seconds = gt_scope_seconds(L, 1, "gt.within");
  gt_scope_callable(L, 2, "gt.within");
  luaL_checkstack(L, 8, NULL);
  struct gt_task *t = gt_task_current(L, "gt.within");
  if (t->scope->deadline < INFINITY) gt_scope_expire(t);
  gt_scope_check(L, t);
  struct gt_scope *sc = lua_newuserdatauv(L, sizeof *sc, 0);
  gt_scope_open(sc, t, L, GT_SCOPE_WITHIN);
  sc->seconds = seconds;
  if (seconds < INFINITY) {
    gt_timer_start(&sc->timer, t->sched->loop, seconds, gt_scope_deadline_passes);
    sc->deadline = fmin(sc->deadline, sc->timer.due);
  }
  return enter(L, sc);
}

int gt_verb_shield(lua_State *L)
{
  double seconds = gt_scope_seconds(L, 1, "gt.shield");
  gt_scope_callable(L, 2, "gt.shield");
  luaL_checkstack(L, 8, NULL);
  struct gt_task *t = gt_task_current(L, "gt.shield");
  struct gt_scope *sc = lua_newuserdatauv(L, sizeof *sc, 0);
  /* A loop of shields must not hold up a stop for ever. */
  if (t->scope->stop && (t->sched->kill || t->strikes >= GT_STRIKES))
    gt_scope_raise(L, t);
  gt_scope_open(sc, t, L, GT_SCOPE_SHIELD);
  sc->seconds = seconds;
  sc->deadline += seconds;
  if (sc->parent->stop) {
    t->strikes++;
    gt_timer_start(&sc->timer, t->sched->loop, seconds, gt_scope_shield_ends);
    sc->deadline = sc->timer.due;
  }
  return enter(L, sc);
}

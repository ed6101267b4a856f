/* The small verbs: questions about the running task, and gates. See verbs.h. */
#include "task/sched.h"

static const char GATE[] = "gt.gate";

int gt_verb_stopped(lua_State *L)
{
  const struct gt_task *t = gt_sched_of(L)->current;
  lua_pushboolean(L, t && t->scope->stop);
  return 1;
}

int gt_verb_current(lua_State *L)
{
  const struct gt_task *t = gt_sched_of(L)->current;
  if (t)
    lua_pushinteger(L, t->id);
  else
    lua_pushnil(L);
  return 1;
}

int gt_verb_count(lua_State *L)
{
  const struct gt_sched *s = gt_sched_of(L);
  lua_Integer scopes = 0;
  for (const struct gt_scope *sc = s->current ? s->current->scope : NULL;
       sc && sc->parent; sc = sc->parent)
    scopes++;
  lua_pushinteger(L, s->live > 0 ? (lua_Integer)s->live - 1 : 0);
  lua_pushinteger(L, scopes);
  lua_pushboolean(L, gt_loop_busy(s->loop));
  return 3;
}

int gt_verb_now(lua_State *L)
{
  lua_pushnumber(L, gt_sched_now(gt_sched_of(L)));
  return 1;
}

int gt_verb_time(lua_State *L)
{
  lua_pushnumber(L, gt_loop_wall(gt_sched_of(L)->loop));
  return 1;
}

int gt_verb_gate(lua_State *L)
{
  struct gt_queue *q = lua_newuserdatauv(L, sizeof *q, 0);
  *q = (struct gt_queue){.first = NULL};
  luaL_newmetatable(L, GATE);
  lua_setmetatable(L, -2);
  return 1;
}

static int gate_passed(lua_State *L, int status, lua_KContext ctx)
{
  (void)status;
  (void)ctx;
  gt_queue_resumed(L);
  return 0;
}

int gt_verb_gate_wait(lua_State *L)
{
  struct gt_queue *q = luaL_checkudata(L, 1, GATE);
  return gt_queue_wait(L, q, "its turn", gate_passed);
}

int gt_verb_gate_open(lua_State *L)
{
  gt_queue_wake_one(luaL_checkudata(L, 1, GATE));
  return 0;
}

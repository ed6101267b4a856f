/* One task: its birth, its turns, its end.
 *
 * The base of every task is a C function that calls the script's function under
 * lua_pcallk, so that an error leaves through <close> variables which may still wait.
 * Used by run.c (turns) and member.c (births). */
#include "task/sched.h"

#include <string.h>

static const char ANCHORS = 0; /* registry key: address -> userdata that must live */

void gt_anchor_push(lua_State *L, const void *p)
{
  lua_rawgetp(L, LUA_REGISTRYINDEX, &ANCHORS);
  lua_rawgetp(L, -1, p);
  lua_remove(L, -2);
}

void gt_anchor_set(lua_State *L, const void *p)
{
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &ANCHORS) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &ANCHORS);
  }
  lua_insert(L, -2);
  lua_rawsetp(L, -2, p);
  lua_pop(L, 1);
}

static void set_value(lua_State *L, const struct gt_task *t, int n)
{
  gt_anchor_push(L, t);
  lua_insert(L, -2);
  lua_setiuservalue(L, -2, n);
  lua_pop(L, 1);
}

static void push_value(lua_State *L, const struct gt_task *t, int n)
{
  gt_anchor_push(L, t);
  lua_getiuservalue(L, -1, n);
  lua_remove(L, -2);
}

int gt_task_on_error(lua_State *L)
{
  struct gt_sched *s = gt_sched_of(L);
  struct gt_task *t = s->current;
  if (!t || gt_scope_of_error(L, 1)) return 1;
  lua_settop(L, 1);
  push_value(L, t, GT_TASK_ERROR);
  bool known = !lua_isnil(L, 1) && lua_rawequal(L, 1, 2);
  lua_settop(L, 1);
  if (known && !t->child_trace) return 1; /* the first traceback is the deepest */
  luaL_traceback(L, L, NULL, 1);
  if (known) {
    lua_pushliteral(L, "\n");
    push_value(L, t, GT_TASK_TRACE);
    lua_concat(L, 3);
  }
  t->child_trace = false;
  set_value(L, t, GT_TASK_TRACE);
  lua_pushvalue(L, 1);
  set_value(L, t, GT_TASK_ERROR);
  return 1;
}

void gt_task_keep_trace(lua_State *L, int err)
{
  struct gt_task *t = gt_sched_of(L)->current;
  err = lua_absindex(L, err);
  set_value(L, t, GT_TASK_TRACE);
  lua_pushvalue(L, err);
  set_value(L, t, GT_TASK_ERROR);
  t->child_trace = true;
}

/* --- birth and end --- */

/* The end of a task, still in its coroutine: here it may run out of memory. The main
 * task leaves its results on the stack, any other hands them over. */
static int base_ended(lua_State *L, int status, lua_KContext ctx)
{
  struct gt_task *t = (struct gt_task *)ctx;
  t->failed = status != LUA_OK && status != LUA_YIELD;
  t->results = lua_gettop(L) - 1;
  if (t == t->sched->main) return t->results;
  gt_group_record(L, t);
  if (t->results > 1 && !t->failed) {
    lua_createtable(L, t->results, 0);
    lua_replace(L, 1);
    for (int i = t->results; i >= 1; i--) lua_rawseti(L, 1, i);
  }
  if (t->results > 0) set_value(L, t, GT_TASK_RESULT);
  return 0;
}

static int base(lua_State *L)
{
  struct gt_task *t = gt_sched_of(L)->current;
  lua_pushcfunction(L, gt_task_on_error);
  lua_insert(L, 1);
  int status =
      lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 1, (lua_KContext)t, base_ended);
  return base_ended(L, status, (lua_KContext)t);
}

struct gt_task *gt_task_new(lua_State *L, struct gt_scope *home, int nargs)
{
  struct gt_sched *s = home->sched;
  luaL_checkstack(L, 6, NULL);
  struct gt_task *t = lua_newuserdatauv(L, sizeof *t, GT_TASK_VALUES);
  memset(t, 0, sizeof *t);
  luaL_setmetatable(L, GT_TASK_TYPE);
  lua_State *co = lua_newthread(L); /* f args task thread */
  if (!lua_checkstack(co, nargs + LUA_MINSTACK)) luaL_error(L, "too many arguments");
  lua_setiuservalue(L, -2, GT_TASK_THREAD);
  lua_pushvalue(L, -1);
  gt_anchor_set(L, t);
  lua_insert(L, -(nargs + 2)); /* task f args */
  lua_pushcfunction(co, base);
  lua_xmove(L, co, nargs + 1);
  t->sched = s;
  t->co = co;
  t->home = t->scope = home;
  t->id = s->last_id++;
  t->next = s->tasks;
  if (s->tasks) s->tasks->prev = t;
  s->tasks = t;
  t->next_member = home->members;
  if (home->members) home->members->prev_member = t;
  home->members = t;
  s->live++;
  home->live++;
  gt_task_make_ready(t);
  return t;
}

void gt_task_leave_home(struct gt_task *t)
{
  struct gt_scope *home = t->home;
  if (t->next_member) t->next_member->prev_member = t->prev_member;
  if (t->prev_member)
    t->prev_member->next_member = t->next_member;
  else
    home->members = t->next_member;
  home->live--;
  t->home = NULL;
  gt_group_left(home, t);
}

void gt_task_ended(struct gt_task *t)
{
  struct gt_sched *s = t->sched;
  t->state = GT_TASK_DONE;
  if (t->next) t->next->prev = t->prev;
  if (t->prev)
    t->prev->next = t->next;
  else
    s->tasks = t->next;
  s->live--;
  gt_queue_wake_all(&t->joiners);
  if (t->home) gt_task_leave_home(t);
  lua_State *L = s->L;
  t->co = NULL;
  lua_pushnil(L);
  set_value(L, t, GT_TASK_THREAD);
  lua_pushnil(L);
  gt_anchor_set(L, t);
}

/* An error that did not pass base_ended: no memory for handing it over, or a thread
 * that was closed by force. */
static void died(struct gt_task *t)
{
  t->failed = true;
  t->results = 1;
  if (t == t->sched->main) return;
  lua_xmove(t->co, t->sched->L, 1);
  set_value(t->sched->L, t, GT_TASK_RESULT);
}

void gt_task_run(struct gt_task *t)
{
  struct gt_sched *s = t->sched;
  if (!t->started && t->home->stop && t != s->main) {
    t->cancelled = true;
    gt_task_ended(t);
    return;
  }
  int nargs = 0, nres;
  if (!t->started)
    nargs = lua_gettop(t->co) - 1;
  else if (gt_coro_waits(t->co))
    lua_pop(t->co, 1);
  t->started = true;
  t->state = GT_TASK_RUNNING;
  s->current = t;
  s->resumer = NULL;
  gt_interrupt_look(s, t);
  int status = gt_coro_resume(s, t->co, s->L, nargs, &nres);
  s->current = NULL;
  if (status == LUA_YIELD) {
    if (t->state == GT_TASK_READY) return; /* woken before it slept */
    t->state = GT_TASK_WAITING;
    if (gt_coro_waits(t->co)) return;
    /* Some C library yielded to nobody: it gets nothing back, and the script an error
     * at its next step. */
    lua_pop(t->co, nres);
    t->foreign = true;
    gt_task_make_ready(t);
    return;
  }
  if (status != LUA_OK) died(t);
  if (t == s->main)
    t->state = GT_TASK_DONE; /* run.c fetches the results first */
  else
    gt_task_ended(t);
}

/* The scheduler: made once for a Lua state, runs a main task and all it starts.
 *
 * A turn runs the tasks that were ready when it began, then turns the loop. Used by
 * host/. It never runs Lua except through gt_task_run and, at the very end, by closing
 * what a second interrupt left behind. */
#include "task/raise.h"
#include "task/sched.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LAST_SECONDS = 5 }; /* for tasks to end once they are all stopped */

struct gt_sched *gt_sched_new(lua_State *L, struct gt_loop *loop, struct gt_err *err)
{
  struct gt_sched *s = calloc(1, sizeof *s);
  if (!s) {
    gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
    return NULL;
  }
  s->L = L;
  s->loop = loop;
  *(struct gt_sched **)lua_getextraspace(L) = s;
  gt_coro_install(L);
  gt_leave_install(L);
  return s;
}

void gt_sched_free(struct gt_sched *s)
{
  if (!s) return;
  free(s->deadlock);
  free(s);
}

struct gt_sched *gt_sched_of(lua_State *L)
{
  return *(struct gt_sched **)lua_getextraspace(L);
}

struct gt_loop *gt_sched_loop(struct gt_sched *s) { return s->loop; }

void gt_sched_set_user(struct gt_sched *s, void *user) { s->user = user; }

void *gt_sched_user(struct gt_sched *s) { return s->user; }

/* --- turns --- */

static void run_ready(struct gt_sched *s)
{
  struct gt_task *t = s->first_ready;
  s->first_ready = s->last_ready = NULL;
  while (t) {
    struct gt_task *next = t->next_ready;
    gt_task_run(t);
    t = next;
  }
}

/* Every task waits, the main one too: what its innermost scope holds is stopped. */
static void deadlock(struct gt_sched *s)
{
  struct gt_scope *sc = s->main->state == GT_TASK_DONE ? &s->root : s->main->scope;
  free(s->deadlock);
  s->deadlock = gt_deadlock_report(s);
  s->deadlock_id = sc->id;
  gt_scope_stop(sc, GT_STOP_DEADLOCK, true);
  if (!s->first_ready) gt_scope_stop(&s->root, GT_STOP_DEADLOCK, true);
}

static int turn(struct gt_sched *s, struct gt_err *err)
{
  gt_interrupt_poll(s);
  run_ready(s);
  if (s->main->state == GT_TASK_DONE && s->live == 1) return 0;
  if (!s->first_ready && !gt_loop_busy(s->loop)) {
    deadlock(s);
    if (!s->first_ready)
      return gt_err_set(err, GT_INTERNAL, "tasks are left that nothing can end");
  }
  return gt_loop_turn(s->loop, s->first_ready ? 0 : 3600, err);
}

/* Ends by force what a stop did not end in time. */
static void close_tasks(struct gt_sched *s)
{
  for (struct gt_task *t = s->tasks; t; t = t->next) gt_task_drop_wait(t);
  for (struct gt_task *t = s->tasks; t; t = t->next) {
    while (t->scope != t->home) gt_scope_close(t->scope);
    if (t != s->main) gt_task_leave_home(t);
  }
  while (s->live > 1) {
    struct gt_task *t = s->tasks == s->main ? s->main->next : s->tasks;
    s->current = t;
    lua_resetthread(t->co);
    s->current = NULL;
    t->cancelled = true;
    gt_task_ended(t);
  }
  s->first_ready = s->last_ready = NULL;
}

static void end_tasks(struct gt_sched *s)
{
  struct gt_err err;
  if (s->live > 1) gt_scope_stop(&s->root, GT_STOP_END, true);
  double last = gt_sched_now(s) + LAST_SECONDS;
  while (s->live > 1 && gt_sched_now(s) < last)
    if (turn(s, &err) < 0) break;
  if (s->live > 1) close_tasks(s);
}

/* [-0, +1, m] Pushes the traceback of the main task's error, "" without one. */
static int push_trace(lua_State *L)
{
  struct gt_sched *s = gt_sched_of(L); /* error */
  gt_anchor_push(L, s->main);
  lua_getiuservalue(L, 2, GT_TASK_ERROR);
  if (lua_rawequal(L, 1, 3)) /* nil: raised as such, or nothing was kept */
    lua_getiuservalue(L, 2, GT_TASK_TRACE);
  else if (s->deadlock && gt_scope_of_error(L, 1) == s->deadlock_id)
    lua_pushstring(L, s->deadlock);
  else
    lua_pushnil(L);
  return 1;
}

static char *copy_trace(struct gt_sched *s)
{
  char *text = NULL;
  lua_State *L = s->L;
  lua_pushcfunction(L, push_trace);
  lua_pushvalue(L, -2);
  if (lua_pcall(L, 1, 1, 0) == LUA_OK && lua_type(L, -1) == LUA_TSTRING)
    text = strdup(lua_tostring(L, -1));
  lua_pop(L, 1);
  return text;
}

/* [-0, +results or +1 error, -] */
static int main_results(struct gt_sched *s)
{
  struct gt_task *t = s->main;
  lua_State *L = s->L;
  int n = t->failed ? 1 : t->results;
  if (!lua_checkstack(L, n + LUA_MINSTACK)) {
    lua_pushliteral(L, "too many results");
    return LUA_ERRRUN;
  }
  lua_xmove(t->co, L, n);
  return t->failed ? LUA_ERRRUN : LUA_OK;
}

int gt_sched_main(struct gt_sched *s, int nargs, char **traceback)
{
  struct gt_err err;
  lua_State *L = s->L;
  *traceback = NULL;
  if (s->main) {
    lua_pop(L, nargs + 1);
    lua_pushliteral(L, "the scheduler runs already");
    return LUA_ERRRUN;
  }
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  s->root = (struct gt_scope){
      .sched = s, .kind = GT_SCOPE_ROOT, .id = ++s->last_scope, .deadline = INFINITY};
  s->last_id = 0;
  struct gt_task *t = gt_task_new(L, &s->root, nargs);
  s->main = t;
  lua_pop(L, 1); /* anchored */
  int failed = gt_interrupt_begin(s, &err);
  while (!failed && t->state != GT_TASK_DONE) failed = turn(s, &err);
  end_tasks(s);
  gt_interrupt_end(s);
  int status = LUA_ERRRUN;
  if (t->state == GT_TASK_DONE) {
    status = main_results(s);
    if (status != LUA_OK) *traceback = copy_trace(s);
  } else {
    gt_task_drop_wait(t);
    lua_resetthread(t->co);
    gt_raise_push(L, &err);
  }
  gt_task_ended(t);
  s->main = NULL;
  s->first_ready = s->last_ready = NULL;
  return status;
}

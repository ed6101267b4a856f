/* The one wait, the one wake; and sleep, the simplest of all waits.
 *
 * Used through task.h by every primitive. A wake is for one wait: a later one, or one
 * for a wait that was cancelled, does nothing. */
#include "task/raise.h"
#include "task/sched.h"

#include <math.h>

static void unused_fire(struct gt_timer *t) { (void)t; }

double gt_sched_now(struct gt_sched *s)
{
  /* gt_loop_now stands still while a task runs; a timer is always due from the true
   * now. */
  struct gt_timer t = {.loop = NULL};
  gt_timer_start(&t, s->loop, 0, unused_fire);
  gt_timer_stop(&t);
  return t.due;
}

void gt_task_make_ready(struct gt_task *t)
{
  struct gt_sched *s = t->sched;
  t->state = GT_TASK_READY;
  t->next_ready = NULL;
  if (s->last_ready)
    s->last_ready->next_ready = t;
  else
    s->first_ready = t;
  s->last_ready = t;
}

struct gt_task *gt_task_current(lua_State *L, const char *what)
{
  struct gt_task *t = gt_sched_of(L)->current;
  if (!t)
    gt_raisef(L, GT_FAILED_PRECONDITION, NULL, "%s works in a running script only",
              what);
  return t;
}

void gt_task_ready(lua_State *L, const char *what)
{
  struct gt_task *t = gt_place_check(L, what);
  if (t->scope->deadline < INFINITY) gt_scope_expire(t);
  gt_scope_check(L, t);
}

/* [-0, +1, e] All of a wait but the yield; pushes what is to be yielded. */
static int wait_begin(lua_State *L, struct gt_wait *w, const char *what)
{
  struct gt_task *t = gt_place_check(L, what);
  if (w->cancel) gt_scope_check(L, t);
  w->task = t;
  w->what = what;
  w->ticket = ++t->ticket;
  t->wait = w;
  lua_pushlightuserdata(L, (void *)&gt_coro_mark);
  return 1;
}

int gt_task_wait(lua_State *L, struct gt_wait *w, const char *what, lua_KContext ctx,
                 lua_KFunction k)
{
  return lua_yieldk(L, wait_begin(L, w, what), ctx, k);
}

void gt_task_resumed(lua_State *L, struct gt_wait *w)
{
  struct gt_task *t = gt_task_current(L, w->what);
  if (w->task == t) gt_task_drop_wait(t); /* resumed by nobody that woke it */
  if (!t->interrupted) return;
  t->interrupted = false;
  gt_scope_raise(L, t);
}

void gt_task_wake(struct gt_wait *w)
{
  struct gt_task *t = w->task;
  w->task = NULL;
  if (!t || t->wait != w || t->ticket != w->ticket) return;
  t->wait = NULL;
  gt_task_make_ready(t);
}

void gt_task_drop_wait(struct gt_task *t)
{
  struct gt_wait *w = t->wait;
  if (!w) return;
  t->wait = NULL;
  w->task = NULL;
  if (w->cancel) w->cancel(w);
}

void gt_task_interrupt(struct gt_task *t)
{
  /* A wait without `cancel` (joining) ends by itself: what it waits for is stopped. */
  if (!t->wait || !t->wait->cancel) return;
  gt_task_drop_wait(t);
  t->interrupted = true;
  gt_task_make_ready(t);
}

/* --- sleep: the wait is part of the task, so that it costs no memory --- */

static void nap_cancel(struct gt_wait *w)
{
  struct gt_task *t = (struct gt_task *)((char *)w - offsetof(struct gt_task, nap));
  gt_timer_stop(&t->nap_timer);
}

static void nap_fire(struct gt_timer *timer)
{
  struct gt_task *t =
      (struct gt_task *)((char *)timer - offsetof(struct gt_task, nap_timer));
  gt_task_wake(&t->nap);
}

static int nap_over(lua_State *L, int status, lua_KContext ctx)
{
  (void)status;
  gt_task_resumed(L, (struct gt_wait *)ctx);
  return 0;
}

int gt_verb_sleep(lua_State *L)
{
  static const char what[] = "gt.sleep";
  double seconds = gt_scope_seconds(L, 1, what);
  gt_task_ready(L, what);
  struct gt_task *t = gt_sched_of(L)->current;
  t->nap.cancel = nap_cancel;
  if (seconds > 0) gt_timer_start(&t->nap_timer, t->sched->loop, seconds, nap_fire);
  int n = wait_begin(L, &t->nap, what);
  if (!(seconds > 0)) gt_task_wake(&t->nap); /* behind those that are ready now */
  return lua_yieldk(L, n, (lua_KContext)&t->nap, nap_over);
}

double gt_task_time_left(lua_State *L)
{
  struct gt_task *t = gt_sched_of(L)->current;
  if (!t || !(t->scope->deadline < INFINITY)) return INFINITY;
  return fmax(0, t->scope->deadline - gt_sched_now(t->sched));
}

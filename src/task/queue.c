/* Waiting in line, first come first served: for a task's end, for room in a group, for
 * a gate. Used by group.c and verbs.c; it never decides who may wait. */
#include "task/sched.h"

static void leave(struct gt_waiter *w)
{
  struct gt_queue *q = w->queue;
  if (!q) return;
  if (w->prev)
    w->prev->next = w->next;
  else
    q->first = w->next;
  if (w->next)
    w->next->prev = w->prev;
  else
    q->last = w->prev;
  w->next = w->prev = NULL;
  w->queue = NULL;
}

static void cancel(struct gt_wait *wait) { leave((struct gt_waiter *)wait); }

int gt_queue_wait(lua_State *L, struct gt_queue *q, const char *what, lua_KFunction k)
{
  gt_task_ready(L, what);
  struct gt_waiter *w = lua_newuserdatauv(L, sizeof *w, 0);
  *w = (struct gt_waiter){.wait = {.cancel = cancel}, .queue = q, .prev = q->last};
  if (q->last)
    q->last->next = w;
  else
    q->first = w;
  q->last = w;
  return gt_task_wait(L, &w->wait, what, 0, k);
}

void gt_queue_resumed(lua_State *L)
{
  struct gt_waiter *w = lua_touserdata(L, -1);
  gt_task_resumed(L, &w->wait);
  lua_pop(L, 1);
}

void gt_queue_wake_one(struct gt_queue *q)
{
  struct gt_waiter *w = q->first;
  if (!w) return;
  leave(w);
  gt_task_wake(&w->wait);
}

void gt_queue_wake_all(struct gt_queue *q)
{
  while (q->first) gt_queue_wake_one(q);
}

/* The tree of scopes: who is stopped by what, how long, and what is shielded from it.
 *
 * A stop begins in one scope and reaches everything below it, except behind a shield,
 * which lets it in when its time is up. It stays: every later wait in a stopped scope
 * raises (stop.c). Used by group.c, within.c, run.c and interrupt.c. */
#include "task/sched.h"

void gt_scope_open(struct gt_scope *sc, struct gt_task *t, lua_State *L,
                   enum gt_scope_kind kind)
{
  struct gt_scope *parent = t->scope;
  *sc = (struct gt_scope){.sched = t->sched,
                          .kind = kind,
                          .id = ++t->sched->last_scope,
                          .parent = parent,
                          .stop = kind == GT_SCOPE_SHIELD ? NULL : parent->stop,
                          .owner = t,
                          .co = L,
                          .deadline = parent->deadline,
                          .next = parent->child};
  if (parent->child) parent->child->prev = sc;
  parent->child = sc;
  t->scope = sc;
}

void gt_scope_close(struct gt_scope *sc)
{
  struct gt_task *t = sc->owner;
  gt_timer_stop(&sc->timer);
  if (sc->next) sc->next->prev = sc->prev;
  if (sc->prev)
    sc->prev->next = sc->next;
  else
    sc->parent->child = sc->next;
  sc->closed = true;
  t->scope = sc->parent;
  for (sc = t->scope; sc; sc = sc->parent)
    if (sc->stop) return;
  t->strikes = 0; /* all that was stopped has been left */
}

/* --- stopping --- */

static void interrupt_tasks(struct gt_scope *sc)
{
  if (sc->owner && sc->owner->scope == sc) gt_task_interrupt(sc->owner);
  for (struct gt_task *t = sc->members; t; t = t->next_member)
    if (t->scope == sc) gt_task_interrupt(t);
  /* Whoever waits for room would spawn into a stopped group. */
  gt_queue_wake_all(&sc->spawners);
}

/* Whether the stop goes on below sc. */
static bool reach(struct gt_scope *sc, struct gt_scope *origin, bool force)
{
  if (sc->stop) return force;
  if (sc->kind == GT_SCOPE_SHIELD && !force) {
    if (!sc->timer.loop)
      gt_timer_start(&sc->timer, sc->sched->loop, sc->seconds, gt_scope_shield_ends);
    return false;
  }
  sc->stop = origin;
  interrupt_tasks(sc);
  return true;
}

/* Walks the tree below top without recursion: it is as deep as the script likes. */
static void spread(struct gt_scope *top, struct gt_scope *origin, bool force)
{
  struct gt_scope *sc = top;
  bool down = true;
  for (;;) {
    if (down && sc->child) {
      sc = sc->child;
    } else {
      while (sc != top && !sc->next) sc = sc->parent;
      if (sc == top) return;
      sc = sc->next;
    }
    down = reach(sc, origin, force);
  }
}

void gt_scope_stop(struct gt_scope *sc, enum gt_stop why, bool force)
{
  if (sc->stop && !force) return; /* so is everything below */
  sc->why = why;
  sc->stop = sc;
  interrupt_tasks(sc);
  spread(sc, sc, force);
}

void gt_scope_shield_ends(struct gt_timer *timer)
{
  struct gt_scope *sc =
      (struct gt_scope *)((char *)timer - offsetof(struct gt_scope, timer));
  if (sc->stop) return;
  sc->stop = sc->parent->stop;
  if (!sc->stop) return;
  interrupt_tasks(sc);
  spread(sc, sc->stop, false);
}

void gt_scope_deadline_passes(struct gt_timer *timer)
{
  struct gt_scope *sc =
      (struct gt_scope *)((char *)timer - offsetof(struct gt_scope, timer));
  if (!sc->stop) gt_scope_stop(sc, GT_STOP_DEADLINE, false);
}

void gt_scope_expire(struct gt_task *t)
{
  double now = gt_sched_now(t->sched);
  struct gt_scope *first = NULL;
  for (struct gt_scope *sc = t->scope; sc && !sc->stop; sc = sc->parent) {
    if (sc->kind == GT_SCOPE_SHIELD) break;
    if (sc->timer.loop && sc->timer.due <= now &&
        (!first || sc->timer.due <= first->timer.due))
      first = sc;
  }
  if (!first) return;
  gt_timer_stop(&first->timer);
  gt_scope_deadline_passes(&first->timer);
}

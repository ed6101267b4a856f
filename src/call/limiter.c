/* The adaptive ceiling. See limiter.h. */
#include "call/limiter.h"

#include <math.h>
#include <string.h>

/* All requests of one burst come back with 429 together; that is one signal. */
static const double CUT_INTERVAL = 1.0;

void gt_limiter_init(struct gt_limiter *l, struct gt_loop *loop, double max)
{
  memset(l, 0, sizeof *l);
  l->loop = loop;
  l->max = l->limit = max;
  l->last_cut = -1e9;
}

void gt_limiter_clear(struct gt_limiter *l)
{
  gt_timer_stop(&l->unblock);
  gt_defer_cancel(&l->admit);
}

static void unlink_turnstile(struct gt_turnstile *t)
{
  struct gt_limiter *l = t->limiter;
  if (t->prev)
    t->prev->next = t->next;
  else
    l->first = t->next;
  if (t->next)
    t->next->prev = t->prev;
  else
    l->last = t->prev;
  t->next = t->prev = NULL;
}

static void admit(struct gt_limiter *l);

static void on_unblock(struct gt_timer *timer)
{
  admit((struct gt_limiter *)((char *)timer - offsetof(struct gt_limiter, unblock)));
}

static void on_admit(struct gt_defer *d)
{
  admit((struct gt_limiter *)((char *)d - offsetof(struct gt_limiter, admit)));
}

static bool has_room(const struct gt_limiter *l)
{
  return l->active < (int)fmax(1.0, floor(l->limit));
}

static void admit(struct gt_limiter *l)
{
  double left = l->blocked_until - gt_loop_now(l->loop);
  if (l->first && left > 0) {
    if (!l->unblock.loop) gt_timer_start(&l->unblock, l->loop, left, on_unblock);
    return;
  }
  while (l->first && has_room(l)) {
    struct gt_turnstile *t = l->first;
    unlink_turnstile(t);
    t->inside = true;
    l->active++;
    t->enter(t);
  }
}

void gt_limiter_enter(struct gt_limiter *l, struct gt_turnstile *t,
                      void (*enter)(struct gt_turnstile *t))
{
  t->limiter = l;
  t->inside = false;
  t->enter = enter;
  t->next = NULL;
  t->prev = l->last;
  if (l->last)
    l->last->next = t;
  else
    l->first = t;
  l->last = t;
  admit(l);
}

void gt_limiter_leave(struct gt_turnstile *t)
{
  struct gt_limiter *l = t->limiter;
  if (!l) return;
  if (t->inside)
    l->active--;
  else
    unlink_turnstile(t);
  t->limiter = NULL;
  t->inside = false;
  /* Deferred: a call that ends must be able to finish before the next one begins. */
  if (l->first) gt_defer_post(&l->admit, l->loop, on_admit);
}

void gt_limiter_success(struct gt_limiter *l)
{
  l->limit = fmin(l->max, l->limit + 1.0 / fmax(1.0, l->limit));
}

void gt_limiter_throttled(struct gt_limiter *l, double pause_seconds)
{
  double now = gt_loop_now(l->loop);
  if (now - l->last_cut >= CUT_INTERVAL) {
    l->limit = fmax(1.0, fmin(l->limit, l->active) / 2.0);
    l->last_cut = now;
  }
  l->blocked_until = fmax(l->blocked_until, now + pause_seconds);
}

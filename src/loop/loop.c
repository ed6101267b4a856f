/* Timers, deferred calls, foreign descriptors and the turn. See loop.h; transfers are
 * in wire.c. */
#include "loop/loop.h"

#include "loop/wire.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/random.h>

enum { MAX_WATCHES = 64 };

struct gt_loop {
  struct gt_loop_options opt;
  double now;
  uint64_t order;
  struct gt_timer *timers; /* root of the pairing heap */
  struct gt_defer *defer_first, *defer_last;
  struct gt_watch *watches;
  struct gt_wire *wire; /* NULL until the first exchange */
  struct gt_random random;
};

static double read_mono(const struct gt_loop *loop)
{
  return loop->opt.mono ? loop->opt.mono(loop->opt.clock_ctx) : gt_clock_mono();
}

struct gt_loop *gt_loop_new(const struct gt_loop_options *opt, struct gt_err *err)
{
  struct gt_loop *loop = calloc(1, sizeof *loop);
  if (!loop) {
    gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
    return NULL;
  }
  if (opt) loop->opt = *opt;
  uint64_t seed = loop->opt.seed;
  if (seed == 0 && getrandom(&seed, sizeof seed, 0) != sizeof seed) seed = 1;
  gt_random_seed(&loop->random, seed);
  loop->now = read_mono(loop);
  return loop;
}

void gt_loop_free(struct gt_loop *loop)
{
  if (!loop) return;
  gt_wire_free(loop->wire);
  free(loop);
}

double gt_loop_now(const struct gt_loop *loop) { return loop->now; }

double gt_loop_wall(const struct gt_loop *loop)
{
  return loop->opt.wall ? loop->opt.wall(loop->opt.clock_ctx) : gt_clock_wall();
}

struct gt_random *gt_loop_random(struct gt_loop *loop) { return &loop->random; }

/* --- timers: a pairing heap, children in a doubly linked list whose first element's
 * prev is the parent --- */

static bool earlier(const struct gt_timer *a, const struct gt_timer *b)
{
  return a->due < b->due || (a->due == b->due && a->order < b->order);
}

static struct gt_timer *meld(struct gt_timer *a, struct gt_timer *b)
{
  if (!a) return b;
  if (!b) return a;
  if (earlier(b, a)) {
    struct gt_timer *t = a;
    a = b;
    b = t;
  }
  b->prev = a;
  b->next = a->child;
  if (a->child) a->child->prev = b;
  a->child = b;
  a->next = a->prev = NULL;
  return a;
}

/* Melds a list of siblings in two passes, without recursion. */
static struct gt_timer *meld_children(struct gt_timer *first)
{
  struct gt_timer *pairs = NULL;
  while (first) {
    struct gt_timer *a = first, *b = a->next;
    first = b ? b->next : NULL;
    a->next = a->prev = NULL;
    if (b) b->next = b->prev = NULL;
    struct gt_timer *pair = meld(a, b);
    pair->next = pairs;
    pairs = pair;
  }
  struct gt_timer *root = NULL;
  while (pairs) {
    struct gt_timer *next = pairs->next;
    pairs->next = NULL;
    root = meld(root, pairs);
    pairs = next;
  }
  return root;
}

void gt_timer_start(struct gt_timer *t, struct gt_loop *loop, double seconds,
                    void (*fire)(struct gt_timer *t))
{
  gt_timer_stop(t);
  t->loop = loop;
  /* From the true now: a slow slice before this call must not shorten the wait. */
  t->due = read_mono(loop) + (seconds > 0 ? seconds : 0);
  t->order = ++loop->order;
  t->fire = fire;
  t->child = t->next = t->prev = NULL;
  loop->timers = meld(loop->timers, t);
}

void gt_timer_stop(struct gt_timer *t)
{
  struct gt_loop *loop = t->loop;
  if (!loop) return;
  struct gt_timer *rest = meld_children(t->child);
  if (loop->timers == t) {
    loop->timers = rest;
  } else {
    if (t->prev->child == t)
      t->prev->child = t->next;
    else
      t->prev->next = t->next;
    if (t->next) t->next->prev = t->prev;
    loop->timers = meld(loop->timers, rest);
  }
  t->child = t->next = t->prev = NULL;
  t->loop = NULL;
}

static int run_timers(struct gt_loop *loop)
{
  int ran = 0;
  /* Timers started by these callbacks wait for the next turn, even with 0 seconds. */
  uint64_t last = loop->order;
  while (loop->timers && loop->timers->due <= loop->now &&
         loop->timers->order <= last) {
    struct gt_timer *t = loop->timers;
    gt_timer_stop(t);
    t->fire(t);
    ran++;
  }
  return ran;
}

/* --- deferred calls --- */

void gt_defer_post(struct gt_defer *d, struct gt_loop *loop,
                   void (*run)(struct gt_defer *d))
{
  if (d->loop) return;
  *d = (struct gt_defer){.loop = loop, .run = run, .prev = loop->defer_last};
  if (loop->defer_last)
    loop->defer_last->next = d;
  else
    loop->defer_first = d;
  loop->defer_last = d;
}

void gt_defer_cancel(struct gt_defer *d)
{
  struct gt_loop *loop = d->loop;
  if (!loop) return;
  if (d->prev)
    d->prev->next = d->next;
  else
    loop->defer_first = d->next;
  if (d->next)
    d->next->prev = d->prev;
  else
    loop->defer_last = d->prev;
  d->next = d->prev = NULL;
  d->loop = NULL;
}

static void nothing(struct gt_defer *d) { (void)d; }

static int run_deferred(struct gt_loop *loop)
{
  /* A mark at the end bounds this turn: what is posted meanwhile runs in the next. */
  if (!loop->defer_first) return 0;
  struct gt_defer mark = {0};
  gt_defer_post(&mark, loop, nothing);
  for (int ran = 0;; ran++) {
    struct gt_defer *d = loop->defer_first;
    gt_defer_cancel(d);
    if (d == &mark) return ran;
    d->run(d);
  }
}

/* --- foreign descriptors --- */

void gt_watch_start(struct gt_watch *w, struct gt_loop *loop, int fd, short events,
                    bool keeps, void (*ready)(struct gt_watch *w, short revents))
{
  gt_watch_stop(w);
  *w = (struct gt_watch){.loop = loop,
                         .fd = fd,
                         .events = events,
                         .keeps = keeps,
                         .ready = ready,
                         .next = loop->watches};
  if (loop->watches) loop->watches->prev = w;
  loop->watches = w;
}

void gt_watch_stop(struct gt_watch *w)
{
  struct gt_loop *loop = w->loop;
  if (!loop) return;
  if (w->prev)
    w->prev->next = w->next;
  else
    loop->watches = w->next;
  if (w->next) w->next->prev = w->prev;
  w->next = w->prev = NULL;
  w->loop = NULL;
}

static int fill_fds(struct gt_loop *loop, struct pollfd *fds)
{
  int n = 0;
  for (struct gt_watch *w = loop->watches; w && n < MAX_WATCHES; w = w->next)
    fds[n++] = (struct pollfd){.fd = w->fd, .events = w->events};
  return n;
}

/* A callback may stop any watch, so each ready descriptor is looked up again. */
static void run_watches(struct gt_loop *loop, const struct pollfd *fds, int n)
{
  for (int i = 0; i < n; i++) {
    if (!fds[i].revents) continue;
    struct gt_watch *w = loop->watches;
    while (w && w->fd != fds[i].fd) w = w->next;
    if (w) w->ready(w, fds[i].revents);
  }
}

/* --- the turn --- */

struct gt_transport *gt_loop_wire(struct gt_loop *loop)
{
  if (!loop->wire) loop->wire = gt_wire_new();
  return gt_wire_transport(loop->wire);
}

bool gt_loop_busy(const struct gt_loop *loop)
{
  if (loop->timers || loop->defer_first || gt_wire_running(loop->wire) > 0) return true;
  for (struct gt_watch *w = loop->watches; w; w = w->next)
    if (w->keeps) return true;
  return false;
}

static double wait_time(struct gt_loop *loop, double max_wait)
{
  if (loop->defer_first) return 0;
  double wait = max_wait;
  if (loop->timers) wait = fmin(wait, loop->timers->due - read_mono(loop));
  return fmax(0, wait);
}

static int poll_all(struct gt_loop *loop, double wait, struct gt_err *err)
{
  struct pollfd fds[MAX_WATCHES + 1];
  int n = fill_fds(loop, fds), wire = gt_wire_fd(loop->wire);
  int wire_ms = gt_wire_timeout(loop->wire, loop->now);
  if (loop->opt.skip && wire < 0 && wait > 0) {
    loop->opt.skip(loop->opt.clock_ctx, wait);
    wait = 0;
  }
  /* Rounded up: waking a moment early would spin until the timer is due. */
  int ms = wait > 86400 ? 86400000 : (int)ceil(wait * 1000.0);
  if (wire_ms >= 0 && wire_ms < ms) ms = wire_ms;
  fds[n] = (struct pollfd){.fd = wire, .events = POLLIN}; /* -1 is passed over */
  if (poll(fds, (nfds_t)n + 1, ms) < 0) {
    if (errno != EINTR) return gt_err_sys(err, errno, "poll");
    return 0;
  }
  loop->now = read_mono(loop);
  run_watches(loop, fds, n);
  return 0;
}

int gt_loop_turn(struct gt_loop *loop, double max_wait, struct gt_err *err)
{
  loop->now = read_mono(loop);
  /* What ran may have made tasks ready: do not sleep on top of them. */
  if (run_deferred(loop) + run_timers(loop) > 0) max_wait = 0;
  if (poll_all(loop, wait_time(loop, max_wait), err) < 0) return -1;
  gt_wire_perform(loop->wire, loop->now);
  return 0;
}

/* The event loop: timers, deferred calls, foreign file descriptors, transfers.
 *
 * One thread, one loop. Whoever waits embeds a gt_timer, gt_defer or gt_watch in its
 * own struct and gets a call back from gt_loop_turn; none of them allocates, so
 * starting one cannot fail. The loop knows no Lua and no policy. Call-backs may start
 * and stop anything, themselves included. */
#ifndef GT_LOOP_LOOP_H
#define GT_LOOP_LOOP_H

#include "base/clock.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct gt_loop;
struct gt_transport;

struct gt_loop_options {
  /* NULL: the real clocks. With a virtual clock `skip` is called instead of sleeping:
   * it moves both clocks on by that many seconds. */
  double (*mono)(void *ctx);
  double (*wall)(void *ctx);
  void (*skip)(void *ctx, double seconds);
  void *clock_ctx;
  uint64_t seed; /* of the random source; 0: taken from the system */
};

struct gt_loop *gt_loop_new(const struct gt_loop_options *opt, struct gt_err *err);
/* Everything that waits must have been stopped before. */
void gt_loop_free(struct gt_loop *loop);

/* Monotonic seconds as of the start of this turn's callbacks. */
double gt_loop_now(const struct gt_loop *loop);
double gt_loop_wall(const struct gt_loop *loop);
struct gt_random *gt_loop_random(struct gt_loop *loop);

/* A timer; zero-initialised means stopped. Equal due times fire in starting order. */
struct gt_timer {
  struct gt_loop *loop; /* NULL while stopped */
  double due;
  uint64_t order;
  void (*fire)(struct gt_timer *t);
  struct gt_timer *child, *next, *prev; /* pairing heap */
};
/* (Re)starts t to fire once in that many seconds. */
void gt_timer_start(struct gt_timer *t, struct gt_loop *loop, double seconds,
                    void (*fire)(struct gt_timer *t));
void gt_timer_stop(struct gt_timer *t);

/* A call in the next turn, in order of posting; zero-initialised means not posted. */
struct gt_defer {
  struct gt_loop *loop; /* NULL while not posted */
  void (*run)(struct gt_defer *d);
  struct gt_defer *next, *prev;
};
void gt_defer_post(struct gt_defer *d, struct gt_loop *loop,
                   void (*run)(struct gt_defer *d));
void gt_defer_cancel(struct gt_defer *d);

/* A file descriptor of somebody else's. `keeps` says whether a loop that waits for
 * nothing else is still busy (a listening server) or not (the signal pipe). */
struct gt_watch {
  struct gt_loop *loop; /* NULL while not watched */
  int fd;
  short events; /* POLLIN, POLLOUT */
  bool keeps;
  void (*ready)(struct gt_watch *w, short revents);
  struct gt_watch *next, *prev;
};
void gt_watch_start(struct gt_watch *w, struct gt_loop *loop, int fd, short events,
                    bool keeps, void (*ready)(struct gt_watch *w, short revents));
void gt_watch_stop(struct gt_watch *w);

/* The wire: HTTP through libcurl, loaded with the first exchange. */
struct gt_transport *gt_loop_wire(struct gt_loop *loop);

/* Runs what is due, then waits up to max_wait seconds for something to happen (not at
 * all when something is ready already) and runs that. -1: the poll itself failed. */
int gt_loop_turn(struct gt_loop *loop, double max_wait, struct gt_err *err);
/* True while a timer, a deferred call, a transfer or a keeping watch is outstanding. */
bool gt_loop_busy(const struct gt_loop *loop);

#endif

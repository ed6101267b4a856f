/* How many requests to one model may be under way: a ceiling that adapts.
 *
 * Used by call/call.c. Additive increase while answers come, halved by a 429, and a
 * pause for everybody when the server says how long. Waiting calls are served in the
 * order they came. Knows nothing of HTTP. */
#ifndef GT_CALL_LIMITER_H
#define GT_CALL_LIMITER_H

#include "loop/loop.h"

#include <stdbool.h>

struct gt_limiter {
  struct gt_loop *loop;
  double limit; /* requests under way at once, fractional while it grows */
  double max;
  int active;
  double last_cut;      /* when it was halved */
  double blocked_until; /* monotonic; nobody starts before */
  struct gt_turnstile *first, *last;
  struct gt_timer unblock;
  struct gt_defer admit;
};

/* One caller's place: in the queue, inside, or neither. Zero-initialised is neither. */
struct gt_turnstile {
  struct gt_limiter *limiter; /* NULL: neither */
  bool inside;
  void (*enter)(struct gt_turnstile *t);
  struct gt_turnstile *next, *prev;
};

void gt_limiter_init(struct gt_limiter *l, struct gt_loop *loop, double max);
/* Nobody may be waiting or inside any more. */
void gt_limiter_clear(struct gt_limiter *l);
/* Queues t; enter() is called from the loop or, when there is room, at once. */
void gt_limiter_enter(struct gt_limiter *l, struct gt_turnstile *t,
                      void (*enter)(struct gt_turnstile *t));
/* Leaves the queue or the inside, whichever it is; may be called when neither. */
void gt_limiter_leave(struct gt_turnstile *t);
/* What came of a request: grows the limit, or cuts it and pauses everybody. */
void gt_limiter_success(struct gt_limiter *l);
void gt_limiter_throttled(struct gt_limiter *l, double pause_seconds);

#endif

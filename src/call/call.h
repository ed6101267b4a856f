/* One logical call: attempts, backoff, the model's limiter, one deadline over it all.
 *
 * Used by api/ and call/upload.c. The caller embeds a gt_call, fills the request part
 * of `x` and the policy, and gets done() once, from the loop; `failed` then says which
 * of `err` and `x` holds the outcome. Knows no Lua and no field of any API. */
#ifndef GT_CALL_CALL_H
#define GT_CALL_CALL_H

#include "base/err.h"
#include "call/limiter.h"
#include "loop/loop.h"
#include "net/http.h"

enum { GT_CALL_ATTEMPTS = 6 };

struct gt_call {
  /* set by the caller */
  struct gt_exchange x;
  struct gt_loop *loop;
  struct gt_transport *transport;
  struct gt_limiter *limiter; /* NULL: none */
  const char *op, *provider;  /* for errors; static or outliving the call */
  bool idempotent;            /* may be sent again when it may have been carried out */
  bool counted;     /* no silent re-send by the transport: `doubtful` must be exact */
  int max_attempts; /* throttled attempts do not count */
  double deadline;  /* seconds for everything, waiting included; > 0 */
  double attempt_timeout; /* seconds for one attempt; 0: what is left */
  void (*done)(struct gt_call *c);

  /* outcome */
  bool failed;
  bool
      doubtful; /* an attempt may have been carried out without our seeing the answer */
  struct gt_err err;

  /* private */
  bool running, in_flight, streamed, expired;
  int attempts; /* requests sent */
  int tries;    /* those that count */
  int throttles;
  double due;
  struct gt_turnstile turnstile;
  struct gt_timer timer; /* backoff, attempt time-out or deadline, whichever is next */
  struct gt_defer defer;
  int (*user_on_body)(struct gt_exchange *x, const char *bytes, size_t len);
};

/* Defaults: idempotent, 6 attempts, 60 s. */
void gt_call_init(struct gt_call *c, struct gt_loop *loop, struct gt_transport *t);
/* Stops it when it runs and frees its buffers. May be called twice. */
void gt_call_clear(struct gt_call *c);
void gt_call_start(struct gt_call *c);
/* Stops without done(). */
void gt_call_cancel(struct gt_call *c);

#endif

/* The attempt logic. See call.h.
 *
 * State: waiting in the limiter -> in flight -> (backing off -> waiting ...) -> done.
 * One timer serves them all, since at most one of its uses is pending; the deadline is
 * checked whenever it fires. */
#include "call/call.h"

#include "base/log.h"
#include "call/status.h"

#include <math.h>
#include <string.h>

static const double BACKOFF_BASE = 0.5, BACKOFF_CAP = 32.0, PAUSE_CAP = 600.0;

#define CALL_OF(ptr, member)                                                           \
  ((struct gt_call *)((char *)(ptr)-offsetof(struct gt_call, member)))

static void wait_turn(struct gt_call *c);

void gt_call_init(struct gt_call *c, struct gt_loop *loop, struct gt_transport *t)
{
  /* The texts of err are written before they are read. */
  memset(c, 0, offsetof(struct gt_call, err));
  memset(&c->running, 0, sizeof *c - offsetof(struct gt_call, running));
  gt_exchange_init(&c->x);
  c->loop = loop;
  c->transport = t;
  c->op = c->provider = "";
  c->idempotent = true;
  c->max_attempts = GT_CALL_ATTEMPTS;
  c->deadline = 60;
}

static double time_left(const struct gt_call *c)
{
  return c->due - gt_loop_now(c->loop);
}

static void stop_everything(struct gt_call *c)
{
  gt_timer_stop(&c->timer);
  gt_defer_cancel(&c->defer);
  gt_limiter_leave(&c->turnstile);
  if (c->in_flight) c->transport->cancel(c->transport, &c->x);
  c->in_flight = c->running = false;
}

void gt_call_cancel(struct gt_call *c)
{
  if (c->running) stop_everything(c);
}

void gt_call_clear(struct gt_call *c)
{
  gt_call_cancel(c);
  gt_exchange_clear(&c->x);
}

static void finish(struct gt_call *c, bool failed)
{
  stop_everything(c);
  c->failed = failed;
  if (failed) {
    c->err.attempts = c->attempts;
    gt_err_copy(c->err.op, sizeof c->err.op, c->op, strlen(c->op));
    gt_err_copy(c->err.provider, sizeof c->err.provider, c->provider,
                strlen(c->provider));
  }
  c->done(c);
}

static void fail_deadline(struct gt_call *c)
{
  struct gt_err last = c->err;
  bool had_error = c->attempts > 0 && !c->in_flight && last.code != GT_OK;
  if (c->in_flight) c->doubtful = true;
  gt_err_set(&c->err, GT_DEADLINE_EXCEEDED, "no answer within %g s", c->deadline);
  if (had_error)
    gt_err_set(&c->err, GT_DEADLINE_EXCEEDED, "gave up after %g s; last: %.600s",
               c->deadline, last.message);
  gt_err_hint(&c->err, "raise `timeout` (or --timeout), or send less at once");
  c->err.status = last.code != GT_OK ? last.status : 0;
  c->err.retryable = c->idempotent;
  finish(c, true);
}

/* n: how many times it failed in this way, from 1. */
static double backoff(struct gt_call *c, int n)
{
  double ceiling = fmin(BACKOFF_CAP, BACKOFF_BASE * exp2(n - 1));
  return ceiling * gt_random_unit(gt_loop_random(c->loop));
}

static void on_backoff_over(struct gt_timer *t) { wait_turn(CALL_OF(t, timer)); }

/* Sends again after `delay`, or gives up at once when the deadline comes first. */
static void retry_after(struct gt_call *c, double delay)
{
  if (delay >= time_left(c)) {
    if (!c->err.hint[0])
      gt_err_hint(&c->err, "raise `timeout`: the next attempt would be in %.1f s",
                  delay);
    finish(c, true);
    return;
  }
  gt_log(GT_LOG_DEBUG, "%s: %s; attempt %d in %.2f s", c->op, c->err.message,
         c->attempts + 1, delay);
  gt_limiter_leave(&c->turnstile);
  gt_timer_start(&c->timer, c->loop, delay, on_backoff_over);
}

static void judge_failure(struct gt_call *c)
{
  gt_status_read(&c->err, &c->x);
  bool no_effect = gt_status_had_no_effect(&c->x, &c->err);
  if (!no_effect && (c->err.retryable || c->err.status == 0)) c->doubtful = true;
  if (gt_status_is_throttle(&c->err)) {
    double pause = c->err.retry_after;
    double delay = backoff(c, ++c->throttles) + pause;
    if (c->limiter) gt_limiter_throttled(c->limiter, fmin(pause, PAUSE_CAP));
    retry_after(c, delay);
    return;
  }
  c->tries++;
  bool again = c->err.retryable && !c->streamed && (c->idempotent || no_effect) &&
               c->tries < c->max_attempts;
  if (!again) {
    finish(c, true);
    return;
  }
  retry_after(c, fmax(backoff(c, c->tries), c->err.retry_after));
}

static void on_exchange_done(struct gt_exchange *x)
{
  struct gt_call *c = CALL_OF(x, x);
  c->in_flight = false;
  gt_timer_stop(&c->timer);
  if (x->failure == GT_WIRE_OK && x->status >= 200 && x->status < 300) {
    if (c->limiter) gt_limiter_success(c->limiter);
    finish(c, false);
  } else {
    judge_failure(c);
  }
}

static void on_time_out(struct gt_timer *t)
{
  struct gt_call *c = CALL_OF(t, timer);
  if (time_left(c) <= 0.0005) {
    fail_deadline(c);
    return;
  }
  c->transport->cancel(c->transport, &c->x);
  c->x.failure = GT_WIRE_TIMEOUT;
  c->x.status = 0;
  on_exchange_done(&c->x);
}

static int mark_streamed(struct gt_exchange *x, const char *bytes, size_t len)
{
  struct gt_call *c = CALL_OF(x, x);
  c->streamed = true;
  return c->user_on_body(x, bytes, len);
}

static void send_attempt(struct gt_turnstile *t)
{
  struct gt_call *c = CALL_OF(t, turnstile);
  gt_timer_stop(&c->timer);
  c->attempts++;
  if (c->transport->start(c->transport, &c->x, &c->err) < 0) {
    c->attempts--;
    finish(c, true);
    return;
  }
  c->in_flight = true;
  double left = time_left(c);
  if (c->attempt_timeout > 0) left = fmin(left, c->attempt_timeout);
  gt_timer_start(&c->timer, c->loop, left, on_time_out);
}

static void on_deadline_in_queue(struct gt_timer *t)
{
  fail_deadline(CALL_OF(t, timer));
}

static void wait_turn(struct gt_call *c)
{
  gt_timer_start(&c->timer, c->loop, time_left(c), on_deadline_in_queue);
  if (c->limiter)
    gt_limiter_enter(c->limiter, &c->turnstile, send_attempt);
  else
    send_attempt(&c->turnstile);
}

static void on_start(struct gt_defer *d) { wait_turn(CALL_OF(d, defer)); }

void gt_call_start(struct gt_call *c)
{
  c->x.done = on_exchange_done;
  c->user_on_body = c->x.on_body;
  if (c->user_on_body) c->x.on_body = mark_streamed;
  c->x.once = !c->idempotent || c->counted;
  c->failed = c->doubtful = c->streamed = false;
  c->attempts = c->tries = c->throttles = 0;
  c->err.code = GT_OK;
  c->due = gt_loop_now(c->loop) + c->deadline;
  c->running = true;
  /* Deferred, so that done() never comes from inside this function. */
  gt_defer_post(&c->defer, c->loop, on_start);
}

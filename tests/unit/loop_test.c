/* loop/ and call/limiter with a virtual clock: order of timers, deferred calls, the
 * adaptive ceiling; net/: origins and server-sent events. */
#include "unit.h"

#include "call/limiter.h"
#include "loop/loop.h"
#include "net/http.h"
#include "net/sse.h"

#include <stdlib.h>

static double virtual_now;

static double mono(void *ctx)
{
  (void)ctx;
  return virtual_now;
}

static void skip(void *ctx, double seconds)
{
  (void)ctx;
  virtual_now += seconds;
}

static struct gt_loop *new_loop(void)
{
  struct gt_loop_options opt = {.mono = mono, .wall = mono, .skip = skip, .seed = 1};
  virtual_now = 1000;
  return gt_loop_new(&opt, NULL);
}

static void run(struct gt_loop *loop)
{
  struct gt_err err;
  for (int i = 0; i < 10000 && gt_loop_busy(loop); i++)
    UNIT_CHECK(gt_loop_turn(loop, 1e6, &err) == 0);
  UNIT_CHECK(!gt_loop_busy(loop));
}

struct ringer {
  struct gt_timer timer; /* first */
  double wanted;
};

static double last_rung;
static int rung;

static void on_ring(struct gt_timer *t)
{
  struct ringer *r = (struct ringer *)t;
  UNIT_CHECK(r->wanted >= last_rung);
  UNIT_CHECK(virtual_now >= r->wanted);
  last_rung = r->wanted;
  rung++;
}

static void timers_fire_in_order(void)
{
  enum { COUNT = 2000 };
  static struct ringer ringers[COUNT];
  struct gt_loop *loop = new_loop();
  struct gt_random random;
  gt_random_seed(&random, 7);
  last_rung = 0;
  rung = 0;
  for (int i = 0; i < COUNT; i++) {
    double seconds = (double)(gt_random_next(&random) % 50000) / 10.0;
    ringers[i].wanted = 1000 + seconds;
    gt_timer_start(&ringers[i].timer, loop, seconds, on_ring);
  }
  for (int i = 0; i < COUNT; i += 3) gt_timer_stop(&ringers[i].timer);
  for (int i = 0; i < COUNT; i += 9) { /* and some again */
    ringers[i].wanted = 1000 + i;
    gt_timer_start(&ringers[i].timer, loop, i, on_ring);
  }
  run(loop);
  UNIT_CHECK(rung == COUNT - (COUNT + 2) / 3 + (COUNT + 8) / 9);
  gt_loop_free(loop);
}

static char trace[32];

struct tracer {
  struct gt_defer defer; /* first */
  char name;
};

static struct tracer extra = {.name = 'x'};
static struct gt_loop *current;

static void on_defer(struct gt_defer *d)
{
  struct tracer *t = (struct tracer *)d;
  size_t n = strlen(trace);
  trace[n] = t->name;
  trace[n + 1] = '\0';
  if (t->name == 'a') gt_defer_post(&extra.defer, current, on_defer);
}

static void deferred_calls_keep_their_order(void)
{
  struct tracer a = {.name = 'a'}, b = {.name = 'b'}, c = {.name = 'c'};
  struct gt_err err;
  current = new_loop();
  trace[0] = '\0';
  gt_defer_post(&a.defer, current, on_defer);
  gt_defer_post(&b.defer, current, on_defer);
  gt_defer_post(&c.defer, current, on_defer);
  gt_defer_cancel(&b.defer);
  gt_loop_turn(current, 0, &err);
  UNIT_STR(trace, "ac"); /* x was posted meanwhile: next turn */
  run(current);
  UNIT_STR(trace, "acx");
  gt_loop_free(current);
}

static int entered;

static void on_enter(struct gt_turnstile *t)
{
  (void)t;
  entered++;
}

static void the_limiter_adapts(void)
{
  struct gt_loop *loop = new_loop();
  struct gt_limiter l;
  static struct gt_turnstile t[16];
  entered = 0;
  gt_limiter_init(&l, loop, 8);
  for (int i = 0; i < 16; i++) gt_limiter_enter(&l, &t[i], on_enter);
  UNIT_CHECK(entered == 8);
  gt_limiter_throttled(&l, 5); /* half of 8, and nobody for five seconds */
  gt_limiter_throttled(&l, 5); /* the same burst */
  UNIT_CHECK(l.limit == 4);
  for (int i = 0; i < 8; i++) gt_limiter_leave(&t[i]);
  double before = virtual_now;
  run(loop);
  UNIT_CHECK(virtual_now >= before + 5 && entered == 12);
  for (int i = 0; i < 1000; i++) gt_limiter_success(&l);
  UNIT_CHECK(l.limit == 8);
  for (int i = 0; i < 16; i++) gt_limiter_leave(&t[i]);
  run(loop);
  for (int i = 0; i < 16; i++) gt_limiter_leave(&t[i]);
  UNIT_CHECK(l.active == 0);
  gt_limiter_clear(&l);
  gt_loop_free(loop);
}

static void origins_are_compared_whole(void)
{
  UNIT_CHECK(gt_http_same_origin("https://a.example/x?y", "https://a.example"));
  UNIT_CHECK(gt_http_same_origin("https://A.example:443/x", "https://a.example"));
  UNIT_CHECK(gt_http_same_origin("http://[::1]:80/", "http://[::1]"));
  UNIT_CHECK(!gt_http_same_origin("http://a.example/", "https://a.example"));
  UNIT_CHECK(!gt_http_same_origin("https://a.example.evil/", "https://a.example"));
  UNIT_CHECK(!gt_http_same_origin("https://a.example@evil/", "https://a.example"));
  UNIT_CHECK(!gt_http_same_origin("https://a.example:8443/", "https://a.example"));
}

static char events[256];

static int on_event(void *ctx, const char *data, size_t len)
{
  (void)ctx;
  snprintf(events + strlen(events), sizeof events - strlen(events), "[%.*s]", (int)len,
           data);
  return 0;
}

static void events_survive_any_cut(void)
{
  static const char stream[] = "\xEF\xBB\xBF: comment\r\ndata: a\r\ndata:b\r\n\r\n"
                               "event: x\ndata: {\"c\":1}\n\nid: 7\rdata: last";
  size_t len = sizeof stream - 1;
  for (size_t step = 1; step <= len; step++) {
    struct gt_sse s;
    events[0] = '\0';
    gt_sse_init(&s, 1000, on_event, NULL);
    for (size_t at = 0; at < len; at += step)
      UNIT_CHECK(gt_sse_feed(&s, stream + at, at + step > len ? len - at : step) == 0);
    UNIT_CHECK(gt_sse_end(&s) == 0);
    UNIT_STR(events, "[a\nb][{\"c\":1}][last]");
    gt_sse_clear(&s);
  }
}

static void an_endless_event_is_refused(void)
{
  struct gt_sse s;
  int rc = 0;
  gt_sse_init(&s, 100, on_event, NULL);
  for (int i = 0; i < 20 && rc == 0; i++) rc = gt_sse_feed(&s, "data: 345678", 12);
  UNIT_CHECK(rc == -1);
  gt_sse_clear(&s);
}

int main(void)
{
  UNIT_RUN(timers_fire_in_order);
  UNIT_RUN(deferred_calls_keep_their_order);
  UNIT_RUN(the_limiter_adapts);
  UNIT_RUN(origins_are_compared_whole);
  UNIT_RUN(events_survive_any_cut);
  UNIT_RUN(an_endless_event_is_refused);
  return unit_report();
}

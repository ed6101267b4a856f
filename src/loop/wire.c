/* Exchanges over curl_multi. See wire.h. */
#include "loop/wire.h"

#include "net/curl_so.h"
#include "net/easy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  /* libcurl walks the list of a host's connections for every request to find an idle
   * one, so the cost of a request grows with their number: several short lists are used
   * instead of one long. */
  LANES = 16,
  LANE_TRANSFERS = 64,
  /* Kept-alive connections of a lane; fewer than its transfers means a new TLS
   * handshake for every request beyond. The last lane takes what is over. */
  LANE_CONNECTIONS = 1024,
  /* Of one turn: sockets looked at, and new transfers started; more transfers wait in
   * line. A server that answers faster than this process asks meets few connections,
   * whose memory stays in the cache, and a slow one has all of them soon. Fewer starts
   * than events, or the line, once empty, would not come back. */
  EVENTS = 24,
  STARTS = 16,
};

/* A curl multi handle with its transfers, connections and its one timer. */
struct lane {
  struct gt_wire *wire;
  CURLM *multi; /* NULL until it is needed */
  int running;
  bool has_due, due_is_new; /* new: not yet seen by the loop */
  double due;
  long due_ms;
};

struct gt_wire {
  struct gt_transport transport; /* first: the transport is the wire */
  const struct gt_curl_so *so;
  struct gt_easy_pool *pool;
  struct gt_sockets sockets;
  int running;                      /* also those in line */
  int starts;                       /* left until the sockets are looked at */
  struct gt_exchange *first, *last; /* in line */
  int lane_count;                   /* those with a multi handle */
  struct lane lanes[LANES];
};

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *unused)
{
  struct lane *lane = ctx;
  int wanted = what == CURL_POLL_IN      ? GT_SOCKET_IN
               : what == CURL_POLL_OUT   ? GT_SOCKET_OUT
               : what == CURL_POLL_INOUT ? GT_SOCKET_IN | GT_SOCKET_OUT
                                         : 0;
  (void)easy;
  (void)unused;
  return gt_sockets_want(&lane->wire->sockets, fd, wanted, lane);
}

static int on_timer(CURLM *multi, long ms, void *ctx)
{
  struct lane *lane = ctx;
  (void)multi;
  lane->has_due = lane->due_is_new = ms >= 0;
  lane->due_ms = ms;
  return 0;
}

static int open_wire(struct gt_wire *w, struct gt_err *err)
{
  if (w->pool) return 0;
  w->so = gt_curl_so(err);
  if (!w->so) return -1;
  if (w->sockets.epoll < 0 && gt_sockets_open(&w->sockets, err) < 0) return -1;
  w->pool = gt_easy_pool_new(&w->sockets, err);
  return w->pool ? 0 : -1;
}

static int open_lane(struct gt_wire *w, struct lane *lane, struct gt_err *err)
{
  lane->multi = w->so->curl_multi_init();
  if (!lane->multi) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  lane->wire = w;
  w->lane_count++;
  w->so->curl_multi_setopt(lane->multi, CURLMOPT_MAXCONNECTS, (long)LANE_CONNECTIONS);
  w->so->curl_multi_setopt(lane->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  w->so->curl_multi_setopt(lane->multi, CURLMOPT_SOCKETDATA, lane);
  w->so->curl_multi_setopt(lane->multi, CURLMOPT_TIMERFUNCTION, on_timer);
  w->so->curl_multi_setopt(lane->multi, CURLMOPT_TIMERDATA, lane);
  return 0;
}

/* The first lane with room: few transfers stay together and find idle connections. */
static struct lane *choose_lane(struct gt_wire *w, struct gt_err *err)
{
  int i = 0;
  while (i < LANES - 1 && w->lanes[i].running >= LANE_TRANSFERS) i++;
  struct lane *lane = &w->lanes[i];
  if (!lane->multi && open_lane(w, lane, err) < 0) return NULL;
  return lane;
}

static int launch(struct gt_wire *w, struct gt_exchange *x, struct gt_err *err)
{
  struct lane *lane = choose_lane(w, err);
  if (!lane) return -1;
  struct gt_easy *e = gt_easy_take(w->pool, x, err);
  if (!e) return -1;
  CURLMcode rc = w->so->curl_multi_add_handle(lane->multi, gt_easy_curl(e));
  if (rc != CURLM_OK) {
    gt_easy_give(w->pool, e);
    return gt_err_set(err, GT_INTERNAL, "curl_multi_add_handle: %s",
                      w->so->curl_multi_strerror(rc));
  }
  gt_easy_set_owner(e, lane);
  x->impl = e;
  lane->running++;
  w->starts--;
  return 0;
}

static void enter_line(struct gt_wire *w, struct gt_exchange *x)
{
  x->next = NULL;
  x->prev = w->last;
  *(w->last ? &w->last->next : &w->first) = x;
  w->last = x;
  x->impl = w;
}

static void leave_line(struct gt_wire *w, struct gt_exchange *x)
{
  *(x->prev ? &x->prev->next : &w->first) = x->next;
  *(x->next ? &x->next->prev : &w->last) = x->prev;
  x->impl = NULL;
}

static int wire_start(struct gt_transport *t, struct gt_exchange *x, struct gt_err *err)
{
  struct gt_wire *w = (struct gt_wire *)t;
  if (open_wire(w, err) < 0) return -1;
  gt_exchange_reset(x);
  if (w->first || w->starts <= 0)
    enter_line(w, x);
  else if (launch(w, x, err) < 0)
    return -1;
  w->running++;
  return 0;
}

/* Launches what is in line; one that cannot be is done at once. */
static int launch_line(struct gt_wire *w)
{
  int finished = 0;
  w->starts = STARTS;
  while (w->first && w->starts > 0) {
    struct gt_err err;
    struct gt_exchange *x = w->first;
    leave_line(w, x);
    if (launch(w, x, &err) == 0) continue;
    w->running--;
    x->failure = err.code == GT_INVALID_ARGUMENT ? GT_WIRE_BAD_URL : GT_WIRE_LOCAL;
    gt_err_copy(x->detail, sizeof x->detail, err.message, strlen(err.message));
    x->done(x);
    finished++;
  }
  return finished;
}

static void release(struct gt_wire *w, struct gt_easy *e)
{
  struct lane *lane = gt_easy_owner(e);
  gt_easy_exchange(e)->impl = NULL;
  w->so->curl_multi_remove_handle(lane->multi, gt_easy_curl(e));
  gt_easy_give(w->pool, e);
  lane->running--;
  w->running--;
}

static void wire_cancel(struct gt_transport *t, struct gt_exchange *x)
{
  struct gt_wire *w = (struct gt_wire *)t;
  if (x->impl == w) {
    leave_line(w, x);
    w->running--;
  } else if (x->impl) {
    release(w, x->impl);
  }
}

struct gt_wire *gt_wire_new(void)
{
  struct gt_wire *w = calloc(1, sizeof *w);
  if (!w) return NULL;
  w->transport = (struct gt_transport){.start = wire_start, .cancel = wire_cancel};
  w->sockets.epoll = -1;
  w->starts = STARTS;
  return w;
}

void gt_wire_free(struct gt_wire *w)
{
  if (!w) return;
  for (int i = 0; i < w->lane_count; i++) w->so->curl_multi_cleanup(w->lanes[i].multi);
  gt_easy_pool_free(w->pool);
  gt_sockets_close(&w->sockets);
  free(w);
}

struct gt_transport *gt_wire_transport(struct gt_wire *w)
{
  return w ? &w->transport : NULL;
}

int gt_wire_running(const struct gt_wire *w) { return w ? w->running : 0; }

int gt_wire_fd(const struct gt_wire *w)
{
  return w && w->running > 0 ? w->sockets.epoll : -1;
}

static int lane_timeout(const struct lane *lane, double now)
{
  if (lane->running == 0 || !lane->has_due) return -1;
  if (lane->due_is_new) return (int)lane->due_ms;
  double left = (lane->due - now) * 1000.0;
  return left > 0 ? (int)ceil(left) : 0;
}

int gt_wire_timeout(const struct gt_wire *w, double now)
{
  int soonest = w && w->first ? 0 : -1;
  for (int i = 0; w && i < w->lane_count; i++) {
    int ms = lane_timeout(&w->lanes[i], now);
    if (ms >= 0 && (soonest < 0 || ms < soonest)) soonest = ms;
  }
  return soonest;
}

/* libcurl says "in so many milliseconds"; the loop's clock makes a time of it. */
static bool timer_is_due(struct lane *lane, double now)
{
  if (!lane->has_due) return false;
  if (lane->due_is_new) {
    lane->due = now + (double)lane->due_ms / 1000.0;
    lane->due_is_new = false;
  }
  if (lane->due > now) return false;
  lane->has_due = false;
  return true;
}

static int finish_done(struct gt_wire *w, struct lane *lane)
{
  int left, finished = 0;
  CURLMsg *msg;
  while (lane->running > 0 && (msg = w->so->curl_multi_info_read(lane->multi, &left))) {
    if (msg->msg != CURLMSG_DONE) continue;
    struct gt_easy *e = NULL;
    w->so->curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, (char **)&e);
    gt_easy_finish(e, (int)msg->data.result);
    struct gt_exchange *x = gt_easy_exchange(e);
    release(w, e);
    x->done(x);
    finished++;
  }
  return finished;
}

int gt_wire_perform(struct gt_wire *w, double now)
{
  if (!w || w->running == 0) return 0;
  int running, finished = 0;
  struct gt_socket_event events[EVENTS];
  int n = gt_sockets_ready(&w->sockets, events, EVENTS);
  for (int i = 0; i < n; i++) {
    struct lane *lane = events[i].owner;
    int bits = (events[i].ready & GT_SOCKET_IN ? CURL_CSELECT_IN : 0) |
               (events[i].ready & GT_SOCKET_OUT ? CURL_CSELECT_OUT : 0);
    w->so->curl_multi_socket_action(lane->multi, events[i].fd, bits, &running);
  }
  for (int i = 0; i < w->lane_count; i++) {
    struct lane *lane = &w->lanes[i];
    if (timer_is_due(lane, now))
      w->so->curl_multi_socket_action(lane->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    finished += finish_done(w, lane);
  }
  return finished + launch_line(w);
}

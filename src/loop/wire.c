/* Exchanges over curl_multi. See wire.h. */
#include "loop/wire.h"

#include "net/curl_so.h"
#include "net/easy.h"

#include <math.h>
#include <stdlib.h>

enum {
  /* Kept-alive connections; fewer than the concurrency means a new TLS handshake for
   * every request beyond. */
  MAX_CONNECTIONS = 1024,
  EVENTS = 256, /* a call of epoll_wait */
};

struct gt_wire {
  struct gt_transport transport; /* first: the transport is the wire */
  const struct gt_curl_so *so;
  CURLM *multi; /* NULL until the first exchange */
  struct gt_easy_pool *pool;
  struct gt_sockets sockets;
  int running;
  bool has_due, due_is_new; /* libcurl's one timer; new: not yet seen by the loop */
  double due;
  long due_ms;
};

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *unused)
{
  struct gt_wire *w = ctx;
  int wanted = what == CURL_POLL_IN      ? GT_SOCKET_IN
               : what == CURL_POLL_OUT   ? GT_SOCKET_OUT
               : what == CURL_POLL_INOUT ? GT_SOCKET_IN | GT_SOCKET_OUT
                                         : 0;
  (void)easy;
  (void)unused;
  return gt_sockets_want(&w->sockets, fd, wanted);
}

static int on_timer(CURLM *multi, long ms, void *ctx)
{
  struct gt_wire *w = ctx;
  (void)multi;
  w->has_due = w->due_is_new = ms >= 0;
  w->due_ms = ms;
  return 0;
}

static int open_wire(struct gt_wire *w, struct gt_err *err)
{
  if (w->multi) return 0;
  w->so = gt_curl_so(err);
  if (!w->so) return -1;
  if (w->sockets.epoll < 0 && gt_sockets_open(&w->sockets, err) < 0) return -1;
  if (!w->pool) w->pool = gt_easy_pool_new(&w->sockets, err);
  if (!w->pool) return -1;
  w->multi = w->so->curl_multi_init();
  if (!w->multi) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  w->so->curl_multi_setopt(w->multi, CURLMOPT_MAXCONNECTS, (long)MAX_CONNECTIONS);
  w->so->curl_multi_setopt(w->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  w->so->curl_multi_setopt(w->multi, CURLMOPT_SOCKETDATA, w);
  w->so->curl_multi_setopt(w->multi, CURLMOPT_TIMERFUNCTION, on_timer);
  w->so->curl_multi_setopt(w->multi, CURLMOPT_TIMERDATA, w);
  return 0;
}

static int wire_start(struct gt_transport *t, struct gt_exchange *x, struct gt_err *err)
{
  struct gt_wire *w = (struct gt_wire *)t;
  if (open_wire(w, err) < 0) return -1;
  gt_exchange_reset(x);
  struct gt_easy *e = gt_easy_take(w->pool, x, err);
  if (!e) return -1;
  CURLMcode rc = w->so->curl_multi_add_handle(w->multi, gt_easy_curl(e));
  if (rc != CURLM_OK) {
    gt_easy_give(w->pool, e);
    return gt_err_set(err, GT_INTERNAL, "curl_multi_add_handle: %s",
                      w->so->curl_multi_strerror(rc));
  }
  x->impl = e;
  w->running++;
  return 0;
}

static void release(struct gt_wire *w, struct gt_easy *e)
{
  gt_easy_exchange(e)->impl = NULL;
  w->so->curl_multi_remove_handle(w->multi, gt_easy_curl(e));
  gt_easy_give(w->pool, e);
  w->running--;
}

static void wire_cancel(struct gt_transport *t, struct gt_exchange *x)
{
  if (x->impl) release((struct gt_wire *)t, x->impl);
}

struct gt_wire *gt_wire_new(void)
{
  struct gt_wire *w = calloc(1, sizeof *w);
  if (!w) return NULL;
  w->transport = (struct gt_transport){.start = wire_start, .cancel = wire_cancel};
  w->sockets.epoll = -1;
  return w;
}

void gt_wire_free(struct gt_wire *w)
{
  if (!w) return;
  if (w->multi) w->so->curl_multi_cleanup(w->multi);
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

int gt_wire_timeout(const struct gt_wire *w, double now)
{
  if (!w || w->running == 0 || !w->has_due) return -1;
  if (w->due_is_new) return (int)w->due_ms;
  double left = (w->due - now) * 1000.0;
  return left > 0 ? (int)ceil(left) : 0;
}

/* libcurl says "in so many milliseconds"; the loop's clock makes a time of it. */
static bool timer_is_due(struct gt_wire *w, double now)
{
  if (!w->has_due) return false;
  if (w->due_is_new) {
    w->due = now + (double)w->due_ms / 1000.0;
    w->due_is_new = false;
  }
  if (w->due > now) return false;
  w->has_due = false;
  return true;
}

static int finish_done(struct gt_wire *w)
{
  int left, finished = 0;
  CURLMsg *msg;
  while (w->running > 0 && (msg = w->so->curl_multi_info_read(w->multi, &left))) {
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
  int running;
  struct gt_socket_event events[EVENTS];
  int n = gt_sockets_ready(&w->sockets, events, EVENTS);
  for (int i = 0; i < n; i++) {
    int bits = (events[i].ready & GT_SOCKET_IN ? CURL_CSELECT_IN : 0) |
               (events[i].ready & GT_SOCKET_OUT ? CURL_CSELECT_OUT : 0);
    w->so->curl_multi_socket_action(w->multi, events[i].fd, bits, &running);
  }
  if (timer_is_due(w, now))
    w->so->curl_multi_socket_action(w->multi, CURL_SOCKET_TIMEOUT, 0, &running);
  return finish_done(w);
}

/* Exchanges over curl_multi. See wire.h. */
#include "loop/wire.h"

#include "net/curl_so.h"
#include "net/easy.h"

#include <poll.h>
#include <stdlib.h>

enum {
  /* Kept-alive connections; fewer than the concurrency means a new TLS handshake for
   * every request beyond. */
  MAX_CONNECTIONS = 1024,
  MAX_FOREIGN = 64, /* as many as loop.c hands over */
};

struct gt_wire {
  struct gt_transport transport; /* first: the transport is the wire */
  const struct gt_curl_so *so;
  CURLM *multi; /* NULL until the first exchange */
  struct gt_easy_pool *pool;
  int running;
};

static int open_wire(struct gt_wire *w, struct gt_err *err)
{
  if (w->multi) return 0;
  w->so = gt_curl_so(err);
  if (!w->so) return -1;
  if (!w->pool) w->pool = gt_easy_pool_new(err);
  if (!w->pool) return -1;
  w->multi = w->so->curl_multi_init();
  if (!w->multi) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  w->so->curl_multi_setopt(w->multi, CURLMOPT_MAXCONNECTS, (long)MAX_CONNECTIONS);
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
  if (w)
    w->transport = (struct gt_transport){.start = wire_start, .cancel = wire_cancel};
  return w;
}

void gt_wire_free(struct gt_wire *w)
{
  if (!w) return;
  if (w->multi) w->so->curl_multi_cleanup(w->multi);
  gt_easy_pool_free(w->pool);
  free(w);
}

struct gt_transport *gt_wire_transport(struct gt_wire *w)
{
  return w ? &w->transport : NULL;
}

int gt_wire_running(const struct gt_wire *w) { return w ? w->running : 0; }

int gt_wire_poll(struct gt_wire *w, struct pollfd *fds, int n, int ms,
                 struct gt_err *err)
{
  struct curl_waitfd extra[MAX_FOREIGN];
  for (int i = 0; i < n; i++)
    extra[i] = (struct curl_waitfd){
        .fd = fds[i].fd,
        .events = (short)((fds[i].events & POLLIN ? CURL_WAIT_POLLIN : 0) |
                          (fds[i].events & POLLOUT ? CURL_WAIT_POLLOUT : 0))};
  CURLMcode rc = w->so->curl_multi_poll(w->multi, extra, (unsigned)n, ms, NULL);
  if (rc != CURLM_OK)
    return gt_err_set(err, GT_INTERNAL, "curl_multi_poll: %s",
                      w->so->curl_multi_strerror(rc));
  for (int i = 0; i < n; i++)
    fds[i].revents = (short)((extra[i].revents & CURL_WAIT_POLLIN ? POLLIN : 0) |
                             (extra[i].revents & CURL_WAIT_POLLOUT ? POLLOUT : 0));
  return 0;
}

int gt_wire_perform(struct gt_wire *w)
{
  if (!w || w->running == 0) return 0;
  int running, left, finished = 0;
  w->so->curl_multi_perform(w->multi, &running);
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

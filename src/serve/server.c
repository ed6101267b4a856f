/* The listener. See server.h. libmicrohttpd in its external epoll mode: its one
 * descriptor is watched by the loop, MHD_run moves what is ready, and what it wants to
 * be called for without an event is a timer. */
#include "base/clock.h"
#include "base/log.h"
#include "loop/loop.h"
#include "serve/address.h"
#include "serve/exchange.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
  MAX_CONNECTIONS = 1024,
  OTHER_FILES = 64, /* descriptors left for everything but connections */
  CONNECTION_MEMORY = 32 * 1024,
  IDLE_TIMEOUT = 120,
  DEFAULT_MAX_BODY = 64 * 1024 * 1024,
};
/* Of all requests' bodies together. */
static const size_t MAX_HELD = (size_t)1 << 29;
/* A refused body is read to its end all the same, since a client that is still sending
 * may never see the answer; but not without end. */
static const uint64_t MAX_DROPPED = (uint64_t)1 << 28;

struct gt_server {
  struct gt_watch watch;
  struct gt_timer timer;
  struct gt_loop *loop;
  const struct gt_mhd_so *so;
  struct MHD_Daemon *daemon;
  struct gt_serve_options opt;
  struct gt_serve_address address;
  size_t held;
  bool running; /* inside MHD_run */
  bool doomed;  /* freed while running */
};

/* --- one request --- */

static void log_request(const struct gt_server *s, const struct gt_serve_exchange *x,
                        const char *method, int status)
{
  enum gt_log_level level = s->opt.log_requests ? GT_LOG_INFO : GT_LOG_DEBUG;
  char path[200];
  size_t n = 0;
  if (gt_log_level() < level) return;
  for (const char *p = x->req.path; *p && n < sizeof path - 5; p++) {
    bool visible = (unsigned char)*p > 0x20 && *p != 0x7F;
    n += (size_t)snprintf(path + n, 5, visible ? "%c" : "\\x%02x", (unsigned char)*p);
  }
  path[n] = '\0';
  gt_log(level, "%s %s %d %.1f ms", method, path, status,
         (gt_clock_mono() - x->started) * 1000);
}

static enum MHD_Result answer(struct gt_server *s, struct gt_serve_exchange *x,
                              struct MHD_Connection *c, const char *method)
{
  struct gt_serve_response res;
  int status = 0;
  gt_serve_response_init(&res);
  if (s->doomed)
    gt_serve_refuse(x, 503, GT_UNAVAILABLE, "The server is shutting down.");
  if (x->refusal) {
    gt_serve_fail(&res, x->refusal, x->code, x->why);
  } else {
    x->req.method = strcmp(method, "HEAD") == 0 ? "GET" : method;
    x->req.body = gt_buf_str(&x->body);
    x->req.body_len = x->body.len;
    x->req.origin = x->origin;
    s->opt.handle(s->opt.ctx, &x->req, &res);
  }
  gt_serve_exchange_drop(x); /* a slow reader of the answer need not keep it */
  enum MHD_Result ok = gt_serve_response_queue(&status, &res, s->so, c);
  gt_serve_response_clear(&res);
  log_request(s, x, method, status);
  return ok;
}

static const char *header(const struct gt_server *s, struct MHD_Connection *c,
                          const char *name)
{
  return s->so->MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

/* The headers are there, the body is not: nothing has been promised yet. */
static enum MHD_Result begin(struct gt_server *s, struct gt_serve_exchange *x,
                             struct MHD_Connection *c, const char *method)
{
  x->begun = true;
  gt_buf_init(&x->body, s->opt.max_body);
  x->held = &s->held;
  if (gt_serve_exchange_headers(x, s->so, c) < 0) return MHD_NO;
  gt_serve_guard(x, header(s, c, "host"), header(s, c, "origin"), s->address.text,
                 s->address.loopback);
  const char *length = header(s, c, "content-length");
  uint64_t announced = length ? strtoull(length, NULL, 10) : 0;
  if (announced > s->opt.max_body)
    gt_serve_refuse(x, 413, GT_INVALID_ARGUMENT, "The request body is too large.");
  bool asks_first = header(s, c, "expect") != NULL;
  if (x->refusal && (asks_first || announced > s->opt.max_body + MAX_DROPPED))
    return answer(s, x, c, method);
  return MHD_YES;
}

static enum MHD_Result take_body(struct gt_server *s, struct gt_serve_exchange *x,
                                 const char *bytes, size_t n)
{
  if (!x->refusal && n > s->opt.max_body - x->body.len)
    gt_serve_refuse(x, 413, GT_INVALID_ARGUMENT, "The request body is too large.");
  else if (!x->refusal && n > MAX_HELD - s->held)
    gt_serve_refuse(x, 503, GT_UNAVAILABLE, "Too many large requests at once.");
  if (x->refusal) {
    gt_serve_exchange_drop(x);
    x->dropped += n;
    return x->dropped > MAX_DROPPED ? MHD_NO : MHD_YES;
  }
  size_t before = x->body.len;
  if (gt_buf_add(&x->body, bytes, n) < 0) {
    s->held -= before;
    gt_serve_refuse(x, 503, GT_UNAVAILABLE, "Out of memory.");
    return MHD_YES;
  }
  s->held += n;
  return MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version,
                                  const char *bytes, size_t *n, void **req_cls)
{
  struct gt_server *s = cls;
  struct gt_serve_exchange *x = *req_cls;
  (void)url;
  (void)version;
  if (!x) return MHD_NO; /* out of memory */
  if (!x->begun) return begin(s, x, c, method);
  if (*n == 0) return answer(s, x, c, method);
  enum MHD_Result ok = take_body(s, x, bytes, *n);
  *n = 0;
  return ok;
}

static void *on_line(void *cls, const char *uri, struct MHD_Connection *c)
{
  (void)cls;
  (void)c;
  struct gt_serve_exchange *x = gt_serve_exchange_new(uri);
  if (x) x->started = gt_clock_mono();
  return x;
}

static void on_completed(void *cls, struct MHD_Connection *c, void **req_cls,
                         enum MHD_RequestTerminationCode why)
{
  (void)cls;
  (void)c;
  (void)why;
  gt_serve_exchange_free(*req_cls);
  *req_cls = NULL;
}

/* --- on the loop --- */

static void on_timer(struct gt_timer *t);

static void run(struct gt_server *s)
{
  MHD_UNSIGNED_LONG_LONG ms;
  s->running = true;
  s->so->MHD_run(s->daemon);
  s->running = false;
  if (s->doomed)
    gt_server_free(s);
  else if (s->so->MHD_get_timeout(s->daemon, &ms) == MHD_YES)
    gt_timer_start(&s->timer, s->loop, (double)ms / 1000, on_timer);
  else
    gt_timer_stop(&s->timer);
}

static void on_timer(struct gt_timer *t)
{
  run((struct gt_server *)((char *)t - offsetof(struct gt_server, timer)));
}

static void on_ready(struct gt_watch *w, short revents)
{
  (void)revents;
  run((struct gt_server *)((char *)w - offsetof(struct gt_server, watch)));
}

static void on_message(void *cls, const char *fmt, va_list ap)
{
  char text[512];
  (void)cls;
  vsnprintf(text, sizeof text, fmt, ap);
  text[strcspn(text, "\n")] = '\0';
  gt_log(GT_LOG_DEBUG, "libmicrohttpd: %s", text);
}

static unsigned connection_limit(void)
{
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) < 0 ||
      files.rlim_cur >= MAX_CONNECTIONS + OTHER_FILES)
    return MAX_CONNECTIONS;
  return files.rlim_cur > 2 * OTHER_FILES ? (unsigned)files.rlim_cur - OTHER_FILES
                                          : OTHER_FILES;
}

static int start(struct gt_server *s, int fd, struct gt_err *err)
{
  s->daemon = s->so->MHD_start_daemon(
      MHD_USE_EPOLL | MHD_USE_TURBO | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request, s,
      MHD_OPTION_EXTERNAL_LOGGER, on_message, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
      MHD_OPTION_CONNECTION_LIMIT, connection_limit(), MHD_OPTION_CONNECTION_TIMEOUT,
      s->opt.idle_timeout, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
      (size_t)CONNECTION_MEMORY, MHD_OPTION_URI_LOG_CALLBACK, on_line, s,
      MHD_OPTION_NOTIFY_COMPLETED, on_completed, s, MHD_OPTION_END);
  if (!s->daemon)
    return gt_err_set(err, GT_INTERNAL, "libmicrohttpd does not start on %s",
                      s->address.text);
  const union MHD_DaemonInfo *info =
      s->so->MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
  gt_watch_start(&s->watch, s->loop, info->epoll_fd, POLLIN, true, on_ready);
  return 0;
}

int gt_server_new(struct gt_server **out, struct gt_loop *loop,
                  const struct gt_serve_options *opt, struct gt_err *err)
{
  int fd = -1;
  const struct gt_mhd_so *so = gt_mhd_so(err);
  *out = NULL;
  if (!so) return -1;
  struct gt_server *s = calloc(1, sizeof *s);
  if (!s) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  s->loop = loop;
  s->so = so;
  s->opt = *opt;
  s->opt.host = NULL; /* borrowed from the caller */
  if (!s->opt.max_body) s->opt.max_body = DEFAULT_MAX_BODY;
  if (!s->opt.idle_timeout) s->opt.idle_timeout = IDLE_TIMEOUT;
  if (gt_serve_listen(&fd, &s->address, opt->host ? opt->host : "127.0.0.1", opt->port,
                      opt->allow_remote, err) < 0 ||
      start(s, fd, err) < 0) {
    /* libmicrohttpd has closed the socket, or the process is out of memory. */
    free(s);
    return -1;
  }
  *out = s;
  return 0;
}

void gt_server_free(struct gt_server *s)
{
  if (!s) return;
  gt_watch_stop(&s->watch);
  gt_timer_stop(&s->timer);
  s->doomed = true;
  if (s->running) return; /* run() comes back here */
  s->so->MHD_stop_daemon(s->daemon);
  free(s);
}

int gt_server_port(const struct gt_server *s) { return s->address.port; }

const char *gt_server_address(const struct gt_server *s) { return s->address.text; }

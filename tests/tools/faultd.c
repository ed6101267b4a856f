/*
 * faultd: a scripted HTTP/1.1 server that misbehaves on request. The wire tests start
 * it, read its port from --port-file, and check afterwards what it saw in --log. One
 * thread per connection, loopback only, no TLS. README.md here holds the script's
 * grammar. It never guesses an answer: what no rule covers gets 404.
 */
#define _GNU_SOURCE
#include "faultd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int stop_write = -1;

static void on_signal(int sig)
{
  (void)sig;
  if (write(stop_write, "x", 1) < 0) return; /* the pipe is full: told already */
}

/* Counts the hit and picks the reply; NULL when no rule matches. */
static const struct faultd_reply *match(struct faultd_server *srv,
                                        struct faultd_request *q)
{
  const struct faultd_reply *found = NULL;
  uint64_t number = 0;
  pthread_mutex_lock(&srv->lock);
  q->serial = ++srv->serial;
  for (struct faultd_rule *rule = srv->script.rules; rule; rule = rule->next) {
    number++;
    if (!faultd_glob(rule->method, q->method) || !faultd_glob(rule->glob, q->path))
      continue;
    uint64_t left = rule->hits++;
    found = rule->replies;
    q->rule = number;
    q->hit = left + 1;
    for (q->reply = 1; found->next && left >= found->times; q->reply++) {
      left -= found->times;
      found = found->next;
    }
    break;
  }
  pthread_mutex_unlock(&srv->lock);
  return found;
}

static void put_unmatched(struct faultd_buf *out, const struct faultd_request *q)
{
  struct faultd_buf text = {0}, body = {0};
  faultd_buf_printf(&text, "faultd: no rule for %s %s", q->method, q->path);
  faultd_buf_printf(&body,
                    "{\"error\":{\"code\":404,\"status\":\"NOT_FOUND\",\"message\":");
  faultd_buf_json(&body, text.p, text.len);
  faultd_buf_printf(&body, "}}");
  faultd_buf_printf(out,
                    "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n"
                    "Content-Length: %zu\r\n\r\n%s",
                    body.len, body.p);
  faultd_buf_clear(&text);
  faultd_buf_clear(&body);
}

static enum faultd_end answer(struct faultd_conn *c, struct faultd_request *q,
                              struct faultd_buf *ready)
{
  static char http[] = "HTTP/1.1", none[] = "";
  static const struct faultd_reply plain = {
      .status = 200, .version = http, .reason = none};
  const struct faultd_reply *rule = match(c->srv, q), *r = rule ? rule : &plain;
  bool upload = rule ? r->plan.on : faultd_upload_owns(q), reset = false;
  struct faultd_upload u;
  if (upload) faultd_upload_begin(&u, c->srv, q, rule ? &r->plan : NULL);
  bool gone = faultd_conn_stall(c, r->stall_reading) != 0;
  bool deaf = gone || r->cut.place == FAULTD_BEFORE_READING;
  if (!deaf && q->expect && !r->no_continue)
    gone = deaf = faultd_conn_send(c, "HTTP/1.1 100 Continue\r\n\r\n", 25) != 0;
  if (!deaf) faultd_request_body(q, c, upload ? faultd_upload_sink : NULL, &u);
  bool cut = deaf || r->cut.place == FAULTD_AFTER_READING;
  if (upload && !deaf)
    reset = !faultd_upload_finish(&u, q, ready);
  else if (!rule && !upload)
    put_unmatched(ready, q);
  faultd_log_request(q, c);
  if (gone) return FAULTD_END_GONE;
  if (cut) return r->cut.reset ? FAULTD_END_RESET : FAULTD_END_CLOSE;
  if (reset && (q->complete || u.dropped)) return FAULTD_END_RESET;
  if (!q->complete) return FAULTD_END_GONE;
  return faultd_reply_send(c, q, r, ready->len ? ready : NULL);
}

/* Ends the connection so that the peer sees a FIN after all that was sent: closing with
   unread input would send a reset instead. */
static void close_gently(struct faultd_conn *c)
{
  char block[65536];
  shutdown(c->fd, SHUT_WR);
  for (double end = faultd_clock() + 2; faultd_clock() < end;) {
    if (faultd_conn_wait(c, POLLIN, 100) < 0) break;
    ssize_t r = recv(c->fd, block, sizeof block, MSG_DONTWAIT);
    if (r == 0 || (r < 0 && errno != EAGAIN)) break;
  }
}

/* A reset drops what is still unsent, so wait until the peer has it. */
static void close_hard(struct faultd_conn *c)
{
  struct linger hard = {.l_onoff = 1};
  int unsent = 0;
  for (int i = 0; i < 500 && !ioctl(c->fd, TIOCOUTQ, &unsent) && unsent; i++)
    if (faultd_conn_stall(c, 0.002)) break;
  setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

static enum faultd_end serve_requests(struct faultd_conn *c)
{
  for (;;) {
    struct faultd_request q;
    struct faultd_buf ready = {0};
    if (c->poisoned) {
      char byte;
      if (!c->in_len &&
          (faultd_conn_wait(c, POLLIN, -1) < 0 || recv(c->fd, &byte, 1, MSG_PEEK) <= 0))
        return FAULTD_END_GONE;
      faultd_log_event(c, "\"stale\"");
      return FAULTD_END_RESET;
    }
    int got = faultd_request_head(&q, c);
    enum faultd_end end = FAULTD_END_GONE;
    if (got > 0) {
      end = answer(c, &q, &ready);
    } else if (got == -2) {
      static const char too_large[] = "HTTP/1.1 431 Request Header Fields Too Large\r\n"
                                      "Connection: close\r\nContent-Length: 0\r\n\r\n";
      faultd_log_event(c, "\"bad-request\"");
      faultd_conn_send(c, too_large, sizeof too_large - 1);
      end = FAULTD_END_CLOSE;
    }
    faultd_request_clear(&q);
    faultd_buf_clear(&ready);
    if (end != FAULTD_END_KEEP) return end;
  }
}

static enum faultd_end conn_fault(struct faultd_conn *c)
{
  for (struct faultd_on_conn *oc = c->srv->script.on_conns; oc; oc = oc->next) {
    if (oc->conn && oc->conn != c->id) continue;
    if (oc->fault == FAULTD_CONN_RESET) return FAULTD_END_RESET;
    if (oc->fault == FAULTD_CONN_CLOSE) return FAULTD_END_CLOSE;
    faultd_conn_stall(c, 86400);
    return FAULTD_END_GONE;
  }
  return FAULTD_END_KEEP;
}

static void *conn_main(void *arg)
{
  static const char *const names[] = {"keep", "close", "reset", "gone"};
  struct faultd_conn *c = arg;
  faultd_log_event(c, "\"open\"");
  enum faultd_end end = conn_fault(c);
  if (end == FAULTD_END_KEEP) end = serve_requests(c);
  if (end == FAULTD_END_CLOSE) close_gently(c);
  if (end == FAULTD_END_RESET) close_hard(c);
  faultd_log_event(c, "\"close\",\"how\":\"%s\"", names[end]);
  close(c->fd);
  atomic_store(&c->done, true);
  return NULL;
}

/* Joins the threads that have ended, or all of them. */
static void reap(struct faultd_conn **list, bool all)
{
  for (struct faultd_conn **at = list, *c; (c = *at);) {
    if (!all && !atomic_load(&c->done)) {
      at = &c->next;
      continue;
    }
    *at = c->next;
    pthread_join(c->thread, NULL);
    free(c);
  }
}

static void accept_one(struct faultd_server *srv, struct faultd_conn **list,
                       unsigned id)
{
  int one = 1, fd = accept4(srv->listen_fd, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0) return;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  struct faultd_conn *c = faultd_alloc(sizeof *c);
  c->srv = srv;
  c->fd = fd;
  c->id = id;
  if (pthread_create(&c->thread, NULL, conn_main, c)) {
    fprintf(stderr, "faultd: cannot start a thread\n");
    close(fd);
    free(c);
    return;
  }
  c->next = *list;
  *list = c;
}

static void serve(struct faultd_server *srv, bool until_eof)
{
  struct faultd_conn *list = NULL;
  struct pollfd p[3] = {{.fd = srv->listen_fd, .events = POLLIN},
                        {.fd = srv->stop_fd, .events = POLLIN},
                        {.fd = until_eof ? 0 : -1, .events = POLLIN}};
  char block[256];
  for (unsigned id = 1;;) {
    if (poll(p, 3, -1) < 0 && errno != EINTR) break;
    if (p[1].revents) break;
    if (p[2].revents && read(0, block, sizeof block) <= 0) on_signal(0);
    if (p[0].revents) accept_one(srv, &list, id++);
    reap(&list, false);
  }
  reap(&list, true);
}

static int fail(const char *what)
{
  fprintf(stderr, "faultd: %s: %s\n", what, strerror(errno));
  return -1;
}

static int write_port(const struct faultd_server *srv, const char *path)
{
  struct faultd_buf tmp = {0};
  faultd_buf_printf(&tmp, "%s.tmp", path);
  FILE *f = fopen(tmp.p, "w");
  int rc = -1;
  if (f && fprintf(f, "%u\n", srv->port) > 0 && !fclose(f) && !rename(tmp.p, path))
    rc = 0;
  faultd_buf_clear(&tmp);
  return rc ? fail(path) : 0;
}

static int start(struct faultd_server *srv, const char *port_file, const char *log)
{
  struct sockaddr_in at = {.sin_family = AF_INET,
                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct sigaction sa = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};
  socklen_t len = sizeof at;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK)) return fail("pipe");
  srv->stop_fd = ends[0];
  stop_write = ends[1];
  sigaction(SIGTERM, &sa, NULL);
  sigaction(SIGINT, &sa, NULL);
  sigaction(SIGPIPE, &ignore, NULL);
  srv->log_fd =
      log ? open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600) : -1;
  if (log && srv->log_fd < 0) return fail(log);
  srv->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (srv->listen_fd < 0 || bind(srv->listen_fd, (struct sockaddr *)&at, len) ||
      listen(srv->listen_fd, 1024) ||
      getsockname(srv->listen_fd, (struct sockaddr *)&at, &len))
    return fail("listen");
  srv->port = ntohs(at.sin_port);
  srv->start = faultd_clock();
  return write_port(srv, port_file);
}

static int usage(bool asked)
{
  fputs(
      "usage: faultd --script FILE --port-file F [--log F] [--until-eof]\n"
      "Serves the scripted replies and faults on a loopback port, which it writes to\n"
      "--port-file, and logs what it saw as JSON lines. Ends on SIGTERM or SIGINT, "
      "and\n"
      "with --until-eof at the end of its standard input.\n",
      asked ? stdout : stderr);
  return asked ? 0 : 2;
}

int main(int argc, char **argv)
{
  struct faultd_server srv = {.listen_fd = -1, .log_fd = -1, .stop_fd = -1};
  const char *script = NULL, *port_file = NULL, *log = NULL;
  bool until_eof = false;
  int rc = 1;
  for (int i = 1; i < argc; i++) {
    const char *next = argv[i + 1];
    if (!strcmp(argv[i], "--help")) return usage(true);
    if (!strcmp(argv[i], "--until-eof"))
      until_eof = true;
    else if (!strcmp(argv[i], "--script") && next)
      script = argv[++i];
    else if (!strcmp(argv[i], "--port-file") && next)
      port_file = argv[++i];
    else if (!strcmp(argv[i], "--log") && next)
      log = argv[++i];
    else
      return usage(false);
  }
  if (!script || !port_file) return usage(false);
  pthread_mutex_init(&srv.lock, NULL);
  if (faultd_script_load(&srv.script, script)) {
    rc = 2;
    goto out;
  }
  if (start(&srv, port_file, log)) goto out;
  serve(&srv, until_eof);
  rc = 0;
out:
  if (srv.listen_fd >= 0) close(srv.listen_fd);
  if (srv.log_fd >= 0) close(srv.log_fd);
  if (srv.stop_fd >= 0) close(srv.stop_fd);
  if (stop_write >= 0) close(stop_write);
  faultd_upload_clear(&srv);
  faultd_script_clear(&srv.script);
  pthread_mutex_destroy(&srv.lock);
  return rc;
}

/*
 * faultd_request.c: a connection's bytes in and out, the parsing of a request, and the
 * log lines about both, for the scripted fault server. Every wait here also ends when
 * the server stops. Never decides what to answer.
 */
#define _GNU_SOURCE
#include "faultd.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

int faultd_conn_wait(struct faultd_conn *c, short events, int timeout)
{
  struct pollfd p[2] = {{.fd = c->srv->stop_fd, .events = POLLIN},
                        {.fd = c->fd, .events = events}};
  int n;
  do n = poll(p, 2, timeout);
  while (n < 0 && errno == EINTR);
  if (n < 0 || p[0].revents) return -1;
  return n > 0;
}

int faultd_conn_stall(struct faultd_conn *c, double seconds)
{
  for (double end = faultd_clock() + seconds, left = seconds; left > 0;
       left = end - faultd_clock()) {
    if (left < 0.001) { /* below poll's resolution */
      struct timespec ts = {.tv_nsec = (long)(left * 1e9)};
      nanosleep(&ts, NULL);
    } else if (faultd_conn_wait(c, POLLRDHUP, (int)(left * 1000))) {
      return -1;
    }
  }
  return 0;
}

int faultd_conn_send(struct faultd_conn *c, const char *p, size_t n)
{
  while (n) {
    ssize_t r = send(c->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (r >= 0) {
      p += r;
      n -= (size_t)r;
    } else if (errno != EAGAIN && errno != EINTR) {
      return -1;
    } else if (faultd_conn_wait(c, POLLOUT, -1) < 0) {
      return -1;
    }
  }
  return 0;
}

/* Like recv; what is already in c->in comes first. */
static ssize_t conn_read(struct faultd_conn *c, char *p, size_t n)
{
  if (c->in_len) {
    n = n < c->in_len ? n : c->in_len;
    memcpy(p, c->in, n);
    c->in_len -= n;
    memmove(c->in, c->in + n, c->in_len);
    return (ssize_t)n;
  }
  if (faultd_conn_wait(c, POLLIN, -1) < 0) return -1;
  return recv(c->fd, p, n, 0);
}

static void lower(char *s)
{
  for (; *s; s++)
    if (*s >= 'A' && *s <= 'Z') *s = (char)(*s + 32);
}

const char *faultd_request_header(const struct faultd_request *q, const char *name)
{
  for (size_t i = 0; i < q->n_headers; i++)
    if (!strcmp(q->headers[i].name, name)) return q->headers[i].value;
  return NULL;
}

/* Cuts q->head into its parts; -1 when it is no HTTP request. */
static int parse_head(struct faultd_request *q)
{
  char *line = q->head, *save = NULL, *minor;
  line = strtok_r(line, "\r\n", &save);
  if (!line) return -1;
  q->method = line;
  if (!(line = strchr(line, ' '))) return -1;
  *line++ = 0;
  q->path = line;
  if (!(line = strchr(line, ' ')) || strncmp(line + 1, "HTTP/1.", 7)) return -1;
  *line = 0;
  minor = line + 8;
  q->close = *minor == '0';
  while ((line = strtok_r(NULL, "\r\n", &save))) {
    char *value = strchr(line, ':');
    if (!value || q->n_headers == FAULTD_HEADERS_MAX) return -1;
    *value++ = 0;
    value += strspn(value, " \t");
    lower(line);
    q->headers[q->n_headers++] = (struct faultd_header){line, value};
  }
  const char *v;
  if ((v = faultd_request_header(q, "content-length")))
    q->length = strtoull(v, NULL, 10);
  if ((v = faultd_request_header(q, "transfer-encoding"))) q->chunked = true;
  if ((v = faultd_request_header(q, "expect")))
    q->expect = !strcasecmp(v, "100-continue");
  if ((v = faultd_request_header(q, "connection")))
    q->close = !strcasecmp(v, "close") || (q->close && strcasecmp(v, "keep-alive"));
  return 0;
}

int faultd_request_head(struct faultd_request *q, struct faultd_conn *c)
{
  char *end;
  *q = (struct faultd_request){.length = FAULTD_NONE, .body_fnv = FAULTD_FNV_START};
  while (!(end = memmem(c->in, c->in_len, "\r\n\r\n", 4))) {
    if (c->in_len == sizeof c->in) return -2;
    if (faultd_conn_wait(c, POLLIN, -1) < 0) return -1;
    ssize_t r = recv(c->fd, c->in + c->in_len, sizeof c->in - c->in_len, 0);
    if (r <= 0) return r == 0 && c->in_len == 0 ? 0 : -1;
    c->in_len += (size_t)r;
  }
  size_t n = (size_t)(end - c->in) + 4;
  q->head = faultd_alloc(n + 1);
  memcpy(q->head, c->in, n);
  c->in_len -= n;
  memmove(c->in, end + 4, c->in_len);
  return parse_head(q) ? -2 : 1;
}

static int sink_body(struct faultd_request *q, faultd_sink *sink, void *ctx,
                     const char *p, size_t n)
{
  q->body_fnv = faultd_fnv(q->body_fnv, p, n);
  q->body_len += n;
  size_t room = FAULTD_LOG_BODY_MAX - q->body.len;
  faultd_buf_add(&q->body, p, n < room ? n : room);
  return sink ? sink(ctx, p, n) : 0;
}

/* One line of chunk framing without its CRLF; -1 when broken or too long. */
static int read_line(struct faultd_conn *c, char *line, size_t size)
{
  for (size_t n = 0; n < size; n++) {
    if (conn_read(c, line + n, 1) != 1) return -1;
    if (line[n] == '\n') {
      line[n && line[n - 1] == '\r' ? n - 1 : n] = 0;
      return 0;
    }
  }
  return -1;
}

void faultd_request_body(struct faultd_request *q, struct faultd_conn *c,
                         faultd_sink *sink, void *ctx)
{
  char block[65536], line[64];
  uint64_t left = q->length == FAULTD_NONE ? 0 : q->length;
  for (;;) {
    if (q->chunked) {
      if (read_line(c, line, sizeof line)) return;
      left = strtoull(line, NULL, 16);
      if (left == 0) { /* trailers end with an empty line */
        while (line[0])
          if (read_line(c, line, sizeof line)) return;
        break;
      }
    }
    while (left) {
      ssize_t r =
          conn_read(c, block, left < sizeof block ? (size_t)left : sizeof block);
      if (r <= 0) return;
      left -= (uint64_t)r;
      if (sink_body(q, sink, ctx, block, (size_t)r)) return;
    }
    if (!q->chunked) break;
    if (read_line(c, line, sizeof line)) return;
  }
  q->complete = true;
}

void faultd_request_clear(struct faultd_request *q)
{
  free(q->head);
  q->head = NULL;
  faultd_buf_clear(&q->body);
  faultd_buf_clear(&q->note);
}

/* One write per line, so that a reader never sees half of one. */
static void log_line(struct faultd_server *srv, struct faultd_buf *b)
{
  faultd_buf_add(b, "}\n", 2);
  pthread_mutex_lock(&srv->lock);
  for (size_t done = 0; srv->log_fd >= 0 && done < b->len;) {
    ssize_t r = write(srv->log_fd, b->p + done, b->len - done);
    if (r < 0 && errno != EINTR) break;
    done += r > 0 ? (size_t)r : 0;
  }
  pthread_mutex_unlock(&srv->lock);
  faultd_buf_clear(b);
}

static void log_headers(struct faultd_buf *b, const struct faultd_request *q)
{
  for (size_t i = 0; i < q->n_headers; i++) {
    const char *name = q->headers[i].name;
    struct faultd_buf joined = {0};
    bool seen = false;
    for (size_t j = 0; j < q->n_headers; j++) {
      if (strcmp(q->headers[j].name, name)) continue;
      seen = seen || j < i;
      faultd_buf_printf(&joined, "%s%s", joined.len ? ", " : "", q->headers[j].value);
    }
    if (!seen) {
      faultd_buf_add(b, ",", i > 0);
      faultd_buf_json(b, name, strlen(name));
      faultd_buf_add(b, ":", 1);
      faultd_buf_json(b, joined.p, joined.len);
    }
    faultd_buf_clear(&joined);
  }
}

void faultd_log_request(const struct faultd_request *q, const struct faultd_conn *c)
{
  struct faultd_buf b = {0};
  faultd_buf_printf(&b,
                    "{\"event\":\"request\",\"t\":%.6f,\"seq\":%llu,\"conn\":%u,"
                    "\"rule\":%llu,\"reply\":%llu,\"hit\":%llu,\"method\":",
                    faultd_clock() - c->srv->start, (unsigned long long)q->serial,
                    c->id, (unsigned long long)q->rule, (unsigned long long)q->reply,
                    (unsigned long long)q->hit);
  faultd_buf_json(&b, q->method, strlen(q->method));
  faultd_buf_printf(&b, ",\"path\":");
  faultd_buf_json(&b, q->path, strlen(q->path));
  faultd_buf_printf(&b, ",\"headers\":{");
  log_headers(&b, q);
  faultd_buf_printf(&b,
                    "},\"complete\":%s,\"body_length\":%llu,\"body_fnv\":\"%016llx\"",
                    q->complete ? "true" : "false", (unsigned long long)q->body_len,
                    (unsigned long long)q->body_fnv);
  if (q->body_len == q->body.len) {
    faultd_buf_printf(&b, ",\"body\":");
    faultd_buf_json(&b, q->body.p, q->body.len);
  }
  faultd_buf_add(&b, q->note.p, q->note.len);
  log_line(c->srv, &b);
}

void faultd_log_event(struct faultd_conn *c, const char *fmt, ...)
{
  struct faultd_buf b = {0};
  char text[256];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  faultd_buf_printf(&b, "{\"event\":%s,\"t\":%.6f,\"conn\":%u", text,
                    faultd_clock() - c->srv->start, c->id);
  log_line(c->srv, &b);
}

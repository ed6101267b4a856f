/*
 * stubd: the quick peer of the benchmarks, one thread, epoll, HTTP/1.1 keep-alive.
 * scripts/bench starts it and reads its port from --port-file. It gives every request
 * the same answer, after a constant delay if asked, and swallows uploads. It never
 * stores a body, never injects a fault (faultd does) and listens on loopback only.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum {
  IN_MAX = 65536,
  SKIP_MAX = 1 << 20,
  OUT_MIN = 262144,
  FD_MAX = 65536,
  BODY_FILE_MAX = 64 << 20
};
enum kind { ANSWER, UPLOAD_START, UPLOAD_ACTIVE, UPLOAD_FINAL, UPLOAD_QUERY, REFUSED };

struct conn {
  int fd;
  enum kind kind;     /* what the request being read will get */
  bool in_body;       /* its head is parsed, its reply is not written yet */
  bool waiting;       /* in the queue of delayed replies */
  bool last;          /* the peer asked for Connection: close */
  uint64_t body_left; /* bytes of its body still to come */
  uint64_t size;      /* upload offset + length, for the File answer */
  int64_t due;        /* ns, monotonic; valid while waiting */
  struct conn *next;  /* the delay is constant, so a FIFO stays sorted */
  char *part;         /* unparsed input, at most IN_MAX */
  char *pend;         /* unsent output, at most out_cap */
  size_t part_len, pend_len, pend_off;
};

static const char DEFAULT_BODY[] =
    "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":"
    "\"positive\"}]},"
    "\"finishReason\":\"STOP\",\"avgLogprobs\":-0.0132,\"safetyRatings\":[{"
    "\"category\":"
    "\"HARM_CATEGORY_HARASSMENT\",\"probability\":\"NEGLIGIBLE\"}]}],\"usageMetadata\":"
    "{"
    "\"promptTokenCount\":14,\"candidatesTokenCount\":1,\"totalTokenCount\":15,"
    "\"promptTokensDetails\":[{\"modality\":\"TEXT\",\"tokenCount\":14}]},"
    "\"modelVersion\":\"gemini-2.5-flash\",\"responseId\":\"x7ghaY2rO5-0qtsPspqT4Ag\"}";

static struct conn *conns[FD_MAX];
static struct conn *first_due, *last_due;
static char in_buf[SKIP_MAX]; /* requests use the first IN_MAX bytes of it */
static char *out_buf, *answer;
static size_t out_len, out_cap, answer_len;
static uint64_t received; /* of the upload seen last, for the query command */
static int64_t delay_ns, now_ns, armed_ns;
static int epoll_fd = -1, timer_fd = -1, listen_fd = -1;
static unsigned port;
static volatile sig_atomic_t stopping;

static void fail(const char *what)
{
  fprintf(stderr, "stubd: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int64_t clock_ns(void)
{
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void conn_free(struct conn *c)
{
  struct conn *prev = NULL;
  for (struct conn *q = c->waiting ? first_due : NULL; q; prev = q, q = q->next) {
    if (q != c) continue;
    *(prev ? &prev->next : &first_due) = c->next;
    if (last_due == c) last_due = prev;
    break;
  }
  conns[c->fd] = NULL;
  close(c->fd);
  free(c->part);
  free(c->pend);
  free(c);
}

/* Sends out_buf; what the socket does not take waits in c->pend. */
static int flush_out(struct conn *c)
{
  size_t n = out_len, sent = 0;
  out_len = 0;
  if (n == 0) return 0;
  ssize_t r = send(c->fd, out_buf, n, MSG_NOSIGNAL);
  if (r < 0 && errno != EAGAIN) return -1;
  sent = r > 0 ? (size_t)r : 0;
  if (sent == n) return 0;
  c->pend = malloc(n - sent);
  if (!c->pend) return -1;
  memcpy(c->pend, out_buf + sent, n - sent);
  c->pend_len = n - sent;
  c->pend_off = 0;
  return 0;
}

static int send_pending(struct conn *c)
{
  while (c->pend_off < c->pend_len) {
    ssize_t r =
        send(c->fd, c->pend + c->pend_off, c->pend_len - c->pend_off, MSG_NOSIGNAL);
    if (r < 0) return errno == EAGAIN ? 0 : -1;
    c->pend_off += (size_t)r;
  }
  free(c->pend);
  c->pend = NULL;
  c->pend_len = c->pend_off = 0;
  return 0;
}

static void put(const char *p, size_t n)
{
  memcpy(out_buf + out_len, p, n);
  out_len += n;
}

static void put_upload(const struct conn *c)
{
  char head[320], body[320] = "";
  const char *extra = "X-Goog-Upload-Status: active\r\n";
  char more[192] = "";
  int n = 0;
  if (c->kind == UPLOAD_START)
    snprintf(more, sizeof more,
             "X-Goog-Upload-URL: http://127.0.0.1:%u/upload-session\r\n", port);
  if (c->kind == UPLOAD_QUERY)
    snprintf(more, sizeof more, "X-Goog-Upload-Size-Received: %llu\r\n",
             (unsigned long long)received);
  if (c->kind == UPLOAD_FINAL) {
    extra = "X-Goog-Upload-Status: final\r\n";
    n = snprintf(
        body, sizeof body,
        "{\"file\":{\"name\":\"files/stub\",\"mimeType\":\"text/plain\","
        "\"sizeBytes\":\"%llu\",\"uri\":\"http://127.0.0.1:%u/v1beta/files/stub\","
        "\"state\":\"ACTIVE\",\"source\":\"UPLOADED\"}}",
        (unsigned long long)c->size, port);
  }
  int h = snprintf(head, sizeof head,
                   "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n%s%s"
                   "Content-Length: %d\r\n\r\n",
                   extra, more, n);
  put(head, (size_t)h);
  put(body, (size_t)n);
}

/* out_cap leaves room for one answer above what conn_parse lets accumulate. */
static void put_reply(struct conn *c)
{
  static const char refused[] = "HTTP/1.1 411 Length Required\r\nConnection: close\r\n"
                                "Content-Length: 0\r\n\r\n";
  if (c->kind == ANSWER)
    put(answer, answer_len);
  else if (c->kind == REFUSED)
    put(refused, sizeof refused - 1);
  else
    put_upload(c);
}

static bool named(const char *line, size_t n, const char *name, size_t name_len)
{
  return n > name_len && line[name_len] == ':' && !strncasecmp(line, name, name_len);
}

static void read_field(struct conn *c, const char *line, size_t n, bool *expect)
{
  char v[64];
  const char *colon = memchr(line, ':', n);
  size_t len = colon ? n - (size_t)(colon - line) - 1 : 0;
  if (!colon || len >= sizeof v) return;
  memcpy(v, colon + 1, len);
  v[len] = 0;
  if (named(line, n, "content-length", 14))
    c->body_left = strtoull(v, NULL, 10);
  else if (named(line, n, "connection", 10))
    c->last = strcasestr(v, "close") != NULL;
  else if (named(line, n, "expect", 6))
    *expect = strcasestr(v, "100-continue") != NULL;
  else if (named(line, n, "transfer-encoding", 17))
    c->kind = REFUSED;
  else if (named(line, n, "x-goog-upload-offset", 20))
    c->size = strtoull(v, NULL, 10);
  else if (named(line, n, "x-goog-upload-command", 21) && c->kind != ANSWER)
    c->kind = strstr(v, "start")      ? UPLOAD_START
              : strstr(v, "finalize") ? UPLOAD_FINAL
              : strstr(v, "query")    ? UPLOAD_QUERY
                                      : UPLOAD_ACTIVE;
}

/* Bytes of the head at p, 0 when it is not complete yet. */
static size_t parse_head(struct conn *c, const char *p, size_t len)
{
  const char *stop = memmem(p, len, "\r\n\r\n", 4);
  if (!stop) return 0;
  stop += 4;
  bool expect = false;
  c->kind = !strncmp(p, "POST /upload", 12) ? UPLOAD_ACTIVE : ANSWER;
  c->body_left = c->size = 0;
  for (const char *line = p, *eol; line < stop - 2; line = eol + 1) {
    eol = memchr(line, '\n', (size_t)(stop - line));
    if (strchr("cCeEtTxX", *line) && *line && line != p)
      read_field(c, line, (size_t)(eol - line), &expect);
  }
  if (c->kind == UPLOAD_ACTIVE || c->kind == UPLOAD_FINAL)
    received = c->size += c->body_left;
  if (c->kind == REFUSED) c->last = true;
  if (expect && c->body_left && stop == p + len)
    put("HTTP/1.1 100 Continue\r\n\r\n", 25);
  return (size_t)(stop - p);
}

static void delay_reply(struct conn *c)
{
  c->waiting = true;
  c->due = now_ns + delay_ns;
  c->next = NULL;
  *(last_due ? &last_due->next : &first_due) = c;
  last_due = c;
}

/* Answers the requests in in_buf[0..have); returns the bytes used. */
static size_t conn_parse(struct conn *c, size_t have)
{
  size_t used = 0;
  for (;;) {
    if (!c->in_body) {
      size_t n = used < have ? parse_head(c, in_buf + used, have - used) : 0;
      if (n == 0) return used;
      used += n;
      c->in_body = true;
    }
    size_t n = have - used;
    n = c->body_left < n ? (size_t)c->body_left : n;
    used += n;
    c->body_left -= n;
    if (c->body_left) return used;
    c->in_body = false;
    if (delay_ns) {
      delay_reply(c);
      return used;
    }
    put_reply(c);
    if (c->last || out_len >= OUT_MIN) return used;
  }
}

static int keep_part(struct conn *c, const char *p, size_t n)
{
  if (n == 0) return 0;
  c->part = malloc(n);
  if (!c->part) return -1;
  memcpy(c->part, p, n);
  c->part_len = n;
  return 0;
}

/* Reads and answers until the socket is dry, blocked or waiting; -1: close it. */
static int conn_run(struct conn *c, bool hangup)
{
  size_t have = c->part_len, used;
  bool dry = false;
  if (have) {
    memcpy(in_buf, c->part, have);
    free(c->part);
    c->part = NULL;
    c->part_len = 0;
  }
  for (;;) {
    used = conn_parse(c, have);
    bool more = out_len >= OUT_MIN;
    if (flush_out(c) || (c->last && !c->in_body && !c->waiting && !c->pend_len))
      return -1;
    have -= used;
    if (c->pend_len || c->waiting || (dry && !more))
      return keep_part(c, in_buf + used, have);
    memmove(in_buf, in_buf + used, have);
    if (more) continue;
    if (have == IN_MAX) return -1;
    /* MSG_TRUNC: TCP drops the bytes in the kernel and copies nothing. */
    bool skip = c->in_body && have == 0;
    size_t want = skip ? SKIP_MAX : IN_MAX - have;
    if (skip && c->body_left < want) want = (size_t)c->body_left;
    ssize_t r = recv(c->fd, in_buf + have, want, skip ? MSG_TRUNC : 0);
    if (r == 0 || (r < 0 && errno != EAGAIN)) return -1;
    if (r < 0) return keep_part(c, in_buf, have);
    if (skip)
      c->body_left -= (uint64_t)r;
    else
      have += (size_t)r;
    dry = (size_t)r < want && !hangup;
  }
}

static void conn_event(int fd, uint32_t events)
{
  struct conn *c = conns[fd];
  if (!c || (c->waiting && !(events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)))) return;
  if (c->waiting || (c->pend_len && send_pending(c))) {
    conn_free(c);
    return;
  }
  if (!c->pend_len && conn_run(c, (events & (EPOLLRDHUP | EPOLLHUP)) != 0))
    conn_free(c);
}

static void replies_due(void)
{
  while (first_due && first_due->due <= now_ns) {
    struct conn *c = first_due;
    first_due = c->next;
    if (!first_due) last_due = NULL;
    c->waiting = false;
    put_reply(c);
    if (flush_out(c) || (c->last && !c->pend_len) ||
        (!c->pend_len && conn_run(c, false)))
      conn_free(c);
  }
  if (first_due && armed_ns != first_due->due) {
    armed_ns = first_due->due;
    struct itimerspec at = {.it_value = {armed_ns / 1000000000, armed_ns % 1000000000}};
    timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &at, NULL);
  }
}

static void watch(int fd, uint32_t events)
{
  struct epoll_event ev = {.events = events, .data.fd = fd};
  if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &ev) && !(fd == 0 && errno == EPERM))
    fail("epoll_ctl");
  else if (fd == 0 && errno == EPERM)
    stopping = 1; /* a plain file or /dev/null: already at its end */
}

static void accept_all(void)
{
  for (;;) {
    int fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), one = 1;
    if (fd < 0) return;
    struct conn *c = fd < FD_MAX ? calloc(1, sizeof *c) : NULL;
    if (!c) {
      close(fd);
      continue;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    c->fd = fd;
    conns[fd] = c;
    watch(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
  }
}

static void drain(int fd)
{
  char buf[256];
  ssize_t r = read(fd, buf, sizeof buf);
  if (r == 0 && fd == 0) stopping = 1;
}

static void open_sockets(const char *port_file, bool until_eof)
{
  struct sockaddr_in at = {.sin_family = AF_INET,
                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t len = sizeof at;
  listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listen_fd < 0 || bind(listen_fd, (struct sockaddr *)&at, len) ||
      listen(listen_fd, 4096) || getsockname(listen_fd, (struct sockaddr *)&at, &len))
    fail("listen");
  port = ntohs(at.sin_port);
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (epoll_fd < 0 || timer_fd < 0) fail("epoll");
  watch(listen_fd, EPOLLIN);
  watch(timer_fd, EPOLLIN);
  if (until_eof) watch(0, EPOLLIN);
  char tmp[4096];
  snprintf(tmp, sizeof tmp, "%s.tmp", port_file);
  FILE *f = fopen(tmp, "w");
  if (!f || fprintf(f, "%u\n", port) < 0 || fclose(f) || rename(tmp, port_file))
    fail(port_file);
}

static void build_answer(const char *body_file, const char *type)
{
  const char *body = DEFAULT_BODY;
  size_t n = sizeof DEFAULT_BODY - 1;
  char *own = NULL, head[512];
  if (body_file) {
    FILE *f = fopen(body_file, "rb");
    own = malloc(BODY_FILE_MAX);
    if (!f || !own) fail(body_file);
    n = fread(own, 1, BODY_FILE_MAX, f);
    fclose(f);
    body = own;
  }
  int h = snprintf(head, sizeof head,
                   "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
                   type, n);
  answer_len = (size_t)h + n;
  answer = malloc(answer_len);
  out_cap = (size_t)OUT_MIN + answer_len + 1024;
  out_buf = malloc(out_cap);
  if (!answer || !out_buf) fail("memory");
  memcpy(answer, head, (size_t)h);
  memcpy(answer + h, body, n);
  free(own);
}

static void stop(int sig)
{
  (void)sig;
  stopping = 1;
}

static void serve(void)
{
  struct epoll_event ev[512];
  struct sigaction sa = {.sa_handler = stop};
  sigset_t block, during;
  sigemptyset(&block);
  sigaddset(&block, SIGTERM);
  sigaddset(&block, SIGINT);
  sigprocmask(SIG_BLOCK, &block, &during); /* delivered only inside epoll_pwait */
  sigdelset(&during, SIGTERM);
  sigdelset(&during, SIGINT);
  sigaction(SIGTERM, &sa, NULL);
  sigaction(SIGINT, &sa, NULL);
  while (!stopping) {
    int n = epoll_pwait(epoll_fd, ev, 512, -1, &during);
    if (delay_ns) now_ns = clock_ns();
    for (int i = 0; i < n; i++) {
      int fd = ev[i].data.fd;
      if (fd == listen_fd)
        accept_all();
      else if (fd == timer_fd || fd == 0)
        drain(fd);
      else
        conn_event(fd, ev[i].events);
    }
    if (delay_ns) replies_due();
  }
}

int main(int argc, char **argv)
{
  const char *port_file = NULL, *body = NULL, *type = "application/json";
  bool until_eof = false, bad = false;
  for (int i = 1; i < argc; i++) {
    const char *next = argv[i + 1];
    if (!strcmp(argv[i], "--until-eof"))
      until_eof = true;
    else if (!strcmp(argv[i], "--port-file") && next)
      port_file = argv[++i];
    else if (!strcmp(argv[i], "--delay-ms") && next)
      delay_ns = (int64_t)(strtod(argv[++i], NULL) * 1e6);
    else if (!strcmp(argv[i], "--body") && next)
      body = argv[++i];
    else if (!strcmp(argv[i], "--type") && next)
      type = argv[++i];
    else
      bad = true;
  }
  if (bad || !port_file) {
    bool help = argc == 2 && !strcmp(argv[1], "--help");
    fputs(
        "usage: stubd --port-file F [--delay-ms N] [--body FILE] [--type T]"
        " [--until-eof]\n"
        "Answers every HTTP/1.1 request on a loopback port (written to F) with 200 "
        "and\n"
        "one fixed body, N ms later if asked; accepts X-Goog-Upload uploads and drops\n"
        "their bytes. Ends on SIGTERM, SIGINT, or end of stdin with --until-eof.\n",
        help ? stdout : stderr);
    return help ? 0 : 2;
  }
  struct rlimit lim;
  if (!getrlimit(RLIMIT_NOFILE, &lim)) {
    lim.rlim_cur = lim.rlim_max;
    setrlimit(RLIMIT_NOFILE, &lim);
  }
  build_answer(body, type);
  open_sockets(port_file, until_eof);
  serve();
  for (int fd = 0; fd < FD_MAX; fd++)
    if (conns[fd]) conn_free(conns[fd]);
  close(listen_fd);
  close(epoll_fd);
  close(timer_fd);
  free(answer);
  free(out_buf);
  return 0;
}

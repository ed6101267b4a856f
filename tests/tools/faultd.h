/*
 * faultd.h: what the parts of the scripted fault server share. Used by faultd*.c only;
 * never included by gtlua itself. Out of memory ends the process: it is a test tool.
 */
#ifndef FAULTD_H
#define FAULTD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum {
  FAULTD_HEAD_MAX = 65536,     /* a longer request head is answered 431 */
  FAULTD_HEADERS_MAX = 128,    /* more headers than this as well */
  FAULTD_LOG_BODY_MAX = 65536, /* a longer request body is logged without its text */
  FAULTD_BUF_MAX = 64 << 20,   /* ceiling of every growing buffer here */
  FAULTD_DROPS_MAX = 16,
};

#define FAULTD_NONE UINT64_MAX

/* ---- faultd_util.c ---- */

struct faultd_buf {
  char *p; /* always ends with a NUL once anything was added */
  size_t len, cap;
};

void faultd_buf_add(struct faultd_buf *b, const void *p, size_t n);
void faultd_buf_printf(struct faultd_buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void faultd_buf_json(struct faultd_buf *b, const char *p, size_t n);
void faultd_buf_clear(struct faultd_buf *b);
void *faultd_alloc(size_t n);
char *faultd_strdup(const char *s);
bool faultd_glob(const char *glob, const char *text);
uint64_t faultd_fnv(uint64_t hash, const char *p, size_t n);
double faultd_clock(void);

#define FAULTD_FNV_START UINT64_C(0xcbf29ce484222325)

/* ---- faultd_script.c ---- */

enum faultd_place {
  FAULTD_NEVER,
  FAULTD_BEFORE_READING,
  FAULTD_AFTER_READING,
  FAULTD_AFTER_TOTAL, /* bytes of the whole reply */
  FAULTD_AFTER_BODY,  /* bytes of the body as sent, chunk framing included */
};

enum faultd_body {
  FAULTD_BODY_NONE,
  FAULTD_BODY_TEXT,
  FAULTD_BODY_FILL,
  FAULTD_BODY_ECHO
};
enum faultd_length { FAULTD_LENGTH_AUTO, FAULTD_LENGTH_NONE, FAULTD_LENGTH_TEXT };
enum faultd_bad {
  FAULTD_BAD_NOT,
  FAULTD_BAD_SIZE,
  FAULTD_BAD_LENGTH,
  FAULTD_BAD_CRLF,
  FAULTD_BAD_END
};
enum faultd_after {
  FAULTD_KEEP,
  FAULTD_KEEP_SAID,
  FAULTD_CLOSE,
  FAULTD_STALE,
  FAULTD_STALE_ON_REUSE
};

struct faultd_plan { /* of an emulated upload session */
  bool on;
  uint64_t drops[FAULTD_DROPS_MAX];
  size_t n_drops;
  uint64_t status_missing_on, gone_on, granularity;
  bool finalize_lost;
  char *state;
};

struct faultd_reply {
  struct faultd_reply *next;
  uint64_t times; /* how often it is given before the next one */
  unsigned status;
  char *reason, *version;
  struct faultd_buf head; /* header lines with CRLF */
  bool has_type;
  enum faultd_body body_kind;
  struct faultd_buf body;
  uint64_t fill_len;
  char fill;
  uint64_t chunk; /* 0: not chunked */
  enum faultd_bad bad;
  enum faultd_length length_kind;
  char *length;
  int64_t length_delta; /* added to the true length with FAULTD_LENGTH_AUTO */
  double stall_reading, stall_headers, stall_body, stall_mid;
  uint64_t stall_mid_at;
  uint64_t drip;
  double drip_pause;
  bool drip_all;
  struct {
    enum faultd_place place;
    uint64_t at;
    bool reset;
  } cut;
  enum faultd_after after;
  bool is_garbage;
  struct faultd_buf garbage;
  unsigned interim;
  bool no_continue;
  struct faultd_plan plan;
};

struct faultd_rule {
  struct faultd_rule *next;
  char *method, *glob;
  struct faultd_reply *replies;
  uint64_t hits; /* under the server's lock */
};

enum faultd_conn_fault {
  FAULTD_CONN_OK,
  FAULTD_CONN_RESET,
  FAULTD_CONN_CLOSE,
  FAULTD_CONN_SILENT
};

struct faultd_on_conn {
  struct faultd_on_conn *next;
  uint64_t conn; /* 0: every connection */
  enum faultd_conn_fault fault;
};

struct faultd_script {
  struct faultd_rule *rules;
  struct faultd_on_conn *on_conns;
};

/* Returns -1 after printing FILE:LINE: reason on stderr. */
int faultd_script_load(struct faultd_script *s, const char *path);
void faultd_script_clear(struct faultd_script *s);

/* ---- the server, a connection, a request ---- */

struct faultd_server {
  struct faultd_script script;
  int listen_fd, log_fd, stop_fd; /* stop_fd becomes readable when all must end */
  unsigned port;
  double start;
  pthread_mutex_t lock; /* script hits, sessions, log */
  struct faultd_session *sessions;
  unsigned n_sessions;
  uint64_t serial;
};

struct faultd_conn {
  struct faultd_conn *next;
  struct faultd_server *srv;
  pthread_t thread;
  atomic_bool done;
  int fd;
  unsigned id;
  bool poisoned; /* stale-on-reuse: the next byte that arrives is its end */
  size_t in_len;
  char in[FAULTD_HEAD_MAX]; /* read but not used yet */
};

struct faultd_header {
  const char *name, *value; /* name in lower case */
};

struct faultd_request {
  char *head; /* method, path and headers point into it */
  const char *method, *path;
  struct faultd_header headers[FAULTD_HEADERS_MAX];
  size_t n_headers;
  uint64_t length; /* Content-Length, FAULTD_NONE when absent */
  bool chunked, expect, close, complete;
  uint64_t body_len, body_fnv;
  struct faultd_buf body; /* its first FAULTD_LOG_BODY_MAX bytes */
  struct faultd_buf note; /* extra members for the log line */
  uint64_t serial, rule, reply, hit;
};

/* ---- faultd_request.c ---- */

/* Takes body bytes as they come; non-zero stops the reading. */
typedef int faultd_sink(void *ctx, const char *p, size_t n);

/* 1 ready, 0 timeout, -1 the server stops. timeout in ms, negative: none. */
int faultd_conn_wait(struct faultd_conn *c, short events, int timeout);
/* 0 after the time has passed, -1 when the peer left or the server stops. */
int faultd_conn_stall(struct faultd_conn *c, double seconds);
/* 0 sent, -1 the peer left or the server stops. */
int faultd_conn_send(struct faultd_conn *c, const char *p, size_t n);
/* 1 a request head was read, 0 the peer closed, -1 broken, -2 too large. */
int faultd_request_head(struct faultd_request *q, struct faultd_conn *c);
/* Reads the body; complete says whether it all came. */
void faultd_request_body(struct faultd_request *q, struct faultd_conn *c,
                         faultd_sink *sink, void *ctx);
void faultd_request_clear(struct faultd_request *q);
const char *faultd_request_header(const struct faultd_request *q, const char *name);
void faultd_log_request(const struct faultd_request *q, const struct faultd_conn *c);
void faultd_log_event(struct faultd_conn *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- faultd_reply.c ---- */

enum faultd_end {
  FAULTD_END_KEEP,
  FAULTD_END_CLOSE,
  FAULTD_END_RESET,
  FAULTD_END_GONE
};

/* ready: a whole response made elsewhere, sent instead of what r describes, or NULL. */
enum faultd_end faultd_reply_send(struct faultd_conn *c, const struct faultd_request *q,
                                  const struct faultd_reply *r,
                                  const struct faultd_buf *ready);

/* ---- faultd_upload.c ---- */

struct faultd_upload { /* one request to the emulation */
  struct faultd_server *srv;
  struct faultd_session *session;
  uint64_t serial;
  unsigned commands, status; /* status: HTTP status if not 0 */
  const char *message;
  bool store, dropped, missing;
  uint64_t stored; /* of this request */
};

bool faultd_upload_owns(const struct faultd_request *q);
void faultd_upload_begin(struct faultd_upload *u, struct faultd_server *srv,
                         const struct faultd_request *q,
                         const struct faultd_plan *plan);
faultd_sink faultd_upload_sink;
/* The answer into out; returns false when the connection must be reset instead. */
bool faultd_upload_finish(struct faultd_upload *u, struct faultd_request *q,
                          struct faultd_buf *out);
void faultd_upload_clear(struct faultd_server *srv);

#endif

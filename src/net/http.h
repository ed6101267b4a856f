/* One HTTP exchange: a request and what came of it, whatever carries it.
 *
 * A transport is a function from request to response: the wire (loop/wire.c), the local
 * engine in process (bind/local.c); later the journal's replay. The caller fills the
 * request part, keeps it alive until done() is called or cancel() returns, and reads
 * the response part in done(). done() is called from the loop, never from inside
 * start(). */
#ifndef GT_NET_HTTP_H
#define GT_NET_HTTP_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* Why there is no (whole) response. */
enum gt_wire_failure {
  GT_WIRE_OK,
  GT_WIRE_BAD_URL,
  GT_WIRE_RESOLVE, /* no such host, or no network */
  GT_WIRE_CONNECT, /* refused, unreachable; nothing was sent */
  GT_WIRE_TLS,     /* certificate or handshake; nothing was sent */
  GT_WIRE_PROXY,
  GT_WIRE_TIMEOUT,
  GT_WIRE_BROKEN,    /* reset, truncated, bad framing: the request may have arrived */
  GT_WIRE_TOO_LARGE, /* over max_response */
  GT_WIRE_STOPPED,   /* on_body said so */
  GT_WIRE_LOCAL,     /* out of memory, unreadable upload file */
};

struct gt_exchange {
  /* request, borrowed from the caller */
  const char *method;         /* "GET", "POST", "PATCH", "PUT", "DELETE" */
  const char *url;            /* absolute */
  const char *const *headers; /* "Name: value" lines, NULL at the end; NULL for none */
  const char *auth;           /* a header line with a credential, NULL for none */
  const char *auth_origin;    /* "https://host[:port]": auth goes nowhere else */
  const void *body;           /* NULL with body_fd >= 0 or without a body */
  int64_t body_len;
  int body_fd; /* -1, or a file from which body_len bytes at body_offset are sent */
  int64_t body_offset;
  double idle_timeout; /* seconds without a byte either way, 0: none */
  bool once;           /* must reach the server at most once: no silent re-send */
  size_t max_response; /* ceiling in bytes of the body, and of what is kept of it */
  /* Body bytes as they come (streams); NULL: they are collected in reply. Other than 0
   * stops the exchange with GT_WIRE_STOPPED. Only called for a 2xx status: error bodies
   * are always collected. */
  int (*on_body)(struct gt_exchange *x, const char *bytes, size_t len);
  void (*done)(struct gt_exchange *x);

  /* response */
  int status;          /* 0 until the status line came */
  struct gt_buf head;  /* header lines as received, CRLF between them */
  struct gt_buf reply; /* the body, or of a stream nothing but error bodies */
  enum gt_wire_failure failure;
  bool reused; /* went over a kept-alive connection */
  char detail[160];

  void *impl;                      /* the transport's own, NULL when it holds nothing */
  struct gt_exchange *next, *prev; /* likewise */
};

struct gt_transport {
  /* Takes the exchange on; -1 (with err) when that is not possible at all. */
  int (*start)(struct gt_transport *t, struct gt_exchange *x, struct gt_err *err);
  /* Drops an exchange that was started and is not done; done() will not be called. */
  void (*cancel)(struct gt_transport *t, struct gt_exchange *x);
};

/* Defaults: no body, no file, no timeouts, 64 MiB ceiling. */
void gt_exchange_init(struct gt_exchange *x);
void gt_exchange_clear(struct gt_exchange *x);
/* Empties the response part for another attempt; keeps the buffers' memory. */
void gt_exchange_reset(struct gt_exchange *x);

/* The value of a response header (name in any case), NULL when it is not there; *len is
 * its length without white space around it. Borrowed from x->head. */
const char *gt_http_header(const struct gt_exchange *x, const char *name, size_t *len);
/* The same as a C string in buf; "" when missing or too long. */
const char *gt_http_header_copy(const struct gt_exchange *x, const char *name,
                                char *buf, size_t cap);

/* True when url lies on origin ("https://host[:port]"), default ports understood. */
bool gt_http_same_origin(const char *url, const char *origin);

#endif

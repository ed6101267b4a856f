/* An HTTP/1.1 listener on the loop: requests in, responses out, through libmicrohttpd.
 *
 * Used by bind/serve.c for `gtlua serve`. One thread: the handler is called from inside
 * gt_loop_turn with the whole request and answers before it returns. It knows no Lua
 * and no routes. It holds no credential and asks for none, so it listens on loopback
 * only unless told otherwise, and turns away what a browser sends for another site. */
#ifndef GT_SERVE_SERVER_H
#define GT_SERVE_SERVER_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct gt_loop;
struct gt_server;

struct gt_serve_field {
  const char *name, *value; /* NUL behind each; a query value may hold further NULs */
  size_t name_len, value_len;
};

/* Borrowed: all of it goes when the handler returns. */
struct gt_serve_request {
  const char *method; /* "GET" for a HEAD: its answer is a GET's without the body */
  const char *path;   /* decoded, without the query */
  size_t path_len;
  const struct gt_serve_field *query; /* decoded, in order */
  size_t query_count;
  const struct gt_serve_field *headers; /* lower-case names, in order */
  size_t header_count;
  const char *body;
  size_t body_len;
  const char *origin; /* "http://127.0.0.1:8080", as the client spelt it */
};

enum { GT_SERVE_MAX_RESPONSE = 256 * 1024 * 1024 };

/* Filled in by the handler through the functions below. */
struct gt_serve_response {
  int status;
  struct gt_buf head; /* name NUL value NUL ... */
  struct gt_buf body;
  struct gt_buf ends; /* of chunks: offsets into body (size_t each) */
  bool chunked;
};

void gt_serve_header(struct gt_serve_response *res, const char *name,
                     const char *value);
void gt_serve_body(struct gt_serve_response *res, const void *bytes, size_t len);
/* One piece of a stream, sent as a chunk of its own. */
void gt_serve_chunk(struct gt_serve_response *res, const void *bytes, size_t len);
/* Replaces whatever is there by a google.rpc.Status. */
void gt_serve_fail(struct gt_serve_response *res, int status, enum gt_code code,
                   const char *message);

struct gt_serve_options {
  const char *host;      /* NULL: 127.0.0.1 */
  int port;              /* 0: one that is free */
  bool allow_remote;     /* other addresses than loopback */
  size_t max_body;       /* of a request; 0: 64 MiB */
  unsigned idle_timeout; /* of a connection; 0: 120 */
  bool log_requests;     /* a notice for each, instead of only with -v */
  void (*handle)(void *ctx, const struct gt_serve_request *req,
                 struct gt_serve_response *res);
  void *ctx;
};

/* Listens, or says why not. */
int gt_server_new(struct gt_server **out, struct gt_loop *loop,
                  const struct gt_serve_options *opt, struct gt_err *err);
/* Cuts what is open. From inside the handler: as soon as it has returned. */
void gt_server_free(struct gt_server *s);
int gt_server_port(const struct gt_server *s);
/* "127.0.0.1:8080", "[::1]:8080" */
const char *gt_server_address(const struct gt_server *s);

#endif

/* One request on its way through the server. Shared by the files of serve/ alone. */
#ifndef GT_SERVE_EXCHANGE_H
#define GT_SERVE_EXCHANGE_H

#include "serve/mhd_so.h"
#include "serve/server.h"

struct gt_serve_exchange {
  struct gt_serve_request req;
  struct gt_buf body;
  size_t *held;      /* where the bytes of all bodies are counted */
  double started;    /* monotonic; 0 when nobody will ask */
  bool begun;        /* the headers have been looked at */
  int refusal;       /* HTTP status of the answer when the request is not taken */
  enum gt_code code; /* of the refusal */
  const char *why;   /* of the refusal; static */
  uint64_t dropped;  /* bytes of a refused request's body */
  struct gt_serve_field *headers;
  char origin[272];
  /* then the query's fields, then the decoded path and query */
};

/* request.c */
/* From the request line ("/path?query", as received); NULL without memory. */
struct gt_serve_exchange *gt_serve_exchange_new(const char *uri);
void gt_serve_exchange_free(struct gt_serve_exchange *x);
/* Gives the body's memory back. */
void gt_serve_exchange_drop(struct gt_serve_exchange *x);
/* Reads the headers into x->req; -1 without memory. */
int gt_serve_exchange_headers(struct gt_serve_exchange *x, const struct gt_mhd_so *so,
                              struct MHD_Connection *c);
void gt_serve_refuse(struct gt_serve_exchange *x, int status, enum gt_code code,
                     const char *why);

/* guard.c */
/* Finds x->origin from the Host header and refuses what a browser sends on behalf of
 * another site. */
void gt_serve_guard(struct gt_serve_exchange *x, const char *host, const char *origin,
                    const char *address, bool loopback);

/* response.c */
void gt_serve_response_init(struct gt_serve_response *res);
void gt_serve_response_clear(struct gt_serve_response *res);
/* Sends *res (and takes its memory). status is what goes out. */
enum MHD_Result gt_serve_response_queue(int *status, struct gt_serve_response *res,
                                        const struct gt_mhd_so *so,
                                        struct MHD_Connection *c);

#endif

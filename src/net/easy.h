/* Configured libcurl handles: from a gt_exchange to a CURL * and back.
 *
 * Used by loop/wire.c. Handles are reused with their settings: a handle that sent to
 * the same URL with the same headers before is ready after two or three setopts, which
 * is a third of libcurl's own cost per request. Redirects are never followed; a
 * credential is attached only when the URL lies on its own origin. */
#ifndef GT_NET_EASY_H
#define GT_NET_EASY_H

#include "net/http.h"
#include "net/sockets.h"

struct gt_easy;
struct gt_easy_pool;

/* Sockets that libcurl opens and closes are told to *sockets, which outlives the pool
 * and every connection. */
struct gt_easy_pool *gt_easy_pool_new(struct gt_sockets *sockets, struct gt_err *err);
/* Frees idle handles; handles that were taken must have been given back. */
void gt_easy_pool_free(struct gt_easy_pool *pool);

/* A handle set up for x; NULL with err. x->impl is left alone. */
struct gt_easy *gt_easy_take(struct gt_easy_pool *pool, struct gt_exchange *x,
                             struct gt_err *err);
void gt_easy_give(struct gt_easy_pool *pool, struct gt_easy *e);
/* The CURL * for the multi interface, and the way back from its private pointer. */
void *gt_easy_curl(struct gt_easy *e);
/* A pointer of loop/wire.c's, kept while the handle is taken. */
void gt_easy_set_owner(struct gt_easy *e, void *owner);
void *gt_easy_owner(struct gt_easy *e);
struct gt_exchange *gt_easy_exchange(struct gt_easy *e);

/* Fills x->status, failure, reused and detail from a finished transfer's CURLcode. */
void gt_easy_finish(struct gt_easy *e, int curl_code);

#endif

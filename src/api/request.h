/* One request of a primitive: a call and its wait, owned by a userdata on the Lua
 * stack.
 *
 * Used by the files of api/. A primitive pushes a gt_request, writes its URL and body,
 * returns gt_request_send(...), and in its continuation calls gt_request_result, which
 * raises or leaves the decoded answer on the stack. Cancelling the task, or collecting
 * the userdata, stops the call. */
#ifndef GT_API_REQUEST_H
#define GT_API_REQUEST_H

#include "api/session.h"
#include "base/buf.h"
#include "call/call.h"
#include "task/task.h"

#include <lua.h>

enum {
  GT_REQUEST_URL_MAX = 16 * 1024,
  GT_REQUEST_BODY_MAX = 100 * 1024 * 1024, /* the API's ceiling for inline data */
};

struct gt_request {
  struct gt_wait wait;
  struct gt_session *session;
  struct gt_call call;
  struct gt_buf url, body;
  struct gt_timer timer;
  void *stream; /* api/stream.c's own, NULL elsewhere */
  int phase;    /* for primitives of several requests */
  double until; /* likewise: the end of a grace period, or when the first began */
};

/* [-0, +1, e] Pushes a new request: provider settled, call prepared (see
 * gt_session_prepare), URL started with base and "/v1beta/". `idx` is the table whose
 * `timeout` option is honoured, 0 for none. */
struct gt_request *gt_request_new(lua_State *L, const char *op, const char *model,
                                  int idx, double deadline);
/* Starts the buffers and the call anew for the next request of the same primitive. */
void gt_request_again(struct gt_request *r, const char *version);

/* [-0, +0, e] Sends and waits: `return gt_request_send(L, r, "POST", k)`. A request
 * with bytes in body sends them as JSON. The userdata must stay on the stack. */
int gt_request_send(lua_State *L, struct gt_request *r, const char *method,
                    lua_KFunction k);
/* [-0, +1, e] In the continuation: raises what failed, or pushes the decoded answer. */
void gt_request_result(lua_State *L, struct gt_request *r);
/* [-0, +0, e] The first half of that: only the raising of cancellation. After it the
 * caller looks at r->call.failed itself. */
void gt_request_resumed(lua_State *L, struct gt_request *r);

/* [-0, +0, m] The request at idx has ended and nobody will look at it any more: the next
 * primitive may have it. Not calling this is right too, and costs a finaliser. */
void gt_request_recycle(lua_State *L, int idx);

/* [-0, +0, e] Waits that many seconds; k begins with gt_request_resumed. */
int gt_request_pause(lua_State *L, struct gt_request *r, double seconds,
                     lua_KFunction k);

/* Appends a query parameter, percent-encoded. */
void gt_request_query(struct gt_request *r, const char *name, const char *value);
/* Appends a resource name ("tunedModels/x"): every byte outside [A-Za-z0-9/._~-] is
 * percent-encoded, and gt_request_send refuses "." and ".." segments, so a name cannot
 * change the path's meaning. */
void gt_request_name(struct gt_request *r, const char *name);

/* [-0, +0, e] Raises when a buffer went over its ceiling or a name has dot segments. */
void gt_request_check_size(lua_State *L, struct gt_request *r);

#endif

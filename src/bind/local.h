/* The local engine as a transport: the Gemini wire answered in process.
 *
 * Made by host/, used through gt_session. Exchanges are answered by the Lua routes of
 * gt.local (the same that `gtlua serve` puts on a socket), from the loop, outside of
 * any task. The routes are loaded with the first exchange. */
#ifndef GT_BIND_LOCAL_H
#define GT_BIND_LOCAL_H

#include "base/err.h"

#include <lua.h>

struct gt_loop;
struct gt_transport;
struct gt_local;

struct gt_local *gt_local_new(lua_State *L, struct gt_loop *loop, struct gt_err *err);
void gt_local_free(struct gt_local *l);
struct gt_transport *gt_local_transport(struct gt_local *l);

#endif

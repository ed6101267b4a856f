/* The provider a run talks to: which one, where, with what credential, how many at
 * once.
 *
 * One per Lua state, made by host/, used by every file of api/. The provider is settled
 * at the first call (gt_session_open), so that a script that makes none prints nothing
 * about it; the credential leaves the environment at once. */
#ifndef GT_API_SESSION_H
#define GT_API_SESSION_H

#include "api/settings.h"
#include "base/err.h"
#include "call/call.h"

#include <lua.h>

enum gt_provider { GT_PROVIDER_LOCAL, GT_PROVIDER_GEMINI, GT_PROVIDER_VERTEX };

struct gt_session;

struct gt_session *gt_session_new(struct gt_loop *loop, struct gt_err *err);
void gt_session_free(struct gt_session *s);
/* The settings' strings are borrowed. */
void gt_session_configure(struct gt_session *s, const struct gt_settings *settings);
/* The in-process transport of the local engine; set by host/, which sees bind/. */
void gt_session_set_local(struct gt_session *s, struct gt_transport *local);
/* The session of the running state. */
struct gt_session *gt_session_of(lua_State *L);

/* Settles provider, origin and credential; repeats its failure. Says once on stderr
 * when it chose the local engine by itself. */
int gt_session_open(struct gt_session *s, struct gt_err *err);
/* [-0, +0, e] The same, raising. */
struct gt_session *gt_session_ready(lua_State *L);

enum gt_provider gt_session_provider(const struct gt_session *s);
const char *gt_session_provider_name(const struct gt_session *s);
const char *gt_session_base_url(const struct gt_session *s); /* no slash at the end */
struct gt_loop *gt_session_loop(const struct gt_session *s);

/* Initialises c for one call: transport, credential, provider, default deadline
 * (settings win over `deadline`), and the limiter of `model` (NULL: none). */
void gt_session_prepare(struct gt_session *s, struct gt_call *c, const char *op,
                        const char *model, double deadline);
struct gt_transport *gt_session_transport(struct gt_session *s);
const char *gt_session_auth(const struct gt_session *s); /* header line or NULL */

#endif

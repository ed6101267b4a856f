/* One request of a primitive. See request.h. */
#include "api/request.h"

#include "api/codec.h"
#include "api/options.h"
#include "task/raise.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#define REQUEST_OF(ptr, member)                                                        \
  ((struct gt_request *)((char *)(ptr)-offsetof(struct gt_request, member)))

static const char TYPE_NAME[] = "gt.request";
static const char IDLE; /* its address: registry slot of the list of idle requests */

enum { IDLE_MAX = 1024 };

static int request_gc(lua_State *L)
{
  struct gt_request *r = lua_touserdata(L, 1);
  gt_timer_stop(&r->timer);
  gt_call_clear(&r->call);
  gt_buf_clear(&r->url);
  gt_buf_clear(&r->body);
  return 0;
}

static void on_done(struct gt_call *c) { gt_task_wake(&REQUEST_OF(c, call)->wait); }

static void on_cancel(struct gt_wait *w) { gt_call_cancel(&REQUEST_OF(w, wait)->call); }

static void start_url(struct gt_request *r, const char *version)
{
  gt_buf_adds(&r->url, gt_session_base_url(r->session));
  gt_buf_addc(&r->url, '/');
  gt_buf_adds(&r->url, version);
  gt_buf_addc(&r->url, '/');
}

/* [-0, +1, m] The list of idle requests; how many there are. */
static lua_Integer push_idle(lua_State *L)
{
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &IDLE) == LUA_TTABLE)
    return (lua_Integer)lua_rawlen(L, -1);
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &IDLE);
  return 0;
}

/* [-0, +1, m] An idle request, or a new one without a metatable. */
static struct gt_request *push_request(lua_State *L)
{
  lua_Integer n = push_idle(L);
  if (n > 0) {
    lua_rawgeti(L, -1, n);
    lua_pushnil(L);
    lua_rawseti(L, -3, n);
  } else {
    lua_newuserdatauv(L, sizeof(struct gt_request), 0);
  }
  lua_remove(L, -2);
  return lua_touserdata(L, -1);
}

void gt_request_recycle(lua_State *L, int idx)
{
  struct gt_request *r = lua_touserdata(L, idx);
  if (r->call.running || r->stream) return;
  gt_call_clear(&r->call);
  gt_buf_clear(&r->url);
  gt_buf_clear(&r->body);
  lua_pushvalue(L, idx);
  lua_Integer n = push_idle(L);
  lua_insert(L, -2);
  if (n < IDLE_MAX)
    lua_rawseti(L, -2, n + 1);
  else
    lua_pop(L, 1);
  lua_pop(L, 1);
}

struct gt_request *gt_request_new(lua_State *L, const char *op, const char *model,
                                  int idx, double deadline)
{
  struct gt_session *s = gt_session_ready(L);
  struct gt_request *r = push_request(L);
  memset(r, 0, offsetof(struct gt_request, call));
  gt_session_prepare(s, &r->call, op, model, deadline);
  gt_buf_init(&r->url, GT_REQUEST_URL_MAX);
  gt_buf_init(&r->body, GT_REQUEST_BODY_MAX);
  memset(&r->timer, 0, sizeof r->timer);
  r->session = s;
  r->stream = NULL;
  r->phase = 0;
  r->until = 0;
  r->wait.cancel = on_cancel;
  if (!lua_getmetatable(L, -1)) {
    if (luaL_newmetatable(L, TYPE_NAME)) {
      lua_pushcfunction(L, request_gc);
      lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
  } else {
    lua_pop(L, 1);
  }
  if (idx) r->call.deadline = gt_options_number(L, idx, "timeout", r->call.deadline);
  start_url(r, "v1beta");
  return r;
}

void gt_request_again(struct gt_request *r, const char *version)
{
  gt_buf_reset(&r->url);
  gt_buf_reset(&r->body);
  start_url(r, version);
}

#define UNRESERVED "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

static void add_encoded(struct gt_buf *out, const char *text, const char *safe)
{
  for (;;) {
    size_t run = strspn(text, safe);
    gt_buf_add(out, text, run);
    text += run;
    if (!*text) return;
    gt_buf_addf(out, "%%%02X", (unsigned)(unsigned char)*text++);
  }
}

void gt_request_query(struct gt_request *r, const char *name, const char *value)
{
  bool first = !strchr(gt_buf_str(&r->url), '?');
  gt_buf_addf(&r->url, "%c%s=", first ? '?' : '&', name);
  add_encoded(&r->url, value, UNRESERVED);
}

void gt_request_name(struct gt_request *r, const char *name)
{
  add_encoded(&r->url, name, UNRESERVED "/");
}

/* libcurl folds them, and the request would reach another resource than was named. */
static bool has_dot_segment(const char *url)
{
  for (const char *p = url; *p && *p != '?'; p++) {
    size_t dots = *p == '/' ? strspn(p + 1, ".") : 0;
    if ((dots == 1 || dots == 2) && strchr("/?", p[1 + dots])) return true;
  }
  return false;
}

void gt_request_check_size(lua_State *L, struct gt_request *r)
{
  if (!r->url.failed && has_dot_segment(gt_buf_str(&r->url)))
    gt_raisef(L, GT_INVALID_ARGUMENT, "pass the resource's own name",
              "%s: a name has no '.' or '..' segments", r->call.op);
  if (r->url.failed)
    gt_raisef(L, GT_INVALID_ARGUMENT, "use a shorter name", "%s: the URL is too long",
              r->call.op);
  if (r->body.failed)
    gt_raisef(L, GT_INVALID_ARGUMENT, "send less at once, or upload it as a file",
              "%s: the request is larger than %d bytes", r->call.op, (int)r->body.max);
}

int gt_request_send(lua_State *L, struct gt_request *r, const char *method,
                    lua_KFunction k)
{
  static const char *const json_headers[] = {"Content-Type: application/json", NULL};
  gt_request_check_size(L, r);
  gt_task_ready(L, r->call.op);
  struct gt_exchange *x = &r->call.x;
  x->method = method;
  x->url = gt_buf_str(&r->url);
  x->body = r->body.len ? r->body.data : NULL;
  x->body_len = (int64_t)r->body.len;
  x->headers = r->body.len ? json_headers : NULL;
  r->call.done = on_done;
  gt_call_start(&r->call);
  return gt_task_wait(L, &r->wait, r->call.op, (lua_KContext)r, k);
}

static void on_pause_over(struct gt_timer *t)
{
  gt_task_wake(&REQUEST_OF(t, timer)->wait);
}

int gt_request_pause(lua_State *L, struct gt_request *r, double seconds,
                     lua_KFunction k)
{
  gt_task_ready(L, r->call.op);
  gt_timer_start(&r->timer, gt_session_loop(r->session), seconds, on_pause_over);
  return gt_task_wait(L, &r->wait, r->call.op, (lua_KContext)r, k);
}

void gt_request_resumed(lua_State *L, struct gt_request *r)
{
  gt_task_resumed(L, &r->wait);
}

/* [-0, +0, e] The answer is no JSON object; the value or reason is on top of the stack.
 */
static void refuse_answer(lua_State *L, const struct gt_request *r, bool is_json)
{
  const struct gt_call *c = &r->call;
  struct gt_err err;
  if (is_json) {
    gt_err_set(&err, GT_INTERNAL, "the server's answer is a %s, not a JSON object",
               lua_istable(L, -1) ? "list" : luaL_typename(L, -1));
    gt_err_hint(&err, "is this a server for the Gemini API? check --base-url");
  } else {
    gt_err_set(&err, GT_INTERNAL, "the server's answer is not JSON (%s)",
               luaL_tolstring(L, -1, NULL));
    gt_err_hint(&err, "try again; a proxy in between may have changed it");
  }
  err.status = c->x.status;
  err.attempts = c->attempts;
  gt_err_copy(err.op, sizeof err.op, c->op, strlen(c->op));
  gt_err_copy(err.provider, sizeof err.provider, c->provider, strlen(c->provider));
  gt_raise(L, &err);
}

void gt_request_result(lua_State *L, struct gt_request *r)
{
  gt_request_resumed(L, r);
  if (r->call.failed) gt_raise(L, &r->call.err);
  if (r->call.x.reply.len == 0)
    lua_newtable(L); /* DELETE and friends may answer with nothing */
  else if (!gt_codec_parse(L, gt_buf_str(&r->call.x.reply), r->call.x.reply.len))
    refuse_answer(L, r, false);
  else if (!lua_istable(L, -1) || lua_rawlen(L, -1) > 0)
    refuse_answer(L, r, true);
  /* Now, while they are in the cache, rather than when the collector comes by. */
  gt_exchange_clear(&r->call.x);
  gt_buf_clear(&r->url);
  gt_buf_clear(&r->body);
}

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
  gt_buf_addf(&r->url, "/%s/", version);
}

struct gt_request *gt_request_new(lua_State *L, const char *op, const char *model,
                                  int idx, double deadline)
{
  struct gt_session *s = gt_session_ready(L);
  struct gt_request *r = lua_newuserdatauv(L, sizeof *r, 0);
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
  if (luaL_newmetatable(L, TYPE_NAME)) {
    lua_pushcfunction(L, request_gc);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
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

void gt_request_query(struct gt_request *r, const char *name, const char *value)
{
  bool first = !strchr(gt_buf_str(&r->url), '?');
  gt_buf_addf(&r->url, "%c%s=", first ? '?' : '&', name);
  for (const char *p = value; *p; p++) {
    if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~",
               *p))
      gt_buf_addc(&r->url, *p);
    else
      gt_buf_addf(&r->url, "%%%02X", (unsigned)(unsigned char)*p);
  }
}

void gt_request_name(struct gt_request *r, const char *name)
{
  for (const char *p = name; *p; p++) {
    if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/",
               *p))
      gt_buf_addc(&r->url, *p);
    else
      gt_buf_addf(&r->url, "%%%02X", (unsigned)(unsigned char)*p);
  }
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

void gt_request_result(lua_State *L, struct gt_request *r)
{
  gt_request_resumed(L, r);
  if (r->call.failed) gt_raise(L, &r->call.err);
  if (r->call.x.reply.len == 0)
    lua_newtable(L); /* DELETE and friends may answer with nothing */
  else
    gt_codec_decode(L, gt_buf_str(&r->call.x.reply), r->call.x.reply.len);
}

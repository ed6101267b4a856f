/* stream_generate_content: an iterator over an SSE stream. See generate.h.
 *
 * libcurl's callback only copies events into a queue with a ceiling; the iterator takes
 * them out and waits for more. A stream that broke before its first event is tried
 * again like any call; after it, what came is the script's and the break is an error.
 */
#include "api/codec.h"
#include "api/contents.h"
#include "api/generate.h"
#include "api/response.h"
#include "call/status.h"
#include "net/sse.h"
#include "task/raise.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

enum { EVENT_MAX = 16 * 1024 * 1024, QUEUE_MAX = 64 * 1024 * 1024 };

struct event {
  struct event *next;
  size_t len;
  char json[];
};

struct stream {
  struct gt_request *request; /* the userdata's user value keeps it */
  struct gt_sse sse;
  struct event *first, *last;
  size_t queued;
  bool started, ended, raised;
};

static const char TYPE_NAME[] = "gt.stream";

static struct stream *stream_of(struct gt_exchange *x)
{
  struct gt_call *c = (struct gt_call *)((char *)x - offsetof(struct gt_call, x));
  struct gt_request *r =
      (struct gt_request *)((char *)c - offsetof(struct gt_request, call));
  return r->stream;
}

static int on_event(void *ctx, const char *data, size_t len)
{
  struct stream *s = ctx;
  if (len > QUEUE_MAX - s->queued) return -1;
  struct event *e = malloc(sizeof *e + len + 1);
  if (!e) return -1;
  e->next = NULL;
  e->len = len;
  memcpy(e->json, data, len);
  e->json[len] = '\0';
  if (s->last)
    s->last->next = e;
  else
    s->first = e;
  s->last = e;
  s->queued += len;
  gt_task_wake(&s->request->wait);
  return 0;
}

static int on_body(struct gt_exchange *x, const char *bytes, size_t len)
{
  return gt_sse_feed(&stream_of(x)->sse, bytes, len);
}

static void on_done(struct gt_call *c)
{
  struct stream *s = stream_of(&c->x);
  if (!c->failed) gt_sse_end(&s->sse);
  s->ended = true;
  gt_task_wake(&s->request->wait);
}

static void drop_events(struct stream *s)
{
  while (s->first) {
    struct event *e = s->first;
    s->first = e->next;
    free(e);
  }
  s->last = NULL;
  s->queued = 0;
}

static int stream_gc(lua_State *L)
{
  struct stream *s = lua_touserdata(L, 1);
  if (s->request) {
    gt_call_cancel(&s->request->call);
    s->request->stream = NULL;
  }
  s->ended = true;
  drop_events(s);
  gt_sse_clear(&s->sse);
  return 0;
}

static int next_chunk(lua_State *L, int status, lua_KContext ctx);

/* [-0, +1 or raises] The oldest event as a response. */
static int push_event(lua_State *L, struct stream *s)
{
  struct event *e = s->first;
  struct gt_err err;
  bool failed = gt_status_find_error(&err, e->json, e->len);
  if (!failed) {
    /* A copy on the Lua stack first: decoding may raise. */
    lua_pushlstring(L, e->json, e->len);
  }
  s->first = e->next;
  if (!s->first) s->last = NULL;
  s->queued -= e->len;
  free(e);
  if (failed) {
    s->ended = true;
    gt_call_cancel(&s->request->call);
    gt_err_copy(err.op, sizeof err.op, "stream_generate_content", 23);
    gt_err_copy(err.provider, sizeof err.provider, s->request->call.provider,
                strlen(s->request->call.provider));
    err.attempts = 1;
    return gt_raise(L, &err);
  }
  size_t len;
  const char *json = lua_tolstring(L, -1, &len);
  gt_codec_decode(L, json, len);
  lua_remove(L, -2);
  gt_response_shape(L);
  return 1;
}

static int next_chunk(lua_State *L, int status, lua_KContext ctx)
{
  struct stream *s = (struct stream *)ctx;
  struct gt_request *r = s->request;
  if (status == LUA_YIELD) gt_request_resumed(L, r);
  if (s->first) return push_event(L, s);
  if (s->ended) {
    if (r->call.failed && !s->raised) {
      s->raised = true;
      return gt_raise(L, &r->call.err);
    }
    lua_pushnil(L);
    return 1;
  }
  gt_task_ready(L, r->call.op);
  if (!s->started) {
    s->started = true;
    gt_call_start(&r->call);
  }
  return gt_task_wait(L, &r->wait, r->call.op, ctx, next_chunk);
}

static int iterate(lua_State *L)
{
  struct stream *s = luaL_checkudata(L, lua_upvalueindex(1), TYPE_NAME);
  return next_chunk(L, LUA_OK, (lua_KContext)s);
}

int gt_generate_stream(lua_State *L)
{
  static const char op[] = "stream_generate_content";
  static const char *const headers[] = {"Content-Type: application/json",
                                        "Accept: text/event-stream", NULL};
  lua_settop(L, 3);
  gt_options_check(L, 3, GT_GENERATE_OPTIONS, op);
  const char *model = gt_contents_model(L, 1, false, op);
  struct stream *s = lua_newuserdatauv(L, sizeof *s, 1);
  memset(s, 0, sizeof *s);
  gt_sse_init(&s->sse, EVENT_MAX, on_event, s);
  if (luaL_newmetatable(L, TYPE_NAME)) {
    lua_pushcfunction(L, stream_gc);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, stream_gc);
    lua_setfield(L, -2, "__close");
  }
  lua_setmetatable(L, -2);
  struct gt_request *r = gt_request_new(L, op, model, 3, 600);
  lua_setiuservalue(L, -2, 1);
  s->request = r;
  r->stream = s;
  gt_request_name(r, model);
  gt_buf_adds(&r->url, ":streamGenerateContent?alt=sse");
  gt_generate_body(L, &r->body, 2, 3, op);
  gt_request_check_size(L, r);
  struct gt_exchange *x = &r->call.x;
  x->method = "POST";
  x->url = gt_buf_str(&r->url);
  x->headers = headers;
  x->body = r->body.data;
  x->body_len = (int64_t)r->body.len;
  x->on_body = on_body;
  x->idle_timeout = 300;
  r->call.done = on_done;
  lua_pushvalue(L, -1);
  lua_pushcclosure(L, iterate, 1);
  /* for chunk in gt.stream_generate_content(...): the stream is the to-be-closed value
   */
  lua_pushnil(L);
  lua_pushnil(L);
  lua_pushvalue(L, -4);
  return 4;
}

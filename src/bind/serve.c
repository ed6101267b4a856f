/* gt.core.serve: an HTTP listener whose requests a Lua function answers. Used by
 * lua/gt/cli/serve.lua. The function runs on the main state outside of any task, in a
 * protected call: it cannot wait, and nothing that it raises reaches libmicrohttpd. */
#include "bind/serve.h"

#include "base/log.h"
#include "serve/server.h"
#include "task/raise.h"
#include "task/task.h"

#include <lauxlib.h>
#include <string.h>

#define SERVER "gt.core.serve.server"

/* Its user value is the handler. While it listens the registry holds it under its own
 * address: only close() and the end of the state end it, not the garbage collector. */
struct server {
  struct gt_server *impl; /* NULL once closed */
  lua_State *L;           /* the main state */
  struct gt_wait wait;
};

/* --- from the request to Lua and back --- */

struct call {
  struct server *server;
  const struct gt_serve_request *req;
  struct gt_serve_response *res;
};

/* [-0, +1, m] Of equal names the last counts, headers are joined as RFC 9110 says. */
static void push_fields(lua_State *L, const struct gt_serve_field *f, size_t n,
                        bool joined)
{
  lua_createtable(L, 0, (int)n);
  for (; n > 0; n--, f++) {
    lua_pushlstring(L, f->name, f->name_len);
    if (joined && lua_getfield(L, -2, f->name) == LUA_TSTRING) {
      lua_pushliteral(L, ", ");
      lua_pushlstring(L, f->value, f->value_len);
      lua_concat(L, 3);
    } else {
      if (joined) lua_pop(L, 1);
      lua_pushlstring(L, f->value, f->value_len);
    }
    lua_rawset(L, -3);
  }
}

/* [-0, +1, m] */
static void push_request(lua_State *L, const struct gt_serve_request *req)
{
  lua_createtable(L, 0, 6);
  lua_pushstring(L, req->method);
  lua_setfield(L, -2, "method");
  lua_pushlstring(L, req->path, req->path_len);
  lua_setfield(L, -2, "path");
  push_fields(L, req->query, req->query_count, false);
  lua_setfield(L, -2, "query");
  push_fields(L, req->headers, req->header_count, true);
  lua_setfield(L, -2, "headers");
  lua_pushlstring(L, req->body, req->body_len);
  lua_setfield(L, -2, "body");
  lua_pushstring(L, req->origin);
  lua_setfield(L, -2, "origin");
}

static void take_headers(lua_State *L, int res, struct gt_serve_response *out)
{
  if (lua_getfield(L, res, "headers") == LUA_TTABLE) {
    int headers = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, headers)) {
      size_t name_len, value_len;
      if (lua_type(L, -2) != LUA_TSTRING) luaL_error(L, "a header's name is no string");
      const char *name = lua_tolstring(L, -2, &name_len);
      const char *value = luaL_tolstring(L, -1, &value_len);
      if (strlen(name) != name_len || strlen(value) != value_len)
        luaL_error(L, "the header %s holds a NUL", name);
      gt_serve_header(out, name, value);
      lua_pop(L, 2);
    }
  }
  lua_pop(L, 1);
}

static void take_body(lua_State *L, int res, struct gt_serve_response *out)
{
  size_t len;
  if (lua_getfield(L, res, "chunks") == LUA_TTABLE) {
    int chunks = lua_gettop(L);
    lua_Integer n = luaL_len(L, chunks);
    gt_serve_chunk(out, "", 0); /* a stream, be it empty */
    for (lua_Integer i = 1; i <= n; i++) {
      lua_geti(L, chunks, i);
      const char *bytes = luaL_tolstring(L, -1, &len);
      gt_serve_chunk(out, bytes, len);
      lua_pop(L, 2);
    }
  } else if (lua_getfield(L, res, "body") != LUA_TNIL) {
    const char *bytes = lua_tolstring(L, -1, &len);
    if (!bytes) luaL_error(L, "the response's body is a %s", luaL_typename(L, -1));
    gt_serve_body(out, bytes, len);
  }
}

/* Lua: (call) */
static int answer(lua_State *L)
{
  struct call *call = lua_touserdata(L, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, call->server);
  lua_getiuservalue(L, -1, 1);
  push_request(L, call->req);
  lua_call(L, 1, 1);
  int res = lua_gettop(L);
  if (!lua_istable(L, res))
    return luaL_error(L, "the handler returned a %s", luaL_typename(L, res));
  lua_getfield(L, res, "status");
  lua_Integer status = lua_tointeger(L, -1);
  call->res->status = status >= 200 && status <= 599 ? (int)status : 0;
  take_headers(L, res, call->res);
  take_body(L, res, call->res);
  return 0;
}

/* Lua: (error) -> its text with a traceback */
static int describe(lua_State *L)
{
  luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
  return 1;
}

/* A request's words may be in the text: they must not move the cursor. */
static void log_failure(const char *method, const char *text)
{
  char line[1500];
  gt_err_copy(line, sizeof line, text, strlen(text));
  for (char *p = line; *p; p++)
    if (((unsigned char)*p < 0x20 && *p != '\n' && *p != '\t') || *p == 0x7F) *p = '?';
  gt_log(GT_LOG_WARN, "%s: %s", method, line);
}

static void on_request(void *ctx, const struct gt_serve_request *req,
                       struct gt_serve_response *res)
{
  struct call call = {ctx, req, res};
  lua_State *L = call.server->L;
  int top = lua_gettop(L);
  if (!lua_checkstack(L, LUA_MINSTACK)) {
    gt_serve_fail(res, 500, GT_INTERNAL, "Out of memory.");
    return;
  }
  lua_pushcfunction(L, describe);
  lua_pushcfunction(L, answer);
  lua_pushlightuserdata(L, &call);
  if (lua_pcall(L, 1, 0, top + 1) != LUA_OK) {
    const char *text = lua_tostring(L, -1); /* no string: describe ran out of memory */
    log_failure(req->method, text ? text : "out of memory");
    gt_serve_fail(res, 500, GT_INTERNAL, "An internal error has occurred.");
  }
  lua_settop(L, top);
}

/* --- the module --- */

static struct server *server_at(lua_State *L)
{
  struct server *s = luaL_checkudata(L, 1, SERVER);
  luaL_argcheck(L, s->impl, 1, "the server is closed");
  return s;
}

static int server_close(lua_State *L)
{
  struct server *s = luaL_checkudata(L, 1, SERVER);
  if (!s->impl) return 0;
  gt_server_free(s->impl);
  s->impl = NULL;
  gt_task_wake(&s->wait);
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, s);
  return 0;
}

static int server_port(lua_State *L)
{
  lua_pushinteger(L, gt_server_port(server_at(L)->impl));
  return 1;
}

static int server_address(lua_State *L)
{
  lua_pushstring(L, gt_server_address(server_at(L)->impl));
  return 1;
}

static void stop_waiting(struct gt_wait *w) { (void)w; }

static int waited(lua_State *L, int status, lua_KContext ctx)
{
  (void)status;
  gt_task_resumed(L, (struct gt_wait *)ctx);
  return 0;
}

/* server:wait(): until it is closed, or the waiting task is cancelled. */
static int server_wait(lua_State *L)
{
  struct server *s = server_at(L);
  luaL_argcheck(L, !s->wait.task, 1, "another task waits for the server already");
  s->wait.cancel = stop_waiting;
  return gt_task_wait(L, &s->wait, "server:wait", (lua_KContext)&s->wait, waited);
}

static lua_Integer opt_integer(lua_State *L, const char *name, lua_Integer max)
{
  int is_integer = 1;
  lua_Integer value = 0;
  if (lua_getfield(L, 1, name) != LUA_TNIL) value = lua_tointegerx(L, -1, &is_integer);
  if (!is_integer || value < 0 || value > max)
    gt_raisef(L, GT_INVALID_ARGUMENT, NULL, "%s must be a whole number from 0 to %lld",
              name, (long long)max);
  lua_pop(L, 1);
  return value;
}

static bool opt_flag(lua_State *L, const char *name)
{
  lua_getfield(L, 1, name);
  bool value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

/* listen{ handler =, host = "127.0.0.1", port = 0, allow_remote =, max_body =,
 * idle_timeout =, log_requests = } -> server. handler(req) -> res, where req is
 * { method, path, query, headers, body, origin } and res { status, headers, body } or
 * { status, headers, chunks }. */
static int serve_listen(lua_State *L)
{
  struct gt_err err;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  struct gt_serve_options opt = {
      .port = (int)opt_integer(L, "port", 65535),
      .allow_remote = opt_flag(L, "allow_remote"),
      .max_body = (size_t)opt_integer(L, "max_body", 1 << 29),
      .idle_timeout = (unsigned)opt_integer(L, "idle_timeout", 86400),
      .log_requests = opt_flag(L, "log_requests"),
      .handle = on_request,
  };
  lua_getfield(L, 1, "host");
  opt.host = luaL_optstring(L, -1, NULL);
  struct server *s = lua_newuserdatauv(L, sizeof *s, 1);
  *s = (struct server){.impl = NULL};
  luaL_setmetatable(L, SERVER);
  lua_getfield(L, 1, "handler");
  luaL_argexpected(L, lua_isfunction(L, -1), 1, "table with a handler");
  lua_setiuservalue(L, -2, 1);
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  s->L = lua_tothread(L, -1);
  lua_pop(L, 1);
  opt.ctx = s;
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, s);
  if (gt_server_new(&s->impl, gt_sched_loop(gt_sched_of(L)), &opt, &err) == 0) return 1;
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, s);
  return gt_raise(L, &err);
}

int gt_open_serve(lua_State *L)
{
  static const luaL_Reg methods[] = {
      {"port", server_port}, {"address", server_address},
      {"wait", server_wait}, {"close", server_close},
      {NULL, NULL},
  };
  static const luaL_Reg functions[] = {{"listen", serve_listen}, {NULL, NULL}};
  luaL_newmetatable(L, SERVER);
  luaL_newlib(L, methods);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, server_close);
  lua_setfield(L, -2, "__gc");
  lua_pushcfunction(L, server_close);
  lua_setfield(L, -2, "__close");
  lua_pop(L, 1);
  luaL_newlib(L, functions);
  return 1;
}

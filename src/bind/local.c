/* In-process exchanges. See local.h. */
#include "bind/local.h"

#include "base/log.h"
#include "loop/loop.h"
#include "net/http.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_BODY = 64 * 1024 * 1024 };

static const char ORIGIN[] = "http://local";

struct gt_local {
  struct gt_transport transport; /* first */
  lua_State *L;                  /* the main state */
  struct gt_loop *loop;
};

/* One exchange in the queue. */
struct pending {
  struct gt_defer defer;
  struct gt_local *local;
  struct gt_exchange *x;
};

/* --- from the exchange to the handler's request --- */

static int hex(char c)
{
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* [-0, +1, m] */
static void push_decoded(lua_State *L, const char *s, size_t len)
{
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  for (size_t i = 0; i < len; i++) {
    int high, low;
    if (s[i] == '%' && i + 2 < len && (high = hex(s[i + 1])) >= 0 &&
        (low = hex(s[i + 2])) >= 0) {
      luaL_addchar(&b, (char)(high << 4 | low));
      i += 2;
    } else {
      luaL_addchar(&b, s[i]);
    }
  }
  luaL_pushresult(&b);
}

/* [-0, +1, m] "a=b&c=d" as a table. */
static void push_query(lua_State *L, const char *query)
{
  lua_newtable(L);
  while (query && *query) {
    size_t n = strcspn(query, "&"), equal = strcspn(query, "=&");
    push_decoded(L, query, equal);
    if (equal < n)
      push_decoded(L, query + equal + 1, n - equal - 1);
    else
      lua_pushliteral(L, "");
    lua_rawset(L, -3);
    query += n;
    if (*query) query++;
  }
}

/* [-0, +1, m] Header lines as a table with lower-case names. */
static void push_headers(lua_State *L, const char *const *lines)
{
  lua_newtable(L);
  for (; lines && *lines; lines++) {
    const char *colon = strchr(*lines, ':');
    if (!colon) continue;
    luaL_Buffer name;
    luaL_buffinit(L, &name);
    for (const char *p = *lines; p < colon; p++)
      luaL_addchar(&name, *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p);
    luaL_pushresult(&name);
    colon++;
    while (*colon == ' ') colon++;
    lua_pushstring(L, colon);
    lua_rawset(L, -3);
  }
}

/* [-0, +1, e] */
static void push_body(lua_State *L, const struct gt_exchange *x)
{
  if (x->body_len > MAX_BODY) luaL_error(L, "body over %d bytes", (int)MAX_BODY);
  if (x->body_fd < 0) {
    lua_pushlstring(L, x->body ? x->body : "", x->body ? (size_t)x->body_len : 0);
    return;
  }
  luaL_Buffer b;
  char *at = luaL_buffinitsize(L, &b, (size_t)x->body_len);
  size_t got = 0;
  while (got < (size_t)x->body_len) {
    ssize_t n = pread(x->body_fd, at + got, (size_t)x->body_len - got,
                      (off_t)(x->body_offset + (int64_t)got));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) luaL_error(L, "the file became shorter while it was sent");
    got += (size_t)n;
  }
  luaL_pushresultsize(&b, got);
}

static void push_request(lua_State *L, const struct gt_exchange *x)
{
  const char *path = x->url + strlen(ORIGIN);
  size_t path_len = strcspn(path, "?");
  lua_createtable(L, 0, 6);
  lua_pushstring(L, x->method);
  lua_setfield(L, -2, "method");
  push_decoded(L, path, path_len);
  lua_setfield(L, -2, "path");
  push_query(L, path[path_len] == '?' ? path + path_len + 1 : NULL);
  lua_setfield(L, -2, "query");
  push_headers(L, x->headers);
  lua_setfield(L, -2, "headers");
  push_body(L, x);
  lua_setfield(L, -2, "body");
  lua_pushstring(L, ORIGIN);
  lua_setfield(L, -2, "origin");
}

/* --- from the handler's response to the exchange --- */

static void take_headers(lua_State *L, struct gt_exchange *x)
{
  if (lua_getfield(L, 2, "headers") == LUA_TTABLE) {
    lua_pushnil(L);
    while (lua_next(L, -2)) {
      lua_pushvalue(L, -2);
      const char *name = lua_tostring(L, -1);
      const char *value = luaL_tolstring(L, -2, NULL);
      gt_buf_addf(&x->head, "%s: %s\r\n", name, value);
      lua_pop(L, 3);
    }
  }
  lua_pop(L, 1);
}

static void take_bytes(lua_State *L, struct gt_exchange *x)
{
  size_t len;
  const char *bytes = lua_tolstring(L, -1, &len);
  if (!bytes || x->failure != GT_WIRE_OK) return;
  if (x->on_body && x->status >= 200 && x->status < 300) {
    if (x->on_body(x, bytes, len) != 0) x->failure = GT_WIRE_STOPPED;
  } else if (gt_buf_add(&x->reply, bytes, len) < 0) {
    x->failure = GT_WIRE_TOO_LARGE;
  }
}

/* Lua: (exchange) asks gt.local and fills the exchange in. */
static int answer(lua_State *L)
{
  struct gt_exchange *x = lua_touserdata(L, 1);
  lua_settop(L, 0);
  lua_getglobal(L, "require");
  lua_pushliteral(L, "gt.local");
  lua_call(L, 1, 1);
  lua_getfield(L, 1, "handle");
  lua_replace(L, 1);
  push_request(L, x);
  lua_call(L, 1, 1);
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_pushvalue(L, 1); /* the response at 2 */
  lua_getfield(L, 2, "status");
  x->status = (int)luaL_checkinteger(L, -1);
  take_headers(L, x);
  if (lua_getfield(L, 2, "chunks") == LUA_TTABLE) {
    int chunks = lua_gettop(L);
    lua_Integer n = luaL_len(L, chunks);
    for (lua_Integer i = 1; i <= n; i++) {
      lua_rawgeti(L, chunks, i);
      take_bytes(L, x);
      lua_pop(L, 1);
    }
  } else {
    lua_getfield(L, 2, "body");
    take_bytes(L, x);
  }
  return 0;
}

static void on_turn(struct gt_defer *d)
{
  struct pending *p = (struct pending *)d;
  struct gt_exchange *x = p->x;
  lua_State *L = p->local->L;
  x->impl = NULL;
  free(p);
  lua_pushcfunction(L, answer);
  lua_pushlightuserdata(L, x);
  if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
    const char *text = luaL_tolstring(L, -1, NULL);
    x->failure = GT_WIRE_LOCAL;
    gt_err_copy(x->detail, sizeof x->detail, text, strlen(text));
    gt_log(GT_LOG_DEBUG, "local engine: %s", text);
    lua_pop(L, 2);
  }
  x->done(x);
}

static int local_start(struct gt_transport *t, struct gt_exchange *x,
                       struct gt_err *err)
{
  struct gt_local *l = (struct gt_local *)t;
  struct pending *p = calloc(1, sizeof *p);
  if (!p) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  gt_exchange_reset(x);
  p->local = l;
  p->x = x;
  x->impl = p;
  gt_defer_post(&p->defer, l->loop, on_turn);
  return 0;
}

static void local_cancel(struct gt_transport *t, struct gt_exchange *x)
{
  struct pending *p = x->impl;
  (void)t;
  if (!p) return;
  gt_defer_cancel(&p->defer);
  free(p);
  x->impl = NULL;
}

struct gt_local *gt_local_new(lua_State *L, struct gt_loop *loop, struct gt_err *err)
{
  struct gt_local *l = calloc(1, sizeof *l);
  if (!l) {
    gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
    return NULL;
  }
  *l = (struct gt_local){.transport = {.start = local_start, .cancel = local_cancel},
                         .L = L,
                         .loop = loop};
  return l;
}

void gt_local_free(struct gt_local *l) { free(l); }

struct gt_transport *gt_local_transport(struct gt_local *l) { return &l->transport; }

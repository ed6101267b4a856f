/* The error object of Lua: made from struct gt_err, read back into it. See raise.h. */
#include "task/raise.h"

#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char TYPE[] = "gt.error";
static const char LIBRARY[] = "@lua/gt/"; /* chunk names of the embedded library */

static void push_field(lua_State *L, int obj, const char *key)
{
  lua_pushstring(L, key);
  lua_rawget(L, obj);
}

/* "where: CODE: message"; a field that a script has broken is left out. */
static int error_tostring(lua_State *L)
{
  luaL_Buffer b;
  lua_settop(L, 1);
  luaL_checktype(L, 1, LUA_TTABLE);
  push_field(L, 1, "where");
  push_field(L, 1, "code");
  push_field(L, 1, "message"); /* obj where code message */
  luaL_buffinit(L, &b);
  for (int i = 2; i <= 4; i++) {
    if (!lua_isstring(L, i)) continue;
    if (luaL_bufflen(&b) > 0) luaL_addstring(&b, ": ");
    const char *s = lua_tostring(L, i);
    for (; *s; s++) luaL_addchar(&b, *s == '\n' || *s == '\r' ? ' ' : *s);
  }
  luaL_pushresult(&b);
  return 1;
}

static void push_metatable(lua_State *L)
{
  if (!luaL_newmetatable(L, TYPE)) return;
  lua_pushcfunction(L, error_tostring);
  lua_setfield(L, -2, "__tostring");
}

/* [-0, +1, m] The place in the script: the nearest Lua function that is not part of the
 * library; nil when this coroutine has none. */
static void push_where(lua_State *L)
{
  lua_Debug ar;
  for (int level = 0; lua_getstack(L, level, &ar); level++) {
    lua_getinfo(L, "Sl", &ar);
    if (ar.currentline <= 0) continue;
    if (strncmp(ar.source, LIBRARY, sizeof LIBRARY - 1) == 0) continue;
    lua_pushfstring(L, "%s:%d", ar.short_src, ar.currentline);
    return;
  }
  lua_pushnil(L);
}

static void set_string(lua_State *L, const char *key, const char *s)
{
  if (!s || !*s) return;
  lua_pushstring(L, s);
  lua_setfield(L, -2, key);
}

static void set_int(lua_State *L, const char *key, int n)
{
  if (n == 0) return;
  lua_pushinteger(L, n);
  lua_setfield(L, -2, key);
}

void gt_raise_push(lua_State *L, const struct gt_err *err)
{
  luaL_checkstack(L, 6, NULL);
  lua_createtable(L, 0, 8);
  push_metatable(L);
  lua_setmetatable(L, -2);
  set_string(L, "code", gt_code_name((int)err->code));
  lua_pushstring(L, err->message);
  lua_setfield(L, -2, "message");
  set_string(L, "hint", err->hint);
  lua_pushboolean(L, err->retryable);
  lua_setfield(L, -2, "retryable");
  if (err->retry_after > 0) {
    lua_pushnumber(L, err->retry_after);
    lua_setfield(L, -2, "retry_after");
  }
  set_int(L, "status", err->status);
  set_string(L, "op", err->op);
  set_string(L, "provider", err->provider);
  set_string(L, "request_id", err->request_id);
  set_string(L, "reason", err->reason);
  set_int(L, "attempts", err->attempts);
  set_int(L, "exit_code", err->exit_code);
  push_where(L);
  lua_setfield(L, -2, "where");
}

int gt_raise(lua_State *L, const struct gt_err *err)
{
  gt_raise_push(L, err);
  return lua_error(L);
}

int gt_raisef(lua_State *L, enum gt_code code, const char *hint, const char *fmt, ...)
{
  struct gt_err err;
  gt_err_set(&err, code, "%s", "");
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(err.message, sizeof err.message, fmt, ap);
  va_end(ap);
  if (hint) gt_err_hint(&err, "%s", hint);
  return gt_raise(L, &err);
}

bool gt_raise_is(lua_State *L, int idx)
{
  if (!lua_istable(L, idx) || !lua_getmetatable(L, idx)) return false;
  luaL_getmetatable(L, TYPE); /* metatable type */
  bool same = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  return same;
}

/* "pipeline.lua:12: text" is split into its place and its text; returns the text. */
static const char *split_where(const char *s, size_t *where_len)
{
  for (const char *p = strchr(s, ':'); p; p = strchr(p + 1, ':')) {
    size_t digits = strspn(p + 1, "0123456789");
    if (digits == 0 || strncmp(p + 1 + digits, ": ", 2) != 0) continue;
    if (memchr(s, '\n', (size_t)(p - s))) break;
    *where_len = (size_t)(p + 1 + digits - s);
    return p + 1 + digits + 2;
  }
  *where_len = 0;
  return s;
}

void gt_raise_wrap(lua_State *L, int idx)
{
  idx = lua_absindex(L, idx);
  if (gt_raise_is(L, idx)) {
    lua_pushvalue(L, idx);
    return;
  }
  struct gt_err err;
  size_t len, where_len;
  const char *s = luaL_tolstring(L, idx, &len); /* text */
  const char *text = split_where(s, &where_len);
  gt_err_set(&err, GT_UNKNOWN, "%s", "");
  gt_err_copy(err.message, sizeof err.message, text, len - (size_t)(text - s));
  gt_raise_push(L, &err); /* text object */
  if (where_len > 0) {
    lua_pushlstring(L, s, where_len);
    lua_setfield(L, -2, "where");
  }
  if (!lua_isstring(L, idx)) {
    lua_pushvalue(L, idx);
    lua_setfield(L, -2, "cause");
  }
  lua_remove(L, -2);
}

static void read_string(lua_State *L, int obj, const char *key, char *dst, size_t cap)
{
  size_t len;
  push_field(L, obj, key);
  const char *s = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &len) : NULL;
  if (s) gt_err_copy(dst, cap, s, len);
  lua_pop(L, 1);
}

static double read_number(lua_State *L, int obj, const char *key)
{
  push_field(L, obj, key);
  double n = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : 0;
  lua_pop(L, 1);
  return n > -1e9 && n < 1e9 ? n : 0;
}

static void read_object(lua_State *L, int obj, struct gt_err *err)
{
  char code[32] = "";
  read_string(L, obj, "code", code, sizeof code);
  int n = gt_code_parse(code, strlen(code));
  if (n > 0) err->code = (enum gt_code)n;
  read_string(L, obj, "message", err->message, sizeof err->message);
  read_string(L, obj, "hint", err->hint, sizeof err->hint);
  read_string(L, obj, "op", err->op, sizeof err->op);
  read_string(L, obj, "provider", err->provider, sizeof err->provider);
  read_string(L, obj, "reason", err->reason, sizeof err->reason);
  read_string(L, obj, "request_id", err->request_id, sizeof err->request_id);
  err->status = (int)read_number(L, obj, "status");
  err->attempts = (int)read_number(L, obj, "attempts");
  err->exit_code = (int)read_number(L, obj, "exit_code");
  err->retry_after = read_number(L, obj, "retry_after");
  push_field(L, obj, "retryable");
  err->retryable = lua_toboolean(L, -1);
  lua_pop(L, 1);
}

bool gt_raise_read(lua_State *L, int idx, struct gt_err *err)
{
  idx = lua_absindex(L, idx);
  gt_err_set(err, GT_UNKNOWN, "%s", "");
  if (gt_raise_is(L, idx)) {
    read_object(L, idx, err);
    return true;
  }
  size_t len;
  if (lua_type(L, idx) == LUA_TSTRING) {
    const char *s = lua_tolstring(L, idx, &len);
    gt_err_copy(err->message, sizeof err->message, s, len);
  } else {
    gt_err_set(err, GT_UNKNOWN, "the error is a %s value", luaL_typename(L, idx));
  }
  return false;
}

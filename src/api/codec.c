/* JSON for the wire. See codec.h. */
#include "api/codec.h"

#include "base/json_write.h"
#include "base/utf8.h"
#include "task/raise.h"

#include <lauxlib.h>
#include <lua-cjson.h>
#include <lualib.h>
#include <math.h>

enum { MAX_DEPTH = 200 };

static const char KEY; /* its address: registry slot of lua-cjson's decode */

/* [-0, +1, e] A field of a cjson instance of our own. */
static void call_setting(lua_State *L, const char *name, int value)
{
  lua_getfield(L, -1, name);
  if (value < 0)
    lua_pushboolean(L, 0);
  else
    lua_pushinteger(L, value);
  lua_call(L, 1, 0);
}

static void push_decoder(lua_State *L)
{
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &KEY) == LUA_TFUNCTION) return;
  lua_pop(L, 1);
  lua_pushcfunction(L, luaopen_cjson);
  lua_call(L, 0, 1);
  lua_getfield(L, -1, "new");
  lua_call(L, 0, 1);
  lua_remove(L, -2);
  call_setting(L, "decode_invalid_numbers", -1); /* NaN and 0x10 are no JSON */
  call_setting(L, "decode_max_depth", MAX_DEPTH);
  lua_getfield(L, -1, "decode");
  lua_remove(L, -2);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &KEY);
}

/* [-0, +0, e] Replaces floats that are whole by integers, in the table at the top. */
static void exact_integers(lua_State *L)
{
  luaL_checkstack(L, 4, "JSON nested too deeply");
  int table = lua_gettop(L);
  lua_pushnil(L);
  while (lua_next(L, table)) {
    int type = lua_type(L, -1);
    if (type == LUA_TTABLE) {
      exact_integers(L);
    } else if (type == LUA_TNUMBER) { /* a float: lua-cjson knows no other */
      double v = lua_tonumber(L, -1);
      if (fabs(v) <= 0x1p53 && v == (double)(lua_Integer)v) {
        lua_pushvalue(L, -2);
        lua_pushinteger(L, (lua_Integer)v);
        lua_rawset(L, table); /* an existing key: allowed while traversing */
      }
    }
    lua_pop(L, 1);
  }
}

bool gt_codec_parse(lua_State *L, const char *json, size_t len)
{
  push_decoder(L);
  lua_pushlstring(L, json, len);
  if (lua_pcall(L, 1, 1, 0) != LUA_OK) return false;
  if (lua_type(L, -1) == LUA_TTABLE) exact_integers(L);
  return true;
}

void gt_codec_decode(lua_State *L, const char *json, size_t len)
{
  if (gt_codec_parse(L, json, len)) return;
  gt_raisef(L, GT_INTERNAL, "try again; a proxy in between may have changed it",
            "the server's answer is not JSON (%s)", luaL_tolstring(L, -1, NULL));
}

/* --- writing --- */

static void write_value(lua_State *L, int idx, struct gt_buf *out, const char *what,
                        int depth);

static int refuse(lua_State *L, const char *what, const char *why)
{
  return gt_raisef(L, GT_INVALID_ARGUMENT,
                   "use strings, numbers, booleans, lists and tables with string keys",
                   "%s cannot be sent as JSON: %s", what, why);
}

/* The length of a list, -1 for a table that is none (the empty one included). */
static lua_Integer list_length(lua_State *L, int idx)
{
  lua_Integer n = (lua_Integer)lua_rawlen(L, idx), keys = 0;
  if (n == 0) return -1;
  lua_pushnil(L);
  while (lua_next(L, idx)) {
    lua_pop(L, 1);
    keys++;
  }
  return keys == n ? n : -1;
}

/* [-0, +1, e] The table's keys, sorted, as a list. */
static void push_sorted_keys(lua_State *L, int idx, const char *what)
{
  lua_Integer n = 0;
  lua_newtable(L);
  int keys = lua_gettop(L);
  lua_pushnil(L);
  while (lua_next(L, idx)) {
    lua_pop(L, 1);
    if (lua_type(L, -1) != LUA_TSTRING)
      refuse(L, what, "a table has keys that are neither names nor 1 to n");
    lua_pushvalue(L, -1);
    lua_rawseti(L, keys, ++n);
  }
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_getfield(L, -1, LUA_TABLIBNAME);
  lua_getfield(L, -1, "sort");
  lua_pushvalue(L, keys);
  lua_call(L, 1, 0);
  lua_settop(L, keys);
}

static void write_table(lua_State *L, int idx, struct gt_buf *out, const char *what,
                        int depth)
{
  if (depth > MAX_DEPTH) refuse(L, what, "it is nested too deeply");
  luaL_checkstack(L, 8, NULL);
  lua_Integer n = list_length(L, idx);
  if (n >= 0) {
    for (lua_Integer i = 1; i <= n; i++) {
      gt_buf_addc(out, i == 1 ? '[' : ',');
      lua_rawgeti(L, idx, i);
      write_value(L, lua_gettop(L), out, what, depth + 1);
      lua_pop(L, 1);
    }
    gt_buf_addc(out, ']');
    return;
  }
  push_sorted_keys(L, idx, what);
  int keys = lua_gettop(L);
  n = (lua_Integer)lua_rawlen(L, keys);
  gt_buf_addc(out, '{');
  for (lua_Integer i = 1; i <= n; i++) {
    size_t len;
    if (i > 1) gt_buf_addc(out, ',');
    lua_rawgeti(L, keys, i);
    const char *key = lua_tolstring(L, -1, &len);
    gt_codec_string(L, out, key, len, what);
    gt_buf_addc(out, ':');
    lua_rawget(L, idx);
    write_value(L, lua_gettop(L), out, what, depth + 1);
    lua_pop(L, 1);
  }
  gt_buf_addc(out, '}');
  lua_pop(L, 1);
}

static void write_value(lua_State *L, int idx, struct gt_buf *out, const char *what,
                        int depth)
{
  size_t len;
  const char *s;
  switch (lua_type(L, idx)) {
  case LUA_TSTRING:
    s = lua_tolstring(L, idx, &len);
    gt_codec_string(L, out, s, len, what);
    break;
  case LUA_TNUMBER:
    if (lua_isinteger(L, idx))
      gt_json_int(out, lua_tointeger(L, idx));
    else
      gt_json_double(out, lua_tonumber(L, idx));
    break;
  case LUA_TBOOLEAN: gt_buf_adds(out, lua_toboolean(L, idx) ? "true" : "false"); break;
  case LUA_TTABLE: write_table(L, idx, out, what, depth); break;
  case LUA_TLIGHTUSERDATA:
    if (!lua_touserdata(L, idx)) { /* cjson.null */
      gt_buf_adds(out, "null");
      break;
    }
    /* fall through */
  default: refuse(L, what, luaL_typename(L, idx));
  }
}

void gt_codec_encode(lua_State *L, int idx, struct gt_buf *out, const char *what,
                     bool as_list)
{
  idx = lua_absindex(L, idx);
  if (as_list && lua_type(L, idx) == LUA_TTABLE) {
    lua_pushnil(L);
    if (!lua_next(L, idx)) {
      gt_buf_adds(out, "[]");
      return;
    }
    lua_pop(L, 2);
  }
  write_value(L, idx, out, what, 0);
}

void gt_codec_string(lua_State *L, struct gt_buf *out, const char *s, size_t len,
                     const char *what)
{
  size_t bad = gt_utf8_check(s, len);
  if (bad != len)
    gt_raisef(L, GT_INVALID_ARGUMENT, "convert the text to UTF-8",
              "%s is not UTF-8 at byte %d (0x%02x)", what, (int)bad + 1,
              (unsigned)(unsigned char)s[bad]);
  gt_json_string(out, s, len);
}

int64_t gt_codec_int(lua_State *L, int idx, const char *key, int64_t missing)
{
  int ok = 0;
  idx = lua_absindex(L, idx);
  lua_pushstring(L, key);
  lua_rawget(L, idx);
  /* int64 fields are JSON strings: lua_tointegerx reads both. */
  lua_Integer v = lua_tointegerx(L, -1, &ok);
  lua_pop(L, 1);
  return ok ? v : missing;
}

double gt_codec_number(lua_State *L, int idx, const char *key, double missing)
{
  int ok = 0;
  idx = lua_absindex(L, idx);
  lua_pushstring(L, key);
  lua_rawget(L, idx);
  double v = lua_tonumberx(L, -1, &ok);
  lua_pop(L, 1);
  return ok ? v : missing;
}

const char *gt_codec_text(lua_State *L, int idx, const char *key, const char *missing)
{
  idx = lua_absindex(L, idx);
  lua_pushstring(L, key);
  lua_rawget(L, idx);
  const char *s = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : missing;
  lua_pop(L, 1); /* still held by the table */
  return s;
}

bool gt_codec_table(lua_State *L, int idx, const char *key)
{
  idx = lua_absindex(L, idx);
  lua_pushstring(L, key);
  if (lua_rawget(L, idx) == LUA_TTABLE) return true;
  lua_pop(L, 1);
  lua_pushnil(L);
  return false;
}

void gt_codec_copy(lua_State *L, int target, const char *to, int source,
                   const char *from)
{
  target = lua_absindex(L, target);
  source = lua_absindex(L, source);
  lua_pushstring(L, from);
  int type = lua_rawget(L, source);
  if (type == LUA_TSTRING || type == LUA_TNUMBER || type == LUA_TBOOLEAN)
    lua_setfield(L, target, to);
  else
    lua_pop(L, 1);
}

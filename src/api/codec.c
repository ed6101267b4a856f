/* lua-cjson for the wire. See codec.h. */
#include "api/codec.h"

#include "base/json_write.h"
#include "base/utf8.h"
#include "task/raise.h"

#include <lauxlib.h>
#include <lua-cjson.h>
#include <math.h>

enum { MAX_DEPTH = 200 };

static const char KEY; /* its address: registry slot of {decode, encode} */

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

static void push_codec(lua_State *L)
{
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &KEY) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_createtable(L, 2, 0);
  lua_pushcfunction(L, luaopen_cjson);
  lua_call(L, 0, 1); /* codec, cjson */
  lua_getfield(L, -1, "new");
  lua_call(L, 0, 1);
  lua_remove(L, -2);
  call_setting(L, "decode_invalid_numbers", -1); /* NaN and 0x10 are no JSON */
  call_setting(L, "encode_max_depth", MAX_DEPTH);
  call_setting(L, "decode_max_depth", MAX_DEPTH);
  lua_getfield(L, -1, "decode");
  lua_rawseti(L, -3, 1);
  lua_getfield(L, -1, "encode");
  lua_rawseti(L, -3, 2);
  lua_pop(L, 1);
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

void gt_codec_decode(lua_State *L, const char *json, size_t len)
{
  push_codec(L);
  lua_rawgeti(L, -1, 1);
  lua_remove(L, -2);
  lua_pushlstring(L, json, len);
  if (lua_pcall(L, 1, 1, 0) != LUA_OK) {
    gt_raisef(L, GT_INTERNAL, "try again; a proxy in between may have changed it",
              "the server's answer is not JSON (%s)",
              lua_isstring(L, -1) ? lua_tostring(L, -1) : "?");
  }
  if (lua_type(L, -1) == LUA_TTABLE) exact_integers(L);
}

void gt_codec_encode(lua_State *L, int idx, struct gt_buf *out, const char *what,
                     bool as_list)
{
  idx = lua_absindex(L, idx);
  if (as_list && lua_type(L, idx) == LUA_TTABLE && lua_rawlen(L, idx) == 0) {
    lua_pushnil(L);
    if (!lua_next(L, idx)) {
      gt_buf_adds(out, "[]");
      return;
    }
    lua_pop(L, 2);
  }
  push_codec(L);
  lua_rawgeti(L, -1, 2);
  lua_remove(L, -2);
  lua_pushvalue(L, idx);
  if (lua_pcall(L, 1, 1, 0) != LUA_OK)
    gt_raisef(L, GT_INVALID_ARGUMENT,
              "use strings, numbers, booleans, lists and tables",
              "%s cannot be sent as JSON: %s", what,
              lua_isstring(L, -1) ? lua_tostring(L, -1) : "?");
  size_t len;
  const char *json = lua_tolstring(L, -1, &len);
  if (gt_utf8_check(json, len) != len)
    gt_raisef(L, GT_INVALID_ARGUMENT, "convert the text to UTF-8",
              "%s holds bytes that are not UTF-8", what);
  gt_buf_add(out, json, len);
  lua_pop(L, 1);
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

/* gt.core.data, digests and chance: a running SHA-256, a seeded generator. Used by
 * lua/gt/dataset/; math.random's state is the script's and stays untouched. */
#include "bind/data_parts.h"

#include "base/clock.h"
#include "base/hash.h"
#include "task/raise.h"

#include <lauxlib.h>

#define DIGEST "gt.core.data.digest"
#define RANDOM "gt.core.data.random"

/* digest() -> d; d:add(text) -> d; d:hex() -> 64 digits, once. */
int gt_data_digest(lua_State *L)
{
  struct gt_err err;
  struct gt_sha256 **h = lua_newuserdatauv(L, sizeof(struct gt_sha256 *), 0);
  *h = NULL;
  luaL_setmetatable(L, DIGEST);
  *h = gt_sha256_new(&err);
  return *h ? 1 : gt_raise(L, &err);
}

static struct gt_sha256 **digest_at(lua_State *L)
{
  struct gt_sha256 **h = luaL_checkudata(L, 1, DIGEST);
  luaL_argcheck(L, *h, 1, "the digest has ended");
  return h;
}

static int digest_add(lua_State *L)
{
  struct gt_err err;
  size_t len;
  struct gt_sha256 **h = digest_at(L);
  const char *text = luaL_checklstring(L, 2, &len);
  if (gt_sha256_add(*h, text, len, &err) < 0) return gt_raise(L, &err);
  lua_settop(L, 1);
  return 1;
}

static int digest_gc(lua_State *L)
{
  struct gt_sha256 **h = luaL_checkudata(L, 1, DIGEST);
  gt_sha256_free(*h);
  *h = NULL;
  return 0;
}

static int digest_hex(lua_State *L)
{
  struct gt_err err;
  unsigned char bytes[32];
  char hex[65];
  struct gt_sha256 **h = digest_at(L);
  int rc = gt_sha256_end(bytes, *h, &err);
  digest_gc(L);
  if (rc < 0) return gt_raise(L, &err);
  gt_hex(hex, bytes, sizeof bytes);
  lua_pushlstring(L, hex, 64);
  return 1;
}

/* random(seed) -> r; r(n) -> a whole number from 1 to n, each as likely. */
int gt_data_random(lua_State *L)
{
  lua_Integer seed = luaL_checkinteger(L, 1);
  struct gt_random *r = lua_newuserdatauv(L, sizeof *r, 0);
  gt_random_seed(r, (uint64_t)seed);
  luaL_setmetatable(L, RANDOM);
  return 1;
}

static int random_call(lua_State *L)
{
  struct gt_random *r = luaL_checkudata(L, 1, RANDOM);
  lua_Integer n = luaL_checkinteger(L, 2);
  luaL_argcheck(L, n >= 1, 2, "from 1 on");
  uint64_t limit = UINT64_MAX - UINT64_MAX % (uint64_t)n, x;
  while ((x = gt_random_next(r)) >= limit)
    ;
  lua_pushinteger(L, (lua_Integer)(x % (uint64_t)n) + 1);
  return 1;
}

void gt_data_number_types(lua_State *L)
{
  static const luaL_Reg methods[] = {
      {"add", digest_add}, {"hex", digest_hex}, {NULL, NULL}};
  if (luaL_newmetatable(L, DIGEST)) {
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, digest_gc);
    lua_setfield(L, -2, "__gc");
  }
  if (luaL_newmetatable(L, RANDOM)) {
    lua_pushcfunction(L, random_call);
    lua_setfield(L, -2, "__call");
  }
  lua_pop(L, 2);
}

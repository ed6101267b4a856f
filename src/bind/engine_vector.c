/* gt.core.engine, texts as vectors: the engine's features (hashed word and character
 * n-grams) folded into a fixed number of signed places. Used for embeddings and for the
 * nearest of a few texts; training does not use them. */
#include "bind/engine.h"

#include "engine/features.h"
#include "task/raise.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

#define MAX_DIMS 65536
#define NEAREST_DIMS 8192

static void add_block(double *vector, size_t dims, const uint64_t *keys, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    uint64_t hash = gt_tokens_mix(0x9E3779B97F4A7C15u, keys[i]);
    vector[(hash >> 8) % dims] += hash & 1 ? 1 : -1;
  }
}

static double length_of(const double *vector, size_t dims)
{
  double sum = 0;
  for (size_t i = 0; i < dims; i++) sum += vector[i] * vector[i];
  return sqrt(sum);
}

static void scale(double *vector, size_t dims, double by)
{
  for (size_t i = 0; i < dims; i++) vector[i] *= by;
}

/* The text's vector of length 1 (all 0 when it has no feature): words and characters
 * count the same. room holds 2 * dims numbers, the first dims are the result. */
static int vector_of(double *room, size_t dims, const char *text, size_t len,
                     struct gt_err *err)
{
  struct gt_features f = {0};
  double *chars = room + dims;
  memset(room, 0, 2 * dims * sizeof *room);
  int rc = gt_features_extract(&f, text, len, err);
  if (rc == 0) {
    add_block(room, dims, f.keys, f.word_count);
    add_block(chars, dims, f.keys + f.word_count, f.count - f.word_count);
    double a = length_of(room, dims), b = length_of(chars, dims);
    for (size_t i = 0; i < dims; i++)
      room[i] = (a > 0 ? room[i] / a : 0) + (b > 0 ? chars[i] / b : 0);
    double all = length_of(room, dims);
    if (all > 0) scale(room, dims, 1 / all);
  }
  gt_features_clear(&f);
  return rc;
}

/* embed(text, dims) -> a list of numbers */
int gt_engine_vector_embed(lua_State *L)
{
  struct gt_err err;
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  lua_Integer dims = luaL_checkinteger(L, 2);
  luaL_argcheck(L, dims > 0 && dims <= MAX_DIMS, 2, "1 to 65536 places");
  double *room = lua_newuserdatauv(L, 2 * (size_t)dims * sizeof *room, 0);
  if (vector_of(room, (size_t)dims, text, len, &err) < 0) return gt_raise(L, &err);
  lua_createtable(L, (int)dims, 0);
  for (lua_Integer i = 0; i < dims; i++) {
    lua_pushnumber(L, room[i]);
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

/* nearest(text, texts) -> the place of the most similar one (the first of equals), and
 * the cosine */
int gt_engine_vector_nearest(lua_State *L)
{
  struct gt_err err;
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_Integer count = (lua_Integer)lua_rawlen(L, 2), best = 1;
  luaL_argcheck(L, count > 0, 2, "at least one text");
  double *room = lua_newuserdatauv(L, 4 * NEAREST_DIMS * sizeof *room, 0);
  double *other = room + 2 * NEAREST_DIMS, top = -2;
  if (vector_of(room, NEAREST_DIMS, text, len, &err) < 0) return gt_raise(L, &err);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, 2, i);
    const char *candidate = luaL_checklstring(L, -1, &len);
    if (vector_of(other, NEAREST_DIMS, candidate, len, &err) < 0)
      return gt_raise(L, &err);
    lua_pop(L, 1);
    double dot = 0;
    for (size_t d = 0; d < NEAREST_DIMS; d++) dot += room[d] * other[d];
    if (dot > top + 1e-12) {
      top = dot;
      best = i;
    }
  }
  lua_pushinteger(L, best);
  lua_pushnumber(L, top);
  return 2;
}

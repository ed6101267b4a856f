/* gt.core.split: parts of a split by a stable hash. Used by lua/gt/split.lua, where the
 * checks of its arguments are. */
#include "bind/split.h"

#include "data/normal.h"
#include "data/similar.h"
#include "data/split.h"
#include "task/raise.h"

#include <lauxlib.h>

#define SIMILAR "gt.core.split.similar"

/* share(text, seed) -> [0, 1): the same for the same text wherever it stands. */
static int split_share(lua_State *L)
{
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  lua_pushnumber(L, gt_split_share(text, len, (uint64_t)luaL_optinteger(L, 2, 0)));
  return 1;
}

/* [-0, +0, e] The integer for the value on top, which it pops: equal values, as table
 * keys are equal, get equal ones, counted from 0. The map is at idx. */
static uint32_t number_of(lua_State *L, int map, lua_Integer *next)
{
  lua_pushvalue(L, -1);
  if (lua_rawget(L, map) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_pushinteger(L, *next);
    lua_pushvalue(L, -2);
    lua_pushinteger(L, (*next)++);
    lua_rawset(L, map);
  }
  uint32_t n = (uint32_t)lua_tointeger(L, -1);
  lua_pop(L, 2);
  return n;
}

/* [-0, +0, e] Joins the rows whose values in the list at idx are equal; a row without
 * one (nil or false) is not joined. */
static void join_list(lua_State *L, int idx, uint32_t *unit, size_t count)
{
  if (lua_isnoneornil(L, idx)) return;
  luaL_checktype(L, idx, LUA_TTABLE);
  lua_newtable(L);
  int map = lua_gettop(L);
  for (size_t i = 0; i < count; i++) {
    lua_geti(L, idx, (lua_Integer)i + 1);
    if (!lua_toboolean(L, -1)) {
      lua_pop(L, 1);
      continue;
    }
    lua_Integer first = (lua_Integer)i;
    gt_split_join(unit, number_of(L, map, &first), (uint32_t)i);
  }
  lua_pop(L, 1);
}

static void read_strata(lua_State *L, int idx, struct gt_split_row *rows, size_t count)
{
  if (lua_isnoneornil(L, idx)) return;
  luaL_checktype(L, idx, LUA_TTABLE);
  lua_newtable(L);
  int map = lua_gettop(L);
  lua_Integer next = 0;
  for (size_t i = 0; i < count; i++) {
    lua_geti(L, idx, (lua_Integer)i + 1);
    luaL_argcheck(L, !lua_isnil(L, -1), idx, "a row has no stratum");
    rows[i].stratum = number_of(L, map, &next);
  }
  lua_pop(L, 1);
}

static size_t read_ends(lua_State *L, double *ends)
{
  luaL_checktype(L, 2, LUA_TTABLE);
  size_t count = (size_t)luaL_len(L, 2);
  luaL_argcheck(L, count >= 1 && count <= GT_SPLIT_PARTS_MAX, 2, "1 to 64 parts");
  for (size_t p = 0; p < count; p++) {
    lua_geti(L, 2, (lua_Integer)p + 1);
    ends[p] = luaL_checknumber(L, -1);
    lua_pop(L, 1);
  }
  return count;
}

/* assign(keys, ends, seed, groups, clusters, strata) -> list of parts, counted from 1.
 * keys: the text that a row's share is taken from. ends: where each part ends in
 * [0, 1). groups, clusters: a value for each row, or false; rows with equal values stay
 * together. strata: when given, each is cut exactly by the ranks of the shares. */
static int split_assign(lua_State *L)
{
  struct gt_err err;
  double ends[GT_SPLIT_PARTS_MAX];
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 6);
  struct gt_split_plan plan = {.ends = ends,
                               .seed = (uint64_t)luaL_optinteger(L, 3, 0)};
  plan.part_count = read_ends(L, ends);
  plan.exact = !lua_isnil(L, 6);
  size_t count = (size_t)luaL_len(L, 1);
  luaL_argcheck(L, count <= GT_SPLIT_ROWS_MAX, 1, "too many rows");
  struct gt_split_row *rows = lua_newuserdatauv(L, (count + 1) * sizeof *rows, 0);
  uint32_t *unit = lua_newuserdatauv(L, (count + 1) * sizeof *unit, 0);
  uint8_t *part = lua_newuserdatauv(L, count + 1, 0);
  for (size_t i = 0; i < count; i++) {
    unit[i] = (uint32_t)i;
    rows[i].stratum = 0;
    if (lua_rawgeti(L, 1, (lua_Integer)i + 1) != LUA_TSTRING)
      return luaL_argerror(L, 1, "keys must be strings");
    rows[i].key = lua_tolstring(L, -1, &rows[i].len); /* the list holds it */
    lua_pop(L, 1);
  }
  join_list(L, 4, unit, count);
  join_list(L, 5, unit, count);
  read_strata(L, 6, rows, count);
  if (gt_split_assign(part, unit, rows, count, &plan, &err) < 0)
    return gt_raise(L, &err);
  lua_createtable(L, (int)count, 0);
  for (size_t i = 0; i < count; i++) {
    lua_pushinteger(L, part[i] + 1);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

static int similar_gc(lua_State *L)
{
  gt_similar_clear(lua_touserdata(L, 1));
  return 0;
}

/* [-0, +1, e] Memory for what is found; everything after it may raise. */
static struct gt_similar *new_similar(lua_State *L)
{
  struct gt_similar *found = lua_newuserdatauv(L, sizeof *found, 0);
  *found = (struct gt_similar){0};
  if (luaL_newmetatable(L, SIMILAR)) {
    lua_pushcfunction(L, similar_gc);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  return found;
}

/* [-0, +1, e] The list at idx as an array of borrowed texts. */
static struct gt_text *texts_at(lua_State *L, int idx, size_t *count)
{
  luaL_checktype(L, idx, LUA_TTABLE);
  size_t n = (size_t)luaL_len(L, idx);
  luaL_argcheck(L, n <= GT_SPLIT_ROWS_MAX, idx, "too many rows");
  struct gt_text *texts = lua_newuserdatauv(L, (n + 1) * sizeof *texts, 0);
  for (size_t i = 0; i < n; i++) {
    if (lua_rawgeti(L, idx, (lua_Integer)i + 1) != LUA_TSTRING)
      luaL_argerror(L, idx, "texts must be strings");
    texts[i].at = lua_tolstring(L, -1, &texts[i].len); /* the list holds it */
    lua_pop(L, 1);
  }
  *count = n;
  return texts;
}

/* clusters(texts, threshold) -> a number for each text, equal ones within a cluster of
 * near duplicates; how many pairs were left out. A threshold of 1 takes texts with one
 * normal form only. */
static int split_clusters(lua_State *L)
{
  struct gt_err err;
  size_t count;
  struct gt_similar_options options = {.threshold = luaL_checknumber(L, 2)};
  const struct gt_text *texts = texts_at(L, 1, &count);
  uint32_t *unit = lua_newuserdatauv(L, (count + 1) * sizeof *unit, 0);
  struct gt_similar *found = new_similar(L);
  if (gt_similar_find(found, texts, count, &options, &err) < 0)
    return gt_raise(L, &err);
  for (size_t i = 0; i < count; i++) unit[i] = (uint32_t)i;
  for (size_t i = 0; i < count; i++) gt_split_join(unit, found->first[i], (uint32_t)i);
  for (size_t i = 0; i < found->pairs_count; i++)
    gt_split_join(unit, found->pairs[i].a, found->pairs[i].b);
  lua_createtable(L, (int)count, 0);
  for (size_t i = 0; i < count; i++) {
    lua_pushinteger(L, (lua_Integer)gt_split_first(unit, (uint32_t)i) + 1);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_pushinteger(L, (lua_Integer)found->left_out);
  gt_similar_clear(found);
  return 2;
}

/* normal(text) -> the text without case, punctuation and more than single spaces; the
 * text itself when nothing is left of it. */
static int split_normal(lua_State *L)
{
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  luaL_Buffer b;
  char *out = luaL_buffinitsize(L, &b, len);
  size_t normal = gt_normal_form(out, text, len);
  luaL_pushresultsize(&b, normal);
  if (normal == 0) lua_settop(L, 1);
  return 1;
}

int gt_open_split(lua_State *L)
{
  static const luaL_Reg functions[] = {
      {"share", split_share},
      {"assign", split_assign},
      {"clusters", split_clusters},
      {"normal", split_normal},
      {NULL, NULL},
  };
  luaL_newlib(L, functions);
  return 1;
}

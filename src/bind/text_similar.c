/* gt.core.text.near_duplicates: the search for similar texts over a list. See text.h.
 */
#include "bind/text.h"

#include "data/similar.h"
#include "task/raise.h"

#include <lauxlib.h>

#define FOUND "gt.core.text.found"

static int found_gc(lua_State *L)
{
  gt_similar_clear(lua_touserdata(L, 1));
  return 0;
}

/* Borrowed from the strings of the list; the list keeps them. */
static struct gt_text *texts_at(lua_State *L, int idx, size_t *count)
{
  size_t n = (size_t)lua_rawlen(L, idx);
  struct gt_text *texts = lua_newuserdatauv(L, (n + 1) * sizeof *texts, 0);
  for (size_t i = 0; i < n; i++) {
    if (lua_rawgeti(L, idx, (lua_Integer)i + 1) != LUA_TSTRING)
      luaL_error(L, "text %I is no string", (LUAI_UACINT)(i + 1));
    texts[i].at = lua_tolstring(L, -1, &texts[i].len);
    lua_pop(L, 1);
  }
  *count = n;
  return texts;
}

static double number_field(lua_State *L, const char *name)
{
  lua_getfield(L, 2, name);
  double value = luaL_optnumber(L, -1, 0);
  lua_pop(L, 1);
  return value;
}

static void set_list(lua_State *L, const char *name, const uint32_t *items,
                     size_t stride, size_t count)
{
  lua_createtable(L, (int)count, 0);
  for (size_t i = 0; i < count; i++) {
    lua_pushinteger(L, (lua_Integer)items[i * stride] + 1);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_setfield(L, -2, name);
}

static void set_count(lua_State *L, const char *name, size_t value)
{
  lua_pushinteger(L, (lua_Integer)value);
  lua_setfield(L, -2, name);
}

static void push_found(lua_State *L, const struct gt_similar *s)
{
  enum { STRIDE = sizeof *s->pairs / sizeof s->pairs->a };
  lua_createtable(L, 0, 10);
  set_list(L, "first", s->first, 1, s->count);
  set_list(L, "a", s->pairs ? &s->pairs->a : NULL, STRIDE, s->pairs_count);
  set_list(L, "b", s->pairs ? &s->pairs->b : NULL, STRIDE, s->pairs_count);
  lua_createtable(L, (int)s->pairs_count, 0);
  for (size_t i = 0; i < s->pairs_count; i++) {
    lua_pushnumber(L, (double)s->pairs[i].jaccard);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_setfield(L, -2, "jaccard");
  set_count(L, "left_out", s->left_out);
  set_count(L, "not_compared", s->not_compared);
  set_count(L, "too_long", s->too_long);
  set_count(L, "hashed", s->hashed);
  lua_pushboolean(L, s->index_rebuilt);
  lua_setfield(L, -2, "index_rebuilt");
}

int gt_text_near_duplicates(lua_State *L)
{
  struct gt_err err;
  size_t count;
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  const struct gt_text *texts = texts_at(L, 1, &count);
  struct gt_similar_options options = {
      .threshold = number_field(L, "threshold"),
      .threads = (int)number_field(L, "threads"),
      .pairs_max = (size_t)number_field(L, "pairs_max"),
      .memory_max = (size_t)number_field(L, "memory_max"),
  };
  lua_getfield(L, 2, "index");
  options.index = luaL_optstring(L, -1, NULL);
  struct gt_similar *found = lua_newuserdatauv(L, sizeof *found, 0);
  *found = (struct gt_similar){0};
  if (luaL_newmetatable(L, FOUND)) {
    lua_pushcfunction(L, found_gc);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  if (gt_similar_find(found, texts, count, &options, &err) < 0)
    return gt_raise(L, &err);
  push_found(L, found);
  gt_similar_clear(found);
  return 1;
}

/* gt.core.text.near_duplicates: the search for similar texts over a list, in a thread
 * of its own while the task waits. See text.h. The list must not change meanwhile. */
#include "bind/text.h"

#include "data/similar.h"
#include "task/raise.h"
#include "task/work.h"

#include <lauxlib.h>
#include <string.h>

#define OP "gt.core.text.op"

struct op {
  struct gt_work work; /* first */
  const struct gt_text *texts;
  size_t count;
  struct gt_similar_options options;
  struct gt_similar found;
  atomic_bool stop;
  struct gt_err err;
  int rc;
};

static void run(struct gt_work *w)
{
  struct op *op = (struct op *)w;
  op->rc = gt_similar_find(&op->found, op->texts, op->count, &op->options, &op->err);
}

static void stop(struct gt_work *w) { atomic_store(&((struct op *)w)->stop, true); }

static int op_gc(lua_State *L)
{
  struct op *op = luaL_checkudata(L, 1, OP);
  gt_work_clear(&op->work);
  gt_similar_clear(&op->found);
  return 0;
}

/* Borrowed from the strings of the list; the list keeps them. */
static const struct gt_text *texts_at(lua_State *L, int idx, size_t *count)
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

static lua_Integer integer_field(lua_State *L, const char *name)
{
  lua_getfield(L, 2, name);
  lua_Integer value = luaL_optinteger(L, -1, 0);
  if (value < 0) luaL_error(L, "%s must not be negative", name);
  lua_pop(L, 1);
  return value;
}

static void read_options(lua_State *L, struct gt_similar_options *o)
{
  lua_Integer threads = integer_field(L, "threads");
  o->threads = threads > 64 ? 64 : (int)threads;
  o->pairs_max = (size_t)integer_field(L, "pairs_max");
  o->memory_max = (size_t)integer_field(L, "memory_max");
  lua_getfield(L, 2, "threshold");
  o->threshold = luaL_optnumber(L, -1, 0);
  lua_getfield(L, 2, "index");
  o->index =
      luaL_optstring(L, -1, NULL); /* kept by the options, as they by the stack */
  lua_pop(L, 2);
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

static int finished(lua_State *L, int status, lua_KContext ctx)
{
  struct op *op = (struct op *)ctx;
  (void)status;
  gt_task_resumed(L, &op->work.wait);
  if (op->rc < 0) return gt_raise(L, &op->err);
  push_found(L, &op->found);
  gt_similar_clear(&op->found);
  return 1;
}

/* What the thread reads must outlive the op even when both are garbage at once: the op
 * refers to it, so that it goes after the op's __gc has waited for the thread. */
static void keep(lua_State *L, int op, int first, int last)
{
  lua_createtable(L, last - first + 1, 0);
  for (int i = first; i <= last; i++) {
    lua_pushvalue(L, i);
    lua_rawseti(L, -2, i);
  }
  lua_setiuservalue(L, op, 1);
}

int gt_text_near_duplicates(lua_State *L)
{
  static const char what[] = "gt.text.near_duplicates";
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  size_t count;
  const struct gt_text *texts = texts_at(L, 1, &count);
  struct op *op = lua_newuserdatauv(L, sizeof *op, 1);
  memset(op, 0, sizeof *op);
  if (luaL_newmetatable(L, OP)) {
    lua_pushcfunction(L, op_gc);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  read_options(L, &op->options);
  op->options.stop = &op->stop;
  op->texts = texts;
  op->count = count;
  keep(L, 4, 1, 3); /* list, options, texts */
  op->work.run = run;
  op->work.stop = stop;
  return gt_work_wait(L, &op->work, what, (lua_KContext)op, finished);
}

/* gt.core.engine.suspects: the search for wrong labels as a wait.
 *
 * Used by lua/gt/suspects.lua. The search runs in a thread of its own on a copy of the
 * rows. */
#include "bind/engine.h"

#include "engine/suspects.h"
#include "task/raise.h"
#include "task/work.h"

#include <lauxlib.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define SEARCH "gt.core.engine.search"

struct search {
  struct gt_work work; /* first */
  atomic_bool stop;
  /* The thread's, while the work runs. */
  struct gt_suspect_options options;
  struct gt_engine_row *rows;
  size_t count;
  char *bytes;
  struct gt_suspects found;
  struct gt_err err;
  int rc;
};

static bool is_stopped(void *user)
{
  struct search *s = user;
  return atomic_load_explicit(&s->stop, memory_order_relaxed);
}

static void run(struct gt_work *w)
{
  struct search *s = (struct search *)w;
  s->rc = gt_suspects_find(&s->found, s->rows, s->count, &s->options, &s->err);
}

static void stop(struct gt_work *w) { atomic_store(&((struct search *)w)->stop, true); }

static int search_gc(lua_State *L)
{
  struct search *s = lua_touserdata(L, 1);
  gt_work_clear(&s->work);
  gt_suspects_clear(&s->found);
  free(s->rows);
  free(s->bytes);
  s->rows = NULL;
  s->bytes = NULL;
  return 0;
}

static int int_field(lua_State *L, const char *name, int max)
{
  int is_integer = 1;
  lua_Integer value = 0;
  if (lua_getfield(L, 2, name) != LUA_TNIL) {
    value = lua_tointegerx(L, -1, &is_integer);
    if (!is_integer || value < 1 || value > max)
      gt_raisef(L, GT_INVALID_ARGUMENT, NULL, "%s must be a whole number from 1 to %d",
                name, max);
  }
  lua_pop(L, 1);
  return (int)value;
}

static void read_options(lua_State *L, struct gt_suspect_options *o)
{
  static const char *const orders[] = {"margin", "self_confidence", NULL};
  *o = (struct gt_suspect_options){0};
  if (lua_isnoneornil(L, 2)) return;
  luaL_checktype(L, 2, LUA_TTABLE);
  o->folds = int_field(L, "folds", INT_MAX);
  o->epoch_count = int_field(L, "epoch_count", GT_ENGINE_MAX_EPOCHS);
  o->batch_size = int_field(L, "batch_size", INT_MAX);
  o->threads = int_field(L, "threads", 64);
  lua_getfield(L, 2, "seed");
  o->seed = (uint64_t)luaL_optinteger(L, -1, 0);
  lua_getfield(L, 2, "order");
  o->order = luaL_checkoption(L, -1, "margin", orders) ? GT_SUSPECT_CONFIDENCE
                                                       : GT_SUSPECT_MARGIN;
  lua_pop(L, 2);
}

/* The script may go on while the thread reads: it reads a copy. */
static int copy_rows(struct search *s, const struct gt_engine_row *in, size_t count)
{
  size_t bytes = 1;
  if (gt_engine_check_rows(in, count, &s->err) < 0) return -1;
  for (size_t i = 0; i < count; i++) bytes += in[i].text_len + in[i].output_len;
  s->rows = gt_engine_alloc(count, sizeof *s->rows, "the rows", &s->err);
  if (!s->rows) return -1;
  s->bytes = malloc(bytes);
  if (!s->bytes) return gt_engine_no_memory("the rows", &s->err);
  char *at = s->bytes;
  for (size_t i = 0; i < count; i++) {
    s->rows[i] = (struct gt_engine_row){at, in[i].text_len, at + in[i].text_len,
                                        in[i].output_len};
    memcpy(at, in[i].text, in[i].text_len);
    at += in[i].text_len;
    memcpy(at, in[i].output, in[i].output_len);
    at += in[i].output_len;
  }
  s->count = count;
  return 0;
}

static void set_number(lua_State *L, const char *name, double value)
{
  lua_pushnumber(L, value);
  lua_setfield(L, -2, name);
}

static void set_integer(lua_State *L, const char *name, size_t value)
{
  lua_pushinteger(L, (lua_Integer)value);
  lua_setfield(L, -2, name);
}

/* [-0, +1, m] */
static void push_found(lua_State *L, const struct gt_suspects *found)
{
  lua_createtable(L, (int)found->count, 6);
  for (size_t i = 0; i < found->count; i++) {
    const struct gt_suspect *item = &found->items[i];
    lua_createtable(L, 0, 5);
    set_integer(L, "row", (size_t)item->row + 1);
    set_integer(L, "suggested_row", (size_t)item->suggested + 1);
    set_number(L, "confidence", item->confidence);
    set_number(L, "suggested_confidence", item->suggested_confidence);
    set_number(L, "margin", item->margin);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  set_integer(L, "estimated", found->estimated);
  set_number(L, "estimated_rate", found->estimated_rate);
  set_integer(L, "classes", found->classes);
  set_integer(L, "skipped", found->skipped);
  lua_pushboolean(L, found->too_noisy);
  lua_setfield(L, -2, "too_noisy");
}

static int finished(lua_State *L, int status, lua_KContext ctx)
{
  struct search *s = (struct search *)ctx;
  (void)status;
  gt_task_resumed(L, &s->work.wait);
  if (s->rc < 0) return gt_raise(L, &s->err);
  push_found(L, &s->found);
  return 1;
}

/* suspects(rows, { folds =, epoch_count =, batch_size =, seed =, threads =, order =
 * "margin"|"self_confidence" }) -> list of { row, suggested_row, confidence,
 * suggested_confidence, margin }, most suspect first, with the fields estimated,
 * estimated_rate, too_noisy, classes, skipped. rows: a list of { text_input =,
 * output = }. Other tasks run while it searches. */
int gt_engine_suspects(lua_State *L)
{
  static const char what[] = "gt.core.engine.suspects";
  struct gt_suspect_options options;
  size_t count = 0;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 2);
  read_options(L, &options);
  gt_task_ready(L, what);
  const struct gt_engine_row *rows = gt_engine_rows_at(L, 1, &count);
  struct search *s = lua_newuserdatauv(L, sizeof *s, 0);
  memset(s, 0, sizeof *s);
  s->options = options;
  s->options.stop = is_stopped;
  s->options.user = s;
  s->work.run = run;
  s->work.stop = stop;
  if (luaL_newmetatable(L, SEARCH)) {
    lua_pushcfunction(L, search_gc);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  if (copy_rows(s, rows, count) < 0) return gt_raise(L, &s->err);
  return gt_work_wait(L, &s->work, what, (lua_KContext)s, finished);
}

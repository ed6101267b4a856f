/* gt.core.check: data files in, findings out. The check runs in a thread of its own.
 *
 *   run{ files = {path, ...}, against = {path, ...},
 *        limits = { text_max, output_max (code points), rows_min, rows_max,
 *                   validation_rows_max, tokens_max (a row), file_bytes_max },
 *        scan = { damage, secrets, personal } (each true unless false),
 *        near = Jaccard threshold (.8) or false, index = path,
 *        labels = "auto" | true | false, max_findings =, memory_max = bytes }
 *   -> { files, findings, errors, warnings, notes, left_out, labels, too_long_rows,
 *        contradictions = { { file, line, rows, outputs }, ... most rows first },
 * remarks }
 *
 * A file that cannot be read raises; what is wrong with its rows does not. */
#include "bind/check.h"

#include "bind/check_result.h"
#include "data/text_scan.h"
#include "task/raise.h"
#include "task/work.h"

#include <lauxlib.h>
#include <string.h>

#define OP "gt.core.check.op"

struct op {
  struct gt_work work; /* first */
  struct gt_check check;
  struct gt_err err;
  int rc;
};

static void run(struct gt_work *w)
{
  struct op *op = (struct op *)w;
  op->rc = gt_check_run(&op->check, &op->err);
}

static void stop(struct gt_work *w)
{
  atomic_store(&((struct op *)w)->check.stop, true);
}

static int op_gc(lua_State *L)
{
  struct op *op = luaL_checkudata(L, 1, OP);
  gt_work_clear(&op->work);
  gt_check_clear(&op->check);
  return 0;
}

static size_t size_field(lua_State *L, int idx, const char *name)
{
  int is_integer = 1;
  lua_Integer value = 0;
  if (lua_getfield(L, idx, name) != LUA_TNIL)
    value = lua_tointegerx(L, -1, &is_integer);
  if (!is_integer || value < 0)
    luaL_error(L, "%s must be an integer that is not negative", name);
  lua_pop(L, 1);
  return (size_t)value;
}

static void read_limits(lua_State *L, struct gt_check_options *o)
{
  if (lua_getfield(L, 1, "limits") == LUA_TTABLE) {
    int idx = lua_gettop(L);
    o->text_max = size_field(L, idx, "text_max");
    o->output_max = size_field(L, idx, "output_max");
    o->rows_min = size_field(L, idx, "rows_min");
    o->rows_max = size_field(L, idx, "rows_max");
    o->validation_rows_max = size_field(L, idx, "validation_rows_max");
    o->tokens_max = size_field(L, idx, "tokens_max");
    o->file_bytes_max = size_field(L, idx, "file_bytes_max");
  }
  lua_pop(L, 1);
}

static unsigned scan_bit(lua_State *L, int idx, const char *name, unsigned bit)
{
  lua_getfield(L, idx, name);
  bool off = lua_isboolean(L, -1) && !lua_toboolean(L, -1);
  lua_pop(L, 1);
  return off ? 0 : bit;
}

static unsigned read_scan(lua_State *L)
{
  unsigned bits = GT_SCAN_DAMAGE | GT_SCAN_SECRETS | GT_SCAN_PERSONAL;
  if (lua_getfield(L, 1, "scan") == LUA_TTABLE) {
    int idx = lua_gettop(L);
    bits = scan_bit(L, idx, "damage", GT_SCAN_DAMAGE) |
           scan_bit(L, idx, "secrets", GT_SCAN_SECRETS) |
           scan_bit(L, idx, "personal", GT_SCAN_PERSONAL);
  }
  lua_pop(L, 1);
  return bits;
}

static double read_near(lua_State *L)
{
  double near = 0.8;
  int type = lua_getfield(L, 1, "near");
  if (type == LUA_TNUMBER)
    near = lua_tonumber(L, -1);
  else if (type == LUA_TBOOLEAN && !lua_toboolean(L, -1))
    near = 0;
  lua_pop(L, 1);
  if (near < 0 || near > 1)
    luaL_error(L, "near must be a number above 0 and not above 1, or false");
  return near;
}

static enum gt_check_labels read_labels(lua_State *L)
{
  int type = lua_getfield(L, 1, "labels");
  enum gt_check_labels labels = GT_CHECK_LABELS_AUTO;
  if (type == LUA_TBOOLEAN)
    labels = lua_toboolean(L, -1) ? GT_CHECK_LABELS_YES : GT_CHECK_LABELS_NO;
  lua_pop(L, 1);
  return labels;
}

/* index: borrowed from the options table, which stays on the stack. */
static void read_options(lua_State *L, struct gt_check_options *o)
{
  *o = (struct gt_check_options){0};
  read_limits(L, o);
  o->scan = read_scan(L);
  o->near = read_near(L);
  o->labels = read_labels(L);
  o->findings_max = size_field(L, 1, "max_findings");
  o->memory_max = size_field(L, 1, "memory_max");
  lua_getfield(L, 1, "index");
  o->index = luaL_optstring(L, -1, NULL);
  lua_pop(L, 1);
}

static void add_files(lua_State *L, struct op *op, const char *name, bool against)
{
  struct gt_err err;
  if (lua_getfield(L, 1, name) == LUA_TTABLE)
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) != LUA_TNIL; i++) {
      const char *path = luaL_checkstring(L, -1);
      if (gt_check_add(&op->check, path, against, &err) < 0) gt_raise(L, &err);
      lua_pop(L, 1);
    }
  lua_settop(L, 2);
}

static int finished(lua_State *L, int status, lua_KContext ctx)
{
  struct op *op = lua_touserdata(L, 2);
  (void)status;
  (void)ctx;
  gt_task_resumed(L, &op->work.wait);
  if (op->rc < 0) return gt_raise(L, &op->err);
  gt_check_push(L, &op->check);
  gt_check_clear(&op->check);
  return 1;
}

static int check_run(lua_State *L)
{
  struct gt_check_options options;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  read_options(L, &options);
  struct op *op = lua_newuserdatauv(L, sizeof *op, 1);
  memset(op, 0, sizeof *op);
  gt_check_init(&op->check, &options);
  /* The thread reads strings of the options: they must outlive it, also when a
   * cancelled op and they are garbage at once. */
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  luaL_setmetatable(L, OP);
  add_files(L, op, "files", false);
  luaL_argcheck(L, op->check.files_count > 0, 1, "no files");
  add_files(L, op, "against", true);
  op->work.run = run;
  op->work.stop = stop;
  return gt_work_wait(L, &op->work, "check", 0, finished);
}

int gt_open_check(lua_State *L)
{
  static const luaL_Reg functions[] = {{"run", check_run}, {NULL, NULL}};
  luaL_newmetatable(L, OP);
  lua_pushcfunction(L, op_gc);
  lua_setfield(L, -2, "__gc");
  lua_pop(L, 1);
  luaL_newlib(L, functions);
  return 1;
}

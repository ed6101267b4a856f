/* gt.core.data: reads rows, hashes texts, writes JSON Lines. */
#include "bind/data.h"

#include "api/examples.h"
#include "base/fs.h"
#include "base/hash.h"
#include "data/rows.h"
#include "task/raise.h"

#include <lauxlib.h>

enum { WRITE_MAX = 1024 * 1024 * 1024 };

/* The reader's memory: everything between may raise. */
struct reading {
  struct gt_rows rows;
  struct gt_findings findings;
};

static int reading_gc(lua_State *L)
{
  struct reading *g = lua_touserdata(L, 1);
  gt_rows_clear(&g->rows);
  gt_findings_clear(&g->findings);
  return 0;
}

static void push_findings(lua_State *L, const struct gt_findings *f)
{
  lua_createtable(L, (int)f->count, 0);
  for (size_t i = 0; i < f->count; i++) {
    const struct gt_finding *item = &f->items[i];
    lua_createtable(L, 0, 6);
    lua_pushinteger(L, (lua_Integer)item->line);
    lua_setfield(L, -2, "line");
    lua_pushinteger(L, (lua_Integer)item->column);
    lua_setfield(L, -2, "column");
    lua_pushstring(L, item->rule);
    lua_setfield(L, -2, "rule");
    lua_pushstring(L, gt_severity_name(item->severity));
    lua_setfield(L, -2, "severity");
    lua_pushstring(L, item->message);
    lua_setfield(L, -2, "message");
    if (item->hint[0]) {
      lua_pushstring(L, item->hint);
      lua_setfield(L, -2, "hint");
    }
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

/* read_rows(path) -> rows { { text_input, output, line }, ... }, findings, count of
 * errors, form. Rows are to be used only when there are no errors. */
static int read_rows(lua_State *L)
{
  struct gt_err err;
  const char *path = luaL_checkstring(L, 1);
  struct reading *g = lua_newuserdatauv(L, sizeof *g, 0);
  gt_rows_init(&g->rows);
  gt_findings_init(&g->findings, 0);
  if (luaL_newmetatable(L, "gt.data.reading")) {
    lua_pushcfunction(L, reading_gc);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  if (gt_rows_load(&g->rows, &g->findings, path, NULL, &err) < 0)
    return gt_raise(L, &err);
  lua_createtable(L, (int)g->rows.count, 0);
  for (size_t i = 0; i < g->rows.count; i++) {
    const struct gt_kept_row *r = &g->rows.items[i];
    lua_createtable(L, 0, 3);
    lua_pushlstring(L, r->text, r->text_len);
    lua_setfield(L, -2, "text_input");
    lua_pushlstring(L, r->output, r->output_len);
    lua_setfield(L, -2, "output");
    lua_pushinteger(L, (lua_Integer)r->line);
    lua_setfield(L, -2, "line");
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  push_findings(L, &g->findings);
  lua_pushinteger(L, (lua_Integer)g->findings.errors);
  lua_pushstring(L, g->rows.form == GT_FORM_NONE ? NULL : gt_form_name(g->rows.form));
  gt_rows_clear(&g->rows);
  gt_findings_clear(&g->findings);
  return 4;
}

/* share(text, seed) -> [0, 1): the same for the same text wherever it stands. */
static int share(lua_State *L)
{
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  uint64_t h = gt_hash64(text, len) ^ (uint64_t)luaL_optinteger(L, 2, 0);
  /* FNV's high bits are weak for short texts: one round of mixing. */
  h ^= h >> 33;
  h *= 0xFF51AFD7ED558CCDu;
  h ^= h >> 33;
  h *= 0xC4CEB9FE1A85EC53u;
  h ^= h >> 33;
  lua_pushnumber(L, (double)(h >> 11) * 0x1p-53);
  return 1;
}

static int out_gc(lua_State *L)
{
  gt_buf_clear(lua_touserdata(L, 1));
  return 0;
}

/* write_rows(path, rows): JSON Lines {text_input, output}, atomically. */
static int write_rows(lua_State *L)
{
  struct gt_err err;
  const char *path = luaL_checkstring(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  struct gt_buf *out = lua_newuserdatauv(L, sizeof *out, 0);
  gt_buf_init(out, WRITE_MAX);
  if (luaL_newmetatable(L, "gt.data.out")) {
    lua_pushcfunction(L, out_gc);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  gt_examples_lines(L, 2, out, "write");
  if (out->failed)
    return gt_raisef(L, GT_RESOURCE_EXHAUSTED, "write it in parts",
                     "%s would be larger than %d bytes", path, (int)WRITE_MAX);
  if (gt_fs_write_atomic(path, gt_buf_str(out), out->len, 0644, &err) < 0)
    return gt_raise(L, &err);
  gt_buf_clear(out);
  return 0;
}

int gt_open_data(lua_State *L)
{
  static const luaL_Reg functions[] = {
      {"read_rows", read_rows},
      {"share", share},
      {"write_rows", write_rows},
      {NULL, NULL},
  };
  luaL_newlib(L, functions);
  return 1;
}

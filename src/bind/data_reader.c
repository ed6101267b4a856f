/* gt.core.data, reading: a file's rows in batches, as a userdata that owns the reader
 * and what it found. Used by lua/gt/dataset/. It repairs nothing and prints nothing. */
#include "bind/data_parts.h"

#include "bind/data_row.h"
#include "data/reader.h"
#include "task/raise.h"

#include <lauxlib.h>

#define READER "gt.core.data.reader"
enum { REPORT_MAX = 1024 * 1024 };

struct reading {
  struct gt_reader *reader; /* NULL: closed */
  struct gt_findings findings;
  struct gt_buf report;
  struct gt_reader_totals totals; /* when it was closed */
};

static size_t opt_size(lua_State *L, int idx, const char *name)
{
  lua_Integer value = 0;
  if (lua_istable(L, idx)) {
    lua_getfield(L, idx, name);
    value = luaL_optinteger(L, -1, 0);
    lua_pop(L, 1);
  }
  if (value < 0)
    gt_raisef(L, GT_INVALID_ARGUMENT, NULL, "%s must not be negative", name);
  return (size_t)value;
}

/* open(path [, { text_max =, output_max =, line_max =, threads =, max_findings = }])
 * -> reader */
int gt_data_open(lua_State *L)
{
  struct gt_err err;
  const char *path = luaL_checkstring(L, 1);
  struct gt_reader_options options = {.text_max = opt_size(L, 2, "text_max"),
                                      .output_max = opt_size(L, 2, "output_max"),
                                      .line_max = opt_size(L, 2, "line_max"),
                                      .threads = (int)opt_size(L, 2, "threads")};
  size_t max_findings = opt_size(L, 2, "max_findings");
  struct reading *g = lua_newuserdatauv(L, sizeof *g, 0);
  *g = (struct reading){0};
  gt_findings_init(&g->findings, max_findings);
  gt_buf_init(&g->report, REPORT_MAX);
  luaL_setmetatable(L, READER);
  if (gt_reader_open(&g->reader, &g->findings, path, &options, &err) < 0) {
    g->reader = NULL;
    return gt_raise(L, &err);
  }
  return 1;
}

static struct reading *reading_at(lua_State *L)
{
  return luaL_checkudata(L, 1, READER);
}

static struct reading *open_at(lua_State *L)
{
  struct reading *g = reading_at(L);
  if (!g->reader) gt_raisef(L, GT_FAILED_PRECONDITION, NULL, "the reader is closed");
  return g;
}

/* reader:next(n) -> a list of at most n rows, or nil at the end */
static int reader_next(lua_State *L)
{
  struct gt_err err;
  struct reading *g = open_at(L);
  const struct gt_row *row;
  lua_Integer n = luaL_optinteger(L, 2, 1), i = 0;
  int rc = 1;
  lua_createtable(L, n > 0 && n <= 4096 ? (int)n : 0, 0);
  while (i < n && (rc = gt_reader_next(g->reader, &row, &err)) > 0) {
    gt_data_row_push(L, row);
    lua_rawseti(L, -2, ++i);
  }
  if (rc < 0) return gt_raise(L, &err);
  if (i == 0) lua_pushnil(L);
  return 1;
}

/* reader:skip(): reads to the end for the findings' sake. */
static int reader_skip(lua_State *L)
{
  struct gt_err err;
  struct reading *g = open_at(L);
  const struct gt_row *row;
  int rc;
  while ((rc = gt_reader_next(g->reader, &row, &err)) > 0)
    ;
  if (rc < 0) return gt_raise(L, &err);
  return 0;
}

static void set_count(lua_State *L, const char *name, size_t value)
{
  lua_pushinteger(L, (lua_Integer)value);
  lua_setfield(L, -2, name);
}

static void set_bool(lua_State *L, const char *name, bool value)
{
  lua_pushboolean(L, value);
  lua_setfield(L, -2, name);
}

/* reader:totals() -> what was read so far; form is nil before the first row. */
static int reader_totals(lua_State *L)
{
  const struct reading *g = reading_at(L);
  const struct gt_reader_totals *t =
      g->reader ? gt_reader_totals(g->reader) : &g->totals;
  lua_createtable(L, 0, 13);
  set_count(L, "lines", t->lines);
  set_count(L, "rows", t->rows);
  set_count(L, "bad_rows", t->bad_rows);
  set_count(L, "bytes", t->bytes);
  set_count(L, "errors", g->findings.errors);
  set_count(L, "warnings", g->findings.warnings);
  set_count(L, "notes", g->findings.notes);
  set_count(L, "left_out", g->findings.left_out);
  set_bool(L, "gzip", t->gzip);
  set_bool(L, "crlf", t->crlf);
  set_bool(L, "bom", t->bom);
  set_bool(L, "final_newline", t->final_newline);
  if (t->form != GT_FORM_NONE) lua_pushstring(L, gt_form_name(t->form));
  if (t->form != GT_FORM_NONE) lua_setfield(L, -2, "form");
  return 1;
}

/* reader:errors() -> count of errors found so far; cheaper than totals. */
static int reader_errors(lua_State *L)
{
  lua_pushinteger(L, (lua_Integer)reading_at(L)->findings.errors);
  return 1;
}

static void push_finding(lua_State *L, const struct gt_finding *f)
{
  lua_createtable(L, 0, 8);
  set_count(L, "line", f->line);
  set_count(L, "column", f->column);
  lua_pushstring(L, f->rule);
  lua_setfield(L, -2, "rule");
  lua_pushstring(L, gt_severity_name(f->severity));
  lua_setfield(L, -2, "severity");
  lua_pushstring(L, f->message);
  lua_setfield(L, -2, "message");
  if (f->hint[0]) lua_pushstring(L, f->hint), lua_setfield(L, -2, "hint");
  if (f->pointer[0]) lua_pushstring(L, f->pointer), lua_setfield(L, -2, "pointer");
}

/* reader:findings() -> a list in the order of the file */
static int reader_findings(lua_State *L)
{
  const struct gt_findings *f = &reading_at(L)->findings;
  lua_createtable(L, (int)f->count, 0);
  for (size_t i = 0; i < f->count; i++) {
    push_finding(L, &f->items[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/* reader:report(path) -> the findings as lines for people, "" when there are none */
static int reader_report(lua_State *L)
{
  struct reading *g = reading_at(L);
  gt_buf_clear(&g->report);
  const char *path = luaL_checkstring(L, 2);
  if (g->findings.count) gt_findings_format(&g->report, path, &g->findings);
  lua_pushlstring(L, gt_buf_str(&g->report), g->report.len);
  gt_buf_clear(&g->report);
  return 1;
}

/* reader:close(): its totals and findings stay. */
static int reader_close(lua_State *L)
{
  struct reading *g = reading_at(L);
  if (!g->reader) return 0;
  g->totals = *gt_reader_totals(g->reader);
  gt_reader_free(g->reader);
  g->reader = NULL;
  return 0;
}

static int reader_gc(lua_State *L)
{
  struct reading *g = reading_at(L);
  reader_close(L);
  gt_findings_clear(&g->findings);
  gt_buf_clear(&g->report);
  return 0;
}

void gt_data_reader_type(lua_State *L)
{
  static const luaL_Reg methods[] = {
      {"next", reader_next},         {"skip", reader_skip},
      {"totals", reader_totals},     {"errors", reader_errors},
      {"findings", reader_findings}, {"report", reader_report},
      {"close", reader_close},       {NULL, NULL},
  };
  if (luaL_newmetatable(L, READER)) {
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, reader_gc);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, reader_close);
    lua_setfield(L, -2, "__close");
  }
  lua_pop(L, 1);
}

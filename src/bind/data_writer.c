/* gt.core.data, writing: rows into a file that appears whole or not at all, as a
 * userdata that owns the file. Used by lua/gt/dataset/write.lua. Memory is bounded by
 * one row; a writer that is dropped before commit leaves nothing. */
#include "bind/data_parts.h"

#include "base/fs_new.h"
#include "base/json_write.h"
#include "base/utf8.h"
#include "bind/data_row.h"
#include "data/write_row.h"
#include "task/raise.h"

#include <lauxlib.h>
#include <string.h>

#define WRITER "gt.core.data.writer"
enum { FLUSH = 256 * 1024, OUT_MAX = 512 * 1024 * 1024 };

struct writing {
  struct gt_fs_new file;
  struct gt_buf out; /* what is not yet in the file */
  enum gt_form form;
  size_t lost[GT_LOST_BITS]; /* rows, by what they lost */
  size_t rows;
};

/* How scripts name the bits of enum gt_lost, in their order. */
static const char *const LOST[GT_LOST_BITS] = {"system", "turns",   "roles",
                                               "parts",  "opening", "members"};

/* create(path, form) -> writer */
int gt_data_create(lua_State *L)
{
  struct gt_err err;
  const char *path = luaL_checkstring(L, 1), *name = luaL_checkstring(L, 2);
  enum gt_form form = gt_form_parse(name);
  if (form == GT_FORM_NONE)
    gt_raisef(L, GT_INVALID_ARGUMENT,
              "text_input, textInput, input, completion, response, messages, contents "
              "or csv",
              "there is no form \"%.40s\"", name);
  struct writing *w = lua_newuserdatauv(L, sizeof *w, 0);
  *w = (struct writing){.form = form};
  gt_fs_new_init(&w->file);
  gt_buf_init(&w->out, OUT_MAX);
  luaL_setmetatable(L, WRITER);
  if (gt_fs_new_open(&w->file, path, 0644, &err) < 0) return gt_raise(L, &err);
  gt_write_row_header(&w->out, form);
  return 1;
}

static struct writing *writing_at(lua_State *L)
{
  struct writing *w = luaL_checkudata(L, 1, WRITER);
  if (w->file.fd < 0) gt_raisef(L, GT_FAILED_PRECONDITION, NULL, "the file is closed");
  return w;
}

static void flush(lua_State *L, struct writing *w, size_t from)
{
  struct gt_err err;
  if (w->out.failed)
    gt_raisef(L, GT_RESOURCE_EXHAUSTED, NULL, "row %zu is larger than %d bytes",
              w->rows + 1, (int)OUT_MAX);
  if (w->out.len < from || w->out.len == 0) return;
  if (gt_fs_new_write(&w->file, w->out.data, w->out.len, &err) < 0) gt_raise(L, &err);
  gt_buf_reset(&w->out);
}

/* Texts of scripts may hold anything; a file must not. */
static void check_texts(lua_State *L, const struct gt_row *row, size_t at)
{
  for (size_t i = 0; i < row->turns_count; i++) {
    const struct gt_turn *t = &row->turns[i];
    const char *field = t->role == GT_ROLE_MODEL ? "output" : "text_input";
    size_t good = gt_utf8_check(t->text, t->len);
    const char *nul = memchr(t->text, '\0', t->len);
    if (good < t->len)
      gt_raisef(L, GT_INVALID_ARGUMENT, "write texts as UTF-8",
                "row %zu: %s is not UTF-8 at byte %zu", at, field, good + 1);
    if (nul)
      gt_raisef(L, GT_INVALID_ARGUMENT, NULL, "row %zu: %s has a NUL at byte %zu", at,
                field, (size_t)(nul - t->text) + 1);
    if (gt_row_is_blank(t->text, t->len))
      gt_raisef(L, GT_INVALID_ARGUMENT, "drop it, or give it a text",
                "row %zu: its %s is empty", at, field);
  }
}

static void mend_text(const char **text, size_t *len)
{
  static const char mark[] = "(not UTF-8)";
  if (gt_utf8_check(*text, *len) == *len) return;
  *text = mark;
  *len = sizeof mark - 1;
}

/* Reads the row at the top: what a pair's form needs is made of a conversation, too. */
static void row_at_top(lua_State *L, struct writing *w, enum gt_form form,
                       struct gt_row *row)
{
  gt_data_row_at(L, -1, (lua_Integer)w->rows + 1, row);
  bool turns = form == GT_FORM_MESSAGES || form == GT_FORM_CONTENTS;
  if (!turns && !row->text) gt_data_row_join(L, row);
}

static lua_Integer count_at(lua_State *L)
{
  luaL_checktype(L, 2, LUA_TTABLE);
  return luaL_optinteger(L, 3, (lua_Integer)lua_rawlen(L, 2));
}

/* writer:add(rows [, n]): the first n rows of the list */
static int writer_add(lua_State *L)
{
  struct writing *w = writing_at(L);
  lua_Integer n = count_at(L);
  for (lua_Integer i = 1; i <= n; i++) {
    struct gt_row row;
    lua_rawgeti(L, 2, i);
    lua_getfield(L, -1, "beside");
    unsigned lost = (unsigned)lua_tointeger(L, -1);
    lua_pop(L, 1);
    row_at_top(L, w, w->form, &row);
    check_texts(L, &row, w->rows + 1);
    gt_write_row(&w->out, &lost, &row, w->form);
    for (unsigned bit = 0; bit < GT_LOST_BITS; bit++) w->lost[bit] += (lost >> bit) & 1;
    flush(L, w, FLUSH);
    w->rows++;
    lua_settop(L, 3);
  }
  return 0;
}

/* [-0, +0, e] ,"name":value of the entry at the top, when it has one. */
static void add_member(lua_State *L, struct gt_buf *out, int entry, const char *name)
{
  size_t len;
  lua_getfield(L, entry, name);
  if (lua_isinteger(L, -1)) {
    gt_buf_addf(out, ",\"%s\":%lld", name, (long long)lua_tointeger(L, -1));
  } else if (lua_isstring(L, -1)) {
    const char *text = lua_tolstring(L, -1, &len);
    mend_text(&text, &len);
    gt_buf_addf(out, ",\"%s\":", name);
    gt_json_string(out, text, len);
  }
  lua_pop(L, 1);
}

/* A removed row may be removed for its texts: what is no JSON is written as a mark. */
static void add_removed_row(lua_State *L, struct writing *w)
{
  struct gt_row row;
  gt_data_row_at(L, -1, (lua_Integer)w->rows + 1, &row);
  struct gt_turn *turns = lua_touserdata(L, -1);
  for (size_t i = 0; i < row.turns_count; i++) mend_text(&turns[i].text, &turns[i].len);
  if (row.text) mend_text(&row.text, &row.text_len);
  if (row.output) mend_text(&row.output, &row.output_len);
  unsigned lost = 0;
  gt_write_row(&w->out, &lost, &row, row.text ? GT_FORM_TEXT_INPUT : GT_FORM_MESSAGES);
  while (w->out.len && strchr("}\n", w->out.data[w->out.len - 1])) w->out.len--;
}

/* writer:add_removed(entries [, n]): each { id, line, reason, step, row }; a row's own
 * form with these as further members. */
static int writer_add_removed(lua_State *L)
{
  struct writing *w = writing_at(L);
  lua_Integer n = count_at(L);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, 2, i);
    int entry = lua_gettop(L);
    luaL_checktype(L, entry, LUA_TTABLE);
    lua_getfield(L, entry, "row");
    add_removed_row(L, w);
    add_member(L, &w->out, entry, "id");
    add_member(L, &w->out, entry, "line");
    add_member(L, &w->out, entry, "step");
    add_member(L, &w->out, entry, "reason");
    gt_buf_adds(&w->out, "}\n");
    flush(L, w, FLUSH);
    w->rows++;
    lua_settop(L, 3);
  }
  return 0;
}

/* writer:commit() -> rows by what they lost ({ turns = 3 }), and the same in words */
static int writer_commit(lua_State *L)
{
  struct gt_err err;
  struct writing *w = writing_at(L);
  flush(L, w, 0);
  if (gt_fs_new_commit(&w->file, &err) < 0) return gt_raise(L, &err);
  gt_buf_clear(&w->out);
  lua_newtable(L);
  lua_pushliteral(L, "");
  for (unsigned bit = 0; bit < GT_LOST_BITS; bit++) {
    if (w->lost[bit] == 0) continue;
    lua_pushfstring(L, "%s%s (%I)", lua_rawlen(L, -1) ? ", " : "",
                    gt_lost_text(1u << bit), (LUAI_UACINT)w->lost[bit]);
    lua_concat(L, 2);
    lua_pushinteger(L, (lua_Integer)w->lost[bit]);
    lua_setfield(L, -3, LOST[bit]);
  }
  return 2;
}

/* writer:close(): leaves nothing unless it was committed. */
static int writer_close(lua_State *L)
{
  struct writing *w = luaL_checkudata(L, 1, WRITER);
  gt_fs_new_abort(&w->file);
  gt_buf_clear(&w->out);
  return 0;
}

void gt_data_writer_type(lua_State *L)
{
  static const luaL_Reg methods[] = {
      {"add", writer_add},
      {"add_removed", writer_add_removed},
      {"commit", writer_commit},
      {"close", writer_close},
      {NULL, NULL},
  };
  if (luaL_newmetatable(L, WRITER)) {
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, writer_close);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, writer_close);
    lua_setfield(L, -2, "__close");
  }
  lua_pop(L, 1);
}

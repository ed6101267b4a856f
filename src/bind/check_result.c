/* A check's result as a Lua table. See check_result.h. */
#include "bind/check_result.h"

#include "check/outputs.h"

#include <lauxlib.h>
#include <string.h>

static void set_size(lua_State *L, const char *name, size_t value)
{
  lua_pushinteger(L, (lua_Integer)value);
  lua_setfield(L, -2, name);
}

static void set_text(lua_State *L, const char *name, const char *value)
{
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
}

static void set_flag(lua_State *L, const char *name, bool value)
{
  lua_pushboolean(L, value);
  lua_setfield(L, -2, name);
}

static void push_place(lua_State *L, uint32_t file, size_t line)
{
  lua_createtable(L, 0, 2);
  set_size(L, "file", (size_t)file + 1);
  set_size(L, "line", line);
}

void gt_finding_push(lua_State *L, const struct gt_finding *f)
{
  lua_createtable(L, 0, 9);
  set_size(L, "file", (size_t)f->file + 1);
  set_size(L, "line", f->line);
  set_size(L, "column", f->column);
  set_text(L, "rule", f->rule);
  set_text(L, "severity", gt_severity_name(f->severity));
  set_text(L, "message", f->message);
  if (f->hint[0]) set_text(L, "hint", f->hint);
  if (f->pointer[0]) set_text(L, "pointer", f->pointer);
  if (f->related_count == 0) return;
  lua_createtable(L, (int)f->related_count, 0);
  for (uint32_t i = 0; i < f->related_count; i++) {
    push_place(L, f->related[i].file, f->related[i].line);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_setfield(L, -2, "related");
}

static void push_file(lua_State *L, const struct gt_check_file *f)
{
  static const char *const splits[] = {"training", "validation", "test"};
  const struct gt_reader_totals *t = &f->totals;
  lua_createtable(L, 0, 14);
  set_text(L, "path", f->path);
  set_text(L, "role", f->against ? "against" : "data");
  set_text(L, "split", splits[f->split]);
  set_size(L, "rows", t->rows);
  set_size(L, "bad_rows", t->bad_rows);
  set_size(L, "lines", t->lines);
  set_size(L, "bytes", t->bytes);
  set_size(L, "stored_bytes", f->stored_bytes);
  set_text(L, "form", gt_form_name(t->form));
  set_flag(L, "gzip", t->gzip);
  set_flag(L, "bom", t->bom);
  set_flag(L, "crlf", t->crlf);
  set_flag(L, "final_newline", t->final_newline);
  set_size(L, "tokens", f->tokens);
  set_size(L, "longest", f->longest);
  lua_createtable(L, 0, 2);
  set_size(L, "input", f->input_characters);
  set_size(L, "output", f->output_characters);
  lua_setfield(L, -2, "characters");
}

static void push_files(lua_State *L, const struct gt_check *c)
{
  lua_createtable(L, (int)c->files_count, 0);
  for (size_t i = 0; i < c->files_count; i++) {
    push_file(L, &c->files[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static void push_findings(lua_State *L, const struct gt_findings *f)
{
  lua_createtable(L, (int)f->count, 0);
  for (size_t i = 0; i < f->count; i++) {
    gt_finding_push(L, &f->items[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static void push_longs(lua_State *L, const struct gt_check *c)
{
  lua_createtable(L, (int)c->longs_count, 0);
  for (size_t i = 0; i < c->longs_count; i++) {
    push_place(L, c->longs[i].file, c->longs[i].line);
    set_size(L, "tokens", c->longs[i].tokens);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static void push_clusters(lua_State *L, const struct gt_check *c)
{
  lua_createtable(L, (int)c->clusters_count, 0);
  for (size_t i = 0; i < c->clusters_count; i++) {
    push_place(L, c->clusters[i].file, c->clusters[i].line);
    set_size(L, "rows", c->clusters[i].rows);
    set_size(L, "outputs", c->clusters[i].outputs);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

/* The lines of the remarks as a list. */
static void push_remarks(lua_State *L, const struct gt_buf *notes)
{
  const char *at = gt_buf_str(notes);
  lua_newtable(L);
  for (lua_Integer i = 1; *at; i++) {
    size_t n = strcspn(at, "\n");
    lua_pushlstring(L, at, n);
    lua_rawseti(L, -2, i);
    at += n + (at[n] == '\n');
  }
}

static void push_labels(lua_State *L, const struct gt_check *c)
{
  lua_createtable(L, (int)c->labels_count, 0);
  for (size_t i = 0; i < c->labels_count; i++) {
    const struct gt_check_label *l = &c->labels[i];
    lua_createtable(L, 0, 2);
    lua_pushlstring(L, l->text, l->len);
    lua_setfield(L, -2, "label");
    set_size(L, "count", l->count);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

void gt_check_push(lua_State *L, const struct gt_check *c)
{
  lua_createtable(L, 0, 9);
  push_files(L, c);
  lua_setfield(L, -2, "files");
  push_findings(L, &c->findings);
  lua_setfield(L, -2, "findings");
  set_size(L, "errors", c->findings.errors);
  set_size(L, "warnings", c->findings.warnings);
  set_size(L, "notes", c->findings.notes);
  set_size(L, "left_out", c->findings.left_out);
  if (c->labels_count > 0) {
    push_labels(L, c);
    lua_setfield(L, -2, "labels");
  }
  push_longs(L, c);
  lua_setfield(L, -2, "too_long_rows");
  push_clusters(L, c);
  lua_setfield(L, -2, "contradictions");
  push_remarks(L, &c->notes);
  lua_setfield(L, -2, "remarks");
}

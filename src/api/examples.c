/* Training data for the wire. See examples.h. */
#include "api/examples.h"

#include "api/codec.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/json_write.h"
#include "base/log.h"
#include "data/rows.h"
#include "task/raise.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

enum { FILE_MAX = 64 * 1024 * 1024, SHOWN_FINDINGS = 20, REPORT_MAX = 64 * 1024 };

/* The reader's memory, held by a userdata: everything between may raise. */
struct reading {
  struct gt_rows rows;
  struct gt_findings findings;
  struct gt_buf bytes;
};

static void drop(struct reading *g)
{
  gt_rows_clear(&g->rows);
  gt_findings_clear(&g->findings);
  gt_buf_clear(&g->bytes);
}

static int reading_gc(lua_State *L)
{
  drop(lua_touserdata(L, 1));
  return 0;
}

static struct reading *push_reading(lua_State *L)
{
  struct reading *g = lua_newuserdatauv(L, sizeof *g, 0);
  gt_rows_init(&g->rows);
  gt_findings_init(&g->findings, 0);
  gt_buf_init(&g->bytes, FILE_MAX);
  if (luaL_newmetatable(L, "gt.reading")) {
    lua_pushcfunction(L, reading_gc);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  return g;
}

/* Raises when there are errors; tells warnings on stderr. */
static void judge(lua_State *L, struct reading *g, const char *path, const char *op)
{
  if (g->findings.count == 0) return;
  gt_buf_clear(&g->bytes);
  gt_buf_init(&g->bytes, REPORT_MAX);
  gt_findings_format(&g->bytes, path, &g->findings);
  const char *report = gt_buf_str(&g->bytes);
  if (g->findings.errors == 0) {
    gt_log(GT_LOG_WARN, "%.*s", (int)strcspn(report, "\n"), report);
    return;
  }
  /* All of them on stderr, the first in the error: an error is one line. */
  const char *end = report;
  for (int i = 0; i < SHOWN_FINDINGS && *end; i++) {
    end += strcspn(end, "\n");
    if (*end) end++;
  }
  fprintf(stderr, "%.*s", (int)(end - report), report);
  if (*end) fprintf(stderr, "... and more, %zu errors in all\n", g->findings.errors);
  struct gt_err err;
  gt_err_set(&err, GT_INVALID_ARGUMENT, "%s: %s has %zu defect%s; nothing was sent", op,
             path, g->findings.errors, g->findings.errors == 1 ? "" : "s");
  gt_err_hint(&err, "the first: %.*s", (int)strcspn(report, "\n"), report);
  err.exit_code = GT_EXIT_DATA;
  gt_raise(L, &err);
}

static const struct gt_rows_options GEMINI = {.text_max = GT_ROWS_GEMINI_TEXT,
                                              .output_max = GT_ROWS_GEMINI_OUTPUT};

size_t gt_examples_check_file(lua_State *L, const char *path, const char *op)
{
  struct gt_err err;
  struct reading *g = push_reading(L);
  if (gt_rows_load(&g->rows, &g->findings, path, &GEMINI, &err) < 0) gt_raise(L, &err);
  judge(L, g, path, op);
  size_t n = g->rows.count;
  drop(g);
  lua_pop(L, 1);
  return n;
}

static void write_example(struct gt_buf *out, size_t at, const char *text,
                          size_t text_len, const char *output, size_t output_len)
{
  gt_buf_adds(out, at ? ",{\"textInput\":" : "{\"textInput\":");
  gt_json_string(out, text, text_len);
  gt_buf_adds(out, ",\"output\":");
  gt_json_string(out, output, output_len);
  gt_buf_addc(out, '}');
}

/* sha256: what the bytes must have, or NULL. */
static size_t write_file(lua_State *L, struct gt_buf *out, const char *path,
                         const char *sha256, const char *op)
{
  struct gt_err err;
  char digest[65];
  struct reading *g = push_reading(L);
  if (gt_fs_read(&g->bytes, path, &err) < 0) gt_raise(L, &err);
  const char *bytes = gt_buf_str(&g->bytes);
  if (sha256) {
    if (gt_sha256_hex(digest, bytes, g->bytes.len, &err) < 0) gt_raise(L, &err);
    if (strcmp(digest, sha256) != 0)
      gt_raisef(L, GT_FAILED_PRECONDITION,
                "upload it again, so that the job trains on what you see",
                "%s: %s has changed since it was uploaded", op, path);
  }
  if (gt_rows_read(&g->rows, &g->findings, bytes, g->bytes.len, &GEMINI, &err) < 0)
    gt_raise(L, &err);
  judge(L, g, path, op);
  for (size_t i = 0; i < g->rows.count; i++) {
    const struct gt_kept_row *r = &g->rows.items[i];
    write_example(out, i, r->text, r->text_len, r->output, r->output_len);
  }
  size_t n = g->rows.count;
  drop(g);
  lua_pop(L, 1);
  return n;
}

/* [-0, +1, -] The first of the two names that is a string in the row at the top. */
static const char *row_field(lua_State *L, const char *const *names, size_t *len)
{
  for (; *names; names++) {
    if (lua_getfield(L, -1, *names) == LUA_TSTRING) return lua_tolstring(L, -1, len);
    lua_pop(L, 1);
  }
  lua_pushnil(L);
  return NULL;
}

static bool is_blank(const char *s, size_t len) { return strspn(s, " \t\r\n") == len; }

/* How a row is written: what stands before, between and behind its two texts. */
struct row_frame {
  const char *first, *before, *between, *behind;
};
static const struct row_frame WIRE = {
    "{\"textInput\":", ",{\"textInput\":", ",\"output\":", "}"};
static const struct row_frame LINES = {
    "{\"text_input\": ", "{\"text_input\": ", ", \"output\": ", "}\n"};

/* A conversation is no pair: what the model must know would be lost without a word. */
static void refuse_turns(lua_State *L, lua_Integer row, const char *op)
{
  if (lua_getfield(L, -1, "turns") == LUA_TTABLE) {
    lua_Integer turns = luaL_len(L, -1);
    lua_geti(L, -1, 1);
    bool asks = lua_istable(L, -1) && lua_getfield(L, -1, "role") == LUA_TSTRING &&
                strcmp(lua_tostring(L, -1), "user") == 0;
    if (turns != 2 || !asks)
      gt_raisef(L, GT_INVALID_ARGUMENT,
                "make pairs of it: data:map(function(row) return { text_input = ..., "
                "output = ... } end)",
                "%s: row %d is a conversation of %d texts; this API tunes on one input "
                "and one output",
                op, (int)row, (int)turns);
    lua_pop(L, 2);
  }
  lua_pop(L, 1);
}

static size_t write_list(lua_State *L, int list, struct gt_buf *out,
                         const struct row_frame *frame, const char *op)
{
  static const char *const inputs[] = {"text_input", "textInput", "input", "prompt",
                                       NULL};
  static const char *const outputs[] = {"output", "completion", "response", NULL};
  lua_Integer n = luaL_len(L, list);
  for (lua_Integer i = 1; i <= n; i++) {
    size_t text_len, output_len;
    if (lua_geti(L, list, i) != LUA_TTABLE)
      gt_raisef(L, GT_INVALID_ARGUMENT, "a row is { text_input = ..., output = ... }",
                "%s: row %d is a %s", op, (int)i, luaL_typename(L, -1));
    refuse_turns(L, i, op);
    const char *text = row_field(L, inputs, &text_len);
    lua_pushvalue(L, -2);
    const char *output = row_field(L, outputs, &output_len);
    if (!text || !output || is_blank(text, text_len) || is_blank(output, output_len))
      gt_raisef(L, GT_INVALID_ARGUMENT, "a row is { text_input = ..., output = ... }",
                "%s: row %d has no %s", op, (int)i,
                text && !is_blank(text, text_len) ? "output" : "text_input");
    gt_buf_adds(out, i > 1 ? frame->before : frame->first);
    gt_codec_string(L, out, text, text_len, "a row's text_input");
    gt_buf_adds(out, frame->between);
    gt_codec_string(L, out, output, output_len, "a row's output");
    gt_buf_adds(out, frame->behind);
    lua_pop(L, 4);
  }
  return (size_t)n;
}

size_t gt_examples_lines(lua_State *L, int idx, struct gt_buf *out, const char *op)
{
  luaL_checkstack(L, 16, NULL);
  return write_list(L, lua_absindex(L, idx), out, &LINES, op);
}

size_t gt_examples_write(lua_State *L, int idx, struct gt_buf *out, const char *op)
{
  int top = lua_gettop(L);
  size_t n = 0;
  idx = lua_absindex(L, idx);
  luaL_checkstack(L, 16, NULL);
  if (lua_type(L, idx) == LUA_TSTRING) {
    n = write_file(L, out, lua_tostring(L, idx), NULL, op);
  } else if (lua_type(L, idx) != LUA_TTABLE) {
    gt_raisef(L, GT_INVALID_ARGUMENT,
              "pass what upload() returned, a path, a gt.dataset or a list of rows",
              "%s: training_data is a %s", op, luaL_typename(L, idx));
  } else if (lua_getfield(L, idx, "rows") == LUA_TTABLE) {
    n = write_list(L, lua_gettop(L), out, &WIRE, op);
  } else if (lua_getfield(L, idx, "path") == LUA_TSTRING) {
    lua_getfield(L, idx, "sha256");
    n = write_file(L, out, lua_tostring(L, -2), lua_tostring(L, -1), op);
  } else if (lua_getfield(L, idx, "uri") == LUA_TSTRING) {
    gt_raisef(L, GT_INVALID_ARGUMENT,
              "pass the local file's path, or what upload() returned in this run",
              "%s: the API takes examples inline and %s cannot be downloaded", op,
              gt_codec_text(L, idx, "name", "the uploaded file"));
  } else {
    n = write_list(L, idx, out, &WIRE, op);
  }
  lua_settop(L, top);
  if (n == 0)
    gt_raisef(L, GT_INVALID_ARGUMENT,
              "training needs at least one row, 50 or more to pay",
              "%s: training_data has no rows", op);
  return n;
}

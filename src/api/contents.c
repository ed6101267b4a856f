/* Prompts and model names. See contents.h. */
#include "api/contents.h"

#include "api/codec.h"
#include "task/raise.h"

#include <lauxlib.h>
#include <string.h>

static const char FORMS[] =
    "a prompt is a string, a list of strings, { role=, parts= } "
    "or a list of those";

static int refuse(lua_State *L, int idx, const char *op)
{
  return gt_raisef(L, GT_INVALID_ARGUMENT, FORMS, "%s: cannot send a %s as contents",
                   op, luaL_typename(L, idx));
}

static void write_text_part(lua_State *L, int idx, struct gt_buf *out)
{
  size_t len;
  const char *s = lua_tolstring(L, idx, &len);
  gt_buf_adds(out, "{\"text\":");
  gt_codec_string(L, out, s, len, "the prompt");
  gt_buf_addc(out, '}');
}

static void write_parts(lua_State *L, int idx, struct gt_buf *out, const char *op)
{
  lua_Integer n = luaL_len(L, idx);
  if (n == 0) gt_raisef(L, GT_INVALID_ARGUMENT, FORMS, "%s: a turn has no parts", op);
  for (lua_Integer i = 1; i <= n; i++) {
    if (i > 1) gt_buf_addc(out, ',');
    int type = lua_geti(L, idx, i);
    if (type == LUA_TSTRING)
      write_text_part(L, lua_gettop(L), out);
    else if (type == LUA_TTABLE)
      gt_codec_encode(L, -1, out, "a part", false);
    else
      refuse(L, -1, op);
    lua_pop(L, 1);
  }
}

void gt_contents_write_one(lua_State *L, int idx, struct gt_buf *out, const char *role,
                           const char *op)
{
  idx = lua_absindex(L, idx);
  int type = lua_type(L, idx);
  gt_buf_addc(out, '{');
  if (type == LUA_TTABLE) {
    const char *own = gt_codec_text(L, idx, "role", NULL);
    if (own && strcmp(own, "assistant") == 0) own = "model";
    if (own) role = own;
  }
  if (role) {
    gt_buf_adds(out, "\"role\":");
    gt_codec_string(L, out, role, strlen(role), "role");
    gt_buf_addc(out, ',');
  }
  gt_buf_adds(out, "\"parts\":[");
  if (type == LUA_TSTRING) {
    write_text_part(L, idx, out);
  } else if (type != LUA_TTABLE) {
    refuse(L, idx, op);
  } else if (lua_getfield(L, idx, "text") == LUA_TSTRING) {
    write_text_part(L, lua_gettop(L), out);
    lua_pop(L, 1);
  } else {
    lua_pop(L, 1);
    if (lua_getfield(L, idx, "parts") == LUA_TTABLE)
      write_parts(L, lua_gettop(L), out, op);
    else
      write_parts(L, idx, out, op); /* a bare list of parts */
    lua_pop(L, 1);
  }
  gt_buf_adds(out, "]}");
}

/* [-0, +0, -] True for a table that is one Content rather than a list. */
static bool is_content(lua_State *L, int idx)
{
  bool yes = lua_getfield(L, idx, "parts") != LUA_TNIL;
  yes = lua_getfield(L, idx, "text") != LUA_TNIL || yes;
  lua_pop(L, 2);
  return yes;
}

void gt_contents_write(lua_State *L, int idx, struct gt_buf *out, const char *op)
{
  idx = lua_absindex(L, idx);
  int type = lua_type(L, idx);
  gt_buf_adds(out, "\"contents\":[");
  if (type == LUA_TSTRING) {
    gt_contents_write_one(L, idx, out, "user", op);
  } else if (type != LUA_TTABLE) {
    refuse(L, idx, op);
  } else if (is_content(L, idx)) {
    gt_contents_write_one(L, idx, out, "user", op);
  } else {
    lua_Integer n = luaL_len(L, idx);
    if (n == 0)
      gt_raisef(L, GT_INVALID_ARGUMENT, FORMS, "%s: the contents are empty", op);
    bool strings = lua_geti(L, idx, 1) == LUA_TSTRING;
    lua_pop(L, 1);
    if (strings) gt_contents_write_one(L, idx, out, "user", op);
    for (lua_Integer i = 1; i <= n && !strings; i++) {
      if (i > 1) gt_buf_addc(out, ',');
      lua_geti(L, idx, i);
      gt_contents_write_one(L, -1, out, "user", op);
      lua_pop(L, 1);
    }
  }
  gt_buf_addc(out, ']');
}

const char *gt_contents_model(lua_State *L, int idx, bool tuned, const char *op)
{
  const char *name = NULL;
  if (lua_type(L, idx) == LUA_TTABLE) {
    if (lua_getfield(L, idx, "name") == LUA_TSTRING) name = lua_tostring(L, -1);
  } else {
    lua_pushvalue(L, idx);
    if (lua_type(L, idx) == LUA_TSTRING) name = lua_tostring(L, -1);
  }
  if (!name || !*name)
    gt_raisef(L, GT_INVALID_ARGUMENT,
              "pass the model's name or the model object itself",
              "%s: no model named (got a %s)", op, luaL_typename(L, idx));
  const char *operation = strstr(name, "/operations/");
  if (operation) {
    lua_pushlstring(L, name, (size_t)(operation - name));
    lua_remove(L, -2);
  } else if (!strchr(name, '/')) {
    /* "gemini-..." is a base model whoever asks; other bare ids are tuned models. */
    bool base = !tuned && (strncmp(name, "gemini", 6) == 0 ||
                           strncmp(name, "gemma", 5) == 0 || strstr(name, "embedding"));
    lua_pushfstring(L, "%s/%s", base ? "models" : "tunedModels", name);
    lua_remove(L, -2);
  }
  return lua_tostring(L, -1);
}

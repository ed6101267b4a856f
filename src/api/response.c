/* The response table. See response.h. */
#include "api/response.h"

#include "api/codec.h"
#include "task/raise.h"

#include <lauxlib.h>
#include <string.h>

/* [-0, +0, e] Sets text and function_calls of `out` from the parts at the top. */
static void read_parts(lua_State *L, int out)
{
  int parts = lua_gettop(L);
  lua_Integer n = luaL_len(L, parts);
  bool has_text = false;
  int calls = 0;
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, parts, i);
    int part = lua_gettop(L);
    lua_getfield(L, part, "thought");
    bool thought = lua_toboolean(L, -1);
    lua_pop(L, 1);
    if (gt_codec_table(L, part, "functionCall")) {
      if (calls == 0) {
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_setfield(L, out, "function_calls");
      } else {
        lua_getfield(L, out, "function_calls");
      }
      lua_pushvalue(L, -2);
      lua_rawseti(L, -2, ++calls);
      lua_pop(L, 1);
    }
    lua_pop(L, 1);
    if (!thought && lua_getfield(L, part, "text") == LUA_TSTRING) {
      if (has_text) {
        lua_getfield(L, out, "text");
        lua_insert(L, -2);
        lua_concat(L, 2);
      }
      has_text = true;
      lua_setfield(L, out, "text");
    }
    lua_settop(L, parts);
  }
}

static void read_usage(lua_State *L, int raw, int out)
{
  static const struct {
    const char *to, *from;
  } fields[] = {
      {"input_tokens", "promptTokenCount"},
      {"output_tokens", "candidatesTokenCount"},
      {"total_tokens", "totalTokenCount"},
      {"thought_tokens", "thoughtsTokenCount"},
      {"cached_tokens", "cachedContentTokenCount"},
  };
  lua_createtable(L, 0, 3);
  if (gt_codec_table(L, raw, "usageMetadata")) {
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
      gt_codec_copy(L, -2, fields[i].to, -1, fields[i].from);
    /* proto3 leaves zeros out */
    lua_getfield(L, -2, "output_tokens");
    bool missing = lua_isnil(L, -1);
    lua_pop(L, 1);
    if (missing) {
      lua_pushinteger(L, 0);
      lua_setfield(L, -3, "output_tokens");
    }
  }
  lua_pop(L, 1);
  lua_setfield(L, out, "usage");
}

void gt_response_shape(lua_State *L)
{
  int raw = lua_gettop(L);
  if (!lua_istable(L, raw) || lua_rawlen(L, raw) > 0)
    gt_raisef(L, GT_INTERNAL, "is this a server for the Gemini API?",
              "the server's answer is a %s, not a JSON object",
              lua_istable(L, raw) ? "list" : luaL_typename(L, raw));
  lua_createtable(L, 0, 8);
  int out = raw + 1;
  gt_codec_copy(L, out, "model_version", raw, "modelVersion");
  gt_codec_copy(L, out, "response_id", raw, "responseId");
  read_usage(L, raw, out);
  if (gt_codec_table(L, raw, "promptFeedback")) {
    gt_codec_copy(L, out, "block_reason", -1, "blockReason");
    if (lua_getfield(L, out, "block_reason") != LUA_TNIL) {
      lua_pushliteral(L, "BLOCKED");
      lua_setfield(L, out, "finish_reason");
    }
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  if (gt_codec_table(L, raw, "candidates")) {
    if (lua_rawgeti(L, -1, 1) == LUA_TTABLE) {
      int candidate = lua_gettop(L);
      gt_codec_copy(L, out, "finish_reason", candidate, "finishReason");
      gt_codec_copy(L, out, "avg_logprobs", candidate, "avgLogprobs");
      if (gt_codec_table(L, candidate, "content") && gt_codec_table(L, -1, "parts"))
        read_parts(L, out);
    }
  }
  lua_settop(L, out);
  lua_pushvalue(L, raw);
  lua_setfield(L, out, "raw");
  lua_replace(L, raw);
}

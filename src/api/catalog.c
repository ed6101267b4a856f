/* Base models and embeddings. See catalog.h. */
#include "api/catalog.h"

#include "api/codec.h"
#include "api/contents.h"
#include "api/request.h"
#include "task/raise.h"

#include <lauxlib.h>
#include <string.h>

void gt_catalog_shape(lua_State *L)
{
  static const struct {
    const char *to, *from;
  } fields[] = {
      {"name", "name"},
      {"display_name", "displayName"},
      {"description", "description"},
      {"version", "version"},
      {"input_token_limit", "inputTokenLimit"},
      {"output_token_limit", "outputTokenLimit"},
      {"temperature", "temperature"},
      {"max_temperature", "maxTemperature"},
      {"top_p", "topP"},
      {"top_k", "topK"},
  };
  int raw = lua_gettop(L);
  lua_createtable(L, 0, 12);
  int out = raw + 1;
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
    gt_codec_copy(L, out, fields[i].to, raw, fields[i].from);
  bool can_tune = false;
  if (gt_codec_table(L, raw, "supportedGenerationMethods")) {
    lua_Integer n = luaL_len(L, -1);
    for (lua_Integer i = 1; i <= n; i++) {
      lua_rawgeti(L, -1, i);
      const char *method = lua_tostring(L, -1);
      if (method && strcmp(method, "createTunedModel") == 0) can_tune = true;
      lua_pop(L, 1);
    }
  }
  lua_setfield(L, out, "methods");
  lua_pushboolean(L, can_tune);
  lua_setfield(L, out, "can_tune");
  lua_pushvalue(L, raw);
  lua_setfield(L, out, "raw");
  lua_replace(L, raw);
}

static int on_model(lua_State *L, int status, lua_KContext ctx)
{
  (void)status;
  gt_request_result(L, (struct gt_request *)ctx);
  gt_catalog_shape(L);
  return 1;
}

int gt_catalog_get(lua_State *L)
{
  static const char op[] = "get_model";
  lua_settop(L, 1);
  const char *name = gt_contents_model(L, 1, false, op);
  if (lua_type(L, 1) == LUA_TSTRING && !strchr(lua_tostring(L, 1), '/'))
    name = lua_pushfstring(L, "models/%s", lua_tostring(L, 1));
  struct gt_request *r = gt_request_new(L, op, NULL, 0, 60);
  gt_request_name(r, name);
  return gt_request_send(L, r, "GET", on_model);
}

const struct gt_option GT_EMBED_OPTIONS[] = {
    {"task_type", GT_OPT_STRING, "", "taskType", 0, 64, false,
     "CLASSIFICATION, CLUSTERING, SEMANTIC_SIMILARITY, RETRIEVAL_QUERY, ..."},
    {"title", GT_OPT_STRING, "", "title", 0, 1000, false,
     "of the document; only with task_type RETRIEVAL_DOCUMENT"},
    {"output_dimensionality", GT_OPT_INTEGER, "", "outputDimensionality", 1, 100000,
     false, "length of the vectors; default: the model's"},
    {"timeout", GT_OPT_NUMBER, NULL, NULL, 0, 0, true, "seconds; default 60"},
    {0},
};

static int on_embedded(lua_State *L, int status, lua_KContext ctx)
{
  (void)status;
  gt_request_result(L, (struct gt_request *)ctx);
  if (gt_codec_table(L, -1, "embedding") && gt_codec_table(L, -1, "values")) return 1;
  return gt_raisef(L, GT_INTERNAL, "is this an embedding model?",
                   "embed_content: the answer holds no vector");
}

static int on_embedded_all(lua_State *L, int status, lua_KContext ctx)
{
  (void)status;
  gt_request_result(L, (struct gt_request *)ctx);
  if (!gt_codec_table(L, -1, "embeddings"))
    return gt_raisef(L, GT_INTERNAL, "is this an embedding model?",
                     "embed_content: the answer holds no vectors");
  lua_Integer n = luaL_len(L, -1);
  lua_createtable(L, (int)n, 0);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, -2, i);
    if (lua_istable(L, -1))
      gt_codec_table(L, -1, "values");
    else
      lua_pushnil(L);
    lua_rawseti(L, -3, i);
    lua_pop(L, 1);
  }
  return 1;
}

static void write_request(lua_State *L, struct gt_buf *out, const char *model,
                          int content)
{
  bool first = false;
  gt_buf_adds(out, "{\"model\":");
  gt_codec_string(L, out, model, strlen(model), "the model's name");
  gt_buf_adds(out, ",\"content\":");
  gt_contents_write_one(L, content, out, NULL, "embed_content");
  gt_options_write(L, 3, GT_EMBED_OPTIONS, "", out, &first);
  gt_buf_addc(out, '}');
}

int gt_catalog_embed(lua_State *L)
{
  static const char op[] = "embed_content";
  lua_settop(L, 3);
  gt_options_check(L, 3, GT_EMBED_OPTIONS, op);
  const char *model = gt_contents_model(L, 1, false, op);
  bool many = lua_istable(L, 2);
  struct gt_request *r = gt_request_new(L, op, model, 3, 60);
  gt_request_name(r, model);
  if (!many) {
    gt_buf_adds(&r->url, ":embedContent");
    write_request(L, &r->body, model, 2);
    return gt_request_send(L, r, "POST", on_embedded);
  }
  lua_Integer n = luaL_len(L, 2);
  if (n == 0)
    return gt_raisef(L, GT_INVALID_ARGUMENT, "pass a text or a list of texts",
                     "%s: the list is empty", op);
  gt_buf_adds(&r->url, ":batchEmbedContents");
  gt_buf_adds(&r->body, "{\"requests\":[");
  for (lua_Integer i = 1; i <= n; i++) {
    if (i > 1) gt_buf_addc(&r->body, ',');
    lua_geti(L, 2, i);
    write_request(L, &r->body, model, lua_gettop(L));
    lua_pop(L, 1);
  }
  gt_buf_adds(&r->body, "]}");
  return gt_request_send(L, r, "POST", on_embedded_all);
}

/* gt.core.api: upload, create_tuned_model, get_tuned_model, generate_content, the calls
 * beside them, and their option tables (for the help and the stubs). */
#include "bind/api.h"

#include "api/catalog.h"
#include "api/files.h"
#include "api/generate.h"
#include "api/lists.h"
#include "api/session.h"
#include "api/tuned.h"

#include <lauxlib.h>

/* provider() -> "local" | "gemini" | "vertex", base URL */
static int api_provider(lua_State *L)
{
  struct gt_session *s = gt_session_ready(L);
  lua_pushstring(L, gt_session_provider_name(s));
  lua_pushstring(L, gt_session_base_url(s));
  return 2;
}

/* option_tables() -> { generate_content = { {name=, type=, ...}, ... }, ... } */
static int api_option_tables(lua_State *L)
{
  static const struct {
    const char *name;
    const struct gt_option *options;
  } tables[] = {
      {"upload", GT_UPLOAD_OPTIONS},
      {"create_tuned_model", GT_CREATE_OPTIONS},
      {"generate_content", GT_GENERATE_OPTIONS},
      {"embed_content", GT_EMBED_OPTIONS},
      {"list", GT_LIST_OPTIONS},
  };
  lua_newtable(L);
  for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
    gt_options_push(L, tables[i].options);
    lua_setfield(L, -2, tables[i].name);
  }
  return 1;
}

int gt_open_api(lua_State *L)
{
  static const luaL_Reg functions[] = {
      {"upload", gt_files_upload},
      {"create_tuned_model", gt_tuned_create},
      {"get_tuned_model", gt_tuned_get},
      {"generate_content", gt_generate_content},
      {"stream_generate_content", gt_generate_stream},
      {"count_tokens", gt_generate_count},
      {"embed_content", gt_catalog_embed},
      {"list_tuned_models", gt_lists_tuned_models},
      {"update_tuned_model", gt_tuned_update},
      {"delete_tuned_model", gt_tuned_delete},
      {"cancel_tuned_model", gt_tuned_cancel},
      {"get_file", gt_files_get},
      {"list_files", gt_lists_files},
      {"delete_file", gt_files_delete},
      {"get_model", gt_catalog_get},
      {"list_models", gt_lists_models},
      {"provider", api_provider},
      {"option_tables", api_option_tables},
      {NULL, NULL},
  };
  luaL_newlib(L, functions);
  return 1;
}

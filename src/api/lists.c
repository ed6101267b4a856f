/* Listing with pages. See lists.h. */
#include "api/lists.h"

#include "api/catalog.h"
#include "api/codec.h"
#include "api/files.h"
#include "api/request.h"
#include "api/tuned_shape.h"
#include "task/raise.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

const struct gt_option GT_LIST_OPTIONS[] = {
    {"filter", GT_OPT_STRING, NULL, NULL, 0, 1000, false,
     "tuned models only: words of the name, owner:me, readers:everyone, ..."},
    {"limit", GT_OPT_INTEGER, NULL, NULL, 1, 0, false,
     "stop after so many; default all"},
    {"page_size", GT_OPT_INTEGER, NULL, NULL, 1, 1000, false,
     "items a request; default 100 (files: at most 100)"},
    {"timeout", GT_OPT_NUMBER, NULL, NULL, 0, 0, true, "seconds a page; default 60"},
    {0},
};

struct kind {
  const char *op, *path, *member;
  void (*shape)(lua_State *L); /* [-1, +1] */
};

static void shape_model(lua_State *L)
{
  gt_tuned_shape(L, -1, 0);
  lua_remove(L, -2);
}

static const struct kind TUNED = {"list_tuned_models", "tunedModels", "tunedModels",
                                  shape_model};
static const struct kind MODELS = {"list_models", "models", "models", gt_catalog_shape};
static const struct kind FILES = {"list_files", "files", "files", gt_files_shape};

enum { OPTIONS = 1, KIND = 2, RESULT = 3, REQUEST = 4 };

static int on_page(lua_State *L, int status, lua_KContext ctx);

static int ask_page(lua_State *L, struct gt_request *r, const struct kind *k,
                    const char *token)
{
  char number[24];
  gt_request_again(r, "v1beta");
  gt_buf_adds(&r->url, k->path);
  snprintf(number, sizeof number, "%d",
           (int)gt_options_number(L, OPTIONS, "page_size", 100));
  gt_request_query(r, "pageSize", number);
  if (token) gt_request_query(r, "pageToken", token);
  if (!lua_isnil(L, OPTIONS) && lua_getfield(L, OPTIONS, "filter") == LUA_TSTRING)
    gt_request_query(r, "filter", lua_tostring(L, -1));
  lua_settop(L, REQUEST);
  return gt_request_send(L, r, "GET", on_page);
}

static int on_page(lua_State *L, int status, lua_KContext ctx)
{
  struct gt_request *r = (struct gt_request *)ctx;
  const struct kind *k = lua_touserdata(L, KIND);
  double limit = gt_options_number(L, OPTIONS, "limit", 1e15);
  (void)status;
  gt_request_result(L, r);
  int page = lua_gettop(L);
  lua_Integer have = luaL_len(L, RESULT);
  if (gt_codec_table(L, page, k->member)) {
    lua_Integer n = luaL_len(L, -1);
    for (lua_Integer i = 1; i <= n && (double)have < limit; i++) {
      lua_rawgeti(L, page + 1, i);
      k->shape(L);
      lua_rawseti(L, RESULT, ++have);
    }
  }
  /* A page may be empty and still have a successor. */
  const char *token = gt_codec_text(L, page, "nextPageToken", "");
  if (*token && (double)have < limit) return ask_page(L, r, k, token);
  lua_settop(L, RESULT);
  return 1;
}

static int list(lua_State *L, const struct kind *k)
{
  lua_settop(L, 1);
  gt_options_check(L, OPTIONS, GT_LIST_OPTIONS, k->op);
  lua_pushlightuserdata(L, (void *)k);
  lua_newtable(L);
  struct gt_request *r = gt_request_new(L, k->op, NULL, OPTIONS, 60);
  return ask_page(L, r, k, NULL);
}

int gt_lists_tuned_models(lua_State *L) { return list(L, &TUNED); }

int gt_lists_models(lua_State *L) { return list(L, &MODELS); }

int gt_lists_files(lua_State *L) { return list(L, &FILES); }

/* gt.core.engine, trained models as userdata: load, predict, facts. */
#include "bind/engine.h"

#include "engine/model.h"
#include "task/raise.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

#define MODEL "gt.core.engine.model"
#define MAX_TOP 100

struct held {
  struct gt_model *model;
  struct gt_prediction
      last; /* its memory is freed by the next one, or with the model */
};

static int model_free(lua_State *L)
{
  struct held *h = luaL_checkudata(L, 1, MODEL);
  gt_prediction_clear(&h->last);
  gt_model_free(h->model);
  *h = (struct held){0};
  return 0;
}

static struct held *held_at(lua_State *L)
{
  struct held *h = luaL_checkudata(L, 1, MODEL);
  luaL_argcheck(L, h->model, 1, "the model is closed");
  return h;
}

/* load(path) -> model */
int gt_engine_model_load(lua_State *L)
{
  struct gt_err err;
  const char *path = luaL_checkstring(L, 1);
  struct held *h = lua_newuserdatauv(L, sizeof *h, 0);
  *h = (struct held){0};
  luaL_setmetatable(L, MODEL);
  if (gt_model_load(&h->model, path, &err) < 0) return gt_raise(L, &err);
  return 1;
}

static void push_label(lua_State *L, const char *text, size_t len, double probability,
                       lua_Integer at)
{
  lua_createtable(L, 0, 2);
  lua_pushlstring(L, text, len);
  lua_setfield(L, -2, "text");
  lua_pushnumber(L, probability);
  lua_setfield(L, -2, "probability");
  lua_rawseti(L, -2, at);
}

/* More labels than a prediction carries: all probabilities, the best picked out. */
static void push_many(lua_State *L, struct held *h, const char *text, size_t len,
                      size_t want)
{
  struct gt_err err;
  size_t labels = gt_model_label_count(h->model), n = 0;
  float *p = lua_newuserdatauv(L, (labels + 1) * sizeof *p, 0);
  if (gt_model_probabilities(p, h->model, text, len, &err) < 0) gt_raise(L, &err);
  lua_newtable(L);
  while (n < want && n < labels) {
    size_t best = 0, size;
    for (size_t i = 1; i < labels; i++)
      if (p[i] > p[best]) best = i;
    const char *label = gt_model_label(h->model, best, &size);
    push_label(L, label, size, (double)p[best], (lua_Integer)++n);
    p[best] = -1;
  }
  lua_remove(L, -2);
}

static void push_top(lua_State *L, struct held *h, const char *text, size_t len,
                     size_t want)
{
  const struct gt_prediction *p = &h->last;
  if (want > GT_MODEL_TOP) {
    push_many(L, h, text, len, want);
    return;
  }
  lua_createtable(L, (int)want, 0);
  for (size_t i = 0; i < want && i < p->top_count; i++)
    push_label(L, p->top[i].text, p->top[i].len, p->top[i].probability,
               (lua_Integer)i + 1);
}

static void set_number(lua_State *L, const char *name, double value)
{
  lua_pushnumber(L, value);
  lua_setfield(L, -2, name);
}

/* model:predict(text [, { top = 5 }]) -> { text, mode, ... }: classify adds probability
 * and top (a list of { text, probability }), retrieve similarity, cost, near and row
 * (from 1; nil when no row shares a token). */
static int model_predict(lua_State *L)
{
  struct gt_err err;
  size_t len, want = GT_MODEL_TOP;
  struct held *h = held_at(L);
  const char *text = luaL_checklstring(L, 2, &len);
  if (lua_istable(L, 3) && lua_getfield(L, 3, "top") != LUA_TNIL) {
    lua_Integer top = luaL_checkinteger(L, -1);
    luaL_argcheck(L, top >= 0 && top <= MAX_TOP, 3, "top is from 0 to 100");
    want = (size_t)top;
  }
  gt_prediction_clear(&h->last);
  h->last = (struct gt_prediction){0};
  if (gt_model_predict(h->model, text, len, &h->last, &err) < 0) {
    h->last = (struct gt_prediction){0};
    return gt_raise(L, &err);
  }
  const struct gt_prediction *p = &h->last;
  lua_createtable(L, 0, 6);
  lua_pushlstring(L, p->text ? p->text : "", p->len);
  lua_setfield(L, -2, "text");
  bool classify = p->mode == GT_ENGINE_CLASSIFY;
  lua_pushstring(L, classify ? "classify" : "retrieve");
  lua_setfield(L, -2, "mode");
  if (classify) {
    set_number(L, "probability", p->probability);
    push_top(L, h, text, len, want);
    lua_setfield(L, -2, "top");
    return 1;
  }
  set_number(L, "similarity", p->similarity);
  set_number(L, "cost", p->cost);
  lua_pushboolean(L, p->near);
  lua_setfield(L, -2, "near");
  if (p->row != SIZE_MAX) {
    lua_pushinteger(L, (lua_Integer)p->row + 1);
    lua_setfield(L, -2, "row");
  }
  return 1;
}

/* model:info() -> the engine's facts of the model, as JSON text */
static int model_info(lua_State *L)
{
  size_t len;
  const char *info = gt_model_info(held_at(L)->model, &len);
  lua_pushlstring(L, info, len);
  return 1;
}

static int model_mode(lua_State *L)
{
  bool classify = gt_model_mode(held_at(L)->model) == GT_ENGINE_CLASSIFY;
  lua_pushstring(L, classify ? "classify" : "retrieve");
  return 1;
}

/* model:bytes() -> memory it takes */
static int model_bytes(lua_State *L)
{
  lua_pushinteger(L, (lua_Integer)gt_model_bytes(held_at(L)->model));
  return 1;
}

void gt_engine_model_open(lua_State *L)
{
  static const luaL_Reg methods[] = {
      {"predict", model_predict}, {"info", model_info},  {"mode", model_mode},
      {"bytes", model_bytes},     {"close", model_free}, {NULL, NULL},
  };
  luaL_newmetatable(L, MODEL);
  luaL_newlib(L, methods);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, model_free);
  lua_setfield(L, -2, "__gc");
  lua_pushcfunction(L, model_free);
  lua_setfield(L, -2, "__close");
  lua_pop(L, 1);
}

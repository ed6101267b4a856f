/* The model table. See tuned_shape.h; states as in the wire reference. */
#include "api/tuned_shape.h"

#include "api/codec.h"
#include "base/err.h"

#include <lauxlib.h>
#include <string.h>

static int lazy_method(lua_State *L)
{
  lua_getglobal(L, "require");
  lua_pushliteral(L, "gt.model");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "methods");
  lua_pushvalue(L, 2);
  lua_gettable(L, -2);
  return 1;
}

void gt_tuned_metatable(lua_State *L)
{
  if (luaL_newmetatable(L, "gt.model")) {
    lua_pushcfunction(L, lazy_method);
    lua_setfield(L, -2, "__index");
  }
}

static void shape_snapshots(lua_State *L, int list)
{
  lua_Integer n = luaL_len(L, list);
  lua_createtable(L, (int)n, 0);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, list, i);
    lua_createtable(L, 0, 4);
    gt_codec_copy(L, -1, "step", -2, "step");
    lua_pushinteger(L, gt_codec_int(L, -2, "epoch", 0));
    lua_setfield(L, -2, "epoch");
    gt_codec_copy(L, -1, "mean_loss", -2, "meanLoss");
    gt_codec_copy(L, -1, "compute_time", -2, "computeTime");
    lua_remove(L, -2);
    lua_rawseti(L, -2, i);
  }
}

/* The longer of the model's and the operation's snapshot lists: either may lag. */
static lua_Integer push_snapshots(lua_State *L, int model, int metadata)
{
  lua_Integer a = 0, b = 0;
  int base = lua_gettop(L);
  if (gt_codec_table(L, model, "tuningTask") && gt_codec_table(L, -1, "snapshots"))
    a = luaL_len(L, -1);
  else
    lua_settop(L, base + 2);
  lua_settop(L, base + 2);
  if (metadata && gt_codec_table(L, metadata, "snapshots")) b = luaL_len(L, -1);
  lua_settop(L, base + 3);
  if (a == 0 && b == 0)
    lua_newtable(L);
  else
    shape_snapshots(L, a >= b ? base + 2 : base + 3);
  lua_replace(L, base + 1);
  lua_settop(L, base + 1);
  return a > b ? a : b;
}

static void shape_task(lua_State *L, int out, int model, int metadata,
                       lua_Integer *snapshots)
{
  lua_createtable(L, 0, 6);
  int task = lua_gettop(L);
  if (gt_codec_table(L, model, "tuningTask")) {
    int wire = lua_gettop(L);
    gt_codec_copy(L, out, "start_time", wire, "startTime");
    gt_codec_copy(L, out, "complete_time", wire, "completeTime");
    if (gt_codec_table(L, wire, "hyperparameters")) {
      gt_codec_copy(L, task, "epoch_count", -1, "epochCount");
      gt_codec_copy(L, task, "batch_size", -1, "batchSize");
      gt_codec_copy(L, task, "learning_rate", -1, "learningRate");
      gt_codec_copy(L, task, "learning_rate_multiplier", -1, "learningRateMultiplier");
    }
  }
  lua_settop(L, task);
  *snapshots = push_snapshots(L, model, metadata);
  lua_setfield(L, task, "snapshots");
  lua_setfield(L, out, "tuning_task");
}

static void shape_progress(lua_State *L, int out, int metadata, lua_Integer *steps)
{
  *steps = 0;
  if (!metadata) return;
  lua_createtable(L, 0, 3);
  lua_pushinteger(L, gt_codec_int(L, metadata, "totalSteps", 0));
  lua_setfield(L, -2, "total_steps");
  *steps = gt_codec_int(L, metadata, "completedSteps", 0);
  lua_pushinteger(L, *steps);
  lua_setfield(L, -2, "completed_steps");
  lua_pushnumber(L, gt_codec_number(L, metadata, "completedPercent", 0));
  lua_setfield(L, -2, "percent");
  lua_setfield(L, out, "progress");
}

/* Sets out.error and returns the canonical number. */
static int shape_error(lua_State *L, int out, int operation)
{
  if (!operation || !gt_codec_table(L, operation, "error")) {
    if (operation) lua_pop(L, 1);
    return 0;
  }
  int code = (int)gt_codec_int(L, -1, "code", GT_UNKNOWN);
  lua_createtable(L, 0, 2);
  lua_pushstring(L, gt_code_name(code));
  lua_setfield(L, -2, "code");
  lua_pushstring(L, gt_codec_text(L, -2, "message", "the provider gave no reason"));
  lua_setfield(L, -2, "message");
  lua_setfield(L, out, "error");
  lua_pop(L, 1);
  return code ? code : GT_UNKNOWN;
}

static const char *normal_state(const char *wire, int error, bool done, bool moving)
{
  if (error == GT_CANCELLED) return "CANCELLED";
  if (error || strcmp(wire, "FAILED") == 0) return "FAILED";
  if (strcmp(wire, "ACTIVE") == 0) return "SUCCEEDED";
  if (done) return "SUCCEEDED";
  return moving ? "TRAINING" : "CREATING";
}

void gt_tuned_shape(lua_State *L, int model, int operation)
{
  static const struct {
    const char *to, *from;
  } fields[] = {
      {"name", "name"},
      {"display_name", "displayName"},
      {"description", "description"},
      {"source_model", "baseModel"},
      {"create_time", "createTime"},
      {"update_time", "updateTime"},
      {"temperature", "temperature"},
      {"top_p", "topP"},
      {"top_k", "topK"},
  };
  model = lua_absindex(L, model);
  if (operation && !lua_istable(L, operation)) operation = 0;
  if (operation) operation = lua_absindex(L, operation);
  lua_createtable(L, 0, 16);
  int out = lua_gettop(L);
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
    gt_codec_copy(L, out, fields[i].to, model, fields[i].from);
  if (gt_codec_table(L, model, "tunedModelSource")) {
    gt_codec_copy(L, out, "source_model", -1, "tunedModel");
    gt_codec_copy(L, out, "base_model", -1, "baseModel");
  }
  lua_pop(L, 1);
  const char *wire = gt_codec_text(L, model, "state", "STATE_UNSPECIFIED");
  lua_pushstring(L, wire);
  lua_setfield(L, out, "provider_state");
  int metadata = 0;
  bool done = false;
  if (operation) {
    gt_codec_copy(L, out, "operation", operation, "name");
    lua_getfield(L, operation, "done");
    done = lua_toboolean(L, -1);
    lua_pop(L, 1);
    if (gt_codec_table(L, operation, "metadata")) metadata = lua_gettop(L);
  }
  lua_Integer snapshots, steps;
  shape_task(L, out, model, metadata, &snapshots);
  shape_progress(L, out, metadata, &steps);
  int error = shape_error(L, out, operation);
  lua_pushstring(L, normal_state(wire, error, done, snapshots > 0 || steps > 0));
  lua_setfield(L, out, "state");
  lua_createtable(L, 0, 2);
  lua_pushvalue(L, model);
  lua_setfield(L, -2, "model");
  if (operation) {
    lua_pushvalue(L, operation);
    lua_setfield(L, -2, "operation");
  }
  lua_setfield(L, out, "raw");
  lua_settop(L, out);
  gt_tuned_metatable(L);
  lua_setmetatable(L, out);
}

/* gt.core.engine: training jobs as userdata. Used by lua/gt/local/ and by whoever
 * trains beside a script. A job trains in its own thread; asking it never waits,
 * closing it waits for one mini-batch at most. */
#include "bind/engine.h"

#include "engine/job.h"
#include "task/raise.h"

#include <lauxlib.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#define JOB "gt.core.engine.job"

static const char *const PHASES[] = {
    [GT_ENGINE_QUEUED] = "queued",       [GT_ENGINE_PREPARING] = "preparing",
    [GT_ENGINE_TRAINING] = "training",   [GT_ENGINE_SAVING] = "saving",
    [GT_ENGINE_DONE] = "done",           [GT_ENGINE_FAILED] = "failed",
    [GT_ENGINE_CANCELLED] = "cancelled",
};
static const char *const MODES[] = {"auto", "classify", "retrieve", NULL};

static const char *text_field(lua_State *L, int row, const char *name, lua_Integer at,
                              size_t *len)
{
  if (lua_getfield(L, row, name) != LUA_TSTRING)
    luaL_error(L, "row %I: %s must be a string", (LUAI_UACINT)at, name);
  const char *text = lua_tolstring(L, -1, len);
  lua_pop(L, 1); /* the row holds it */
  return text;
}

struct gt_engine_row *gt_engine_rows_at(lua_State *L, int idx, size_t *count)
{
  size_t n = (size_t)lua_rawlen(L, idx);
  if (n > GT_ENGINE_MAX_ROWS) luaL_error(L, "too many rows");
  struct gt_engine_row *rows = lua_newuserdatauv(L, (n + 1) * sizeof *rows, 0);
  for (size_t i = 0; i < n; i++) {
    lua_Integer at = (lua_Integer)i + 1;
    if (lua_rawgeti(L, idx, at) != LUA_TTABLE)
      luaL_error(L, "row %I must be a table", (LUAI_UACINT)at);
    int row = lua_gettop(L);
    rows[i].text = text_field(L, row, "text_input", at, &rows[i].text_len);
    rows[i].output = text_field(L, row, "output", at, &rows[i].output_len);
    lua_pop(L, 1);
  }
  *count = n;
  return rows;
}

static lua_Integer opt_integer(lua_State *L, const char *name, lua_Integer def)
{
  int is_integer = 1;
  lua_Integer value = def;
  if (lua_getfield(L, 1, name) != LUA_TNIL) value = lua_tointegerx(L, -1, &is_integer);
  if (!is_integer) luaL_error(L, "%s must be an integer", name);
  lua_pop(L, 1);
  return value;
}

static double opt_number(lua_State *L, const char *name, double def)
{
  double value = def;
  if (lua_getfield(L, 1, name) != LUA_TNIL) value = luaL_checknumber(L, -1);
  lua_pop(L, 1);
  return value;
}

static void read_options(lua_State *L, struct gt_engine_options *o)
{
  gt_engine_defaults(o);
  lua_Integer epochs = opt_integer(L, "epoch_count", o->epoch_count);
  lua_Integer batch = opt_integer(L, "batch_size", 0);
  o->epoch_count = epochs > INT_MAX || epochs < 0 ? -1 : (int)epochs;
  o->batch_size = batch > INT_MAX || batch < 0 ? -1 : (int)batch;
  o->learning_rate = opt_number(L, "learning_rate", o->learning_rate);
  o->learning_rate_multiplier =
      opt_number(L, "learning_rate_multiplier", o->learning_rate_multiplier);
  o->seed = (uint64_t)opt_integer(L, "seed", (lua_Integer)o->seed);
  lua_getfield(L, 1, "mode");
  o->mode = (enum gt_engine_mode)luaL_checkoption(L, -1, "auto", MODES);
  lua_pop(L, 1);
}

/* train{ rows =, validation =, epoch_count =, batch_size =, learning_rate =,
 * learning_rate_multiplier =, seed =, mode =, save_to = } -> job. rows: a list of
 * { text_input =, output = }. */
static int engine_train(lua_State *L)
{
  struct gt_err err;
  struct gt_engine_options options;
  size_t count = 0;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  read_options(L, &options);
  lua_getfield(L, 1, "save_to");
  const char *path = luaL_optstring(L, -1, NULL);
  lua_getfield(L, 1, "rows");
  luaL_argexpected(L, lua_istable(L, -1), 1, "table with rows");
  struct gt_engine_row *rows = gt_engine_rows_at(L, lua_gettop(L), &count);
  if (lua_getfield(L, 1, "validation") == LUA_TTABLE)
    options.validation = gt_engine_rows_at(L, lua_gettop(L), &options.validation_count);
  struct gt_job **job = lua_newuserdatauv(L, sizeof *job, 0);
  *job = NULL;
  luaL_setmetatable(L, JOB);
  if (gt_job_new(job, rows, count, &options, path, &err) < 0) return gt_raise(L, &err);
  if (gt_job_start(*job, &err) < 0) return gt_raise(L, &err);
  return 1;
}

/* batch_size(rows) -> what is taken when no batch size is given */
static int engine_batch_size(lua_State *L)
{
  struct gt_engine_options options;
  gt_engine_defaults(&options);
  options.batch_size = 0;
  lua_Integer rows = luaL_checkinteger(L, 1);
  luaL_argcheck(L, rows >= 0, 1, "not negative");
  lua_pushinteger(L, gt_engine_batch_size(&options, (size_t)rows));
  return 1;
}

static struct gt_job *job_at(lua_State *L)
{
  struct gt_job **job = luaL_checkudata(L, 1, JOB);
  luaL_argcheck(L, *job, 1, "the job is closed");
  return *job;
}

static void set_number(lua_State *L, const char *name, double value)
{
  if (!isfinite(value)) return;
  lua_pushnumber(L, value);
  lua_setfield(L, -2, name);
}

static void set_integer(lua_State *L, const char *name, lua_Integer value)
{
  lua_pushinteger(L, value);
  lua_setfield(L, -2, name);
}

static void set_string(lua_State *L, const char *name, const char *value)
{
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
}

/* job:progress() -> { phase, mode, completed_steps, total_steps, mean_loss, error } */
static int job_progress(lua_State *L)
{
  struct gt_err err;
  struct gt_job *job = job_at(L);
  struct gt_job_progress p;
  gt_job_poll(job, &p);
  lua_createtable(L, 0, 6);
  set_string(L, "phase", PHASES[p.phase]);
  set_string(L, "mode", MODES[p.mode]);
  set_integer(L, "completed_steps", p.completed_steps);
  set_integer(L, "total_steps", p.total_steps);
  set_number(L, "mean_loss", p.mean_loss);
  bool over = p.phase == GT_ENGINE_FAILED || p.phase == GT_ENGINE_CANCELLED;
  if (over && gt_job_error(job, &err) < 0) {
    gt_raise_push(L, &err);
    lua_setfield(L, -2, "error");
  }
  return 1;
}

/* job:snapshots() -> list of { step, epoch, mean_loss, compute_time } */
static int job_snapshots(lua_State *L)
{
  struct gt_job *job = job_at(L);
  struct gt_engine_snapshot some[64];
  lua_Integer n = 0;
  size_t got;
  lua_newtable(L);
  while ((got = gt_job_snapshots(job, (size_t)n, some, 64)) > 0) {
    for (size_t i = 0; i < got; i++) {
      lua_createtable(L, 0, 4);
      set_integer(L, "step", some[i].step);
      set_integer(L, "epoch", some[i].epoch);
      set_number(L, "mean_loss", some[i].mean_loss);
      set_number(L, "compute_time", some[i].compute_time);
      lua_rawseti(L, -2, ++n);
    }
  }
  return 1;
}

/* job:validations() -> list of { epoch, mean_loss, accuracy } */
static int job_validations(lua_State *L)
{
  struct gt_job *job = job_at(L);
  struct gt_engine_validation some[64];
  lua_Integer n = 0;
  size_t got;
  lua_newtable(L);
  while ((got = gt_job_validations(job, (size_t)n, some, 64)) > 0) {
    for (size_t i = 0; i < got; i++) {
      lua_createtable(L, 0, 3);
      set_integer(L, "epoch", some[i].epoch);
      set_number(L, "mean_loss", some[i].mean_loss);
      set_number(L, "accuracy", some[i].accuracy);
      lua_rawseti(L, -2, ++n);
    }
  }
  return 1;
}

static int job_cancel(lua_State *L)
{
  gt_job_cancel(job_at(L));
  return 0;
}

static int job_close(lua_State *L)
{
  struct gt_job **job = luaL_checkudata(L, 1, JOB);
  gt_job_free(*job);
  *job = NULL;
  return 0;
}

int gt_open_engine(lua_State *L)
{
  static const luaL_Reg functions[] = {
      {"train", engine_train},
      {"batch_size", engine_batch_size},
      {"suspects", gt_engine_suspects},
      {"load", gt_engine_model_load},
      {"embed", gt_engine_vector_embed},
      {"nearest", gt_engine_vector_nearest},
      {NULL, NULL},
  };
  static const luaL_Reg job_methods[] = {
      {"progress", job_progress},
      {"snapshots", job_snapshots},
      {"validations", job_validations},
      {"cancel", job_cancel},
      {"close", job_close},
      {NULL, NULL},
  };
  luaL_newmetatable(L, JOB);
  luaL_newlib(L, job_methods);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, job_close);
  lua_setfield(L, -2, "__gc");
  lua_pushcfunction(L, job_close);
  lua_setfield(L, -2, "__close");
  lua_pop(L, 1);
  gt_engine_model_open(L);
  luaL_newlib(L, functions);
  return 1;
}

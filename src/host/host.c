/* One Lua state for one run. See host.h. */
#include "host/host.h"

#include "api/session.h"
#include "bind/local.h"
#include "host/modules.h"
#include "host/report.h"
#include "host/sandbox.h"
#include "loop/loop.h"
#include "task/raise.h"
#include "task/task.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct gt_host {
  lua_State *L;
  struct gt_loop *loop;
  struct gt_sched *sched;
  struct gt_session *session;
  struct gt_local *local;
  const char *load_mode; /* of scripts: "t", or "bt" when bytecode is allowed */
};

/* The script's globals: gt and the primitives resolve on first use (lua/gt.lua), so a
 * script that needs none of them pays for none. */
static int set_up(lua_State *L)
{
  const struct gt_host_options *opt = lua_touserdata(L, 1);
  if (opt->seed) { /* --seed is for the script's own chance as well */
    lua_getglobal(L, "math");
    lua_getfield(L, -1, "randomseed");
    lua_pushinteger(L, (lua_Integer)opt->seed);
    lua_call(L, 1, 0);
    lua_pop(L, 1);
  }
  gt_modules_install(L, opt->lua_dir);
  gt_sandbox_install(L, opt);
  lua_getglobal(L, "require");
  lua_pushliteral(L, "gt");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "install_globals");
  lua_pushboolean(L, opt->lax);
  lua_call(L, 1, 0);
  return 0;
}

static int open_libraries(lua_State *L)
{
  luaL_openlibs(L);
  return 0;
}

static int from_lua_error(lua_State *L, struct gt_err *err)
{
  struct gt_err found;
  gt_raise_read(L, -1, &found);
  if (err) *err = found;
  return -1;
}

static int start_state(struct gt_host *h, const struct gt_host_options *opt,
                       struct gt_err *err)
{
  lua_State *L = h->L;
  lua_pushcfunction(L, open_libraries);
  if (lua_pcall(L, 0, 0, 0) != LUA_OK) return from_lua_error(L, err);
  h->sched = gt_sched_new(L, h->loop, err);
  if (!h->sched) return -1;
  h->session = gt_session_new(h->loop, err);
  h->local = h->session ? gt_local_new(L, h->loop, err) : NULL;
  if (!h->local) return -1;
  gt_session_set_local(h->session, gt_local_transport(h->local));
  gt_sched_set_user(h->sched, h->session);
  lua_pushcfunction(L, set_up);
  lua_pushlightuserdata(L, (void *)opt);
  if (lua_pcall(L, 1, 0, 0) != LUA_OK) return from_lua_error(L, err);
  lua_gc(L, LUA_GCGEN, 0, 0);
  return 0;
}

struct gt_host *gt_host_new(const struct gt_host_options *opt, struct gt_err *err)
{
  struct gt_host *h = calloc(1, sizeof *h);
  if (!h) {
    gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
    return NULL;
  }
  h->load_mode = opt->allow_all ? "bt" : "t";
  struct gt_loop_options loop_opt = {.seed = opt->seed};
  h->loop = gt_loop_new(&loop_opt, err);
  if (!h->loop) goto fail;
  h->L = luaL_newstate();
  if (!h->L) {
    gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
    goto fail;
  }
  if (start_state(h, opt, err) < 0) goto fail;
  return h;
fail:
  gt_host_free(h);
  return NULL;
}

void gt_host_free(struct gt_host *h)
{
  if (!h) return;
  if (h->L) lua_close(h->L);
  gt_session_free(h->session);
  gt_local_free(h->local);
  gt_sched_free(h->sched);
  gt_loop_free(h->loop);
  free(h);
}

lua_State *gt_host_state(struct gt_host *h) { return h->L; }

void gt_host_set_args(struct gt_host *h, int argc, char **argv, int script)
{
  lua_State *L = h->L;
  lua_createtable(L, argc - script, script + 1);
  for (int i = 0; i < argc; i++) {
    lua_pushstring(L, argv[i]);
    lua_rawseti(L, -2, i - script);
  }
  lua_pushglobaltable(L);
  lua_pushvalue(L, -2);
  lua_setfield(L, -2, "arg"); /* raw: declared by being there */
  lua_pop(L, 2);
}

void gt_host_set_param(struct gt_host *h, const char *key, const char *value)
{
  lua_State *L = h->L;
  luaL_getsubtable(L, LUA_REGISTRYINDEX, "gt.params");
  if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0)
    lua_pushboolean(L, value[0] == 't');
  else if (lua_stringtonumber(L, value) == 0)
    lua_pushstring(L, value);
  lua_setfield(L, -2, key);
  lua_pop(L, 1);
}

/* The exit code of a run that ended with `status`; pops the error value. */
static int finish(struct gt_host *h, int status, char *traceback)
{
  int code = GT_EXIT_OK, sig = gt_sched_signal(h->sched);
  if (status != LUA_OK) {
    code = gt_report_error(h->L, -1, sig ? NULL : traceback);
    lua_pop(h->L, 1);
  }
  free(traceback);
  return sig ? 128 + sig : code;
}

/* Runs the function on top of the stack as task 0; its results stay there. */
static int call(struct gt_host *h, int nargs)
{
  char *traceback = NULL;
  int status = gt_sched_main(h->sched, nargs, &traceback);
  return finish(h, status, traceback);
}

static int run_loaded(struct gt_host *h, int load_status)
{
  if (load_status != LUA_OK) return finish(h, load_status, NULL);
  lua_State *L = h->L;
  /* Arguments of the chunk: arg[1..]. */
  lua_getglobal(L, "arg");
  int n = 0;
  if (lua_istable(L, -1)) {
    int table = lua_gettop(L);
    n = (int)luaL_len(L, table);
    luaL_checkstack(L, n + 4, "too many arguments");
    for (int i = 1; i <= n; i++) lua_rawgeti(L, table, i);
    lua_remove(L, table);
  } else {
    lua_pop(L, 1);
  }
  int code = call(h, n);
  lua_settop(L, 0);
  return code;
}

static void add_script_folder(lua_State *L, const char *path)
{
  const char *slash = strrchr(path, '/');
  if (!slash) return;
  lua_getglobal(L, "package");
  lua_pushlstring(L, path, (size_t)(slash - path));
  lua_pushliteral(L, "/?.lua;");
  lua_getfield(L, -3, "path");
  lua_concat(L, 3);
  lua_setfield(L, -2, "path");
  lua_pop(L, 1);
}

int gt_host_run_file(struct gt_host *h, const char *path)
{
  bool stdin_script = strcmp(path, "-") == 0;
  if (!stdin_script) add_script_folder(h->L, path);
  return run_loaded(h, luaL_loadfilex(h->L, stdin_script ? NULL : path, h->load_mode));
}

int gt_host_run_string(struct gt_host *h, const char *code, const char *chunkname)
{
  return run_loaded(h, luaL_loadbufferx(h->L, code, strlen(code), chunkname, "t"));
}

static int call_module_main(lua_State *L)
{
  /* stack: module name, argument strings... */
  int n = lua_gettop(L);
  lua_getglobal(L, "require");
  lua_pushvalue(L, 1);
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "main");
  for (int i = 2; i <= n; i++) lua_pushvalue(L, i);
  return lua_gettop(L) - n - 1;
}

int gt_host_run_module(struct gt_host *h, const char *module, char **argv)
{
  lua_State *L = h->L;
  lua_pushcfunction(L, call_module_main);
  lua_pushstring(L, module);
  int n = 1;
  for (; *argv; argv++, n++) lua_pushstring(L, *argv);
  int status = lua_pcall(L, n, LUA_MULTRET, 0);
  if (status != LUA_OK) return finish(h, status, NULL);
  int code = call(h, lua_gettop(L) - 1);
  if (code == 0 && lua_isinteger(L, 1)) code = (int)lua_tointeger(L, 1);
  lua_settop(L, 0);
  return code;
}

/* What is typed at the prompt. See prompt.h; policy is in lua/gt/cli/repl.lua. */
#include "host/prompt.h"

#include "host/embedded.h"
#include "host/report.h"
#include "task/task.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Whether a traceback says more than that the line itself failed: a frame that is
 * neither C, nor the library, nor the typed chunk. */
static bool tells_more(const char *traceback)
{
  static const char *const known[] = {"[C]:", "lua/gt/", "..."};
  for (const char *p = traceback; p && (p = strstr(p, "\n\t")); p++) {
    bool dull = strncmp(p + 2, "stdin:", 6) == 0 &&
                strncmp(p + 2 + strcspn(p + 2, "\n") - 13, "in main chunk", 13) == 0;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
      if (strncmp(p + 2, known[i], strlen(known[i])) == 0) dull = true;
    if (!dull) return true;
  }
  return false;
}

/* As a script is run, for somebody who sees what was typed. */
static int call(struct gt_host *h, int nargs)
{
  lua_State *L = gt_host_state(h);
  struct gt_sched *s = gt_sched_of(L);
  char *traceback = NULL;
  int code = GT_EXIT_OK, status = gt_sched_main(s, nargs, &traceback);
  int sig = gt_sched_signal(s);
  if (sig && isatty(STDERR_FILENO)) fputc('\n', stderr); /* behind the ^C */
  if (status != LUA_OK) {
    code = gt_report_error(L, -1, !sig && tells_more(traceback) ? traceback : NULL);
    lua_pop(L, 1);
  }
  free(traceback);
  return sig ? 128 + sig : code;
}

/* [-0, +1, e] Pushes require(module)[name]. */
static void push_function(lua_State *L, const char *module, const char *name)
{
  lua_getglobal(L, "require");
  lua_pushstring(L, module);
  lua_call(L, 1, 1);
  lua_getfield(L, -1, name);
  lua_remove(L, -2);
}

/* text -> chunk | nil, message, more */
static int compile(lua_State *L)
{
  const struct gt_buf *text = lua_touserdata(L, 1);
  push_function(L, "gt.cli.repl", "compile");
  lua_pushlstring(L, gt_buf_str(text), text->len);
  lua_call(L, 1, 3);
  return 3;
}

/* [-n, +n+2, e] (value, ...) -> show, width, value, ... */
static int prepare_show(lua_State *L)
{
  push_function(L, "gt.cli.repl", "show");
  lua_insert(L, 1);
  return lua_gettop(L);
}

static int show_values(struct gt_host *h, int width)
{
  lua_State *L = gt_host_state(h);
  lua_pushinteger(L, width);
  lua_insert(L, 1);
  lua_pushcfunction(L, prepare_show);
  lua_insert(L, 1);
  if (lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0) != LUA_OK)
    return gt_report_error(L, -1, NULL);
  return call(h, lua_gettop(L) - 1);
}

int gt_prompt_run(struct gt_host *h, const struct gt_buf *text, int width, bool last,
                  bool *more)
{
  lua_State *L = gt_host_state(h);
  int code = GT_EXIT_OK;
  *more = false;
  lua_settop(L, 0);
  lua_pushcfunction(L, compile);
  lua_pushlightuserdata(L, (void *)text);
  if (lua_pcall(L, 1, 3, 0) != LUA_OK) {
    code = gt_report_error(L, -1, NULL);
  } else if (lua_isnil(L, 1)) {
    *more = !last && lua_toboolean(L, 3);
    if (!*more) code = gt_report_error(L, 2, NULL);
  } else {
    lua_settop(L, 1);
    code = call(h, 0);
    if (code == GT_EXIT_OK && lua_gettop(L) > 0) code = show_values(h, width);
  }
  lua_settop(L, 0);
  return code;
}

/* --- completion --- */

/* Once a state: which modules there are. */
static void tell_files(lua_State *L)
{
  push_function(L, "gt.cli.complete", "set_files");
  lua_newtable(L);
  for (lua_Integer i = 0; GT_EMBEDDED[i].name; i++) {
    lua_pushstring(L, GT_EMBEDDED[i].name);
    lua_rawseti(L, -2, i + 1);
  }
  lua_call(L, 1, 0);
}

static int complete(lua_State *L)
{
  static const char told;
  const char *word = lua_touserdata(L, 1);
  struct gt_buf *out = lua_touserdata(L, 2);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &told) == LUA_TNIL) {
    tell_files(L);
    lua_pushboolean(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &told);
  }
  push_function(L, "gt.cli.complete", "words");
  lua_pushstring(L, word);
  lua_call(L, 1, 1);
  lua_Integer n = luaL_len(L, -1);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, -1, i);
    size_t len;
    const char *name = luaL_checklstring(L, -1, &len);
    gt_buf_add(out, name, len);
    gt_buf_addc(out, '\n');
    lua_pop(L, 1);
  }
  return 0;
}

void gt_prompt_complete(struct gt_host *h, const char *word, struct gt_buf *out)
{
  lua_State *L = gt_host_state(h);
  int top = lua_gettop(L);
  lua_pushcfunction(L, complete);
  lua_pushlightuserdata(L, (void *)word);
  lua_pushlightuserdata(L, out);
  if (lua_pcall(L, 2, 0, 0) != LUA_OK) gt_buf_reset(out);
  lua_settop(L, top);
}

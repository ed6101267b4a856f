/* os.exit, as stock Lua's: with `close` the pending <close> variables of the main chunk
 * run before the state is closed.
 *
 * lua_close does that for the main thread, and here the main chunk is a coroutine.
 * Installed by gt_sched_new; it never returns to the script. */
#include "task/sched.h"

#include <lualib.h>
#include <stdlib.h>

/* Also when it is the one that runs: nothing goes back to it. */
static void close_main(struct gt_sched *s)
{
  struct gt_task *t = s->main;
  if (!t || !t->co) return;
  while (t->scope != t->home) gt_scope_close(t->scope);
  s->current = t; /* its closers may open scopes of their own */
  lua_resetthread(t->co);
}

static int leave(lua_State *L)
{
  int code;
  if (lua_isboolean(L, 1))
    code = lua_toboolean(L, 1) ? EXIT_SUCCESS : EXIT_FAILURE;
  else
    code = (int)luaL_optinteger(L, 1, EXIT_SUCCESS);
  if (lua_toboolean(L, 2)) {
    lua_State *state = gt_sched_of(L)->L;
    close_main(gt_sched_of(L));
    lua_close(state);
  }
  exit(code);
}

void gt_leave_install(lua_State *L)
{
  if (lua_getglobal(L, LUA_OSLIBNAME) == LUA_TTABLE) {
    lua_pushcfunction(L, leave);
    lua_setfield(L, -2, "exit");
  }
  lua_pop(L, 1);
}

/* What to say when nothing can ever wake a task again: every task, what it waits for,
 * and where, down to the coroutine inside it that waits. Used by run.c. */
#include "task/sched.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_LISTED = 20 };

/* [-0, +1, m] Under lua_pcall. */
static int report(lua_State *L)
{
  const struct gt_sched *s = gt_sched_of(L);
  int listed = 0;
  lua_pushliteral(L, "");
  /* Youngest first in the list, oldest first in the text. */
  const struct gt_task *t = s->tasks;
  while (t && t->next) t = t->next;
  for (; t && listed < MAX_LISTED; t = t->prev, listed++) {
    const char *what = t->wait ? t->wait->what : "nothing";
    const char *sep = listed ? "\n" : "";
    if (t == s->main)
      lua_pushfstring(L, "%sthe main task waits for %s\n", sep, what);
    else
      lua_pushfstring(L, "%stask %d waits for %s\n", sep, (int)t->id, what);
    luaL_traceback(L, gt_coro_innermost(t->co), NULL, 0);
    lua_concat(L, 3);
  }
  if ((unsigned)listed < s->live) {
    lua_pushfstring(L, "\n(%d more tasks)", (int)s->live - listed);
    lua_concat(L, 2);
  }
  return 1;
}

char *gt_deadlock_report(struct gt_sched *s)
{
  char *text = NULL;
  lua_pushcfunction(s->L, report);
  if (lua_pcall(s->L, 0, 1, 0) == LUA_OK) text = strdup(lua_tostring(s->L, -1));
  lua_pop(s->L, 1);
  return text;
}

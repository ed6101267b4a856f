/* Lua coroutines on the loop. There is one function that resumes (gt_sched_main and
 * what it calls), one that waits (gt_task_wait), one that wakes (gt_task_wake).
 *
 * The main chunk is task 0. A primitive is a C function that starts something and
 * returns gt_task_wait(...); its continuation runs in the same Lua frame when the
 * something calls gt_task_wake. One pending wait per task at most. */
#ifndef GT_TASK_TASK_H
#define GT_TASK_TASK_H

#include "base/err.h"

#include <lua.h>
#include <stdint.h>

struct gt_loop;
struct gt_sched; /* the scheduler of one Lua state; found in its extra space */
struct gt_task;

/* Makes the scheduler of L (the main state), replaces the functions of the coroutine
 * library and os.exit; after luaL_openlibs and before any coroutine is made. */
struct gt_sched *gt_sched_new(lua_State *L, struct gt_loop *loop, struct gt_err *err);
/* After lua_close(L). */
void gt_sched_free(struct gt_sched *s);
struct gt_sched *gt_sched_of(lua_State *L);
struct gt_loop *gt_sched_loop(struct gt_sched *s);
/* One pointer for the floor above (the API's session). */
void gt_sched_set_user(struct gt_sched *s, void *user);
void *gt_sched_user(struct gt_sched *s);

/* Runs the function and nargs arguments on top of the main state as task 0, turns the
 * loop until it ends, then cancels what is left. Returns LUA_OK with the results on the
 * stack, or an error status with the error object there; *traceback (malloc'd, may be
 * NULL) is that of the failed task. */
int gt_sched_main(struct gt_sched *s, int nargs, char **traceback);

/* What a task waits for; embed it in the op (a userdata on the Lua stack). */
struct gt_wait {
  struct gt_task *task; /* NULL while nobody waits */
  uint32_t ticket;
  const char *what; /* static: "gt.sleep", for the deadlock report */
  /* Stops whatever would have woken; called once when the task is cancelled or killed
   * while it waits, never after gt_task_wake. NULL: the wait cannot be cancelled, what
   * it waits for ends by itself (joining a group). */
  void (*cancel)(struct gt_wait *w);
};

/* [-0, +0, e] Waits; call as `return gt_task_wait(...)`. Raises before anything is
 * started when this place cannot wait (require, table.sort, gsub, a metamethod called
 * from C), when the task is cancelled or its deadline has passed: so callers that
 * acquire something first call gt_task_ready. k must begin with gt_task_resumed. */
int gt_task_wait(lua_State *L, struct gt_wait *w, const char *what, lua_KContext ctx,
                 lua_KFunction k);
/* [-0, +0, e] The guards of gt_task_wait alone, to be called before acquiring. */
void gt_task_ready(lua_State *L, const char *what);
/* [-0, +0, e] First line of every continuation: raises when the wait was cancelled. */
void gt_task_resumed(lua_State *L, struct gt_wait *w);
/* Makes the waiting task ready; a wait that is over (or never began) is ignored. */
void gt_task_wake(struct gt_wait *w);

/* Seconds until the innermost deadline of the running task (gt.within), INFINITY when
 * there is none; never negative. */
double gt_task_time_left(lua_State *L);

/* As by SIGINT: the first call cancels task 0 and all it started, the second makes
 * gt_sched_main return at once. */
void gt_sched_interrupt(struct gt_sched *s);
/* The number of the signal that ended the run (SIGINT, SIGTERM), 0 when none did. */
int gt_sched_signal(const struct gt_sched *s);

#endif

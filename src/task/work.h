/* Work for another thread while a task waits and scripts keep running.
 *
 * Used by bindings of numeric C that takes longer than a moment. The op is a userdata
 * on the Lua stack that holds a struct gt_work and all that run() touches; run() knows
 * no Lua. When the task is cancelled run() is asked to stop; when the op is collected it
 * is waited for. */
#ifndef GT_TASK_WORK_H
#define GT_TASK_WORK_H

#include "loop/loop.h"
#include "task/task.h"

#include <pthread.h>
#include <stdatomic.h>

struct gt_work {
  struct gt_wait wait; /* first */
  struct gt_watch watch;
  pthread_t thread;
  bool running;
  int done_fd;
  void (*run)(struct gt_work *w);
  void (*stop)(struct gt_work *w); /* asks run() to return soon; may be NULL */
};

/* [-0, +0, e] Starts run() and waits for it: call as `return gt_work_wait(...)`. k must
 * begin with gt_task_resumed(L, &w->wait). */
int gt_work_wait(lua_State *L, struct gt_work *w, const char *what, lua_KContext ctx,
                 lua_KFunction k);
/* For the userdata's __gc, before anything that run() touches is freed. */
void gt_work_clear(struct gt_work *w);

#endif

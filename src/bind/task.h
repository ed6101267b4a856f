/* Module gt.core.task: the verbs of tasks; lua/gt/task.lua is the policy on top. */
#ifndef GT_BIND_TASK_H
#define GT_BIND_TASK_H

#include <lua.h>

/* [-0, +1, e] */
int gt_open_task(lua_State *L);

#endif

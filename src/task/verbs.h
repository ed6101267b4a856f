/* The verbs of tasks as C functions of Lua, for the table in bind/task.c.
 *
 * They hold everything that must not be torn by an error hook: opening and closing a
 * scope, joining. What is taste (option names, map, try) is Lua. */
#ifndef GT_TASK_VERBS_H
#define GT_TASK_VERBS_H

#include <lua.h>

#define GT_TASK_TYPE "gt.task"
#define GT_GROUP_TYPE "gt.group"

/* (seconds) */
int gt_verb_sleep(lua_State *L);
/* (seconds, f, ...) -> results of f; raises DEADLINE_EXCEEDED */
int gt_verb_within(lua_State *L);
/* (seconds, f, ...) -> results of f; keeps a cancellation out for that long */
int gt_verb_shield(lua_State *L);
/* (collect, limit, f, ...) -> results of f(group, ...), or when it returns nothing the
 * list of the tasks' first results and, when collecting, the map of errors */
int gt_verb_group(lua_State *L);
/* (group, f, ...) -> task; waits while the group is at its limit */
int gt_verb_spawn(lua_State *L);
/* (group) stops its tasks; the group then ends without an error */
int gt_verb_cancel(lua_State *L);
/* (task) -> its results, or raises its error */
int gt_verb_join(lua_State *L);
/* (task) -> done, error */
int gt_verb_state(lua_State *L);
/* () -> true while the running task is stopped: its next wait raises */
int gt_verb_stopped(lua_State *L);
/* () -> number of the running task (0 is the main one), nil outside */
int gt_verb_current(lua_State *L);
/* () -> tasks besides the main one, scopes open around the running task, true while a
 * timer, transfer or the like is outstanding */
int gt_verb_count(lua_State *L);
/* () -> monotonic seconds, () -> Unix seconds; read afresh */
int gt_verb_now(lua_State *L);
int gt_verb_time(lua_State *L);
/* () -> gate; (gate) waits for the gate; (gate) lets the first in line through */
int gt_verb_gate(lua_State *L);
int gt_verb_gate_wait(lua_State *L);
int gt_verb_gate_open(lua_State *L);

#endif

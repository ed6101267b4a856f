/* The scheduler's inside: what the files of task/ share and nobody else includes.
 *
 * Owners: a gt_sched belongs to its Lua state's host; a gt_task is a userdata, anchored
 * in the registry until it ends and by its handles after that; a gt_scope is a userdata
 * on the stack of the C function that opened it (the root scope is part of gt_sched).
 * Nothing here allocates Lua memory outside a protected call, so running out of memory
 * is an error of a task and never one of the scheduler. */
#ifndef GT_TASK_SCHED_H
#define GT_TASK_SCHED_H

#include "loop/loop.h"
#include "task/task.h"
#include "task/verbs.h"

#include <lauxlib.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

enum {
  GT_STRIKES = 16, /* cancellations a task may swallow */
  /* User values of a task. */
  GT_TASK_THREAD = 1,
  GT_TASK_RESULT = 2, /* one result, a table of several, or the error */
  GT_TASK_TRACE = 3,  /* traceback of the error in GT_TASK_ERROR */
  GT_TASK_ERROR = 4,
  GT_TASK_VALUES = 4,
  /* User values of a group's scope. */
  GT_GROUP_FAILURES = 1, /* list of errors, in order */
  GT_GROUP_RESULTS = 2,
  GT_GROUP_ERRORS = 3, /* index -> error object, when errors are collected */
  GT_GROUP_TRACE = 4,  /* traceback of the first failure */
  GT_GROUP_VALUES = 4,
};

/* Why a scope was stopped. */
enum gt_stop {
  GT_STOP_NONE,
  GT_STOP_DEADLINE,
  GT_STOP_FAILURE, /* a task of the group failed */
  GT_STOP_REQUEST, /* g:cancel() */
  GT_STOP_INTERRUPT,
  GT_STOP_DEADLOCK,
  GT_STOP_END, /* the main task ended */
};

enum gt_scope_kind { GT_SCOPE_ROOT, GT_SCOPE_GROUP, GT_SCOPE_WITHIN, GT_SCOPE_SHIELD };

/* Those who wait for one thing, first come first served. */
struct gt_queue {
  struct gt_waiter *first, *last;
};
struct gt_waiter {
  struct gt_wait wait;
  struct gt_queue *queue; /* NULL while not in line */
  struct gt_waiter *next, *prev;
};

struct gt_scope {
  struct gt_sched *sched;
  struct gt_scope *parent, *child, *next, *prev;
  enum gt_scope_kind kind;
  lua_Integer id;
  enum gt_stop why;      /* set where the stop began */
  struct gt_scope *stop; /* where the stop that reached this scope began */
  struct gt_task *owner; /* the task that opened it */
  lua_State *co;         /* and the coroutine: it may not yield out of the scope */
  double seconds;        /* within, shield */
  double deadline;       /* of this scope or one around it; INFINITY: none */
  struct gt_timer timer;
  /* groups */
  struct gt_task *members;
  struct gt_queue spawners;
  struct gt_wait joining; /* the owner, for the last task */
  unsigned live, spawned, limit, cancelled;
  int results; /* of the body */
  bool collect, closed, body_failed, primary, lost;
};

enum gt_task_state { GT_TASK_READY, GT_TASK_RUNNING, GT_TASK_WAITING, GT_TASK_DONE };

struct gt_task {
  struct gt_sched *sched;
  lua_State *co;
  struct gt_scope *home;  /* born in it */
  struct gt_scope *scope; /* the innermost open one */
  struct gt_wait *wait;
  uint32_t ticket;
  uint8_t strikes;
  enum gt_task_state state;
  bool started, failed, cancelled, recorded;
  bool interrupted; /* the wait was cancelled: raise when resumed */
  bool foreign;     /* something other than a wait yielded: raise at the next step */
  bool child_trace; /* GT_TASK_TRACE is that of a child */
  unsigned id, index;
  int results;
  struct gt_queue joiners;
  struct gt_task *next_ready;
  struct gt_task *next, *prev;               /* all tasks */
  struct gt_task *next_member, *prev_member; /* of home */
  struct gt_wait nap;
  struct gt_timer nap_timer;
};

struct gt_resumer {
  lua_State *L;
  struct gt_resumer *up;
};

struct gt_sched {
  lua_State *L; /* the main state */
  struct gt_loop *loop;
  void *user;
  struct gt_task *main, *tasks, *current;
  struct gt_task *first_ready, *last_ready;
  unsigned live, last_id;
  lua_Integer last_scope;
  struct gt_scope root;
  char *deadlock;          /* the last report */
  lua_Integer deadlock_id; /* of the scope that was stopped by it */
  /* On the C stack: who resumes the running coroutine, up to the task's base. A wait
   * must pass through all of them. */
  struct gt_resumer *resumer;
  unsigned nested; /* coroutines inside tasks that wait on the host */
  /* Shared with the signal handler. */
  lua_State *volatile running;   /* whom to hook */
  volatile sig_atomic_t alarm;   /* look closer at the next switch */
  volatile sig_atomic_t signals; /* arrived */
  volatile sig_atomic_t signo;   /* the first */
  int interrupts;                /* acted upon, gt_sched_interrupt included */
  int handled;                   /* signals acted upon */
  bool kill;                     /* second interrupt: nothing is waited for */
  int pipe[2];
  struct gt_watch pipe_watch;
  struct sigaction old_int, old_term;
  bool owns_int, owns_term;
  lua_State *hooked; /* whose hook was put aside, and that hook */
  lua_Hook old_hook;
  int old_mask, old_count;
};

/* wait.c */
double gt_sched_now(struct gt_sched *s);
void gt_task_make_ready(struct gt_task *t);
void gt_task_drop_wait(struct gt_task *t);
/* Cancels the wait of t, if it can be cancelled; t raises when it is resumed. */
void gt_task_interrupt(struct gt_task *t);
/* [-0, +0, e] The running task; an error outside one. */
struct gt_task *gt_task_current(lua_State *L, const char *what);

/* place.c */
/* [-0, +0, e] The running task; an error where it cannot wait. */
struct gt_task *gt_place_check(lua_State *L, const char *what);

/* task.c */
/* [-(1+nargs), +1, m] Makes a task of the function and arguments on top; pushes it. */
struct gt_task *gt_task_new(lua_State *L, struct gt_scope *home, int nargs);
/* [-0, +1, -] Pushes the userdata of a task or group that has not ended. */
void gt_anchor_push(lua_State *L, const void *p);
/* [-1, +0, m] Anchors the userdata on top (nil: lets go). */
void gt_anchor_set(lua_State *L, const void *p);
void gt_task_run(struct gt_task *t);
/* Takes t out of its group, and out of everything. */
void gt_task_leave_home(struct gt_task *t);
void gt_task_ended(struct gt_task *t);
/* Message handler for every protected call that re-raises: keeps the traceback. */
int gt_task_on_error(lua_State *L);
/* [-1, +0, m] The traceback on top belongs to the error at err, raised by a child. */
void gt_task_keep_trace(lua_State *L, int err);

/* queue.c: waiting in line. The waiter is on the stack until gt_queue_resumed. */
int gt_queue_wait(lua_State *L, struct gt_queue *q, const char *what, lua_KFunction k);
/* [-1, +0, e] First line of the continuation. */
void gt_queue_resumed(lua_State *L);
void gt_queue_wake_one(struct gt_queue *q);
void gt_queue_wake_all(struct gt_queue *q);

/* scope.c */
void gt_scope_open(struct gt_scope *sc, struct gt_task *t, lua_State *L,
                   enum gt_scope_kind kind);
void gt_scope_close(struct gt_scope *sc);
/* Stops sc and all in it; force also breaks shields. */
void gt_scope_stop(struct gt_scope *sc, enum gt_stop why, bool force);
/* Stops the scopes around t whose deadline has passed although no timer has fired. */
void gt_scope_expire(struct gt_task *t);
/* What the timers of a shield and of a deadline do. */
void gt_scope_shield_ends(struct gt_timer *timer);
void gt_scope_deadline_passes(struct gt_timer *timer);

/* stop.c */
/* [-0, +0, e] Raises when the running task is stopped. */
void gt_scope_check(lua_State *L, struct gt_task *t);
/* [-0, +0, e] Raises the error of the stop that reached t, counting a strike. */
int gt_scope_raise(lua_State *L, struct gt_task *t);
/* The same for a stop that began at origin. */
int gt_scope_raise_of(lua_State *L, struct gt_task *t, const struct gt_scope *origin);
/* The id of the scope whose stop raised the error at idx; 0: some other error. */
lua_Integer gt_scope_of_error(lua_State *L, int idx);

/* within.c */
/* [-0, +0, e] Argument checks that raise error objects. */
double gt_scope_seconds(lua_State *L, int arg, const char *what);
void gt_scope_callable(lua_State *L, int arg, const char *what);

/* group.c */
/* [-0, +0, m] In the ending task: hands its results or its error at idx to the group.
 */
void gt_group_record(lua_State *L, struct gt_task *t);
/* After the task has left the group. */
void gt_group_left(struct gt_scope *sc, struct gt_task *t);

/* coro.c */
/* The address yielded by whoever waits on the host; stays on top while it waits. */
extern const char gt_coro_mark;
bool gt_coro_waits(lua_State *co);
/* The one caller of lua_resume. */
int gt_coro_resume(struct gt_sched *s, lua_State *co, lua_State *from, int nargs,
                   int *nres);
void gt_coro_install(lua_State *L);
/* The coroutine inside co (or co itself) whose C function waits. */
lua_State *gt_coro_innermost(lua_State *co);

/* leave.c */
void gt_leave_install(lua_State *L);

/* interrupt.c */
int gt_interrupt_begin(struct gt_sched *s, struct gt_err *err);
void gt_interrupt_end(struct gt_sched *s);
/* Acts on signals that have arrived; true when there were any. */
bool gt_interrupt_poll(struct gt_sched *s);
/* Before a task is resumed: sets s->alarm when it must be hooked. */
void gt_interrupt_look(struct gt_sched *s, const struct gt_task *t);
/* Makes L raise at its next step when its task has to. */
void gt_interrupt_arm(struct gt_sched *s, lua_State *L);

/* deadlock.c */
/* What every task waits for, with tracebacks; malloc'd, NULL without memory. */
char *gt_deadlock_report(struct gt_sched *s);

#endif

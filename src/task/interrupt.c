/* SIGINT and SIGTERM, and everything else that must reach Lua code that does not wait.
 *
 * The handler writes a byte to a pipe that the loop watches and hooks the coroutine
 * that runs (as lua.c does): the next instruction acts on the signal. Hooks belong to
 * one coroutine each, so coro.c comes back here at every switch while s->alarm is set.
 * The first signal stops the root scope; the second raises at every instruction, in
 * shields too; the third ends the process. A task that has swallowed its 16th
 * cancellation raises on every line. A hook that the script has set is put aside for a
 * signal and comes back. */
#include "task/raise.h"
#include "task/sched.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static struct gt_sched *volatile active; /* whom a signal concerns */

static void on_alarm(lua_State *L, lua_Debug *ar);

static void set_hook(struct gt_sched *s, lua_State *L, int mask)
{
  lua_Hook hook = lua_gethook(L);
  if (hook != on_alarm) {
    s->hooked = L;
    s->old_hook = hook;
    s->old_mask = lua_gethookmask(L);
    s->old_count = lua_gethookcount(L);
  }
  lua_sethook(L, on_alarm, mask, 1);
}

static void unset_hook(struct gt_sched *s, lua_State *L)
{
  if (s->hooked == L)
    lua_sethook(L, s->old_hook, s->old_mask, s->old_count);
  else
    lua_sethook(L, NULL, 0, 0);
  s->hooked = NULL;
}

static bool struck(const struct gt_task *t) { return t && t->strikes >= GT_STRIKES; }

void gt_interrupt_look(struct gt_sched *s, const struct gt_task *t)
{
  s->alarm = 0; /* first: a signal that comes now sets it again */
  if (s->kill || s->handled < s->signals || struck(t) || t->foreign) s->alarm = 1;
}

void gt_interrupt_arm(struct gt_sched *s, lua_State *L)
{
  const struct gt_task *t = s->current;
  if (s->kill || s->handled < s->signals || (t && t->foreign))
    set_hook(s, L, LUA_MASKLINE | LUA_MASKCOUNT);
  else if (struck(t))
    set_hook(s, L, LUA_MASKLINE);
}

static void on_alarm(lua_State *L, lua_Debug *ar)
{
  struct gt_sched *s = gt_sched_of(L);
  struct gt_task *t = s->current;
  (void)ar;
  bool fresh = gt_interrupt_poll(s);
  bool stay = s->kill || struck(t);
  if (!stay) unset_hook(s, L);
  if (t && t->foreign) {
    t->foreign = false;
    gt_raisef(L, GT_FAILED_PRECONDITION, NULL,
              "a C function yielded outside a coroutine");
  }
  if (t && t->scope->stop && (stay || fresh)) gt_scope_raise(L, t);
  if (s->kill) gt_raisef(L, GT_CANCELLED, NULL, "interrupted");
}

/* --- signals --- */

static void on_signal(int signo)
{
  struct gt_sched *s = active;
  int saved = errno;
  if (!s) return;
  if (s->signals >= 2) _exit(128 + signo);
  if (s->signals == 0) s->signo = signo;
  s->signals = s->signals + 1;
  s->alarm = 1;
  if (write(s->pipe[1], "", 1) < 0) s->alarm = 1; /* full: it will be read anyway */
  if (s->running) set_hook(s, s->running, LUA_MASKLINE | LUA_MASKCOUNT);
  errno = saved;
}

bool gt_interrupt_poll(struct gt_sched *s)
{
  bool any = s->handled < s->signals;
  while (s->handled < s->signals) {
    s->handled++;
    gt_sched_interrupt(s);
  }
  return any;
}

void gt_sched_interrupt(struct gt_sched *s)
{
  s->interrupts++;
  if (s->interrupts >= 2) {
    s->kill = true;
    s->alarm = 1;
  }
  gt_scope_stop(&s->root, GT_STOP_INTERRUPT, s->kill);
}

int gt_sched_signal(const struct gt_sched *s) { return s->signo; }

static void on_pipe(struct gt_watch *w, short revents)
{
  struct gt_sched *s =
      (struct gt_sched *)((char *)w - offsetof(struct gt_sched, pipe_watch));
  char buf[16];
  (void)revents;
  while (read(s->pipe[0], buf, sizeof buf) > 0) {
  }
  gt_interrupt_poll(s);
}

/* A signal that is ignored (nohup, background) stays ignored. */
static bool take_signal(int signo, struct sigaction *old)
{
  struct sigaction sa;
  if (sigaction(signo, NULL, old) != 0 || old->sa_handler == SIG_IGN) return false;
  memset(&sa, 0, sizeof sa);
  sa.sa_handler = on_signal; /* no SA_RESTART: a blocked io.read ends */
  sigemptyset(&sa.sa_mask);
  sigaddset(&sa.sa_mask, SIGINT);
  sigaddset(&sa.sa_mask, SIGTERM);
  return sigaction(signo, &sa, NULL) == 0;
}

int gt_interrupt_begin(struct gt_sched *s, struct gt_err *err)
{
  s->owns_int = s->owns_term = false;
  if (pipe(s->pipe) != 0) {
    s->pipe[0] = s->pipe[1] = -1;
    return gt_err_sys(err, errno, "pipe");
  }
  for (int i = 0; i < 2; i++) {
    fcntl(s->pipe[i], F_SETFD, FD_CLOEXEC);
    fcntl(s->pipe[i], F_SETFL, O_NONBLOCK);
  }
  s->alarm = s->signals = s->signo = 0;
  s->handled = s->interrupts = 0;
  s->kill = false;
  s->hooked = NULL;
  gt_watch_start(&s->pipe_watch, s->loop, s->pipe[0], POLLIN, false, on_pipe);
  active = s;
  s->owns_int = take_signal(SIGINT, &s->old_int);
  s->owns_term = take_signal(SIGTERM, &s->old_term);
  return 0;
}

void gt_interrupt_end(struct gt_sched *s)
{
  if (s->owns_int) sigaction(SIGINT, &s->old_int, NULL);
  if (s->owns_term) sigaction(SIGTERM, &s->old_term, NULL);
  active = NULL;
  gt_watch_stop(&s->pipe_watch);
  for (int i = 0; i < 2; i++)
    if (s->pipe[i] >= 0) close(s->pipe[i]);
  s->alarm = 0;
  s->kill = false;
}

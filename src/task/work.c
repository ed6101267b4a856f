/* A thread beside a waiting task. See work.h. */
#include "task/work.h"

#include "task/raise.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void *thread_main(void *ctx)
{
  struct gt_work *w = ctx;
  eventfd_t one = 1;
  w->run(w);
  eventfd_write(w->done_fd, one);
  return NULL;
}

static void join(struct gt_work *w)
{
  if (!w->running) return;
  pthread_join(w->thread, NULL);
  gt_watch_stop(&w->watch);
  close(w->done_fd);
  w->running = false;
}

static void on_done(struct gt_watch *watch, short revents)
{
  struct gt_work *w =
      (struct gt_work *)((char *)watch - offsetof(struct gt_work, watch));
  (void)revents;
  join(w);
  gt_task_wake(&w->wait);
}

void gt_work_clear(struct gt_work *w)
{
  if (w->running && w->stop) w->stop(w);
  join(w);
}

/* Does not wait for the thread: it is joined when the op is collected. */
static void on_cancel(struct gt_wait *wait)
{
  struct gt_work *w = (struct gt_work *)wait;
  if (w->running && w->stop) w->stop(w);
  gt_watch_stop(&w->watch);
}

/* Signals belong to the thread of the loop. */
static int start_thread(struct gt_work *w)
{
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int rc = pthread_create(&w->thread, NULL, thread_main, w);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return rc;
}

int gt_work_wait(lua_State *L, struct gt_work *w, const char *what, lua_KContext ctx,
                 lua_KFunction k)
{
  gt_task_ready(L, what);
  w->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (w->done_fd < 0)
    return gt_raisef(L, GT_RESOURCE_EXHAUSTED, NULL, "%s: no descriptor left", what);
  int rc = start_thread(w);
  if (rc != 0) {
    close(w->done_fd);
    return gt_raisef(L, GT_RESOURCE_EXHAUSTED, NULL, "%s: no thread: %s", what,
                     strerror(rc));
  }
  w->running = true;
  gt_watch_start(&w->watch, gt_sched_loop(gt_sched_of(L)), w->done_fd, POLLIN, true,
                 on_done);
  w->wait.cancel = on_cancel;
  return gt_task_wait(L, &w->wait, what, ctx, k);
}

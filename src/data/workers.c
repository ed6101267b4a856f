/* Threads for one piece of work. See workers.h. */
#include "data/workers.h"

#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

struct part {
  void (*work)(void *ctx, int worker);
  void *ctx;
  int worker;
};

static void *run_part(void *arg)
{
  struct part *part = arg;
  part->work(part->ctx, part->worker);
  return NULL;
}

void gt_workers_run(void (*work)(void *ctx, int worker), void *ctx, int count)
{
  struct part parts[GT_WORKERS_MAX];
  pthread_t threads[GT_WORKERS_MAX];
  bool started[GT_WORKERS_MAX] = {false};
  for (int i = 1; i < count; i++) {
    parts[i] = (struct part){work, ctx, i};
    started[i] = pthread_create(&threads[i], NULL, run_part, &parts[i]) == 0;
  }
  work(ctx, 0);
  for (int i = 1; i < count; i++) {
    if (started[i])
      pthread_join(threads[i], NULL);
    else
      work(ctx, i);
  }
}

int gt_workers_count(int asked)
{
  if (asked > 0) return asked < GT_WORKERS_MAX ? asked : GT_WORKERS_MAX;
  return sysconf(_SC_NPROCESSORS_ONLN) > 1 ? 2 : 1;
}

size_t gt_workers_share(size_t *from, size_t total, int worker, int count)
{
  size_t n = (size_t)count, i = (size_t)worker;
  *from = total / n * i + total % n * i / n;
  return total / n * (i + 1) + total % n * (i + 1) / n;
}

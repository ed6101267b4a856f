/* One piece of work in several threads at once.
 *
 * Used by the search for similar texts. The workers share nothing but what ctx says and
 * are all gone when the call returns. A thread that cannot be started costs time, never
 * the result: its share is done by the caller. */
#ifndef GT_DATA_WORKERS_H
#define GT_DATA_WORKERS_H

#include <stddef.h>

enum { GT_WORKERS_MAX = 8 };

/* Calls work(ctx, 0) to work(ctx, count - 1), each once. */
void gt_workers_run(void (*work)(void *ctx, int worker), void *ctx, int count);
/* asked, or what the machine has up to 2 when that is 0; 1 to GT_WORKERS_MAX. */
int gt_workers_count(int asked);
/* The part of [0, total) that is this worker's; returns its end. */
size_t gt_workers_share(size_t *from, size_t total, int worker, int count);

#endif

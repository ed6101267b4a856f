/* Unpacks gzip (RFC 1952), also of several members, as it streams by.
 *
 * Used by source.c. zlib is loaded when the first packed file is opened (base/dyn.h).
 * Its memory does not depend on the data: 64 KiB of window and the input's buffer. */
#ifndef GT_DATA_GUNZIP_H
#define GT_DATA_GUNZIP_H

#include "base/err.h"

#include <stddef.h>
#include <sys/types.h>

struct gt_gunzip;

/* Where packed bytes come from: as read(2), -1 with err. */
typedef ssize_t gt_gunzip_pull(void *ctx, char *dst, size_t cap, struct gt_err *err);

/* name is for messages; it is borrowed. */
int gt_gunzip_new(struct gt_gunzip **gunzip, gt_gunzip_pull *pull, void *ctx,
                  const char *name, struct gt_err *err);
void gt_gunzip_free(struct gt_gunzip *gunzip); /* NULL is fine */
/* The bytes put into dst, 0 at the end, -1: DATA_LOSS when they are damaged. */
ssize_t gt_gunzip_read(struct gt_gunzip *gunzip, char *dst, size_t cap,
                       struct gt_err *err);

#endif

/* The bytes of a data file, unpacked when they are gzip.
 *
 * Used by the readers. It opens regular files only: a folder, a FIFO, a socket or a
 * device is refused by name, as is what is neither text nor gzip (by well-known first
 * bytes, or because it is full of control bytes and no UTF-16; a few are damage and the
 * readers tell it with its place). Truncated or damaged gzip, and a file that becomes
 * shorter while it is read, are errors. What is appended meanwhile is not read: the size
 * at opening counts. */
#ifndef GT_DATA_SOURCE_H
#define GT_DATA_SOURCE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct gt_source;

int gt_source_open(struct gt_source **source, const char *path, struct gt_err *err);
void gt_source_close(struct gt_source *source); /* NULL is fine */
/* Fills dst as far as there is data: the bytes put there, 0 at the end, -1 with err. */
ssize_t gt_source_read(struct gt_source *source, char *dst, size_t cap,
                       struct gt_err *err);
bool gt_source_is_gzip(const struct gt_source *source);
off_t gt_source_size(const struct gt_source *source); /* of the file, as stored */

#endif

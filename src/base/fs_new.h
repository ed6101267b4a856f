/* A file that appears whole or not at all, written in pieces of any number.
 *
 * Used by gt_fs_write_atomic and by whoever writes more than fits in memory. The bytes
 * go to PATH.tmp-PID-N beside it; commit syncs and renames, abort leaves nothing. It
 * buffers nothing: pieces should be large. */
#ifndef GT_BASE_FS_NEW_H
#define GT_BASE_FS_NEW_H

#include "base/err.h"

#include <stddef.h>

struct gt_fs_new {
  int fd;     /* -1: not open */
  char *path; /* owned */
  char *tmp;  /* owned */
};

void gt_fs_new_init(struct gt_fs_new *f);
/* mode is that of the new file. After an error there is nothing to abort. */
int gt_fs_new_open(struct gt_fs_new *f, const char *path, unsigned mode,
                   struct gt_err *err);
/* An error of write or commit has aborted. */
int gt_fs_new_write(struct gt_fs_new *f, const void *bytes, size_t len,
                    struct gt_err *err);
int gt_fs_new_commit(struct gt_fs_new *f, struct gt_err *err);
void gt_fs_new_abort(struct gt_fs_new *f); /* fine when it is not open */

#endif

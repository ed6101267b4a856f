/* Files and folders: whole reads with a ceiling, atomic writes, the XDG folders.
 *
 * Used by every floor that touches the disk. Paths are UTF-8 bytes as the kernel takes
 * them. Nothing here follows a policy on who may read what: that is host/. */
#ifndef GT_BASE_FS_H
#define GT_BASE_FS_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

/* Appends the whole file to *out; over out's ceiling: RESOURCE_EXHAUSTED. */
int gt_fs_read(struct gt_buf *out, const char *path, struct gt_err *err);
/* Writes path.tmp-PID beside it, syncs, renames: readers see the old or the new file.
 * mode is that of the new file, 0600 for private things. */
int gt_fs_write_atomic(const char *path, const void *bytes, size_t len, unsigned mode,
                       struct gt_err *err);
/* mkdir -p with the given mode for folders that are made. */
int gt_fs_mkdirs(const char *path, unsigned mode, struct gt_err *err);
bool gt_fs_is_dir(const char *path);
bool gt_fs_exists(const char *path);

/* The state folder, without a slash at the end: ".gtlua" below the working folder when
 * that exists, else $XDG_STATE_HOME/gtlua, else ~/.local/state/gtlua. Appended. */
int gt_fs_state_dir(struct gt_buf *out, struct gt_err *err);

#endif

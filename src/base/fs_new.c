/* Files that appear whole or not at all. See fs_new.h. */
#include "base/fs_new.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void gt_fs_new_init(struct gt_fs_new *f) { *f = (struct gt_fs_new){.fd = -1}; }

static void forget(struct gt_fs_new *f)
{
  free(f->path);
  free(f->tmp);
  gt_fs_new_init(f);
}

static int fail(struct gt_fs_new *f, int errnum, struct gt_err *err)
{
  gt_err_sys(err, errnum, "cannot write %s", f->path);
  gt_fs_new_abort(f);
  return -1;
}

int gt_fs_new_open(struct gt_fs_new *f, const char *path, unsigned mode,
                   struct gt_err *err)
{
  static unsigned serial; /* two writers of one process must not share a name */
  size_t cap = strlen(path) + 48;
  gt_fs_new_init(f);
  f->path = strdup(path);
  f->tmp = malloc(cap);
  if (!f->path || !f->tmp) {
    forget(f);
    return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  }
  snprintf(f->tmp, cap, "%s.tmp-%ld-%u", path, (long)getpid(),
           __atomic_add_fetch(&serial, 1, __ATOMIC_RELAXED));
  f->fd = open(f->tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
  if (f->fd >= 0) return 0;
  gt_err_sys(err, errno, "cannot write %s", path);
  forget(f);
  return -1;
}

int gt_fs_new_write(struct gt_fs_new *f, const void *bytes, size_t len,
                    struct gt_err *err)
{
  const char *at = bytes;
  while (len > 0) {
    ssize_t n = write(f->fd, at, len);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(f, errno, err);
    at += n;
    len -= (size_t)n;
  }
  return 0;
}

int gt_fs_new_commit(struct gt_fs_new *f, struct gt_err *err)
{
  if (fsync(f->fd) < 0) return fail(f, errno, err);
  int fd = f->fd;
  f->fd = -1;
  int saved = close(fd) < 0 ? errno : 0;
  if (!saved && rename(f->tmp, f->path) < 0) saved = errno;
  if (saved) return fail(f, saved, err);
  forget(f);
  return 0;
}

void gt_fs_new_abort(struct gt_fs_new *f)
{
  if (f->fd >= 0) close(f->fd);
  if (f->tmp) unlink(f->tmp);
  forget(f);
}

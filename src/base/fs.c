/* Files and folders. See fs.h. */
#include "base/fs.h"

#include "base/fs_new.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_all(struct gt_buf *out, int fd, const char *path, struct gt_err *err)
{
  for (;;) {
    size_t left = out->max - out->len;
    size_t want = left < 65536 ? left + 1 : 65536;
    char *at = want > left ? NULL : gt_buf_room(out, want);
    char last;
    ssize_t n = read(fd, at ? at : &last, at ? want : 1);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return gt_err_sys(err, errno, "cannot read %s", path);
    if (n == 0) return 0;
    if (at) {
      out->len += (size_t)n;
      out->data[out->len] = '\0';
    } else if (gt_buf_add(out, &last, 1) < 0) {
      return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "%s is larger than %zu bytes", path,
                        out->max);
    }
  }
}

int gt_fs_read(struct gt_buf *out, const char *path, struct gt_err *err)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return gt_err_sys(err, errno, "cannot open %s", path);
  struct stat st;
  int rc = -1;
  if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
    gt_err_set(err, GT_INVALID_ARGUMENT, "%s is a folder", path);
  else
    rc = read_all(out, fd, path, err);
  close(fd);
  return rc;
}

int gt_fs_write_atomic(const char *path, const void *bytes, size_t len, unsigned mode,
                       struct gt_err *err)
{
  struct gt_fs_new file;
  if (gt_fs_new_open(&file, path, mode, err) < 0) return -1;
  if (gt_fs_new_write(&file, bytes, len, err) < 0) return -1;
  return gt_fs_new_commit(&file, err);
}

bool gt_fs_is_dir(const char *path)
{
  struct stat st;
  return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool gt_fs_exists(const char *path) { return access(path, F_OK) == 0; }

int gt_fs_mkdirs(const char *path, unsigned mode, struct gt_err *err)
{
  char *copy = strdup(path);
  if (!copy) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  int rc = 0;
  for (char *p = copy + 1; rc == 0; p++) {
    if (*p != '/' && *p != '\0') continue;
    char end = *p;
    *p = '\0';
    if (mkdir(copy, (mode_t)mode) < 0 && errno != EEXIST)
      rc = gt_err_sys(err, errno, "cannot make the folder %s", copy);
    *p = end;
    if (end == '\0') break;
  }
  if (rc == 0 && !gt_fs_is_dir(copy))
    rc = gt_err_set(err, GT_FAILED_PRECONDITION, "%s is not a folder", path);
  free(copy);
  return rc;
}

int gt_fs_state_dir(struct gt_buf *out, struct gt_err *err)
{
  const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
  if (gt_fs_is_dir(".gtlua")) return gt_buf_adds(out, ".gtlua");
  if (xdg && xdg[0] == '/') return gt_buf_addf(out, "%s/gtlua", xdg);
  if (home && home[0] == '/') return gt_buf_addf(out, "%s/.local/state/gtlua", home);
  gt_err_set(err, GT_FAILED_PRECONDITION, "no state folder: HOME is not set");
  return gt_err_hint(err, "set HOME or XDG_STATE_HOME, or make a folder .gtlua here");
}

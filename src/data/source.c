/* Data files as streams of bytes. See source.h. */
#include "data/source.h"

#include "data/file_kind.h"
#include "data/gunzip.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct gt_source {
  int fd;
  off_t size, left;         /* left: of the size at opening, not read yet */
  struct gt_gunzip *gunzip; /* NULL: the file is not packed */
  size_t head_len, head_at; /* what was read to look at it, and is still to be given */
  char head[GT_FILE_KIND_BYTES];
  char path[];
};

static const char *type_name(mode_t mode)
{
  switch (mode & S_IFMT) {
  case S_IFDIR: return "folder";
  case S_IFIFO: return "FIFO (named pipe)";
  case S_IFSOCK: return "socket";
  case S_IFCHR:
  case S_IFBLK: return "device";
  default: return "special file";
  }
}

static int refuse_type(const char *path, mode_t mode, struct gt_err *err)
{
  gt_err_set(err, GT_INVALID_ARGUMENT, "%s is a %s", path, type_name(mode));
  return gt_err_hint(err, S_ISDIR(mode) ? "name a file in it"
                                        : "write the data to an ordinary file first");
}

/* A FIFO would wait for its other end and a device may do things when it is opened: the
 * type is asked first, and again of what was opened in truth. */
static int open_file(struct gt_source *s, struct gt_err *err)
{
  struct stat st;
  if (stat(s->path, &st) == 0 && !S_ISREG(st.st_mode))
    return refuse_type(s->path, st.st_mode, err);
  s->fd = open(s->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (s->fd < 0) {
    int why = errno;
    gt_err_sys(err, why, "cannot open %s", s->path);
    if (why == ENOTDIR && err) err->code = GT_NOT_FOUND;
    return -1;
  }
  if (fstat(s->fd, &st) < 0) return gt_err_sys(err, errno, "cannot open %s", s->path);
  if (!S_ISREG(st.st_mode)) return refuse_type(s->path, st.st_mode, err);
  s->size = s->left = st.st_size;
  return 0;
}

/* The file's own bytes, up to the size it had at opening. */
static ssize_t read_stored(void *ctx, char *dst, size_t cap, struct gt_err *err)
{
  struct gt_source *s = ctx;
  if ((off_t)cap > s->left) cap = (size_t)s->left;
  if (cap == 0) return 0;
  ssize_t n;
  do n = read(s->fd, dst, cap);
  while (n < 0 && errno == EINTR);
  if (n < 0) return gt_err_sys(err, errno, "cannot read %s", s->path);
  if (n == 0) {
    gt_err_set(err, GT_DATA_LOSS, "%s became shorter while it was read", s->path);
    return gt_err_hint(err, "try again when nothing writes to it any more");
  }
  s->left -= n;
  return n;
}

static ssize_t read_unpacked(struct gt_source *s, char *dst, size_t cap,
                             struct gt_err *err)
{
  return s->gunzip ? gt_gunzip_read(s->gunzip, dst, cap, err)
                   : read_stored(s, dst, cap, err);
}

/* Fills the head, as far as there are bytes. */
static int read_head(struct gt_source *s, struct gt_err *err)
{
  ssize_t n = 1;
  while (n > 0 && s->head_len < sizeof s->head) {
    n = read_unpacked(s, s->head + s->head_len, sizeof s->head - s->head_len, err);
    if (n > 0) s->head_len += (size_t)n;
  }
  return n < 0 ? -1 : 0;
}

static int refuse_kind(const struct gt_source *s, const char *kind, struct gt_err *err)
{
  gt_err_set(err, GT_INVALID_ARGUMENT, "%s is %s%s, not text", s->path, kind,
             s->gunzip ? " (packed with gzip)" : "");
  return gt_err_hint(err, "data files are JSON Lines or CSV in UTF-8, also gzipped");
}

static int look(struct gt_source *s, struct gt_err *err)
{
  if (read_head(s, err) < 0) return -1;
  if (s->head_len >= 2 && memcmp(s->head, "\x1F\x8B", 2) == 0) {
    if (lseek(s->fd, 0, SEEK_SET) < 0)
      return gt_err_sys(err, errno, "cannot read %s", s->path);
    s->left = s->size;
    s->head_len = 0;
    if (gt_gunzip_new(&s->gunzip, read_stored, s, s->path, err) < 0) return -1;
    if (read_head(s, err) < 0) return -1;
  }
  const char *kind = gt_file_kind(s->head, s->head_len);
  return kind ? refuse_kind(s, kind, err) : 0;
}

int gt_source_open(struct gt_source **source, const char *path, struct gt_err *err)
{
  size_t path_size = strlen(path) + 1;
  struct gt_source *s = malloc(sizeof *s + path_size);
  *source = NULL;
  if (!s) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  *s = (struct gt_source){.fd = -1};
  memcpy(s->path, path, path_size);
  if (open_file(s, err) < 0 || look(s, err) < 0) {
    gt_source_close(s);
    return -1;
  }
  posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  *source = s;
  return 0;
}

void gt_source_close(struct gt_source *s)
{
  if (!s) return;
  gt_gunzip_free(s->gunzip);
  if (s->fd >= 0) close(s->fd);
  free(s);
}

ssize_t gt_source_read(struct gt_source *s, char *dst, size_t cap, struct gt_err *err)
{
  size_t head = s->head_len - s->head_at;
  if (head == 0) return read_unpacked(s, dst, cap, err);
  if (head > cap) head = cap;
  memcpy(dst, s->head + s->head_at, head);
  s->head_at += head;
  return (ssize_t)head;
}

bool gt_source_is_gzip(const struct gt_source *s) { return s->gunzip != NULL; }

off_t gt_source_size(const struct gt_source *s) { return s->size; }

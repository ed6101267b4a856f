/* Writes the file of signatures: a temporary file beside it, synced and renamed. See
 * similar_index.h. */
#include "base/fs.h"
#include "data/similar_index_file.h"
#include "data/similar_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SPARE = 65536 }; /* records of earlier texts that are kept in any case */

struct writer {
  FILE *file;
  struct gt_normal_hash sum;
  bool failed;
};

static void put(struct writer *w, const struct gt_similar_index_record *record)
{
  gt_similar_index_digest(&w->sum, record);
  if (fwrite(record, sizeof *record, 1, w->file) != 1) w->failed = true;
}

/* Old ones that are kept and new ones, both by prefix. */
static size_t write_records(struct writer *w, const struct gt_similar_index *x,
                            bool keep, const uint64_t *order,
                            const struct gt_normal_hash *keys, const uint32_t *ids,
                            const uint8_t *signatures, size_t count)
{
  size_t old = 0, written = 0;
  for (size_t i = 0; i <= count; i++) {
    uint64_t next = i < count ? order[i] >> 32 : (uint64_t)1 << 32;
    for (; old < x->count && gt_similar_index_prefix(x->records[old].key) < next;
         old++) {
      if (x->used[old] || !keep) continue;
      put(w, &x->records[old]);
      written++;
    }
    if (i == count) break;
    uint32_t at = (uint32_t)order[i];
    struct gt_similar_index_record record = {.key = keys[ids[at]]};
    memcpy(record.signature, signatures + (size_t)at * GT_MINHASH_SIZE,
           GT_MINHASH_SIZE);
    put(w, &record);
    written++;
  }
  return written;
}

static uint64_t *order_of(const struct gt_normal_hash *keys, const uint32_t *ids,
                          size_t count)
{
  uint64_t *order = malloc((count + 1) * sizeof *order);
  uint64_t *tmp = malloc((count + 1) * sizeof *tmp);
  if (order && tmp) {
    for (size_t i = 0; i < count; i++)
      order[i] = (uint64_t)gt_similar_index_prefix(keys[ids[i]]) << 32 | i;
    gt_similar_sort(order, tmp, count, 32);
  } else {
    free(order);
    order = NULL;
  }
  free(tmp);
  return order;
}

static int move_aside(const struct gt_similar_index *x, struct gt_err *err)
{
  size_t cap = strlen(x->path) + 8;
  char *aside = malloc(cap);
  if (!aside) return gt_similar_no_memory(err);
  snprintf(aside, cap, "%s.bak", x->path);
  int rc = 0;
  if (gt_fs_exists(aside)) {
    rc = gt_err_set(err, GT_FAILED_PRECONDITION,
                    "%s is no index of signatures, and %s is in the way", x->path,
                    aside);
    gt_err_hint(err, "name another file as index");
  } else if (rename(x->path, aside) < 0) {
    rc = gt_err_sys(err, errno, "cannot rename %s", x->path);
  }
  free(aside);
  return rc;
}

static bool keeps_old(const struct gt_similar_index *x, size_t count)
{
  size_t unused = 0;
  for (size_t i = 0; i < x->count; i++) unused += !x->used[i];
  return unused <= count + SPARE;
}

int gt_similar_index_write(struct gt_similar_index *x,
                           const struct gt_normal_hash *keys, const uint32_t *ids,
                           const uint8_t *signatures, size_t count, struct gt_err *err)
{
  struct gt_similar_index_header header;
  struct writer w = {0};
  uint64_t *order = order_of(keys, ids, count);
  size_t cap = strlen(x->path) + 32;
  char *tmp = malloc(cap);
  int fd = -1, rc = -1;
  if (!order || !tmp) {
    gt_similar_no_memory(err);
    goto out;
  }
  if (gt_similar_index_header(&header, err) < 0) goto out;
  if (x->foreign && move_aside(x, err) < 0) goto out;
  snprintf(tmp, cap, "%s.tmp-%ld", x->path, (long)getpid());
  fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  w.file = fd < 0 ? NULL : fdopen(fd, "wb");
  if (!w.file) {
    gt_err_sys(err, errno, "cannot write %s", x->path);
    goto out;
  }
  w.failed = fwrite(&header, sizeof header, 1, w.file) != 1;
  header.count =
      write_records(&w, x, keeps_old(x, count), order, keys, ids, signatures, count);
  header.records = w.sum;
  if (w.failed || fseek(w.file, 0, SEEK_SET) != 0 ||
      fwrite(&header, sizeof header, 1, w.file) != 1 || fflush(w.file) != 0 ||
      fsync(fd) != 0 || rename(tmp, x->path) < 0)
    gt_err_sys(err, errno, "cannot write %s", x->path);
  else
    rc = 0;
out:
  if (w.file)
    fclose(w.file);
  else if (fd >= 0)
    close(fd);
  if (rc < 0 && fd >= 0) unlink(tmp);
  free(tmp);
  free(order);
  return rc;
}

/* The file of signatures. See similar_index.h.
 *
 * A header, then records of a key and a signature in the order of the first 32 bits of
 * the key. The header has a digest of the records and the signature of a fixed text:
 * whatever changes the way to a signature makes older files useless by itself. */
#include "data/similar_index.h"

#include "base/fs.h"
#include "data/grams.h"
#include "data/minhash.h"
#include "data/similar_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { VERSION = 1, SPARE = 65536, SLICES = 65536 };

static const char MAGIC[8] = "gtsimil\n";

struct header {
  char magic[8];
  uint32_t version, byte_order;
  uint64_t count;
  struct gt_normal_hash records, sample;
};

struct record {
  struct gt_normal_hash key;
  uint8_t signature[GT_MINHASH_SIZE];
};

struct gt_similar_index {
  char *path;
  struct record *records;
  size_t count;
  bool *used;       /* asked for in this run */
  uint32_t *slices; /* by the first 16 bits of a key: the first record; SLICES + 1 */
  bool rebuilt, foreign;
};

static uint32_t prefix_of(struct gt_normal_hash key)
{
  return (uint32_t)(key.hi >> 32);
}

static void digest(struct gt_normal_hash *sum, const struct record *record)
{
  struct gt_normal_hash h = gt_normal_hash(record, sizeof *record);
  sum->lo = sum->lo * 0x9E3779B97F4A7C15u + h.lo;
  sum->hi = sum->hi * 0xD6E8FEB86659FD93u + h.hi;
}

static int make_header(struct header *header, struct gt_err *err)
{
  static const char sample[] =
      "Sphinx of black quartz, JUDGE my vow: \xC3\x89t\xC3\xA9!";
  struct gt_grams grams = {0};
  uint8_t signature[GT_MINHASH_SIZE];
  if (gt_grams_make(&grams, sample, sizeof sample - 1, 4, err) < 0) return -1;
  gt_minhash_sign(signature, grams.items, grams.count);
  *header = (struct header){.version = VERSION, .byte_order = 0x01020304};
  memcpy(header->magic, MAGIC, sizeof MAGIC);
  header->sample = gt_normal_hash(signature, sizeof signature);
  header->sample.lo ^= gt_normal_hash(grams.normal, grams.normal_len).lo;
  gt_grams_clear(&grams);
  return 0;
}

/* --- reading --- */

static bool read_full(int fd, void *to, size_t len)
{
  char *at = to;
  while (len > 0) {
    ssize_t n = read(fd, at, len);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    len -= (size_t)n;
  }
  return true;
}

static bool is_sound(struct gt_similar_index *x, const struct header *header)
{
  struct gt_normal_hash sum = {0};
  for (size_t i = 0; i < x->count; i++) {
    digest(&sum, &x->records[i]);
    if (i && prefix_of(x->records[i - 1].key) > prefix_of(x->records[i].key))
      return false;
  }
  return gt_normal_equal(sum, header->records);
}

static int slice(struct gt_similar_index *x)
{
  x->used = calloc(x->count + 1, sizeof *x->used);
  x->slices = calloc(SLICES + 1, sizeof *x->slices);
  if (!x->used || !x->slices) return -1;
  for (size_t i = 0; i < x->count; i++)
    x->slices[(prefix_of(x->records[i].key) >> 16) + 1]++;
  for (size_t i = 0; i < SLICES; i++) x->slices[i + 1] += x->slices[i];
  return 0;
}

/* Fills x, or marks it rebuilt; -1 only where going on makes no sense. */
static int read_records(struct gt_similar_index *x, int fd, size_t size,
                        size_t memory_max, struct gt_err *err)
{
  struct header header, wanted;
  if (make_header(&wanted, err) < 0) return -1;
  x->rebuilt = true;
  size_t head = size < sizeof header ? size : sizeof header;
  if (!read_full(fd, &header, head)) return 0;
  size_t magic = head < sizeof MAGIC ? head : sizeof MAGIC;
  x->foreign = memcmp(header.magic, MAGIC, magic) != 0;
  if (x->foreign || head < sizeof header || header.version != wanted.version ||
      header.byte_order != wanted.byte_order ||
      !gt_normal_equal(header.sample, wanted.sample))
    return 0;
  size_t bytes = size - sizeof header;
  if (bytes % sizeof *x->records || header.count != bytes / sizeof *x->records ||
      header.count > UINT32_MAX)
    return 0;
  if (size > memory_max) {
    gt_err_set(err, GT_RESOURCE_EXHAUSTED, "%s has %zu MB, allowed are %zu MB", x->path,
               size / 1000000 + 1, memory_max / 1000000);
    return gt_err_hint(err, "delete it, or allow more memory");
  }
  x->records = malloc(bytes + 1);
  if (!x->records) return gt_similar_no_memory(err);
  if (!read_full(fd, x->records, bytes)) return 0;
  x->count = (size_t)header.count;
  x->rebuilt = !is_sound(x, &header);
  if (x->rebuilt) x->count = 0;
  return 0;
}

/* Can a file be made beside it? */
static int check_folder(const char *path, struct gt_err *err)
{
  const char *slash = strrchr(path, '/');
  char *folder =
      slash ? strndup(path, slash > path ? (size_t)(slash - path) : 1) : strdup(".");
  if (!folder) return gt_similar_no_memory(err);
  int rc = access(folder, W_OK | X_OK);
  if (rc < 0) gt_err_sys(err, errno, "cannot write %s", path);
  free(folder);
  return rc;
}

static int load(struct gt_similar_index *x, size_t memory_max, struct gt_err *err)
{
  if (check_folder(x->path, err) < 0) return -1;
  int fd = open(x->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 && errno == ENOENT) return 0;
  if (fd < 0) return gt_err_sys(err, errno, "cannot open %s", x->path);
  struct stat st;
  int rc = fstat(fd, &st);
  if (rc < 0)
    gt_err_sys(err, errno, "cannot read %s", x->path);
  else if (!S_ISREG(st.st_mode))
    rc = gt_err_set(err, GT_INVALID_ARGUMENT, "%s is no file", x->path);
  else
    rc = read_records(x, fd, (size_t)st.st_size, memory_max, err);
  close(fd);
  return rc;
}

int gt_similar_index_open(struct gt_similar_index **out, const char *path,
                          size_t memory_max, struct gt_err *err)
{
  struct gt_similar_index *x = calloc(1, sizeof *x);
  *out = NULL;
  if (x) x->path = strdup(path);
  int rc = x && x->path ? load(x, memory_max, err) : gt_similar_no_memory(err);
  if (rc == 0 && slice(x) < 0) rc = gt_similar_no_memory(err);
  if (rc < 0)
    gt_similar_index_free(x);
  else
    *out = x;
  return rc;
}

void gt_similar_index_free(struct gt_similar_index *x)
{
  if (!x) return;
  free(x->path);
  free(x->records);
  free(x->used);
  free(x->slices);
  free(x);
}

const uint8_t *gt_similar_index_find(struct gt_similar_index *x,
                                     struct gt_normal_hash key)
{
  uint32_t prefix = prefix_of(key);
  size_t low = x->slices[prefix >> 16], end = x->slices[(prefix >> 16) + 1];
  size_t high = end;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (prefix_of(x->records[middle].key) < prefix)
      low = middle + 1;
    else
      high = middle;
  }
  for (; low < end && prefix_of(x->records[low].key) == prefix; low++) {
    if (!gt_normal_equal(x->records[low].key, key)) continue;
    x->used[low] = true;
    return x->records[low].signature;
  }
  return NULL;
}

bool gt_similar_index_is_rebuilt(const struct gt_similar_index *x)
{
  return x->rebuilt;
}

size_t gt_similar_index_memory(const struct gt_similar_index *x)
{
  return x->count * (sizeof *x->records + 1) + (SLICES + 1) * sizeof *x->slices;
}

/* --- writing --- */

struct writer {
  FILE *file;
  struct gt_normal_hash sum;
  bool failed;
};

static void put(struct writer *w, const struct record *record)
{
  digest(&w->sum, record);
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
    for (; old < x->count && prefix_of(x->records[old].key) < next; old++) {
      if (x->used[old] || !keep) continue;
      put(w, &x->records[old]);
      written++;
    }
    if (i == count) break;
    uint32_t at = (uint32_t)order[i];
    struct record record = {.key = keys[ids[at]]};
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
      order[i] = (uint64_t)prefix_of(keys[ids[i]]) << 32 | i;
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
  struct header header;
  struct writer w = {0};
  uint64_t *order = order_of(keys, ids, count);
  size_t cap = strlen(x->path) + 32;
  char *tmp = malloc(cap);
  int fd = -1, rc = -1;
  if (!order || !tmp) {
    gt_similar_no_memory(err);
    goto out;
  }
  if (make_header(&header, err) < 0) goto out;
  if (x->foreign && move_aside(x, err) < 0) goto out;
  snprintf(tmp, cap, "%s.tmp-%ld", x->path, (long)getpid());
  fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
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

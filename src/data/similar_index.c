/* The file of signatures. See similar_index.h.
 *
 * A header, then records of a key and a signature in the order of the first 32 bits of
 * the key. The header has a digest of the records and the signature of a fixed text:
 * whatever changes the way to a signature makes older files useless by itself. */
#include "data/similar_index_file.h"

#include "data/grams.h"
#include "data/similar_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { VERSION = 1, SLICES = 65536 };

static const char MAGIC[8] = "gtsimil\n";

void gt_similar_index_digest(struct gt_normal_hash *sum,
                             const struct gt_similar_index_record *record)
{
  struct gt_normal_hash h = gt_normal_hash(record, sizeof *record);
  sum->lo = sum->lo * 0x9E3779B97F4A7C15u + h.lo;
  sum->hi = sum->hi * 0xD6E8FEB86659FD93u + h.hi;
}

int gt_similar_index_header(struct gt_similar_index_header *header, struct gt_err *err)
{
  static const char sample[] =
      "Sphinx of black quartz, JUDGE my vow: \xC3\x89t\xC3\xA9!";
  struct gt_grams grams = {0};
  uint8_t signature[GT_MINHASH_SIZE];
  if (gt_grams_make(&grams, sample, sizeof sample - 1, 4, err) < 0) return -1;
  gt_minhash_sign(signature, grams.items, grams.count);
  *header =
      (struct gt_similar_index_header){.version = VERSION, .byte_order = 0x01020304};
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

static bool is_sound(struct gt_similar_index *x,
                     const struct gt_similar_index_header *header)
{
  struct gt_normal_hash sum = {0};
  for (size_t i = 0; i < x->count; i++) {
    gt_similar_index_digest(&sum, &x->records[i]);
    if (i && gt_similar_index_prefix(x->records[i - 1].key) >
                 gt_similar_index_prefix(x->records[i].key))
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
    x->slices[(gt_similar_index_prefix(x->records[i].key) >> 16) + 1]++;
  for (size_t i = 0; i < SLICES; i++) x->slices[i + 1] += x->slices[i];
  return 0;
}

/* Fills x, or marks it rebuilt; -1 only where going on makes no sense. */
static int read_records(struct gt_similar_index *x, int fd, size_t size,
                        size_t memory_max, struct gt_err *err)
{
  struct gt_similar_index_header header, wanted;
  if (gt_similar_index_header(&wanted, err) < 0) return -1;
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
  uint32_t prefix = gt_similar_index_prefix(key);
  size_t low = x->slices[prefix >> 16], end = x->slices[(prefix >> 16) + 1];
  size_t high = end;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (gt_similar_index_prefix(x->records[middle].key) < prefix)
      low = middle + 1;
    else
      high = middle;
  }
  for (; low < end && gt_similar_index_prefix(x->records[low].key) == prefix; low++) {
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

/* A model's bytes. See image.h. */
#include "engine/image.h"

#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "model files are little-endian and read in place");

#define MAGIC 0x4C444D41554C5447u /* "GTLUAMDL" */
#define VERSION 1
#define ALIGN 64
#define LINE_MAX_LEN 4096

enum field { MAGIC_AT, VERSION_AT, MODE_AT, BODY_LEN_AT, CHECKSUM_AT, COUNTS_AT };
#define BLOCK_LEN (16 * sizeof(uint64_t))
_Static_assert((COUNTS_AT + GT_IMAGE_COUNTS) * sizeof(uint64_t) <= BLOCK_LEN, "room");

static uint64_t get(const struct gt_image *image, size_t field)
{
  uint64_t value;
  memcpy(&value, image->bytes + image->block + field * sizeof value, sizeof value);
  return value;
}

static void put(struct gt_image *image, size_t field, uint64_t value)
{
  memcpy(image->bytes + image->block + field * sizeof value, &value, sizeof value);
}

enum gt_engine_mode gt_image_mode(const struct gt_image *image)
{
  return (enum gt_engine_mode)get(image, MODE_AT);
}

uint64_t gt_image_count(const struct gt_image *image, int which)
{
  return get(image, COUNTS_AT + (size_t)which);
}

void gt_image_set_count(struct gt_image *image, int which, uint64_t count)
{
  put(image, COUNTS_AT + (size_t)which, count);
}

uint64_t gt_image_section(uint64_t *end, uint64_t count, uint64_t size)
{
  uint64_t start = (*end + ALIGN - 1) / ALIGN * ALIGN;
  if (start >= GT_IMAGE_MAX || count > (GT_IMAGE_MAX - start) / size) {
    *end = GT_IMAGE_MAX;
    return 0;
  }
  *end = start + count * size;
  return start;
}

/* Each step is one-to-one in the word it takes in, so no single damaged word can leave
 * the sum as it was. Four lanes, since one would wait for its multiplication. */
static uint64_t checksum(uint64_t seed, const unsigned char *bytes, size_t len)
{
  uint64_t lane[4] = {seed, seed + 1, seed + 2, len}, word;
  size_t i = 0;
  for (; i + 32 <= len; i += 32)
    for (size_t j = 0; j < 4; j++) {
      memcpy(&word, bytes + i + 8 * j, 8);
      lane[j] = (lane[j] ^ word) * 0x9E3779B97F4A7C15u;
      lane[j] ^= lane[j] >> 32;
    }
  for (; i < len; i++) lane[i % 4] = (lane[i % 4] ^ bytes[i]) * 0x9E3779B97F4A7C15u;
  uint64_t sum = 0;
  for (size_t j = 0; j < 4; j++) {
    sum = (sum ^ lane[j]) * 0xC2B2AE3D27D4EB4Fu;
    sum ^= sum >> 29;
  }
  return sum;
}

static uint64_t sum_of(const struct gt_image *image)
{
  size_t at = image->block + CHECKSUM_AT * sizeof(uint64_t);
  size_t rest = at + sizeof(uint64_t);
  uint64_t head = checksum(0, image->bytes, at);
  return checksum(head, image->bytes + rest, image->len - rest);
}

int gt_image_init(struct gt_image *image, const struct gt_buf *line,
                  enum gt_engine_mode mode, const uint64_t counts[GT_IMAGE_COUNTS],
                  uint64_t body_len, struct gt_err *err)
{
  *image = (struct gt_image){0};
  if (line->failed || line->len >= LINE_MAX_LEN)
    return gt_err_set(err, GT_INTERNAL, "the model's header does not fit");
  if (body_len >= GT_IMAGE_MAX) return gt_engine_no_memory("so large a model", err);
  image->block = (line->len + 1 + ALIGN - 1) / ALIGN * ALIGN;
  image->body = image->block + BLOCK_LEN;
  image->len = image->body + body_len;
  image->bytes = gt_engine_alloc(image->len, 1, "the model", err);
  if (!image->bytes) return -1;
  memset(image->bytes, ' ', image->block);
  memcpy(image->bytes, gt_buf_str(line), line->len);
  image->bytes[image->block - 1] = '\n';
  put(image, MAGIC_AT, MAGIC);
  put(image, VERSION_AT, VERSION);
  put(image, MODE_AT, mode);
  put(image, BODY_LEN_AT, body_len);
  for (size_t i = 0; i < GT_IMAGE_COUNTS; i++) put(image, COUNTS_AT + i, counts[i]);
  return 0;
}

void gt_image_clear(struct gt_image *image)
{
  free(image->bytes);
  *image = (struct gt_image){0};
}

void gt_image_seal(struct gt_image *image) { put(image, CHECKSUM_AT, sum_of(image)); }

int gt_image_save(const struct gt_image *image, const char *path, struct gt_err *err)
{
  return gt_fs_write_atomic(path, image->bytes, image->len, 0600, err);
}

static int damaged(const char *path, const char *how, struct gt_err *err)
{
  gt_err_set(err, GT_DATA_LOSS, "%s is not a whole local model: %s", path, how);
  return gt_err_hint(err, "train the model again, or restore the file from a copy");
}

/* Every version keeps this block and this checksum: a strange version is told from
 * damage. */
static int check(struct gt_image *image, const char *path, struct gt_err *err)
{
  size_t line_max =
      image->len < LINE_MAX_LEN + ALIGN ? image->len : LINE_MAX_LEN + ALIGN;
  const unsigned char *end = memchr(image->bytes, '\n', line_max);
  if (!end) return damaged(path, "it has no header line", err);
  image->block = (size_t)(end - image->bytes) + 1;
  if (image->block % ALIGN != 0 || image->len < image->block + BLOCK_LEN)
    return damaged(path, "its header is cut", err);
  image->body = image->block + BLOCK_LEN;
  if (get(image, MAGIC_AT) != MAGIC) return damaged(path, "its header is unknown", err);
  if (get(image, BODY_LEN_AT) != image->len - image->body)
    return damaged(path, "its length is wrong", err);
  if (get(image, CHECKSUM_AT) != sum_of(image))
    return damaged(path, "its checksum is wrong", err);
  if (get(image, VERSION_AT) != VERSION) {
    gt_err_set(err, GT_FAILED_PRECONDITION, "%s is a local model of version %llu", path,
               (unsigned long long)get(image, VERSION_AT));
    return gt_err_hint(err, "this program reads version %d: train the model again",
                       VERSION);
  }
  return 0;
}

static int read_file(struct gt_image *image, int fd, const char *path,
                     struct gt_err *err)
{
  struct stat st;
  if (fstat(fd, &st) < 0) return gt_err_sys(err, errno, "cannot read %s", path);
  if (!S_ISREG(st.st_mode)) return damaged(path, "it is not a file", err);
  if (st.st_size == 0) return damaged(path, "it is empty", err);
  if ((uint64_t)st.st_size > GT_IMAGE_MAX) return damaged(path, "it is too large", err);
  image->len = (size_t)st.st_size;
  image->bytes = malloc(image->len);
  if (!image->bytes) return gt_engine_no_memory("the model", err);
  for (size_t done = 0; done < image->len;) {
    ssize_t n = read(fd, image->bytes + done, image->len - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return gt_err_sys(err, errno, "cannot read %s", path);
    if (n == 0) return damaged(path, "it became shorter while it was read", err);
    done += (size_t)n;
  }
  return 0;
}

int gt_image_load(struct gt_image *image, const char *path, struct gt_err *err)
{
  *image = (struct gt_image){0};
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return gt_err_sys(err, errno, "cannot open %s", path);
  int rc = read_file(image, fd, path, err);
  close(fd);
  if (rc == 0) rc = check(image, path, err);
  if (rc < 0) gt_image_clear(image);
  return rc;
}

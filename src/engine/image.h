/* A model's bytes: what is in memory is what is on disk.
 *
 * One JSON line with facts for people, padded so that what follows is aligned; a fixed
 * block of little-endian numbers (magic, version, mode, counts, checksum) that the
 * loader reads; then the body, whose sections the two kinds of models lay out. The
 * checksum covers every other byte. Used by classify.c, index.c and model.c. */
#ifndef GT_ENGINE_IMAGE_H
#define GT_ENGINE_IMAGE_H

#include "base/buf.h"
#include "engine/engine.h"

#define GT_IMAGE_COUNTS 8
#define GT_IMAGE_MAX ((uint64_t)1 << 36) /* bytes of a model file */

struct gt_image {
  unsigned char *bytes;
  size_t len;
  size_t block; /* offset of the fixed block; the JSON line is before it */
  size_t body;
};

/* Zeroed bytes with the line (no newline in it) and the block in place. */
int gt_image_init(struct gt_image *image, const struct gt_buf *line,
                  enum gt_engine_mode mode, const uint64_t counts[GT_IMAGE_COUNTS],
                  uint64_t body_len, struct gt_err *err);
void gt_image_clear(struct gt_image *image);
/* Writes the checksum; after that the bytes do not change. */
void gt_image_seal(struct gt_image *image);
int gt_image_save(const struct gt_image *image, const char *path, struct gt_err *err);
/* Reads a whole file; a damaged or cut one is DATA_LOSS. */
int gt_image_load(struct gt_image *image, const char *path, struct gt_err *err);
enum gt_engine_mode gt_image_mode(const struct gt_image *image);
uint64_t gt_image_count(const struct gt_image *image, int which);
void gt_image_set_count(struct gt_image *image, int which, uint64_t count);

/* Lays out a body: each section starts at a multiple of 64. Returns the offset of a
 * section of count elements and moves *end behind it; an absurd size makes *end
 * GT_IMAGE_MAX, so one check at the end is enough. */
uint64_t gt_image_section(uint64_t *end, uint64_t count, uint64_t size);

#endif

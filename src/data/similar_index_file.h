/* The layout of the file of signatures. Private to similar_index.c, which reads it, and
 * similar_index_write.c. */
#ifndef GT_DATA_SIMILAR_INDEX_FILE_H
#define GT_DATA_SIMILAR_INDEX_FILE_H

#include "data/minhash.h"
#include "data/similar_index.h"

struct gt_similar_index_header {
  char magic[8];
  uint32_t version, byte_order;
  uint64_t count;
  struct gt_normal_hash records, sample;
};

struct gt_similar_index_record {
  struct gt_normal_hash key;
  uint8_t signature[GT_MINHASH_SIZE];
};

struct gt_similar_index {
  char *path;
  struct gt_similar_index_record *records;
  size_t count;
  bool *used;       /* asked for in this run */
  uint32_t *slices; /* by the first 16 bits of a key: the first record; SLICES + 1 */
  bool rebuilt, foreign;
};

static inline uint32_t gt_similar_index_prefix(struct gt_normal_hash key)
{
  return (uint32_t)(key.hi >> 32);
}

/* Adds a record to the digest of all. */
void gt_similar_index_digest(struct gt_normal_hash *sum,
                             const struct gt_similar_index_record *record);
/* The header of a file that this program writes, but for count and records. */
int gt_similar_index_header(struct gt_similar_index_header *header, struct gt_err *err);

#endif

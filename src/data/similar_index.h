/* A file of signatures, so that only new texts are hashed.
 *
 * Used by similar.c. Signatures stand under the hash of the normal form; the file holds
 * no text, yet it tells whether a text was seen: it is written for its owner only. It
 * depends on no threshold. A file that is damaged, or of other parameters, is written
 * anew; one that was never an index is moved aside (PATH.bak). It is a cache of one
 * machine's make: not for exchange between byte orders. */
#ifndef GT_DATA_SIMILAR_INDEX_H
#define GT_DATA_SIMILAR_INDEX_H

#include "base/err.h"
#include "data/normal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gt_similar_index;

/* Reads the file when there is one. Fails where it could not be written later. */
int gt_similar_index_open(struct gt_similar_index **out, const char *path,
                          size_t memory_max, struct gt_err *err);
void gt_similar_index_free(struct gt_similar_index *index);
/* The signature under a key, NULL when it is new. Keys of several threads differ. */
const uint8_t *gt_similar_index_find(struct gt_similar_index *index,
                                     struct gt_normal_hash key);
/* The file was there and was of no use. */
bool gt_similar_index_is_rebuilt(const struct gt_similar_index *index);
size_t gt_similar_index_memory(const struct gt_similar_index *index);

/* Writes the file: these texts' signatures (keys[ids[i]], signatures of i) and those of
 * earlier texts, unless they outnumber these. */
int gt_similar_index_write(struct gt_similar_index *index,
                           const struct gt_normal_hash *keys, const uint32_t *ids,
                           const uint8_t *signatures, size_t count, struct gt_err *err);

#endif

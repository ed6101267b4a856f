/* The keys of the objects that are open, so that a second one of a name is noticed.
 *
 * Used by the JSON reader only; a caller may lend it a larger block. Chained hashing
 * over a stack: keys come and go last in first out, so closing an object takes its
 * keys out by undoing their inserts, and memory is bounded by the block. */
#ifndef GT_BASE_JSON_KEYS_H
#define GT_BASE_JSON_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gt_json_key {
  const char *at; /* raw bytes in the text */
  uint32_t len;
  uint32_t hash; /* of the unescaped bytes */
  uint32_t next; /* index + 1 of the older key in the same chain */
  bool escaped;
};

struct gt_json_keys {
  struct gt_json_key *list;
  uint32_t *heads; /* index + 1; all zero while count is 0 */
  uint32_t cap;    /* a power of two */
  uint32_t count;
};

/* Bytes that hold cap keys (cap a power of two). */
#define GT_JSON_KEYS_BYTES(cap)                                                        \
  ((size_t)(cap) * (sizeof(struct gt_json_key) + sizeof(uint32_t)))

/* Takes a block aligned for pointers; the cap follows from its size. The block stays
 * the caller's and serves one reader after the other. */
void gt_json_keys_init(struct gt_json_keys *k, void *block, size_t bytes);
/* Adds the key (raw bytes without quotes) of the object whose first key has the index
 * `first`. 1: it is there already; 0: added; -1: no room. */
int gt_json_keys_add(struct gt_json_keys *k, uint32_t first, const char *raw,
                     size_t len, bool escaped);
/* Drops the keys from index `first` on. */
void gt_json_keys_drop(struct gt_json_keys *k, uint32_t first);

#endif

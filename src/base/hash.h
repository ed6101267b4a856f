/* SHA-256 (OpenSSL's libcrypto, loaded on first use) and a fast hash for tables. */
#ifndef GT_BASE_HASH_H
#define GT_BASE_HASH_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct gt_sha256; /* a running digest */

struct gt_sha256 *gt_sha256_new(struct gt_err *err);
void gt_sha256_free(struct gt_sha256 *h);
int gt_sha256_add(struct gt_sha256 *h, const void *bytes, size_t len,
                  struct gt_err *err);
/* Ends the digest; h may only be freed afterwards. */
int gt_sha256_end(unsigned char out[32], struct gt_sha256 *h, struct gt_err *err);

/* One call for bytes at hand; out gets 64 hex digits and a NUL. */
int gt_sha256_hex(char out[65], const void *bytes, size_t len, struct gt_err *err);
void gt_hex(char *out, const unsigned char *bytes, size_t len);

/* FNV-1a, 64 bits: hash tables and split keys, nothing that must resist an enemy. */
uint64_t gt_hash64(const void *bytes, size_t len);

#endif

/* Digests. See hash.h. The only file of this floor that sees OpenSSL. */
#include "base/hash.h"

#include "base/dyn.h"

#include <openssl/evp.h>
#include <stdlib.h>

#define CRYPTO_FUNCTIONS(X)                                                            \
  X(EVP_MD_CTX_new)                                                                    \
  X(EVP_MD_CTX_free)                                                                   \
  X(EVP_sha256)                                                                        \
  X(EVP_DigestInit_ex)                                                                 \
  X(EVP_DigestUpdate)                                                                  \
  X(EVP_DigestFinal_ex)

static struct {
  CRYPTO_FUNCTIONS(GT_DYN_SLOT)
} crypto;

static int load_crypto(struct gt_err *err)
{
  static const char *const names[] = {CRYPTO_FUNCTIONS(GT_DYN_NAME) NULL};
  static int loaded;
  if (loaded) return 0;
  if (gt_dyn_load((void **)&crypto, GT_SONAME_CRYPTO, names, err) < 0) return -1;
  loaded = 1;
  return 0;
}

struct gt_sha256 {
  EVP_MD_CTX *ctx;
};

static int failed(struct gt_err *err)
{
  return gt_err_set(err, GT_INTERNAL, "SHA-256 failed in libcrypto");
}

struct gt_sha256 *gt_sha256_new(struct gt_err *err)
{
  if (load_crypto(err) < 0) return NULL;
  struct gt_sha256 *h = calloc(1, sizeof *h);
  if (h) h->ctx = crypto.EVP_MD_CTX_new();
  if (!h || !h->ctx || crypto.EVP_DigestInit_ex(h->ctx, crypto.EVP_sha256(), NULL) != 1) {
    gt_sha256_free(h);
    failed(err);
    return NULL;
  }
  return h;
}

void gt_sha256_free(struct gt_sha256 *h)
{
  if (!h) return;
  if (h->ctx) crypto.EVP_MD_CTX_free(h->ctx);
  free(h);
}

int gt_sha256_add(struct gt_sha256 *h, const void *bytes, size_t len,
                  struct gt_err *err)
{
  return crypto.EVP_DigestUpdate(h->ctx, bytes, len) == 1 ? 0 : failed(err);
}

int gt_sha256_end(unsigned char out[32], struct gt_sha256 *h, struct gt_err *err)
{
  return crypto.EVP_DigestFinal_ex(h->ctx, out, NULL) == 1 ? 0 : failed(err);
}

void gt_hex(char *out, const unsigned char *bytes, size_t len)
{
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < len; i++) {
    *out++ = digits[bytes[i] >> 4];
    *out++ = digits[bytes[i] & 15];
  }
  *out = '\0';
}

int gt_sha256_hex(char out[65], const void *bytes, size_t len, struct gt_err *err)
{
  unsigned char digest[32];
  struct gt_sha256 *h = gt_sha256_new(err);
  if (!h) return -1;
  int rc = gt_sha256_add(h, bytes, len, err);
  if (rc == 0) rc = gt_sha256_end(digest, h, err);
  if (rc == 0) gt_hex(out, digest, 32);
  gt_sha256_free(h);
  return rc;
}

uint64_t gt_hash64(const void *bytes, size_t len)
{
  const unsigned char *p = bytes;
  uint64_t h = 0xCBF29CE484222325u;
  for (size_t i = 0; i < len; i++) h = (h ^ p[i]) * 0x100000001B3u;
  return h;
}

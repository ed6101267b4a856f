/* gzip as a stream. See gunzip.h. */
#include "data/gunzip.h"

#include "base/dyn.h"

#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>

#define PACKED ((size_t)64 << 10) /* the input's buffer */
#define GZIP_ONLY (15 + 16)       /* zlib's way of saying: a gzip header, any window */
#define DST_MAX ((size_t)1 << 30) /* of one call: zlib counts in unsigned int */

#define FUNCTIONS(X)                                                                   \
  X(inflateInit2_)                                                                     \
  X(inflate)                                                                           \
  X(inflateReset)                                                                      \
  X(inflateEnd)

struct zlib_so {
  FUNCTIONS(GT_DYN_SLOT)
};

static const struct zlib_so *zlib_so(struct gt_err *err)
{
  static const char *const names[] = {FUNCTIONS(GT_DYN_NAME) NULL};
  static struct zlib_so so;
  static bool loaded;
  if (!loaded && gt_dyn_load((void **)&so, GT_SONAME_ZLIB, names, err) < 0) return NULL;
  loaded = true;
  return &so;
}

struct gt_gunzip {
  const struct zlib_so *so;
  gt_gunzip_pull *pull;
  void *ctx;
  const char *name;
  z_stream z;
  bool between; /* a member has ended, none has begun */
  bool eof;     /* of the packed bytes */
  char packed[PACKED];
};

int gt_gunzip_new(struct gt_gunzip **gunzip, gt_gunzip_pull *pull, void *ctx,
                  const char *name, struct gt_err *err)
{
  *gunzip = NULL;
  const struct zlib_so *so = zlib_so(err);
  if (!so) return -1;
  struct gt_gunzip *g = calloc(1, sizeof *g);
  if (!g) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  g->so = so;
  g->pull = pull;
  g->ctx = ctx;
  g->name = name;
  if (so->inflateInit2_(&g->z, GZIP_ONLY, ZLIB_VERSION, (int)sizeof g->z) != Z_OK) {
    free(g);
    return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "zlib did not initialise");
  }
  *gunzip = g;
  return 0;
}

void gt_gunzip_free(struct gt_gunzip *g)
{
  if (!g) return;
  g->so->inflateEnd(&g->z);
  free(g);
}

/* Fills the empty input; at the end of the file sets eof. */
static int more(struct gt_gunzip *g, struct gt_err *err)
{
  ssize_t n = g->pull(g->ctx, g->packed, sizeof g->packed, err);
  if (n < 0) return -1;
  g->eof = n == 0;
  g->z.next_in = (unsigned char *)g->packed;
  g->z.avail_in = (unsigned)n;
  return 0;
}

/* Between members: passes over zeros (tapes pad with them) and begins the next one. */
static int next_member(struct gt_gunzip *g, struct gt_err *err)
{
  while (!g->eof) {
    while (g->z.avail_in > 0 && *g->z.next_in == 0) {
      g->z.next_in++;
      g->z.avail_in--;
    }
    if (g->z.avail_in > 0) break;
    if (more(g, err) < 0) return -1;
  }
  if (g->eof) return 0;
  g->between = false;
  g->so->inflateReset(&g->z);
  return 0;
}

static ssize_t damaged(struct gt_gunzip *g, int rc, struct gt_err *err)
{
  if (rc == Z_MEM_ERROR) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  gt_err_set(err, GT_DATA_LOSS, "%s is damaged gzip: %s", g->name,
             g->z.msg ? g->z.msg : "a dictionary is wanted");
  return gt_err_hint(err, "fetch or pack it again; `gzip -t` must pass");
}

ssize_t gt_gunzip_read(struct gt_gunzip *g, char *dst, size_t cap, struct gt_err *err)
{
  if (cap > DST_MAX) cap = DST_MAX;
  g->z.next_out = (unsigned char *)dst;
  g->z.avail_out = (unsigned)cap;
  while (g->z.avail_out == cap) {
    if (g->between && next_member(g, err) < 0) return -1;
    if (!g->eof && g->z.avail_in == 0 && more(g, err) < 0) return -1;
    if (g->eof && g->between) return 0;
    int rc = g->so->inflate(&g->z, Z_NO_FLUSH);
    g->between = rc == Z_STREAM_END;
    if (rc == Z_OK || rc == Z_STREAM_END) continue;
    if (rc != Z_BUF_ERROR) return damaged(g, rc, err);
    if (!g->eof) continue;
    gt_err_set(err, GT_DATA_LOSS, "%s is cut off: the gzip data ends in the middle",
               g->name);
    return gt_err_hint(err, "copy or download it again; `gzip -t` must pass");
  }
  return (ssize_t)(cap - g->z.avail_out);
}

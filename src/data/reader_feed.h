/* Chunks of whole lines out of a source or of bytes in memory.
 *
 * Used by reader_crew.c, one thread at a time. A chunk has GT_FAST_MAX bytes at most
 * unless one line alone is longer; a line over the ceiling is cut, its rest passed
 * over. It looks for line ends only. */
#ifndef GT_DATA_READER_FEED_H
#define GT_DATA_READER_FEED_H

#include "base/err.h"
#include "data/source.h"

struct gt_chunk {
  const char *data; /* whole lines; the file's last one may have no end */
  size_t len;
  bool cut;           /* one line's first bytes, one more than the ceiling */
  size_t dropped;     /* bytes of it that follow, its end counted */
  bool newline, crlf; /* how a cut line ended */
  char *own;
  size_t cap;
};

struct gt_feed {
  struct gt_source *source; /* or, when NULL: */
  const char *bytes;
  size_t left, line_max;
  char *carry; /* the beginning of the next chunk */
  size_t carry_len;
  bool end;
};

/* Takes the source over, also when it fails. */
int gt_feed_init(struct gt_feed *feed, struct gt_source *source, const char *bytes,
                 size_t len, size_t line_max, struct gt_err *err);
void gt_feed_clear(struct gt_feed *feed);
/* The next chunk: 1; 0 at the end; -1. */
int gt_feed_next(struct gt_feed *feed, struct gt_chunk *chunk, struct gt_err *err);
void gt_chunk_clear(struct gt_chunk *chunk);

#endif

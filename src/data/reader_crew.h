/* Chunks with their plainly good rows, in the order of the file.
 *
 * Used by reader.c. With two threads the second reads and scans ahead, and the caller's
 * lends a hand where it would have to wait; each chunk is scanned by one of them, only
 * reading is one at a time. What has to be told about lines is the caller's. */
#ifndef GT_DATA_READER_CREW_H
#define GT_DATA_READER_CREW_H

#include "data/fast_row.h"
#include "data/reader_feed.h"

struct gt_batch {
  struct gt_chunk chunk;
  struct gt_fast_rows rows; /* of the chunk; none of a chunk over GT_FAST_MAX */
  /* private */
  int state;
  int rc; /* of reading it: as gt_feed_next */
  struct gt_err err;
};

struct gt_crew;

/* threads: 1 or 2. Takes the feed over, also when it fails. */
int gt_crew_new(struct gt_crew **crew, const struct gt_feed *feed, int threads,
                struct gt_err *err);
void gt_crew_free(struct gt_crew *crew); /* NULL is fine */
/* 1 with the next batch, which stands until the next call; 0 at the end; -1. */
int gt_crew_next(struct gt_crew *crew, const struct gt_batch **batch,
                 struct gt_err *err);

#endif

/* A source in chunks of whole lines. See reader_feed.h. */
#include "data/reader_feed.h"

#include "data/fast_row.h"

#include <stdlib.h>
#include <string.h>

#define PIECE GT_FAST_MAX

int gt_feed_init(struct gt_feed *feed, struct gt_source *source, const char *bytes,
                 size_t len, size_t line_max, struct gt_err *err)
{
  *feed = (struct gt_feed){
      .source = source, .bytes = bytes, .left = len, .line_max = line_max};
  if (!source) return 0;
  feed->carry = malloc(PIECE);
  if (feed->carry) return 0;
  gt_feed_clear(feed);
  return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
}

void gt_feed_clear(struct gt_feed *feed)
{
  gt_source_close(feed->source);
  free(feed->carry);
  *feed = (struct gt_feed){.end = true};
}

void gt_chunk_clear(struct gt_chunk *chunk)
{
  free(chunk->own);
  *chunk = (struct gt_chunk){0};
}

static int next_of_bytes(struct gt_feed *feed, struct gt_chunk *chunk)
{
  size_t n = feed->left;
  if (n == 0) return 0;
  if (n > PIECE) {
    const char *nl = memrchr(feed->bytes, '\n', PIECE);
    if (!nl) nl = memchr(feed->bytes + PIECE, '\n', n - PIECE);
    if (nl) n = (size_t)(nl - feed->bytes) + 1;
  }
  chunk->data = feed->bytes;
  chunk->len = n;
  feed->bytes += n;
  feed->left -= n;
  return 1;
}

/* Room for one more piece, in large steps for a long line, and never much more memory
 * than the chunk at hand needs. */
static int make_room(const struct gt_feed *feed, struct gt_chunk *chunk,
                     struct gt_err *err)
{
  size_t need = chunk->len + PIECE, cap = PIECE;
  size_t most = feed->line_max + 2 * PIECE;
  if (chunk->len == 0 && chunk->cap == PIECE) return 0;
  if (chunk->len > 0) {
    if (need <= chunk->cap) return 0;
    cap = chunk->cap * 2 < most ? chunk->cap * 2 : most;
    if (cap < need) cap = need;
  }
  char *own = realloc(chunk->own, cap);
  if (!own) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  chunk->own = own;
  chunk->cap = cap;
  return 0;
}

/* Reads into the chunk up to `want` bytes in all. */
static int fill(struct gt_feed *feed, struct gt_chunk *chunk, size_t want,
                struct gt_err *err)
{
  while (chunk->len < want && !feed->end) {
    ssize_t n =
        gt_source_read(feed->source, chunk->own + chunk->len, want - chunk->len, err);
    if (n < 0) return -1;
    if (n == 0) feed->end = true;
    chunk->len += (size_t)n;
  }
  return 0;
}

/* What follows the chunk's line end at `used` begins the next chunk. */
static void carry(struct gt_feed *feed, struct gt_chunk *chunk, size_t used)
{
  feed->carry_len = chunk->len - used;
  memcpy(feed->carry, chunk->own + used, feed->carry_len);
  chunk->len = used;
}

/* Passes over the rest of a line that is too long. */
static int drop_line(struct gt_feed *feed, struct gt_chunk *chunk, struct gt_err *err)
{
  size_t keep = feed->line_max + 1;
  char last = chunk->own[chunk->len - 1];
  chunk->cut = true;
  chunk->dropped = chunk->len - keep;
  while (!feed->end && !chunk->newline) {
    chunk->len = keep;
    if (make_room(feed, chunk, err) < 0) return -1;
    if (fill(feed, chunk, keep + PIECE, err) < 0) return -1;
    const char *nl = memchr(chunk->own + keep, '\n', chunk->len - keep);
    size_t used = nl ? (size_t)(nl - chunk->own) + 1 : chunk->len;
    chunk->dropped += used - keep;
    chunk->newline = nl;
    chunk->crlf = nl && (nl > chunk->own + keep ? nl[-1] : last) == '\r';
    last = chunk->own[chunk->len - 1];
    carry(feed, chunk, used);
  }
  chunk->len = keep;
  return 0;
}

static int next_of_source(struct gt_feed *feed, struct gt_chunk *chunk,
                          struct gt_err *err)
{
  chunk->len = 0;
  if (make_room(feed, chunk, err) < 0) return -1;
  memcpy(chunk->own, feed->carry, feed->carry_len);
  chunk->len = feed->carry_len;
  feed->carry_len = 0;
  size_t seen = 0, want = PIECE;
  const char *nl = NULL;
  for (;; want = chunk->len + PIECE) {
    if (want > PIECE && make_room(feed, chunk, err) < 0) return -1;
    if (fill(feed, chunk, want, err) < 0) return -1;
    nl = memrchr(chunk->own + seen, '\n', chunk->len - seen);
    if (nl || feed->end) break;
    seen = chunk->len;
    if (chunk->len > feed->line_max + 1) break; /* one more may be a CR */
  }
  if (nl)
    carry(feed, chunk, (size_t)(nl - chunk->own) + 1);
  else if (!feed->end && drop_line(feed, chunk, err) < 0)
    return -1;
  chunk->data = chunk->own;
  return chunk->len > 0;
}

int gt_feed_next(struct gt_feed *feed, struct gt_chunk *chunk, struct gt_err *err)
{
  chunk->cut = chunk->newline = chunk->crlf = false;
  chunk->dropped = 0;
  return feed->source ? next_of_source(feed, chunk, err) : next_of_bytes(feed, chunk);
}

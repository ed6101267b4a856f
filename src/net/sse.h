/* Server-sent events: bytes in any portions -> the data of one event after the other.
 *
 * Used by api/stream.c. Follows the WHATWG rules that matter here: LF, CRLF or CR end a
 * line, several data: lines of an event are joined by LF, comments and other fields are
 * skipped, a BOM at the start is skipped. What is left at the end of the stream without
 * a blank line is given by gt_sse_end, since servers forget it. */
#ifndef GT_NET_SSE_H
#define GT_NET_SSE_H

#include "base/buf.h"

struct gt_sse {
  struct gt_buf line, data;
  bool has_data, skip_lf, started;
  /* Returns other than 0 to stop. `data` is borrowed for the call. */
  int (*event)(void *ctx, const char *data, size_t len);
  void *ctx;
};

void gt_sse_init(struct gt_sse *s, size_t max_event,
                 int (*event)(void *ctx, const char *data, size_t len), void *ctx);
void gt_sse_clear(struct gt_sse *s);
/* -1 over the ceiling or when event() said stop. */
int gt_sse_feed(struct gt_sse *s, const char *bytes, size_t len);
int gt_sse_end(struct gt_sse *s);

#endif

/* Server-sent events. See sse.h. */
#include "net/sse.h"

#include <string.h>

void gt_sse_init(struct gt_sse *s, size_t max_event,
                 int (*event)(void *ctx, const char *data, size_t len), void *ctx)
{
  *s = (struct gt_sse){.event = event, .ctx = ctx};
  gt_buf_init(&s->line, max_event);
  gt_buf_init(&s->data, max_event);
}

void gt_sse_clear(struct gt_sse *s)
{
  gt_buf_clear(&s->line);
  gt_buf_clear(&s->data);
}

static int give(struct gt_sse *s)
{
  if (!s->has_data) return 0;
  int rc = s->event(s->ctx, gt_buf_str(&s->data), s->data.len);
  gt_buf_reset(&s->data);
  s->has_data = false;
  return rc == 0 ? 0 : -1;
}

static int take_line(struct gt_sse *s)
{
  const char *line = gt_buf_str(&s->line);
  size_t len = s->line.len;
  int rc = 0;
  if (!s->started && len >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0) {
    line += 3;
    len -= 3;
  }
  s->started = true;
  if (len == 0) {
    rc = give(s);
  } else if (len >= 5 && memcmp(line, "data:", 5) == 0) {
    size_t skip = len > 5 && line[5] == ' ' ? 6 : 5;
    if (s->has_data) rc = gt_buf_addc(&s->data, '\n');
    if (rc == 0) rc = gt_buf_add(&s->data, line + skip, len - skip);
    s->has_data = true;
  } else if (line[0] == '{') {
    /* An error after the start of the stream comes as bare JSON from some servers. */
    rc = s->event(s->ctx, line, len) == 0 ? 0 : -1;
  }
  gt_buf_reset(&s->line);
  return rc;
}

int gt_sse_feed(struct gt_sse *s, const char *bytes, size_t len)
{
  const char *end = bytes + len;
  while (bytes < end) {
    if (s->skip_lf && *bytes == '\n') {
      s->skip_lf = false;
      bytes++;
      continue;
    }
    s->skip_lf = false;
    size_t run = 0;
    while (bytes + run < end && bytes[run] != '\n' && bytes[run] != '\r') run++;
    if (gt_buf_add(&s->line, bytes, run) < 0) return -1;
    bytes += run;
    if (bytes == end) break;
    s->skip_lf = *bytes++ == '\r';
    if (take_line(s) < 0) return -1;
  }
  return 0;
}

int gt_sse_end(struct gt_sse *s)
{
  if (s->line.len && take_line(s) < 0) return -1;
  return give(s);
}

/* A growing byte buffer that is born with a ceiling.
 *
 * Used wherever bytes are collected. It never grows past its ceiling: the add that
 * would do so frees the memory, marks the buffer failed and returns -1, and so does
 * every later add, so a chain of adds needs one check at its end. The bytes are
 * followed by a NUL that is not counted. */
#ifndef GT_BASE_BUF_H
#define GT_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct gt_buf {
  char *data; /* NULL while empty */
  size_t len;
  size_t cap;
  size_t max; /* ceiling in bytes */
  bool failed;
};

void gt_buf_init(struct gt_buf *b, size_t max);
/* Gives the memory back; the buffer is empty and usable again. */
void gt_buf_clear(struct gt_buf *b);
/* Empties the buffer but keeps its memory. */
void gt_buf_reset(struct gt_buf *b);
/* Room for n more bytes at data+len; NULL over the ceiling. The caller adds to len. */
char *gt_buf_room(struct gt_buf *b, size_t n);
int gt_buf_add(struct gt_buf *b, const void *bytes, size_t n);
int gt_buf_adds(struct gt_buf *b, const char *s);
int gt_buf_addc(struct gt_buf *b, char c);
int gt_buf_addf(struct gt_buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The bytes as a C string; "" while empty. Borrowed until the next change. */
const char *gt_buf_str(const struct gt_buf *b);

#endif

/* The growing buffer with a ceiling. See buf.h. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void gt_buf_init(struct gt_buf *b, size_t max) { *b = (struct gt_buf){.max = max}; }

void gt_buf_clear(struct gt_buf *b)
{
  free(b->data);
  *b = (struct gt_buf){.max = b->max};
}

void gt_buf_reset(struct gt_buf *b)
{
  b->len = 0;
  b->failed = false;
  if (b->data) b->data[0] = '\0';
}

static char *fail(struct gt_buf *b)
{
  gt_buf_clear(b);
  b->failed = true;
  return NULL;
}

char *gt_buf_room(struct gt_buf *b, size_t n)
{
  if (b->failed) return NULL;
  if (n > b->max || b->len > b->max - n) return fail(b);
  size_t need = b->len + n + 1;
  if (need > b->cap) {
    size_t cap = b->cap ? b->cap : 128;
    while (cap < need) cap += cap / 2 + 64;
    if (cap > b->max + 1) cap = b->max + 1;
    char *data = realloc(b->data, cap);
    if (!data) return fail(b);
    b->data = data;
    b->cap = cap;
  }
  return b->data + b->len;
}

int gt_buf_add(struct gt_buf *b, const void *bytes, size_t n)
{
  char *at = gt_buf_room(b, n);
  if (!at) return -1;
  if (n) memcpy(at, bytes, n);
  b->len += n;
  b->data[b->len] = '\0';
  return 0;
}

int gt_buf_adds(struct gt_buf *b, const char *s) { return gt_buf_add(b, s, strlen(s)); }

int gt_buf_addc(struct gt_buf *b, char c) { return gt_buf_add(b, &c, 1); }

int gt_buf_addf(struct gt_buf *b, const char *fmt, ...)
{
  va_list ap;
  /* Into what is free already; short texts fit as a rule. */
  size_t left = b->data ? b->cap - b->len : 0;
  va_start(ap, fmt);
  int n = vsnprintf(left ? b->data + b->len : NULL, left, fmt, ap);
  va_end(ap);
  if (n < 0 || b->failed) return -1;
  if ((size_t)n >= left) {
    char *at = gt_buf_room(b, (size_t)n);
    if (!at) return -1;
    va_start(ap, fmt);
    vsnprintf(at, (size_t)n + 1, fmt, ap);
    va_end(ap);
  }
  b->len += (size_t)n;
  return 0;
}

const char *gt_buf_str(const struct gt_buf *b) { return b->data ? b->data : ""; }

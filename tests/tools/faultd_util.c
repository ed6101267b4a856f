/*
 * faultd_util.c: growing buffer, JSON string escape, glob, FNV-1a and clock of the
 * scripted fault server. Never touches a socket.
 */
#define _POSIX_C_SOURCE 200809L
#include "faultd.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void give_up(const char *why)
{
  fprintf(stderr, "faultd: %s\n", why);
  abort();
}

void *faultd_alloc(size_t n)
{
  void *p = calloc(1, n);
  if (!p) give_up("out of memory");
  return p;
}

char *faultd_strdup(const char *s)
{
  size_t n = strlen(s) + 1;
  return memcpy(faultd_alloc(n), s, n);
}

static void reserve(struct faultd_buf *b, size_t n)
{
  if (b->len + n < b->cap) return;
  if (n > FAULTD_BUF_MAX || b->len + n >= FAULTD_BUF_MAX) give_up("buffer ceiling");
  size_t cap = b->cap ? b->cap : 256;
  while (cap <= b->len + n) cap *= 2;
  b->p = realloc(b->p, cap);
  if (!b->p) give_up("out of memory");
  b->cap = cap;
}

void faultd_buf_add(struct faultd_buf *b, const void *p, size_t n)
{
  reserve(b, n);
  if (n) memcpy(b->p + b->len, p, n);
  b->len += n;
  b->p[b->len] = 0;
}

void faultd_buf_printf(struct faultd_buf *b, const char *fmt, ...)
{
  va_list ap, again;
  va_start(ap, fmt);
  va_copy(again, ap);
  int n = vsnprintf(NULL, 0, fmt, ap);
  if (n < 0) give_up("format");
  reserve(b, (size_t)n);
  vsnprintf(b->p + b->len, (size_t)n + 1, fmt, again);
  b->len += (size_t)n;
  va_end(again);
  va_end(ap);
}

void faultd_buf_clear(struct faultd_buf *b)
{
  free(b->p);
  *b = (struct faultd_buf){0};
}

/* Length of the well-formed UTF-8 sequence at p, 0 when there is none. */
static size_t utf8_len(const unsigned char *p, size_t n)
{
  unsigned char c = p[0], low = 0x80, high = 0xbf;
  if (c < 0x80) return 1;
  size_t want = c >= 0xc2 && c <= 0xdf   ? 2
                : c >= 0xe0 && c <= 0xef ? 3
                : c >= 0xf0 && c <= 0xf4 ? 4
                                         : 0;
  if (want == 0 || want > n) return 0;
  if (c == 0xe0) low = 0xa0;
  if (c == 0xed) high = 0x9f;
  if (c == 0xf0) low = 0x90;
  if (c == 0xf4) high = 0x8f;
  if (p[1] < low || p[1] > high) return 0;
  for (size_t i = 2; i < want; i++)
    if ((p[i] & 0xc0) != 0x80) return 0;
  return want;
}

/* A quoted JSON string; a byte that is not UTF-8 becomes U+FFFD. */
void faultd_buf_json(struct faultd_buf *b, const char *p, size_t n)
{
  const unsigned char *s = (const unsigned char *)p;
  faultd_buf_add(b, "\"", 1);
  for (size_t i = 0, step; i < n; i += step) {
    step = utf8_len(s + i, n - i);
    if (step == 0) {
      faultd_buf_add(b, "\\ufffd", 6);
      step = 1;
    } else if (s[i] < 0x20) {
      faultd_buf_printf(b, "\\u%04x", s[i]);
    } else {
      if (s[i] == '"' || s[i] == '\\') faultd_buf_add(b, "\\", 1);
      faultd_buf_add(b, s + i, step);
    }
  }
  faultd_buf_add(b, "\"", 1);
}

/* '*' stands for any run of bytes, slashes included; nothing else is special. */
bool faultd_glob(const char *glob, const char *text)
{
  const char *star = NULL, *back = NULL;
  while (*text) {
    if (*glob == '*') {
      star = ++glob;
      back = text;
    } else if (*glob == *text) {
      glob++;
      text++;
    } else if (star) {
      glob = star;
      text = ++back;
    } else {
      return false;
    }
  }
  while (*glob == '*') glob++;
  return *glob == 0;
}

/* FNV-1a 64: small, and a test can compute it again in any language. */
uint64_t faultd_fnv(uint64_t hash, const char *p, size_t n)
{
  for (size_t i = 0; i < n; i++)
    hash = (hash ^ (unsigned char)p[i]) * UINT64_C(0x100000001b3);
  return hash;
}

double faultd_clock(void)
{
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

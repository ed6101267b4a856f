/* UTF-8. See utf8.h; the table of well-formed sequences is Unicode 15, table 3-7. */
#include "base/utf8.h"

static int tail(unsigned char c) { return (c & 0xC0) == 0x80; }

/* The length of the well-formed sequence at s, 0 when there is none. */
static size_t sequence(const unsigned char *s, size_t left)
{
  unsigned char c = s[0];
  if (c < 0x80) return 1;
  if (c < 0xC2 || c > 0xF4) return 0;
  if (c < 0xE0) return left >= 2 && tail(s[1]) ? 2 : 0;
  if (c < 0xF0) {
    if (left < 3 || !tail(s[1]) || !tail(s[2])) return 0;
    if (c == 0xE0 && s[1] < 0xA0) return 0;
    if (c == 0xED && s[1] > 0x9F) return 0;
    return 3;
  }
  if (left < 4 || !tail(s[1]) || !tail(s[2]) || !tail(s[3])) return 0;
  if (c == 0xF0 && s[1] < 0x90) return 0;
  if (c == 0xF4 && s[1] > 0x8F) return 0;
  return 4;
}

size_t gt_utf8_check(const char *s, size_t len)
{
  size_t i = 0;
  while (i < len) {
    size_t n = sequence((const unsigned char *)s + i, len - i);
    if (n == 0) return i;
    i += n;
  }
  return len;
}

size_t gt_utf8_decode(uint32_t *cp, const char *s, const char *end)
{
  const unsigned char *u = (const unsigned char *)s;
  size_t n = sequence(u, (size_t)(end - s));
  switch (n) {
  case 2: *cp = (uint32_t)(u[0] & 0x1F) << 6 | (u[1] & 0x3F); return 2;
  case 3:
    *cp = (uint32_t)(u[0] & 0x0F) << 12 | (uint32_t)(u[1] & 0x3F) << 6 | (u[2] & 0x3F);
    return 3;
  case 4:
    *cp = (uint32_t)(u[0] & 0x07) << 18 | (uint32_t)(u[1] & 0x3F) << 12 |
          (uint32_t)(u[2] & 0x3F) << 6 | (u[3] & 0x3F);
    return 4;
  default: *cp = u[0]; return 1;
  }
}

size_t gt_utf8_encode(char out[4], uint32_t cp)
{
  if (cp < 0x80) {
    out[0] = (char)cp;
    return 1;
  }
  if (cp < 0x800) {
    out[0] = (char)(0xC0 | cp >> 6);
    out[1] = (char)(0x80 | (cp & 0x3F));
    return 2;
  }
  if (cp < 0x10000) {
    out[0] = (char)(0xE0 | cp >> 12);
    out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[2] = (char)(0x80 | (cp & 0x3F));
    return 3;
  }
  out[0] = (char)(0xF0 | cp >> 18);
  out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
  out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
  out[3] = (char)(0x80 | (cp & 0x3F));
  return 4;
}

size_t gt_utf8_count(const char *s, size_t len)
{
  size_t n = 0;
  for (size_t i = 0; i < len; i++) n += ((unsigned char)s[i] & 0xC0) != 0x80;
  return n;
}

/* Strings, numbers and paths over raw JSON slices. See json_value.h. */
#include "base/json_value.h"

#include "base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int hex4(uint32_t *v, const char *s, const char *end)
{
  if (end - s < 4) return -1;
  *v = 0;
  for (int i = 0; i < 4; i++) {
    char c = s[i];
    uint32_t d;
    if (c >= '0' && c <= '9')
      d = (uint32_t)(c - '0');
    else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
      d = (uint32_t)((c | 0x20) - 'a') + 10;
    else
      return -1;
    *v = *v << 4 | d;
  }
  return 0;
}

static size_t escape_unicode(uint32_t *cp, enum gt_json_fault *fault, const char *s,
                             const char *end)
{
  uint32_t low;
  *fault = GT_JSON_UNICODE_ESCAPE;
  if (hex4(cp, s + 2, end) < 0) return 2;
  *fault = GT_JSON_FINE;
  if (*cp < 0xD800 || *cp > 0xDFFF) return 6;
  *fault = GT_JSON_SURROGATE;
  if (*cp > 0xDBFF || end - s < 12 || s[6] != '\\' || s[7] != 'u') return 6;
  if (hex4(&low, s + 8, end) < 0 || low < 0xDC00 || low > 0xDFFF) return 6;
  *fault = GT_JSON_FINE;
  *cp = 0x10000 + ((*cp - 0xD800) << 10 | (low - 0xDC00));
  return 12;
}

size_t gt_json_escape(uint32_t *cp, enum gt_json_fault *fault, const char *s,
                      const char *end)
{
  *fault = GT_JSON_FINE;
  *cp = 0;
  switch (end - s > 1 ? s[1] : '\0') {
  case '"': *cp = '"'; return 2;
  case '\\': *cp = '\\'; return 2;
  case '/': *cp = '/'; return 2;
  case 'b': *cp = '\b'; return 2;
  case 'f': *cp = '\f'; return 2;
  case 'n': *cp = '\n'; return 2;
  case 'r': *cp = '\r'; return 2;
  case 't': *cp = '\t'; return 2;
  case 'u': return escape_unicode(cp, fault, s, end);
  default:
    /* only the backslash: what follows it may be the start of a longer sequence */
    *fault = GT_JSON_ESCAPE;
    return 1;
  }
}

size_t gt_json_decode(char out[4], size_t *n, const char *s, const char *end)
{
  uint32_t cp;
  size_t took;
  if (*s == '\\') {
    enum gt_json_fault fault;
    took = gt_json_escape(&cp, &fault, s, end);
    if (fault == GT_JSON_FINE) {
      *n = gt_utf8_encode(out, cp);
      return took;
    }
    took = 1;
  } else {
    took = gt_utf8_decode(&cp, s, end);
  }
  memcpy(out, s, took);
  *n = took;
  return took;
}

int gt_json_unescape_to(char *out, size_t *len, const struct gt_json_slice *s)
{
  const char *p = s->at, *end = p + s->len;
  char *to = out;
  while (p < end) {
    const char *slash = s->escaped ? memchr(p, '\\', (size_t)(end - p)) : NULL;
    size_t run = (size_t)((slash ? slash : end) - p);
    memcpy(to, p, run);
    to += run;
    p += run;
    if (!slash) break;
    uint32_t cp;
    enum gt_json_fault fault;
    p += gt_json_escape(&cp, &fault, p, end);
    if (fault != GT_JSON_FINE) return -1;
    char utf8[4]; /* not straight to `to`: its room may be the bytes still needed */
    size_t n = gt_utf8_encode(utf8, cp);
    memcpy(to, utf8, n);
    to += n;
  }
  *len = (size_t)(to - out);
  return 0;
}

int gt_json_unescape(struct gt_buf *out, const struct gt_json_slice *s)
{
  size_t len;
  char *to = gt_buf_room(out, s->len);
  if (!to || gt_json_unescape_to(to, &len, s) < 0) return -1;
  out->len += len;
  out->data[out->len] = '\0';
  return 0;
}

bool gt_json_equals(const struct gt_json_slice *s, const char *text, size_t len)
{
  if (!s->escaped) return s->len == len && memcmp(s->at, text, len) == 0;
  const char *p = s->at, *end = p + s->len, *text_end = text + len;
  while (p < end) {
    char one[4];
    size_t n;
    p += gt_json_decode(one, &n, p, end);
    if ((size_t)(text_end - text) < n || memcmp(text, one, n) != 0) return false;
    text += n;
  }
  return text == text_end;
}

bool gt_json_is(const struct gt_json_slice *s, const char *text)
{
  return gt_json_equals(s, text, strlen(text));
}

/* A number taken apart: digits d1 d2 … dn stand for 0.d1d2…dn times 10^point. */
struct decimal {
  char digits[800]; /* 767 decide every double; the last one says "and more" */
  size_t count;
  long point;
  bool negative;
};

static void take_digit(struct decimal *d, char c, bool fraction)
{
  if (d->count == 0 && c == '0') {
    d->point -= fraction;
    return;
  }
  if (d->count < sizeof d->digits)
    d->digits[d->count++] = c;
  else if (c != '0')
    d->digits[d->count - 1] = '1';
  d->point += !fraction;
}

static int take_apart(struct decimal *d, const struct gt_json_slice *s)
{
  const char *p = s->at, *end = p + s->len;
  bool fraction = false, minus = false;
  long e = 0;
  if (s->type != GT_JSON_NUMBER || s->len == 0) return -1;
  d->count = 0;
  d->point = 0;
  d->negative = *p == '-';
  for (p += d->negative; p < end && *p != 'e' && *p != 'E'; p++) {
    if (*p == '.')
      fraction = true;
    else
      take_digit(d, *p, fraction);
  }
  if (p < end) p++;
  if (p < end && (*p == '-' || *p == '+')) minus = *p++ == '-';
  for (; p < end; p++)
    if (e < 1000000000) e = e * 10 + (*p - '0');
  d->point += minus ? -e : e;
  while (d->count > 0 && d->digits[d->count - 1] == '0') d->count--;
  return 0;
}

int gt_json_to_int64(int64_t *v, const struct gt_json_slice *s)
{
  struct decimal d;
  uint64_t u = 0;
  if (take_apart(&d, s) < 0) return -1;
  if (d.count > 0 && (d.point < (long)d.count || d.point > 19)) return -1;
  for (long i = 0; d.count > 0 && i < d.point; i++) {
    uint64_t digit = i < (long)d.count ? (uint64_t)(d.digits[i] - '0') : 0;
    u = u * 10 + digit; /* 19 digits fit */
  }
  uint64_t limit = (uint64_t)INT64_MAX + d.negative;
  if (u > limit) return -1;
  *v = d.negative ? (int64_t)(0 - u) : (int64_t)u;
  return 0;
}

int gt_json_to_double(double *v, const struct gt_json_slice *s)
{
  struct decimal d;
  char text[sizeof d.digits + 32];
  if (take_apart(&d, s) < 0) return -1;
  /* no decimal point is written, so the locale has no say */
  if (d.count == 0)
    *v = 0;
  else {
    snprintf(text, sizeof text, "%.*se%ld", (int)d.count, d.digits,
             d.point - (long)d.count);
    *v = strtod(text, NULL);
  }
  if (d.negative) *v = -*v;
  return isinf(*v) ? -1 : 0;
}

/* The element of the container just opened that the path's part names: 1 with its value
 * as the next to read, 0 when there is none, -1 for an error. */
static int enter(struct gt_json_reader *r, const char *part, size_t len)
{
  if (r->value.type == GT_JSON_OBJECT) {
    while (gt_json_next(r) == GT_JSON_KEY) {
      if (gt_json_equals(&r->value, part, len)) return 1;
      if (gt_json_skip(r, NULL) < 0) return -1;
    }
    return r->fault ? -1 : 0;
  }
  size_t index = 0;
  if (r->value.type != GT_JSON_ARRAY || len == 0 || len > 9) return 0;
  for (size_t i = 0; i < len; i++) {
    if (part[i] < '0' || part[i] > '9') return 0;
    index = index * 10 + (size_t)(part[i] - '0');
  }
  for (;;) {
    enum gt_json_type type;
    if (index-- == 0) return 1;
    type = gt_json_next(r);
    if (type == GT_JSON_ERROR) return -1;
    if (type == GT_JSON_ARRAY_END) return 0;
    if (gt_json_skip(r, NULL) < 0) return -1;
  }
}

enum gt_json_type gt_json_find(struct gt_json_slice *found, const char *doc, size_t len,
                               const char *path)
{
  struct gt_json_reader r;
  gt_json_init(&r, doc, len);
  r.any_keys = true;
  *found = (struct gt_json_slice){.type = GT_JSON_END};
  enum gt_json_type type = gt_json_next(&r);
  while (type != GT_JSON_ERROR && *path) {
    size_t n = strcspn(path, ".");
    int rc = enter(&r, path, n);
    if (rc < 0) return GT_JSON_ERROR;
    if (rc == 0) return GT_JSON_END;
    path += path[n] ? n + 1 : n;
    type = gt_json_next(&r);
    if (type == GT_JSON_ARRAY_END) return GT_JSON_END;
  }
  if (type == GT_JSON_ERROR || gt_json_skip(&r, found) < 0) return GT_JSON_ERROR;
  return found->type;
}

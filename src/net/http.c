/* The exchange: start values, header look-up, origins. See http.h. */
#include "net/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { HEAD_MAX = 64 * 1024, REPLY_MAX = 64 * 1024 * 1024 };

void gt_exchange_init(struct gt_exchange *x)
{
  memset(x, 0, offsetof(struct gt_exchange, detail) + 1);
  x->impl = NULL;
  x->body_fd = -1;
  x->max_response = REPLY_MAX;
  gt_buf_init(&x->head, HEAD_MAX);
  gt_buf_init(&x->reply, REPLY_MAX);
}

void gt_exchange_clear(struct gt_exchange *x)
{
  gt_buf_clear(&x->head);
  gt_buf_clear(&x->reply);
}

void gt_exchange_reset(struct gt_exchange *x)
{
  x->status = 0;
  x->failure = GT_WIRE_OK;
  x->reused = false;
  x->detail[0] = '\0';
  gt_buf_reset(&x->head);
  gt_buf_reset(&x->reply);
  x->reply.max = x->max_response;
}

const char *gt_http_header(const struct gt_exchange *x, const char *name, size_t *len)
{
  size_t want = strlen(name);
  const char *p = gt_buf_str(&x->head), *end = p + x->head.len;
  while (p < end) {
    const char *eol = memchr(p, '\n', (size_t)(end - p));
    const char *stop = eol ? eol : end;
    if ((size_t)(stop - p) > want && p[want] == ':' &&
        strncasecmp(p, name, want) == 0) {
      p += want + 1;
      while (p < stop && (*p == ' ' || *p == '\t')) p++;
      while (stop > p && (stop[-1] == '\r' || stop[-1] == ' ' || stop[-1] == '\t'))
        stop--;
      *len = (size_t)(stop - p);
      return p;
    }
    p = eol ? eol + 1 : end;
  }
  *len = 0;
  return NULL;
}

const char *gt_http_header_copy(const struct gt_exchange *x, const char *name,
                                char *buf, size_t cap)
{
  size_t len;
  const char *at = gt_http_header(x, name, &len);
  if (!at || len >= cap) len = 0;
  if (len) memcpy(buf, at, len);
  buf[len] = '\0';
  return buf;
}

struct origin {
  const char *scheme, *host;
  size_t scheme_len, host_len;
  long port;
};

static bool split_origin(struct origin *o, const char *url)
{
  const char *sep = strstr(url, "://");
  if (!sep) return false;
  o->scheme = url;
  o->scheme_len = (size_t)(sep - url);
  o->host = sep + 3;
  size_t all = strcspn(o->host, "/?#");
  /* "https://good@evil/" is evil's: user info never matches an origin. */
  if (memchr(o->host, '@', all)) return false;
  const char *colon = memrchr(o->host, ':', all);
  const char *bracket = memchr(o->host, ']', all);
  if (colon && bracket && colon < bracket) colon = NULL;
  o->host_len = colon ? (size_t)(colon - o->host) : all;
  o->port = o->scheme_len == 5 ? 443 : 80;
  if (colon) o->port = strtol(colon + 1, NULL, 10);
  return true;
}

bool gt_http_same_origin(const char *url, const char *origin)
{
  struct origin a, b;
  return split_origin(&a, url) && split_origin(&b, origin) &&
         a.scheme_len == b.scheme_len && a.host_len == b.host_len && a.port == b.port &&
         strncasecmp(a.scheme, b.scheme, a.scheme_len) == 0 &&
         strncasecmp(a.host, b.host, a.host_len) == 0;
}

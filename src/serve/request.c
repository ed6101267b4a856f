/* From what libmicrohttpd has read to a gt_serve_request. See exchange.h. The request
 * line is decoded here: libmicrohttpd's decoded path ends at the first %00. */
#include "serve/exchange.h"

#include <stdlib.h>
#include <string.h>

static int hex(char c)
{
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* Decodes up to the end or one of stops; *s is then there. Writes a NUL behind. */
static size_t decode(char **out, const char **s, const char *stops, bool plus)
{
  char *at = *out, *first = at;
  const char *p = *s;
  while (*p && !strchr(stops, *p)) {
    int high, low;
    if (*p == '%' && (high = hex(p[1])) >= 0 && (low = hex(p[2])) >= 0) {
      *at++ = (char)(high << 4 | low);
      p += 3;
    } else {
      *at++ = *p == '+' && plus ? ' ' : *p;
      p++;
    }
  }
  *at++ = '\0';
  *s = p;
  *out = at;
  return (size_t)(at - first) - 1;
}

struct gt_serve_exchange *gt_serve_exchange_new(const char *uri)
{
  size_t len = strlen(uri), fields = 0;
  const char *question = strchr(uri, '?');
  for (const char *p = question; p; p = strchr(p + 1, '&')) fields++;
  /* Every field brings at most two NULs, one of them in place of its separator. */
  struct gt_serve_exchange *x =
      calloc(1, sizeof *x + fields * sizeof(struct gt_serve_field) + len + fields + 2);
  if (!x) return NULL;
  struct gt_serve_field *field = (struct gt_serve_field *)(void *)(x + 1);
  char *at = (char *)(field + fields);
  x->req.path = at;
  x->req.path_len = decode(&at, &uri, "?", false);
  x->req.query = field;
  while (*uri) {
    uri++; /* "?" or "&" */
    if (!*uri || *uri == '&') continue;
    field->name = at;
    field->name_len = decode(&at, &uri, "=&", true);
    if (*uri == '=') {
      uri++;
      field->value = at;
      field->value_len = decode(&at, &uri, "&", true);
    } else {
      field->value = "";
    }
    field++;
  }
  x->req.query_count = (size_t)(field - x->req.query);
  return x;
}

void gt_serve_exchange_drop(struct gt_serve_exchange *x)
{
  if (x->held) *x->held -= x->body.len;
  gt_buf_clear(&x->body);
}

void gt_serve_exchange_free(struct gt_serve_exchange *x)
{
  if (!x) return;
  gt_serve_exchange_drop(x);
  free(x->headers);
  free(x);
}

/* Where a walk over the headers is: first measuring, then copying. */
struct walk {
  size_t names; /* bytes, NULs included */
  struct gt_serve_field *field;
  char *at;
};

static enum MHD_Result measure(void *cls, enum MHD_ValueKind kind, const char *name,
                               const char *value)
{
  struct walk *w = cls;
  (void)kind;
  (void)value;
  w->names += strlen(name) + 1;
  return MHD_YES;
}

static enum MHD_Result copy(void *cls, enum MHD_ValueKind kind, const char *name,
                            const char *value)
{
  struct walk *w = cls;
  (void)kind;
  *w->field = (struct gt_serve_field){.name = w->at,
                                      .name_len = strlen(name),
                                      .value = value ? value : "",
                                      .value_len = value ? strlen(value) : 0};
  for (; *name; name++)
    *w->at++ = *name >= 'A' && *name <= 'Z' ? (char)(*name + 32) : *name;
  *w->at++ = '\0';
  w->field++;
  return MHD_YES;
}

int gt_serve_exchange_headers(struct gt_serve_exchange *x, const struct gt_mhd_so *so,
                              struct MHD_Connection *c)
{
  struct walk w = {0};
  int n = so->MHD_get_connection_values(c, MHD_HEADER_KIND, measure, &w);
  size_t count = n > 0 ? (size_t)n : 0;
  /* Bounded by the connection's memory, in which libmicrohttpd has all headers. */
  x->headers = malloc(count * sizeof *x->headers + w.names + 1);
  if (!x->headers) return -1;
  w.field = x->headers;
  w.at = (char *)(x->headers + count);
  so->MHD_get_connection_values(c, MHD_HEADER_KIND, copy, &w);
  x->req.headers = x->headers;
  x->req.header_count = count;
  return 0;
}

void gt_serve_refuse(struct gt_serve_exchange *x, int status, enum gt_code code,
                     const char *why)
{
  if (x->refusal) return;
  x->refusal = status;
  x->code = code;
  x->why = why;
}

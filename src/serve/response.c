/* From a gt_serve_response to libmicrohttpd's. See exchange.h. */
#include "base/json_write.h"
#include "base/utf8.h"
#include "serve/exchange.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
  MAX_HEAD = 64 * 1024,
  MAX_ENDS = 16 * 1024 * 1024,
  BLOCK = 16 * 1024, /* of a stream; a longer chunk goes out in several */
};

void gt_serve_response_init(struct gt_serve_response *res)
{
  *res = (struct gt_serve_response){.status = 0};
  gt_buf_init(&res->head, MAX_HEAD);
  gt_buf_init(&res->body, GT_SERVE_MAX_RESPONSE);
  gt_buf_init(&res->ends, MAX_ENDS);
}

void gt_serve_response_clear(struct gt_serve_response *res)
{
  gt_buf_clear(&res->head);
  gt_buf_clear(&res->body);
  gt_buf_clear(&res->ends);
}

void gt_serve_header(struct gt_serve_response *res, const char *name, const char *value)
{
  gt_buf_add(&res->head, name, strlen(name) + 1);
  gt_buf_add(&res->head, value, strlen(value) + 1);
}

void gt_serve_body(struct gt_serve_response *res, const void *bytes, size_t len)
{
  gt_buf_add(&res->body, bytes, len);
}

void gt_serve_chunk(struct gt_serve_response *res, const void *bytes, size_t len)
{
  res->chunked = true;
  if (len == 0) return; /* an empty chunk would end the stream */
  gt_buf_add(&res->body, bytes, len);
  gt_buf_add(&res->ends, &res->body.len, sizeof res->body.len);
}

void gt_serve_fail(struct gt_serve_response *res, int status, enum gt_code code,
                   const char *message)
{
  char text[1024];
  gt_err_copy(text, sizeof text, message, strlen(message));
  for (size_t n = strlen(text), at; (at = gt_utf8_check(text, n)) < n;) text[at] = '?';
  gt_serve_response_clear(res);
  gt_serve_response_init(res);
  res->status = status;
  gt_serve_header(res, "content-type", "application/json; charset=UTF-8");
  gt_buf_addf(&res->body, "{\"error\":{\"code\":%d,\"message\":", status);
  gt_json_string(&res->body, text, strlen(text));
  gt_buf_addf(&res->body, ",\"status\":\"%s\"}}\n", gt_code_name((int)code));
}

/* --- streams --- */

struct stream {
  struct gt_buf body, ends;
  size_t at, next; /* bytes sent, index of the chunk that is being sent */
};

static ssize_t read_stream(void *cls, uint64_t pos, char *out, size_t max)
{
  struct stream *st = cls;
  (void)pos; /* the same as st->at: a response is sent once */
  if (st->at == st->body.len) return MHD_CONTENT_READER_END_OF_STREAM;
  size_t end;
  memcpy(&end, st->ends.data + st->next * sizeof end, sizeof end);
  size_t n = end - st->at < max ? end - st->at : max;
  memcpy(out, st->body.data + st->at, n);
  st->at += n;
  if (st->at == end) st->next++;
  return (ssize_t)n;
}

static void free_stream(void *cls)
{
  struct stream *st = cls;
  gt_buf_clear(&st->body);
  gt_buf_clear(&st->ends);
  free(st);
}

static struct MHD_Response *make_stream(struct gt_serve_response *res,
                                        const struct gt_mhd_so *so)
{
  struct stream *st = malloc(sizeof *st);
  if (!st) return NULL;
  *st = (struct stream){.body = res->body, .ends = res->ends};
  struct MHD_Response *r = so->MHD_create_response_from_callback(
      MHD_SIZE_UNKNOWN, BLOCK, read_stream, st, free_stream);
  if (!r) {
    free(st);
    return NULL;
  }
  gt_buf_init(&res->body, GT_SERVE_MAX_RESPONSE);
  gt_buf_init(&res->ends, MAX_ENDS);
  return r;
}

static struct MHD_Response *make_whole(struct gt_serve_response *res,
                                       const struct gt_mhd_so *so)
{
  if (res->body.len == 0)
    return so->MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT);
  struct MHD_Response *r = so->MHD_create_response_from_buffer(
      res->body.len, res->body.data, MHD_RESPMEM_MUST_FREE);
  if (r) gt_buf_init(&res->body, GT_SERVE_MAX_RESPONSE);
  return r;
}

/* The framing of a message is the server's affair. */
static bool is_framing(const char *name)
{
  return strcasecmp(name, "content-length") == 0 ||
         strcasecmp(name, "transfer-encoding") == 0 ||
         strcasecmp(name, "connection") == 0;
}

static bool add_headers(struct MHD_Response *r, const struct gt_serve_response *res,
                        const struct gt_mhd_so *so)
{
  const char *p = res->head.data, *end = p ? p + res->head.len : p;
  while (p < end) {
    const char *name = p, *value = name + strlen(name) + 1;
    p = value + strlen(value) + 1;
    /* libmicrohttpd takes no empty value. */
    if (is_framing(name) || !*value) continue;
    if (so->MHD_add_response_header(r, name, value) != MHD_YES) return false;
  }
  return true;
}

static const char *fault(const struct gt_serve_response *res)
{
  if (res->head.failed || res->body.failed || res->ends.failed)
    return "The response is too large.";
  if (res->status < 200 || res->status > 599) return "The response has no status.";
  return NULL;
}

enum MHD_Result gt_serve_response_queue(int *status, struct gt_serve_response *res,
                                        const struct gt_mhd_so *so,
                                        struct MHD_Connection *c)
{
  const char *wrong = fault(res);
  if (wrong) gt_serve_fail(res, 500, GT_INTERNAL, wrong);
  struct MHD_Response *r = res->chunked ? make_stream(res, so) : make_whole(res, so);
  if (r && !add_headers(r, res, so)) {
    so->MHD_destroy_response(r);
    gt_serve_fail(res, 500, GT_INTERNAL, "The response has a malformed header.");
    r = make_whole(res, so);
    if (r) add_headers(r, res, so);
  }
  *status = res->status;
  if (!r) return MHD_NO;
  enum MHD_Result ok = so->MHD_queue_response(c, (unsigned)res->status, r);
  so->MHD_destroy_response(r);
  return ok;
}

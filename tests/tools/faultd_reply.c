/*
 * faultd_reply.c: puts one scripted reply on the wire with its faults: stalls, drips,
 * cuts, wrong lengths, broken chunks, garbage. Used by faultd.c. Never reads a request.
 */
#define _POSIX_C_SOURCE 200809L
#include "faultd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct out {
  struct faultd_conn *conn;
  const struct faultd_reply *reply;
  uint64_t total, body;
  bool in_body, stalled;
};

enum { SENT = 0, GONE = -1, CUT = 1 };

struct source { /* of a body */
  const char *p;
  uint64_t len;
  bool repeat; /* p is a block of FILL_BLOCK bytes that repeats */
};

enum { FILL_BLOCK = 65536 };

static uint64_t min_u64(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* How much may go out at once, 0 when the reply is to be cut here. */
static size_t allowance(struct out *o, size_t n)
{
  const struct faultd_reply *r = o->reply;
  uint64_t may = n;
  if (r->cut.place == FAULTD_AFTER_TOTAL)
    may = min_u64(may, r->cut.at > o->total ? r->cut.at - o->total : 0);
  if (r->cut.place == FAULTD_AFTER_BODY && o->in_body)
    may = min_u64(may, r->cut.at > o->body ? r->cut.at - o->body : 0);
  if (r->stall_mid > 0 && o->in_body && !o->stalled)
    may = min_u64(may, r->stall_mid_at - o->body);
  if (r->drip && (o->in_body || r->drip_all)) may = min_u64(may, r->drip);
  return (size_t)may;
}

static int emit(struct out *o, const char *p, size_t n)
{
  const struct faultd_reply *r = o->reply;
  while (n) {
    if (r->stall_mid > 0 && o->in_body && !o->stalled && o->body == r->stall_mid_at) {
      o->stalled = true;
      if (faultd_conn_stall(o->conn, r->stall_mid)) return GONE;
    }
    size_t now = allowance(o, n);
    if (now == 0) return CUT;
    if (faultd_conn_send(o->conn, p, now)) return GONE;
    p += now;
    n -= now;
    o->total += now;
    if (o->in_body) o->body += now;
    if (r->drip && (o->in_body || r->drip_all) &&
        faultd_conn_stall(o->conn, r->drip_pause))
      return GONE;
  }
  return SENT;
}

static int emit_part(struct out *o, const struct source *s, uint64_t from, uint64_t n)
{
  while (n) {
    uint64_t now = s->repeat ? min_u64(n, FILL_BLOCK) : n;
    int rc = emit(o, s->repeat ? s->p : s->p + from, (size_t)now);
    if (rc) return rc;
    from += now;
    n -= now;
  }
  return SENT;
}

static int emit_chunks(struct out *o, const struct source *s)
{
  const struct faultd_reply *r = o->reply;
  char line[32];
  for (uint64_t at = 0, step; at < s->len; at += step) {
    int rc;
    step = min_u64(r->chunk, s->len - at);
    uint64_t said = step + (r->bad == FAULTD_BAD_LENGTH && at == 0 ? 3 : 0);
    if (r->bad == FAULTD_BAD_SIZE && at > 0) break;
    snprintf(line, sizeof line, "%llx\r\n", (unsigned long long)said);
    if ((rc = emit(o, line, strlen(line))) || (rc = emit_part(o, s, at, step)) ||
        (r->bad != FAULTD_BAD_CRLF && (rc = emit(o, "\r\n", 2))))
      return rc;
  }
  if (r->bad == FAULTD_BAD_SIZE) return emit(o, "zz\r\n", 4);
  return r->bad == FAULTD_BAD_END ? SENT : emit(o, "0\r\n\r\n", 5);
}

static const char *reason_of(unsigned status)
{
  static const struct {
    unsigned status;
    const char *text;
  } known[] = {
      {100, "Continue"},
      {103, "Early Hints"},
      {200, "OK"},
      {204, "No Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {413, "Content Too Large"},
      {429, "Too Many Requests"},
      {499, "Client Closed Request"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (known[i].status == status) return known[i].text;
  return "Unnamed";
}

/* Copies text with {{port}} and {{hit}} filled in. */
static void expand(struct faultd_buf *out, const struct faultd_buf *text,
                   const struct faultd_conn *c, const struct faultd_request *q)
{
  if (!text->len) return;
  const char *p = text->p, *end = p + text->len;
  for (const char *s = p; end - s >= 7; s++) {
    bool port = end - s >= 8 && !memcmp(s, "{{port}}", 8),
         hit = !memcmp(s, "{{hit}}", 7);
    if (!port && !hit) continue;
    faultd_buf_add(out, p, (size_t)(s - p));
    faultd_buf_printf(out, "%llu", port ? c->srv->port : (unsigned long long)q->hit);
    p = s + (port ? 8 : 7);
    s = p - 1;
  }
  faultd_buf_add(out, p, (size_t)(end - p));
}

static void echo(struct faultd_buf *out, const struct faultd_request *q)
{
  faultd_buf_printf(out, "{\"method\":");
  faultd_buf_json(out, q->method, strlen(q->method));
  faultd_buf_printf(out, ",\"path\":");
  faultd_buf_json(out, q->path, strlen(q->path));
  faultd_buf_printf(out, ",\"length\":%llu,\"headers\":[",
                    (unsigned long long)q->body_len);
  for (size_t i = 0; i < q->n_headers; i++) {
    faultd_buf_printf(out, "%s[", i ? "," : "");
    faultd_buf_json(out, q->headers[i].name, strlen(q->headers[i].name));
    faultd_buf_printf(out, ",");
    faultd_buf_json(out, q->headers[i].value, strlen(q->headers[i].value));
    faultd_buf_printf(out, "]");
  }
  faultd_buf_printf(out, "]}\n");
}

/* Fills in s; own keeps what it points to, if that had to be made. */
static void open_body(struct source *s, struct faultd_buf *own,
                      const struct faultd_conn *c, const struct faultd_request *q,
                      const struct faultd_reply *r)
{
  *s = (struct source){0};
  if (r->body_kind == FAULTD_BODY_FILL) {
    char block[1024];
    memset(block, r->fill, sizeof block);
    while (own->len < FILL_BLOCK) faultd_buf_add(own, block, sizeof block);
    *s = (struct source){own->p, r->fill_len, true};
    return;
  }
  if (r->body_kind == FAULTD_BODY_TEXT) expand(own, &r->body, c, q);
  if (r->body_kind == FAULTD_BODY_ECHO) echo(own, q);
  *s = (struct source){own->p, own->len, false};
}

static bool says_close(const struct faultd_request *q, const struct faultd_reply *r)
{
  return r->after == FAULTD_CLOSE || (r->after == FAULTD_KEEP && q->close);
}

static void build_head(struct faultd_buf *h, const struct source *s,
                       const struct faultd_conn *c, const struct faultd_request *q,
                       const struct faultd_reply *r)
{
  const char *reason = r->reason[0] ? r->reason : reason_of(r->status);
  faultd_buf_printf(h, "%s %u %s\r\n", r->version, r->status, reason);
  expand(h, &r->head, c, q);
  if (s->len && !r->has_type)
    faultd_buf_printf(h, "Content-Type: application/json\r\n");
  if (r->chunk)
    faultd_buf_printf(h, "Transfer-Encoding: chunked\r\n");
  else if (r->length_kind == FAULTD_LENGTH_TEXT)
    faultd_buf_printf(h, "Content-Length: %s\r\n", r->length);
  else if (r->length_kind == FAULTD_LENGTH_AUTO && r->status != 204 && r->status != 304)
    faultd_buf_printf(h, "Content-Length: %lld\r\n",
                      (long long)s->len + r->length_delta);
  if (says_close(q, r))
    faultd_buf_printf(h, "Connection: close\r\n");
  else if (r->after == FAULTD_KEEP_SAID)
    faultd_buf_printf(h, "Connection: keep-alive\r\n");
  faultd_buf_add(h, "\r\n", 2);
}

/* A reply that does not frame itself ends with its connection. */
static enum faultd_end natural_end(const struct faultd_request *q,
                                   const struct faultd_reply *r)
{
  bool unframed = !r->chunk && r->status != 204 && r->status != 304 &&
                  (r->length_kind == FAULTD_LENGTH_NONE || r->length_delta > 0);
  if (says_close(q, r) || r->after == FAULTD_STALE || r->bad || r->is_garbage)
    return FAULTD_END_CLOSE;
  return unframed && r->after != FAULTD_KEEP_SAID ? FAULTD_END_CLOSE : FAULTD_END_KEEP;
}

static int send_scripted(struct out *o, const struct faultd_request *q)
{
  const struct faultd_reply *r = o->reply;
  struct faultd_buf head = {0}, own = {0};
  struct source s;
  open_body(&s, &own, o->conn, q, r);
  if (r->interim)
    faultd_buf_printf(&head, "HTTP/1.1 %u %s\r\n\r\n", r->interim,
                      reason_of(r->interim));
  build_head(&head, &s, o->conn, q, r);
  int rc = emit(o, head.p, head.len);
  o->in_body = true;
  if (!rc && r->stall_body > 0 && faultd_conn_stall(o->conn, r->stall_body)) rc = GONE;
  if (!rc && strcmp(q->method, "HEAD") != 0)
    rc = r->chunk ? emit_chunks(o, &s) : emit_part(o, &s, 0, s.len);
  faultd_buf_clear(&head);
  faultd_buf_clear(&own);
  return rc;
}

enum faultd_end faultd_reply_send(struct faultd_conn *c, const struct faultd_request *q,
                                  const struct faultd_reply *r,
                                  const struct faultd_buf *ready)
{
  static const char *const names[] = {"keep", "close", "reset", "gone"};
  struct out o = {.conn = c, .reply = r};
  enum faultd_end end = FAULTD_END_GONE;
  int rc = faultd_conn_stall(c, r->stall_headers) ? GONE
           : ready                                ? emit(&o, ready->p, ready->len)
           : r->is_garbage ? emit(&o, r->garbage.p, r->garbage.len)
                           : send_scripted(&o, q);
  if (rc != GONE) {
    end = r->cut.place == FAULTD_NEVER ? natural_end(q, r)
          : r->cut.reset               ? FAULTD_END_RESET
                                       : FAULTD_END_CLOSE;
    c->poisoned = r->after == FAULTD_STALE_ON_REUSE;
  }
  faultd_log_event(c, "\"reply\",\"seq\":%llu,\"sent\":%llu,\"end\":\"%s\"",
                   (unsigned long long)q->serial, (unsigned long long)o.total,
                   names[end]);
  return end;
}

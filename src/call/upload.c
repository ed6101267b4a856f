/* The resumable upload. See upload.h. */
#include "call/upload.h"

#include "base/json_value.h"
#include "base/json_write.h"
#include "base/log.h"
#include "call/status.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { URL_MAX = 8192, BODY_MAX = 8192, REPLY_MAX = 1024 * 1024, MAX_RESTARTS = 2 };

static const double STEP_DEADLINE = 120, CHUNK_DEADLINE = 7200, IDLE_TIMEOUT = 60;

#define UPLOAD_OF(ptr, member)                                                         \
  ((struct gt_upload *)((char *)(ptr)-offsetof(struct gt_upload, member)))

static void on_answer(struct gt_call *c);

void gt_upload_init(struct gt_upload *u, struct gt_loop *loop, struct gt_transport *t,
                    const char *provider)
{
  memset(u, 0, sizeof *u);
  u->fd = -1;
  u->chunk = GT_UPLOAD_CHUNK;
  u->poll = 2;
  u->max_waiting = 600;
  u->file_path = "";
  gt_buf_init(&u->url, URL_MAX);
  gt_buf_init(&u->body, BODY_MAX);
  gt_call_init(&u->call, loop, t);
  u->call.op = "upload";
  u->call.provider = provider;
  u->call.done = on_answer;
  u->call.x.max_response = REPLY_MAX;
}

void gt_upload_clear(struct gt_upload *u)
{
  gt_timer_stop(&u->timer);
  gt_call_clear(&u->call);
  gt_buf_clear(&u->url);
  gt_buf_clear(&u->body);
  free(u->session);
  u->session = NULL;
}

static void finish(struct gt_upload *u, bool failed)
{
  u->failed = failed;
  if (failed) {
    snprintf(u->err.op, sizeof u->err.op, "upload");
    snprintf(u->err.provider, sizeof u->err.provider, "%s", u->call.provider);
    u->err.attempts = u->call.attempts;
  }
  u->done(u);
}

static void fail(struct gt_upload *u, enum gt_code code, const char *text,
                 const char *hint)
{
  gt_err_set(&u->err, code, "%s", text);
  gt_err_hint(&u->err, "%s", hint);
  finish(u, true);
}

/* --- requests --- */

static void prepare(struct gt_upload *u, enum gt_upload_step step, const char *method,
                    const char *url)
{
  struct gt_exchange *x = &u->call.x;
  u->step = step;
  x->method = method;
  x->url = url;
  x->headers = u->headers;
  x->auth = x->auth_origin = NULL;
  x->body = NULL;
  x->body_len = 0;
  x->body_fd = -1;
  x->idle_timeout = IDLE_TIMEOUT;
  u->call.idempotent = true;
  u->call.max_attempts = GT_CALL_ATTEMPTS;
  u->call.deadline = STEP_DEADLINE;
  memset(u->headers, 0, sizeof u->headers);
}

static void use_credential(struct gt_upload *u)
{
  u->call.x.auth = u->auth;
  u->call.x.auth_origin = u->auth_origin;
}

static void send_start(struct gt_upload *u)
{
  gt_buf_reset(&u->url);
  gt_buf_addf(&u->url, "%s/upload/%s/files", u->base_url, u->version);
  prepare(u, GT_UPLOAD_START, "POST", gt_buf_str(&u->url));
  use_credential(u);
  snprintf(u->lines[0], sizeof u->lines[0], "X-Goog-Upload-Header-Content-Length: %lld",
           (long long)u->size);
  snprintf(u->lines[1], sizeof u->lines[1], "X-Goog-Upload-Header-Content-Type: %s",
           u->mime);
  u->headers[0] = "Content-Type: application/json";
  u->headers[1] = "X-Goog-Upload-Protocol: resumable";
  u->headers[2] = "X-Goog-Upload-Command: start";
  u->headers[3] = u->lines[0];
  u->headers[4] = u->lines[1];
  gt_buf_reset(&u->body);
  gt_buf_adds(&u->body, "{\"file\":{\"name\":");
  gt_json_string(&u->body, u->name, strlen(u->name));
  if (u->display_name) {
    gt_buf_adds(&u->body, ",\"displayName\":");
    gt_json_string(&u->body, u->display_name, strlen(u->display_name));
  }
  gt_buf_adds(&u->body, "}}");
  if (u->body.failed || u->url.failed) {
    fail(u, GT_INVALID_ARGUMENT, "the display name or the URL is too long",
         "display_name holds at most 512 characters");
    return;
  }
  u->call.x.body = u->body.data;
  u->call.x.body_len = (int64_t)u->body.len;
  gt_call_start(&u->call);
}

static void send_chunk(struct gt_upload *u)
{
  int64_t left = u->size - u->sent;
  bool last = left <= u->chunk;
  prepare(u, GT_UPLOAD_SEND, "POST", u->session);
  u->sending = last ? left : u->chunk;
  snprintf(u->lines[0], sizeof u->lines[0], "X-Goog-Upload-Offset: %lld",
           (long long)u->sent);
  u->headers[0] = "Content-Type: application/octet-stream";
  u->headers[1] = last ? "X-Goog-Upload-Command: upload, finalize"
                       : "X-Goog-Upload-Command: upload";
  u->headers[2] = u->lines[0];
  u->call.x.body_fd = u->fd;
  u->call.x.body_offset = u->sent;
  u->call.x.body_len = u->sending;
  u->call.deadline = CHUNK_DEADLINE;
  /* After a break the server is asked what it has, so nothing is sent blindly again. */
  u->call.max_attempts = 1;
  gt_call_start(&u->call);
}

static void send_query(struct gt_upload *u)
{
  prepare(u, GT_UPLOAD_QUERY, "POST", u->session);
  u->headers[0] = "X-Goog-Upload-Command: query";
  u->headers[1] = "Content-Type: application/octet-stream";
  gt_call_start(&u->call);
}

static void send_get(struct gt_upload *u, enum gt_upload_step step)
{
  gt_buf_reset(&u->url);
  gt_buf_addf(&u->url, "%s/%s/%s", u->base_url, u->version, u->name);
  prepare(u, step, "GET", gt_buf_str(&u->url));
  use_credential(u);
  gt_call_start(&u->call);
}

/* --- answers --- */

static void on_query_due(struct gt_timer *t) { send_query(UPLOAD_OF(t, timer)); }

static void on_start_due(struct gt_timer *t) { send_start(UPLOAD_OF(t, timer)); }

static void on_poll_due(struct gt_timer *t)
{
  send_get(UPLOAD_OF(t, timer), GT_UPLOAD_POLL);
}

/* A break: ask after a pause that grows while nothing moves. */
static void recover(struct gt_upload *u)
{
  if (++u->stalls > GT_UPLOAD_STALLS) {
    finish(u, true);
    return;
  }
  u->resumed++;
  double pause =
      fmin(16.0, 0.25 * exp2(u->stalls)) * gt_random_unit(gt_loop_random(u->call.loop));
  gt_log(GT_LOG_DEBUG, "upload: %s; asking what arrived", u->err.message);
  gt_timer_start(&u->timer, u->call.loop, pause, on_query_due);
}

static void restart(struct gt_upload *u)
{
  if (++u->restarts > MAX_RESTARTS) {
    gt_err_hint(&u->err, "the server drops its upload sessions: try again later");
    finish(u, true);
    return;
  }
  gt_log(GT_LOG_DEBUG, "upload: the session is gone; starting again");
  u->resumed++;
  u->sent = 0;
  double pause = gt_random_unit(gt_loop_random(u->call.loop));
  gt_timer_start(&u->timer, u->call.loop, pause, on_start_due);
}

/* The session URL is a capability: it is kept out of logs. With another base URL its
 * scheme and host are replaced, as the vendor's client does: a server behind a tunnel
 * names itself by an address that cannot be reached from here. */
static int keep_session(struct gt_upload *u)
{
  size_t len;
  const char *url = gt_http_header(&u->call.x, "x-goog-upload-url", &len);
  const char *scheme = url ? memmem(url, len, "://", 3) : NULL;
  if (!scheme) return -1;
  const char *end = url + len, *path = scheme + 3;
  while (path < end && *path != '/') path++;
  size_t base = strlen(u->base_url), rest = (size_t)(end - path);
  free(u->session);
  u->session = malloc(base + rest + 1);
  if (!u->session) return -1;
  memcpy(u->session, u->base_url, base);
  memcpy(u->session + base, path, rest);
  u->session[base + rest] = '\0';
  return 0;
}

static void take_granularity(struct gt_upload *u)
{
  char text[32];
  gt_http_header_copy(&u->call.x, "x-goog-upload-chunk-granularity", text, sizeof text);
  int64_t unit = strtoll(text, NULL, 10);
  if (unit <= 1 || unit > 256 * 1024 * 1024) return;
  u->chunk = u->chunk < unit ? unit : u->chunk / unit * unit;
}

static bool status_is(struct gt_upload *u, const char *want)
{
  char status[32];
  gt_http_header_copy(&u->call.x, "x-goog-upload-status", status, sizeof status);
  return strcmp(status, want) == 0;
}

static enum gt_json_type find_in_file(struct gt_json_slice *s, struct gt_upload *u,
                                      const char *key)
{
  char path[64];
  snprintf(path, sizeof path, "%s%s%s", u->file_path, u->file_path[0] ? "." : "", key);
  return gt_json_find(s, gt_buf_str(&u->call.x.reply), u->call.x.reply.len, path);
}

static bool has_file(struct gt_upload *u, const char *file_path)
{
  struct gt_json_slice s;
  u->file_path = file_path;
  return find_in_file(&s, u, "name") == GT_JSON_STRING && s.len > 0;
}

/* A file answer: done when ACTIVE, else look again. */
static void judge_file(struct gt_upload *u)
{
  struct gt_json_slice s = {.type = GT_JSON_END};
  double now = gt_loop_now(u->call.loop);
  u->sent = u->size;
  if (find_in_file(&s, u, "state") != GT_JSON_STRING || !gt_json_is(&s, "PROCESSING")) {
    if (s.type == GT_JSON_STRING && gt_json_is(&s, "FAILED")) {
      fail(u, GT_FAILED_PRECONDITION, "the server could not process the uploaded file",
           "check that the file's type is one the API takes");
      return;
    }
    finish(u, false);
    return;
  }
  if (u->poll_until <= 0) u->poll_until = now + u->max_waiting;
  if (now >= u->poll_until) {
    fail(u, GT_DEADLINE_EXCEEDED, "the uploaded file is still PROCESSING",
         "look again later with gt.get_file");
    return;
  }
  gt_timer_start(&u->timer, u->call.loop, u->poll, on_poll_due);
}

static void on_started(struct gt_upload *u)
{
  if (!status_is(u, "active") || keep_session(u) < 0) {
    fail(u, GT_INTERNAL, "the server opened no upload session",
         "is this a server for the Gemini Files API? check --base-url");
    return;
  }
  take_granularity(u);
  send_chunk(u);
}

static void on_sent(struct gt_upload *u)
{
  bool last = u->sent + u->sending >= u->size;
  if (gt_status_find_error(&u->err, gt_buf_str(&u->call.x.reply),
                           u->call.x.reply.len)) {
    finish(u, true);
  } else if (last && status_is(u, "final") && has_file(u, "file")) {
    judge_file(u);
  } else if (!last && status_is(u, "active")) {
    u->sent += u->sending;
    u->stalls = 0;
    if (u->progress) u->progress(u);
    send_chunk(u);
  } else {
    gt_err_set(&u->err, GT_UNAVAILABLE, "the server did not confirm the bytes at %lld",
               (long long)u->sent);
    recover(u);
  }
}

static void on_query_answer(struct gt_upload *u)
{
  char text[32];
  gt_http_header_copy(&u->call.x, "x-goog-upload-size-received", text, sizeof text);
  int64_t received = strtoll(text, NULL, 10);
  if (status_is(u, "final")) {
    if (has_file(u, "file"))
      judge_file(u);
    else
      send_get(u, GT_UPLOAD_LOOK_UP);
  } else if (status_is(u, "active") && text[0] && received >= 0 &&
             received <= u->size) {
    if (received > u->sent) u->stalls = 0;
    u->sent = received;
    if (u->progress) u->progress(u);
    send_chunk(u);
  } else if (status_is(u, "cancelled")) {
    restart(u);
  } else {
    recover(u);
  }
}

static void on_step_failed(struct gt_upload *u)
{
  u->err = u->call.err;
  int status = u->err.status;
  bool gone = status == 404 || status == 410;
  bool session = u->step == GT_UPLOAD_SEND || u->step == GT_UPLOAD_QUERY;
  if (session && gone)
    restart(u);
  else if (u->step == GT_UPLOAD_SEND && u->err.retryable)
    recover(u);
  else if (u->step == GT_UPLOAD_LOOK_UP && (gone || status == 403))
    restart(u);
  else
    finish(u, true);
}

static void on_answer(struct gt_call *c)
{
  struct gt_upload *u = UPLOAD_OF(c, call);
  if (c->failed) {
    on_step_failed(u);
    return;
  }
  switch (u->step) {
  case GT_UPLOAD_START: on_started(u); break;
  case GT_UPLOAD_SEND: on_sent(u); break;
  case GT_UPLOAD_QUERY: on_query_answer(u); break;
  case GT_UPLOAD_LOOK_UP:
  case GT_UPLOAD_POLL:
    if (has_file(u, ""))
      judge_file(u);
    else
      fail(u, GT_INTERNAL, "the server's answer holds no file name",
           "is this a server for the Gemini Files API? check --base-url");
    break;
  }
}

void gt_upload_start(struct gt_upload *u) { send_start(u); }

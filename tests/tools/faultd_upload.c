/*
 * faultd_upload.c: a small emulation of the resumable X-Goog-Upload protocol with
 * faults at chosen chunks, for the scripted fault server. It counts and hashes the
 * bytes it takes and never keeps them.
 */
#define _POSIX_C_SOURCE 200809L
#include "faultd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct faultd_session {
  struct faultd_session *next;
  const struct faultd_plan *plan; /* of the script, which outlives it */
  unsigned id;
  char *name, *display, *mime; /* JSON strings with their quotes; display may be NULL */
  uint64_t declared, stored, fnv;
  uint64_t uploads, requests; /* seen so far */
  uint64_t owner;             /* serial of the request that may still store */
  size_t next_drop;
  time_t born;
  bool final, cancelled, lost;
};

enum { START = 1, UPLOAD = 2, FINALIZE = 4, QUERY = 8, CANCEL = 16 };

static const char SESSIONS[] = "/upload-session/", FILES[] = "/v1beta/files/";

bool faultd_upload_owns(const struct faultd_request *q)
{
  return !strncmp(q->path, SESSIONS, strlen(SESSIONS)) ||
         (!strncmp(q->path, FILES, strlen(FILES)) && !strcmp(q->method, "GET"));
}

static unsigned parse_commands(const char *s)
{
  unsigned set = 0;
  static const char *const names[] = {"start", "upload", "finalize", "query", "cancel"};
  while (s && *s) {
    s += strspn(s, " ,");
    size_t n = strcspn(s, " ,");
    for (unsigned i = 0; i < 5; i++)
      if (strlen(names[i]) == n && !strncmp(s, names[i], n)) set |= 1u << i;
    s += n;
  }
  return set;
}

/* The JSON string (quotes included) of a member found by its name, or NULL. */
static char *json_member(const struct faultd_buf *body, const char *name)
{
  char key[64];
  snprintf(key, sizeof key, "\"%s\"", name);
  const char *p = body->p ? strstr(body->p, key) : NULL;
  if (!p) return NULL;
  p += strlen(key);
  p += strspn(p, " \t\r\n");
  if (*p++ != ':') return NULL;
  p += strspn(p, " \t\r\n");
  if (*p != '"') return NULL;
  const char *end = p + 1;
  while (*end && *end != '"') end += *end == '\\' && end[1] ? 2 : 1;
  struct faultd_buf b = {0};
  faultd_buf_add(&b, p, (size_t)(end - p));
  faultd_buf_add(&b, "\"", 1);
  return b.p;
}

/* Called with the lock held. */
static struct faultd_session *find(const struct faultd_server *srv, const char *path)
{
  unsigned id = 0;
  size_t n = strlen(FILES);
  bool by_id = sscanf(path, "/upload-session/%u", &id) == 1;
  for (struct faultd_session *s = srv->sessions; s; s = s->next) {
    if (by_id && s->id == id) return s;
    size_t len = strlen(s->name) - 8; /* "files/x" with quotes: x */
    if (!by_id && s->final && !strncmp(path + n, s->name + 7, len) &&
        (path[n + len] == 0 || path[n + len] == '?'))
      return s;
  }
  return NULL;
}

static void refuse(struct faultd_upload *u, unsigned status, const char *message)
{
  u->status = status;
  u->message = message;
  u->store = false;
}

/* Decides before the body comes whether it will be stored. Called with the lock held.
 */
static void admit(struct faultd_upload *u, const struct faultd_request *q)
{
  struct faultd_session *s = u->session;
  const char *offset = faultd_request_header(q, "x-goog-upload-offset");
  uint64_t step = s->plan->granularity;
  s->owner = u->serial;
  s->requests++;
  if (u->commands & (UPLOAD | FINALIZE)) s->uploads++;
  if (s->plan->gone_on && s->requests >= s->plan->gone_on) {
    refuse(u, 404, "the upload session is gone");
  } else if (u->commands == 0 || s->cancelled) {
    refuse(u, 400, "no such command now");
  } else if (!(u->commands & (UPLOAD | FINALIZE))) {
    return;
  } else if (s->uploads == s->plan->status_missing_on) {
    u->missing = true;
  } else if (s->final) {
    refuse(u, 400, "the upload is final already");
  } else if (u->commands & UPLOAD) {
    u->store = true;
    if (!offset || strtoull(offset, NULL, 10) != s->stored)
      refuse(u, 400, "wrong upload offset");
    else if (step && !(u->commands & FINALIZE) && q->length % step)
      refuse(u, 400, "the chunk is not a multiple of the granularity");
  }
}

void faultd_upload_begin(struct faultd_upload *u, struct faultd_server *srv,
                         const struct faultd_request *q, const struct faultd_plan *plan)
{
  *u = (struct faultd_upload){.srv = srv, .serial = q->serial};
  u->commands = parse_commands(faultd_request_header(q, "x-goog-upload-command"));
  pthread_mutex_lock(&srv->lock);
  if (faultd_upload_owns(q)) {
    u->session = find(srv, q->path);
    if (!u->session)
      refuse(u, 404, "no such upload session or file");
    else if (!strncmp(q->path, SESSIONS, strlen(SESSIONS)))
      admit(u, q);
  } else if (!plan || u->commands != START) {
    refuse(u, 400, "X-Goog-Upload-Command: start is needed here");
  } else {
    struct faultd_session *s = faultd_alloc(sizeof *s);
    const char *size = faultd_request_header(q, "x-goog-upload-header-content-length");
    s->plan = plan;
    s->id = ++srv->n_sessions;
    s->declared = size ? strtoull(size, NULL, 10) : FAULTD_NONE;
    s->fnv = FAULTD_FNV_START;
    s->born = time(NULL);
    s->name = faultd_strdup("\"files/\"");
    s->next = srv->sessions;
    srv->sessions = u->session = s;
  }
  pthread_mutex_unlock(&srv->lock);
}

/* Stores nothing any more once a later request has come for the same session: what a
   client is told by a query stays true. */
int faultd_upload_sink(void *ctx, const char *p, size_t n)
{
  struct faultd_upload *u = ctx;
  struct faultd_session *s = u->session;
  if (!u->store) return 0;
  pthread_mutex_lock(&u->srv->lock);
  if (s->owner != u->serial) {
    u->dropped = true;
  } else {
    if (s->next_drop < s->plan->n_drops &&
        s->stored + n > s->plan->drops[s->next_drop]) {
      uint64_t at = s->plan->drops[s->next_drop++];
      n = at > s->stored ? (size_t)(at - s->stored) : 0;
      u->dropped = true;
    }
    s->fnv = faultd_fnv(s->fnv, p, n);
    s->stored += n;
    u->stored += n;
  }
  pthread_mutex_unlock(&u->srv->lock);
  return u->dropped;
}

static void put_time(struct faultd_buf *b, const char *name, time_t t)
{
  struct tm tm;
  char text[40];
  gmtime_r(&t, &tm);
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.000000Z", &tm);
  faultd_buf_printf(b, ",\"%s\":\"%s\"", name, text);
}

static void put_file(struct faultd_buf *b, const struct faultd_upload *u)
{
  const struct faultd_session *s = u->session;
  faultd_buf_printf(b, "{\"name\":%s,\"mimeType\":%s,\"sizeBytes\":\"%llu\"", s->name,
                    s->mime, (unsigned long long)s->stored);
  if (s->display) faultd_buf_printf(b, ",\"displayName\":%s", s->display);
  put_time(b, "createTime", s->born);
  put_time(b, "updateTime", s->born);
  put_time(b, "expirationTime", s->born + 48 * 3600);
  faultd_buf_printf(b, ",\"uri\":\"http://127.0.0.1:%u/v1beta/", u->srv->port);
  faultd_buf_add(b, s->name + 1, strlen(s->name) - 2);
  faultd_buf_printf(b, "\",\"state\":\"%s\",\"source\":\"UPLOADED\"}",
                    s->plan->state ? s->plan->state : "ACTIVE");
}

static void name_session(struct faultd_session *s, const struct faultd_request *q)
{
  const char *mime = faultd_request_header(q, "x-goog-upload-header-content-type");
  char *name = json_member(&q->body, "name");
  struct faultd_buf b = {0};
  if (!name || strncmp(name, "\"files/", 7)) {
    free(name);
    faultd_buf_printf(&b, "\"files/faultd-%u\"", s->id);
    name = b.p;
    b = (struct faultd_buf){0};
  }
  free(s->name);
  s->name = name;
  s->display = json_member(&q->body, "displayName");
  if (!mime) mime = "application/octet-stream";
  faultd_buf_json(&b, mime, strlen(mime));
  s->mime = b.p;
}

/* Called with the lock held. Returns the value of X-Goog-Upload-Status. */
static const char *step(struct faultd_upload *u, const struct faultd_request *q)
{
  struct faultd_session *s = u->session;
  if (u->commands == START) name_session(s, q);
  if (u->commands & CANCEL) s->cancelled = true;
  if ((u->commands & FINALIZE) && !u->status && !u->missing) {
    if (s->declared != FAULTD_NONE && s->declared != s->stored)
      refuse(u, 400, "fewer or more bytes than announced");
    else
      s->final = true;
  }
  return s->cancelled ? "cancelled" : s->final ? "final" : "active";
}

static void put_answer(struct faultd_buf *out, const struct faultd_upload *u,
                       const char *status, bool get)
{
  const struct faultd_session *s = u->session;
  struct faultd_buf body = {0};
  faultd_buf_printf(out, "HTTP/1.1 %u %s\r\n", u->status ? u->status : 200,
                    u->status == 404 ? "Not Found"
                    : u->status      ? "Bad Request"
                                     : "OK");
  if (u->status) {
    faultd_buf_printf(
        &body, "{\"error\":{\"code\":%u,\"message\":\"%s\",\"status\":\"%s\"}}",
        u->status, u->message, u->status == 404 ? "NOT_FOUND" : "INVALID_ARGUMENT");
  } else if (get) {
    put_file(&body, u);
  } else if (!u->missing) {
    faultd_buf_printf(out, "X-Goog-Upload-Status: %s\r\n", status);
    if (u->commands == START)
      faultd_buf_printf(out,
                        "X-Goog-Upload-URL: http://127.0.0.1:%u%s%u?upload_id=%u\r\n",
                        u->srv->port, SESSIONS, s->id, s->id);
    if (u->commands == START && s->plan->granularity)
      faultd_buf_printf(out, "X-Goog-Upload-Chunk-Granularity: %llu\r\n",
                        (unsigned long long)s->plan->granularity);
    if (u->commands & QUERY)
      faultd_buf_printf(out, "X-Goog-Upload-Size-Received: %llu\r\n",
                        (unsigned long long)s->stored);
    if (s->final) {
      faultd_buf_printf(&body, "{\"file\":");
      put_file(&body, u);
      faultd_buf_printf(&body, "}");
    }
  }
  if (body.len) faultd_buf_printf(out, "Content-Type: application/json\r\n");
  faultd_buf_printf(out, "Content-Length: %zu\r\n\r\n", body.len);
  faultd_buf_add(out, body.p, body.len);
  faultd_buf_clear(&body);
}

bool faultd_upload_finish(struct faultd_upload *u, struct faultd_request *q,
                          struct faultd_buf *out)
{
  struct faultd_session *s = u->session;
  bool answer = q->complete && !u->dropped, get = u->commands == 0 && !u->status;
  const char *status = "";
  pthread_mutex_lock(&u->srv->lock);
  if (s && answer && !get) status = step(u, q);
  if (s && answer && s->final && !u->status && (u->commands & FINALIZE) &&
      s->plan->finalize_lost && !s->lost) {
    s->lost = true;
    answer = false;
  }
  if (s)
    faultd_buf_printf(&q->note,
                      ",\"upload\":{\"session\":%u,\"kept\":%llu,\"stored\":%llu,"
                      "\"fnv\":\"%016llx\",\"final\":%s,\"answered\":%s}",
                      s->id, (unsigned long long)u->stored,
                      (unsigned long long)s->stored, (unsigned long long)s->fnv,
                      s->final ? "true" : "false", answer ? "true" : "false");
  if (answer) put_answer(out, u, status, get);
  pthread_mutex_unlock(&u->srv->lock);
  return answer;
}

void faultd_upload_clear(struct faultd_server *srv)
{
  for (struct faultd_session *s = srv->sessions, *next; s; s = next) {
    next = s->next;
    free(s->name);
    free(s->display);
    free(s->mime);
    free(s);
  }
  srv->sessions = NULL;
}

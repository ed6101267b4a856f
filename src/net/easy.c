/* libcurl handles for exchanges. See easy.h. */
#include "net/easy.h"

#include "base/hash.h"
#include "net/curl_so.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  MAX_IDLE = 1024,
  CONNECT_TIMEOUT_MS = 20000,
  RECEIVE_BUFFER = 4096,
  /* libcurl's own maximum; 64 KiB, its default, costs a third of upload speed. */
  UPLOAD_BUFFER = 2 * 1024 * 1024,
};

struct gt_easy {
  CURL *curl;
  struct gt_exchange *x;
  void *owner;
  struct gt_easy *next_idle;
  char *url; /* what `parsed` was made from */
  CURLU *parsed;
  struct curl_slist *headers;
  uint64_t headers_hash;
  int64_t sent;       /* bytes of body_fd handed to libcurl */
  bool upload_buffer; /* the large buffer has been asked for */
  bool plain_post;    /* the method options are those of a POST from memory */
  bool stopped;
  char error[CURL_ERROR_SIZE];
};

struct gt_easy_pool {
  struct gt_sockets *sockets;
  struct gt_easy *idle;
  int idle_count;
};

/* The table is needed in callbacks that know only the handle. */
static const struct gt_curl_so *so;

struct gt_easy_pool *gt_easy_pool_new(struct gt_sockets *sockets, struct gt_err *err)
{
  so = gt_curl_so(err);
  if (!so) return NULL;
  struct gt_easy_pool *pool = calloc(1, sizeof *pool);
  if (!pool) {
    gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
    return NULL;
  }
  pool->sockets = sockets;
  return pool;
}

static void easy_free(struct gt_easy *e)
{
  if (e->curl) so->curl_easy_cleanup(e->curl);
  if (e->parsed) so->curl_url_cleanup(e->parsed);
  so->curl_slist_free_all(e->headers);
  free(e->url);
  free(e);
}

void gt_easy_pool_free(struct gt_easy_pool *pool)
{
  if (!pool) return;
  while (pool->idle) {
    struct gt_easy *e = pool->idle;
    pool->idle = e->next_idle;
    easy_free(e);
  }
  free(pool);
}

/* --- what libcurl calls: bytes are copied, nothing else happens here --- */

static size_t on_head(char *line, size_t size, size_t count, void *ctx)
{
  struct gt_easy *e = ctx;
  size_t len = size * count;
  struct gt_exchange *x = e->x;
  /* A new status line (100 Continue, a proxy's 200) starts the head afresh. */
  if (len > 5 && memcmp(line, "HTTP/", 5) == 0) {
    gt_buf_reset(&x->head);
    x->status = 0;
    const char *space = memchr(line, ' ', len);
    if (space && space + 4 <= line + len) x->status = (int)strtol(space + 1, NULL, 10);
    return len;
  }
  return gt_buf_add(&x->head, line, len) == 0 ? len : 0;
}

static size_t on_bytes(char *bytes, size_t size, size_t count, void *ctx)
{
  struct gt_easy *e = ctx;
  size_t len = size * count;
  struct gt_exchange *x = e->x;
  if (x->on_body && x->status >= 200 && x->status < 300) {
    if (x->on_body(x, bytes, len) == 0) return len;
    e->stopped = true;
    return 0;
  }
  return gt_buf_add(&x->reply, bytes, len) == 0 ? len : 0;
}

static size_t on_read(char *out, size_t size, size_t count, void *ctx)
{
  struct gt_easy *e = ctx;
  struct gt_exchange *x = e->x;
  size_t room = size * count;
  int64_t left = x->body_len - e->sent;
  if (left <= 0) return 0;
  if ((int64_t)room > left) room = (size_t)left;
  ssize_t n;
  do n = pread(x->body_fd, out, room, (off_t)(x->body_offset + e->sent));
  while (n < 0 && errno == EINTR);
  if (n <= 0) {
    snprintf(e->error, sizeof e->error, "the file %s while it was sent",
             n < 0 ? "could not be read" : "became shorter");
    return CURL_READFUNC_ABORT;
  }
  e->sent += n;
  return (size_t)n;
}

/* libcurl rewinds to send a body again by itself when a kept-alive connection died.
 * Not once bytes are out: an upload asks first how many of them arrived. */
static int on_seek(void *ctx, curl_off_t offset, int origin)
{
  struct gt_easy *e = ctx;
  if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  if (e->sent > 0) return CURL_SEEKFUNC_FAIL;
  e->sent = offset;
  return CURL_SEEKFUNC_OK;
}

static curl_socket_t on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *a)
{
  (void)purpose;
  int fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  gt_sockets_opened(ctx, fd);
  return fd;
}

static int on_close(void *ctx, curl_socket_t fd)
{
  gt_sockets_closing(ctx, fd);
  return close(fd);
}

/* --- setting up --- */

/* libcurl looks these up and copies them for every request, a walk through the whole
 * environment each time. */
static bool proxy_in_environment(void)
{
  static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY",
                                      "all_proxy", "ALL_PROXY"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (getenv(names[i])) return true;
  return false;
}

static struct gt_easy *easy_new(struct gt_sockets *sockets, struct gt_err *err)
{
  struct gt_easy *e = calloc(1, sizeof *e);
  if (e) e->curl = so->curl_easy_init();
  if (!e || !e->curl) {
    free(e);
    gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
    return NULL;
  }
  CURL *c = e->curl;
  so->curl_easy_setopt(c, CURLOPT_PRIVATE, e);
  so->curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  so->curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
  so->curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
  so->curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
  so->curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "");
  so->curl_easy_setopt(c, CURLOPT_USERAGENT, "gtlua/" GT_VERSION);
  so->curl_easy_setopt(c, CURLOPT_ERRORBUFFER, e->error);
  so->curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_head);
  so->curl_easy_setopt(c, CURLOPT_HEADERDATA, e);
  so->curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_bytes);
  so->curl_easy_setopt(c, CURLOPT_WRITEDATA, e);
  so->curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read);
  so->curl_easy_setopt(c, CURLOPT_READDATA, e);
  so->curl_easy_setopt(c, CURLOPT_SEEKFUNCTION, on_seek);
  so->curl_easy_setopt(c, CURLOPT_SEEKDATA, e);
  /* Allocated for every transfer: answers are small, and 16 KiB each miss the cache. */
  so->curl_easy_setopt(c, CURLOPT_BUFFERSIZE, (long)RECEIVE_BUFFER);
  so->curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, on_open);
  so->curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, sockets);
  so->curl_easy_setopt(c, CURLOPT_CLOSESOCKETFUNCTION, on_close);
  so->curl_easy_setopt(c, CURLOPT_CLOSESOCKETDATA, sockets);
  /* Below libcurl 8.6 concurrent HTTP/2 loses requests to framing errors. */
  const curl_version_info_data *version = so->curl_version_info(CURLVERSION_NOW);
  const char *h2 = getenv("GTLUA_HTTP2");
  bool want_h2 = h2 ? strcmp(h2, "1") == 0 : version->version_num >= 0x080600;
  so->curl_easy_setopt(
      c, CURLOPT_HTTP_VERSION,
      (long)(want_h2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  const char *ca = getenv("CURL_CA_BUNDLE");
  if (!ca || !*ca) ca = getenv("SSL_CERT_FILE");
  if (ca && *ca) so->curl_easy_setopt(c, CURLOPT_CAINFO, ca);
  if (!proxy_in_environment()) {
    so->curl_easy_setopt(c, CURLOPT_PROXY, "");
    so->curl_easy_setopt(c, CURLOPT_NOPROXY, "");
  }
  return e;
}

static int set_url(struct gt_easy *e, const char *url, struct gt_err *err)
{
  if (e->url && strcmp(e->url, url) == 0) return 0;
  char *copy = strdup(url);
  CURLU *parsed = so->curl_url();
  if (!copy || !parsed) {
    free(copy);
    if (parsed) so->curl_url_cleanup(parsed);
    return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  }
  CURLUcode rc = so->curl_url_set(parsed, CURLUPART_URL, url, CURLU_URLENCODE);
  if (rc != CURLUE_OK) {
    free(copy);
    so->curl_url_cleanup(parsed);
    gt_err_set(err, GT_INVALID_ARGUMENT, "cannot use the URL %s: %s", url,
               so->curl_url_strerror(rc));
    return gt_err_hint(err, "check --base-url, GTLUA_BASE_URL and the names used");
  }
  so->curl_easy_setopt(e->curl, CURLOPT_CURLU, parsed);
  if (e->parsed) so->curl_url_cleanup(e->parsed);
  free(e->url);
  e->parsed = parsed;
  e->url = copy;
  return 0;
}

static int add_header(struct curl_slist **list, const char *line)
{
  struct curl_slist *more = so->curl_slist_append(*list, line);
  if (!more) return -1;
  *list = more;
  return 0;
}

static int set_headers(struct gt_easy *e, const struct gt_exchange *x,
                       struct gt_err *err)
{
  const char *auth =
      x->auth && x->auth_origin && gt_http_same_origin(x->url, x->auth_origin) ? x->auth
                                                                               : NULL;
  uint64_t hash = auth ? gt_hash64(auth, strlen(auth)) : 1;
  for (const char *const *h = x->headers; h && *h; h++)
    hash = hash * 31 + gt_hash64(*h, strlen(*h));
  if (e->headers && hash == e->headers_hash) return 0;
  struct curl_slist *list = NULL;
  /* Without this libcurl waits a second for "100 Continue" before larger bodies. */
  int rc = add_header(&list, "Expect:");
  if (auth && rc == 0) rc = add_header(&list, auth);
  for (const char *const *h = x->headers; h && *h && rc == 0; h++)
    rc = add_header(&list, *h);
  if (rc < 0) {
    so->curl_slist_free_all(list);
    return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  }
  so->curl_easy_setopt(e->curl, CURLOPT_HTTPHEADER, list);
  so->curl_slist_free_all(e->headers);
  e->headers = list;
  e->headers_hash = hash;
  return 0;
}

static void set_method(struct gt_easy *e, const struct gt_exchange *x)
{
  CURL *c = e->curl;
  bool post = strcmp(x->method, "POST") == 0, from_file = x->body_fd >= 0;
  bool body = x->body || from_file || post;
  if (!(post && !from_file && e->plain_post)) {
    so->curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, NULL);
    if (body)
      so->curl_easy_setopt(c, CURLOPT_POST, 1L);
    else
      so->curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
    if (!post && (body || strcmp(x->method, "GET") != 0))
      so->curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, x->method);
  }
  e->plain_post = post && !from_file;
  if (body) {
    so->curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)x->body_len);
    so->curl_easy_setopt(c, CURLOPT_POSTFIELDS,
                         from_file ? NULL
                         : x->body ? x->body
                                   : "");
  }
  if (from_file && !e->upload_buffer) {
    so->curl_easy_setopt(c, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_BUFFER);
    e->upload_buffer = true;
  }
}

struct gt_easy *gt_easy_take(struct gt_easy_pool *pool, struct gt_exchange *x,
                             struct gt_err *err)
{
  struct gt_easy *e = pool->idle;
  if (e) {
    pool->idle = e->next_idle;
    pool->idle_count--;
  } else {
    e = easy_new(pool->sockets, err);
    if (!e) return NULL;
  }
  e->x = x;
  e->sent = 0;
  e->stopped = false;
  e->error[0] = '\0';
  if (set_url(e, x->url, err) < 0 || set_headers(e, x, err) < 0) {
    gt_easy_give(pool, e);
    return NULL;
  }
  set_method(e, x);
  long idle = (long)(x->idle_timeout + 0.999);
  so->curl_easy_setopt(e->curl, CURLOPT_LOW_SPEED_LIMIT, idle ? 1L : 0L);
  so->curl_easy_setopt(e->curl, CURLOPT_LOW_SPEED_TIME, idle);
  /* On a kept-alive connection that dies libcurl sends the request again by itself,
   * although the first may have been carried out. A fresh one is never retried. */
  so->curl_easy_setopt(e->curl, CURLOPT_FRESH_CONNECT, x->once ? 1L : 0L);
  return e;
}

void gt_easy_give(struct gt_easy_pool *pool, struct gt_easy *e)
{
  e->x = NULL;
  if (pool->idle_count >= MAX_IDLE) {
    easy_free(e);
    return;
  }
  e->next_idle = pool->idle;
  pool->idle = e;
  pool->idle_count++;
}

void *gt_easy_curl(struct gt_easy *e) { return e->curl; }

void gt_easy_set_owner(struct gt_easy *e, void *owner) { e->owner = owner; }

void *gt_easy_owner(struct gt_easy *e) { return e->owner; }

struct gt_exchange *gt_easy_exchange(struct gt_easy *e) { return e->x; }

static enum gt_wire_failure classify(struct gt_easy *e, CURLcode code)
{
  const struct gt_exchange *x = e->x;
  curl_off_t connected = 0;
  switch (code) {
  case CURLE_OK: return GT_WIRE_OK;
  case CURLE_URL_MALFORMAT: return GT_WIRE_BAD_URL;
  case CURLE_UNSUPPORTED_PROTOCOL:
    /* Also what libcurl says of an answer that is no HTTP/1. */
    so->curl_easy_getinfo(e->curl, CURLINFO_PRETRANSFER_TIME_T, &connected);
    return connected == 0 ? GT_WIRE_BAD_URL : GT_WIRE_BROKEN;
  case CURLE_COULDNT_RESOLVE_HOST: return GT_WIRE_RESOLVE;
  case CURLE_COULDNT_RESOLVE_PROXY:
  case CURLE_PROXY: return GT_WIRE_PROXY;
  case CURLE_COULDNT_CONNECT: return GT_WIRE_CONNECT;
  case CURLE_OPERATION_TIMEDOUT:
    so->curl_easy_getinfo(e->curl, CURLINFO_PRETRANSFER_TIME_T, &connected);
    return connected == 0 ? GT_WIRE_CONNECT : GT_WIRE_TIMEOUT;
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CIPHER:
  case CURLE_SSL_ISSUER_ERROR: return GT_WIRE_TLS;
  case CURLE_WRITE_ERROR:
    if (e->stopped) return GT_WIRE_STOPPED;
    return x->reply.failed || x->head.failed ? GT_WIRE_TOO_LARGE : GT_WIRE_BROKEN;
  case CURLE_OUT_OF_MEMORY:
    /* What libcurl says of a header line beyond its own ceiling. */
    return x->status && !x->reply.len ? GT_WIRE_TOO_LARGE : GT_WIRE_LOCAL;
  case CURLE_ABORTED_BY_CALLBACK:
  case CURLE_READ_ERROR: return GT_WIRE_LOCAL;
  default: return GT_WIRE_BROKEN;
  }
}

void gt_easy_finish(struct gt_easy *e, int curl_code)
{
  struct gt_exchange *x = e->x;
  CURLcode code = (CURLcode)curl_code;
  x->failure = classify(e, code);
  long connects = 1;
  so->curl_easy_getinfo(e->curl, CURLINFO_NUM_CONNECTS, &connects);
  x->reused = connects == 0;
  if (x->failure == GT_WIRE_OK) return;
  const char *detail = e->error[0] ? e->error : so->curl_easy_strerror(code);
  gt_err_copy(x->detail, sizeof x->detail, detail, strlen(detail));
}

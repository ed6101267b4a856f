/* Provider, origin, credential, limiters. See session.h. */
#include "api/session.h"

#include "auth/credential.h"
#include "base/log.h"
#include "task/raise.h"
#include "task/task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_CONCURRENCY = 1024, DEFAULT_CONCURRENCY = 256, MAX_MODELS = 64 };

struct model_limiter {
  char name[128];
  struct gt_limiter limiter;
};

struct gt_session {
  struct gt_loop *loop;
  struct gt_settings settings;
  struct gt_credential *credential;
  struct gt_transport *local;
  bool open, opened_badly;
  struct gt_err open_err;
  enum gt_provider provider;
  char base_url[512];
  struct model_limiter *models[MAX_MODELS];
  int model_count;
};

struct gt_session *gt_session_new(struct gt_loop *loop, struct gt_err *err)
{
  struct gt_session *s = calloc(1, sizeof *s);
  if (!s) {
    gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
    return NULL;
  }
  s->loop = loop;
  if (gt_credential_from_env(&s->credential, &s->open_err) < 0)
    s->open = s->opened_badly = true;
  return s;
}

void gt_session_free(struct gt_session *s)
{
  if (!s) return;
  for (int i = 0; i < s->model_count; i++) {
    gt_limiter_clear(&s->models[i]->limiter);
    free(s->models[i]);
  }
  gt_credential_free(s->credential);
  free(s);
}

void gt_session_configure(struct gt_session *s, const struct gt_settings *settings)
{
  s->settings = *settings;
}

void gt_session_set_local(struct gt_session *s, struct gt_transport *local)
{
  s->local = local;
}

struct gt_session *gt_session_of(lua_State *L) { return gt_sched_user(gt_sched_of(L)); }

static bool is_true(const char *value)
{
  return value && (strcasecmp(value, "true") == 0 || strcmp(value, "1") == 0);
}

static int choose_provider(struct gt_session *s, struct gt_err *err)
{
  const char *name = s->settings.provider;
  if (!name || !*name) name = getenv("GTLUA_PROVIDER");
  if (!name || !*name) {
    const char *enterprise = getenv("GOOGLE_GENAI_USE_ENTERPRISE");
    if (is_true(enterprise ? enterprise : getenv("GOOGLE_GENAI_USE_VERTEXAI")))
      name = "vertex";
    else if (s->credential || s->base_url[0])
      name = "gemini";
    else
      name = NULL;
  }
  if (!name) {
    s->provider = GT_PROVIDER_LOCAL;
    if (!s->settings.unannounced)
      gt_log(GT_LOG_INFO, "no GOOGLE_API_KEY: using the built-in local engine "
                          "(a baseline, not a language model)");
  } else if (strcmp(name, "local") == 0) {
    s->provider = GT_PROVIDER_LOCAL;
  } else if (strcmp(name, "gemini") == 0) {
    s->provider = GT_PROVIDER_GEMINI;
  } else if (strcmp(name, "vertex") == 0) {
    gt_err_set(err, GT_UNIMPLEMENTED, "the provider vertex is not there yet");
    return gt_err_hint(err, "use --provider gemini or --provider local");
  } else {
    gt_err_set(err, GT_INVALID_ARGUMENT, "no provider '%s'", name);
    return gt_err_hint(err, "local, gemini or vertex (--provider, GTLUA_PROVIDER)");
  }
  return 0;
}

static bool is_loopback(const char *url)
{
  static const char *const hosts[] = {"http://127.", "http://localhost",
                                      "http://[::1]"};
  for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
    size_t n = strlen(hosts[i]);
    if (strncasecmp(url, hosts[i], n) != 0) continue;
    const char *host = url + strlen("http://"), *end = host + strcspn(host, ":/?#");
    if (i == 2) return url[n] == '\0' || strchr(":/", url[n]) != NULL;
    if (strspn(host, i == 0 ? "0123456789." : "localhstLOCALHST") ==
        (size_t)(end - host))
      return !strchr(host, '@');
  }
  return false;
}

static int take_base_url(struct gt_session *s, struct gt_err *err)
{
  const char *url = s->settings.base_url;
  if (!url) url = getenv("GTLUA_BASE_URL");
  if (!url || !*url) url = getenv("GOOGLE_GEMINI_BASE_URL");
  if (!url || !*url) return 0;
  size_t len = strlen(url);
  while (len && url[len - 1] == '/') len--;
  bool http = strncasecmp(url, "http://", 7) == 0;
  bool https = strncasecmp(url, "https://", 8) == 0;
  if ((!http && !https) || len >= sizeof s->base_url || strpbrk(url, " \t\r\n@?#")) {
    gt_err_set(err, GT_INVALID_ARGUMENT, "cannot use the base URL '%.100s'", url);
    return gt_err_hint(err, "--base-url (GTLUA_BASE_URL) is https://HOST[:PORT], or "
                            "http:// for this machine");
  }
  memcpy(s->base_url, url, len);
  s->base_url[len] = '\0';
  if (http && s->credential && !is_loopback(s->base_url)) {
    gt_err_set(err, GT_PERMISSION_DENIED, "the API key is not sent in the clear to %s",
               s->base_url);
    return gt_err_hint(err, "use https://, or unset the key for a server without one");
  }
  return 0;
}

static int settle(struct gt_session *s, struct gt_err *err)
{
  if (take_base_url(s, err) < 0 || choose_provider(s, err) < 0) return -1;
  if (s->provider == GT_PROVIDER_LOCAL) {
    snprintf(s->base_url, sizeof s->base_url, "http://local");
    return 0;
  }
  if (!s->base_url[0]) {
    snprintf(s->base_url, sizeof s->base_url,
             "https://generativelanguage.googleapis.com");
    if (!s->credential) {
      gt_err_set(err, GT_UNAUTHENTICATED, "the provider gemini needs an API key");
      return gt_err_hint(err, "set GOOGLE_API_KEY (or GEMINI_API_KEY); "
                              "--provider local needs none");
    }
  }
  if (s->settings.offline && !is_loopback(s->base_url)) {
    gt_err_set(err, GT_UNAVAILABLE, "--offline: nothing is sent to %s", s->base_url);
    return gt_err_hint(err, "--provider local works offline");
  }
  return 0;
}

int gt_session_open(struct gt_session *s, struct gt_err *err)
{
  if (!s->open) {
    s->open = true;
    s->opened_badly = settle(s, &s->open_err) < 0;
  }
  if (!s->opened_badly) return 0;
  *err = s->open_err;
  return -1;
}

struct gt_session *gt_session_ready(lua_State *L)
{
  struct gt_session *s = gt_session_of(L);
  struct gt_err err;
  if (gt_session_open(s, &err) < 0) gt_raise(L, &err);
  return s;
}

enum gt_provider gt_session_provider(const struct gt_session *s) { return s->provider; }

const char *gt_session_provider_name(const struct gt_session *s)
{
  static const char *const names[] = {"local", "gemini", "vertex"};
  return names[s->provider];
}

const char *gt_session_base_url(const struct gt_session *s) { return s->base_url; }

struct gt_loop *gt_session_loop(const struct gt_session *s) { return s->loop; }

struct gt_transport *gt_session_transport(struct gt_session *s)
{
  return s->provider == GT_PROVIDER_LOCAL ? s->local : gt_loop_wire(s->loop);
}

const char *gt_session_auth(const struct gt_session *s)
{
  return s->provider == GT_PROVIDER_LOCAL ? NULL : gt_credential_header(s->credential);
}

/* Beyond MAX_MODELS models in one run the last limiter is shared: still bounded. */
static struct gt_limiter *limiter_of(struct gt_session *s, const char *model)
{
  for (int i = 0; i < s->model_count; i++)
    if (strncmp(s->models[i]->name, model, sizeof s->models[i]->name - 1) == 0)
      return &s->models[i]->limiter;
  struct model_limiter *m = s->model_count < MAX_MODELS ? calloc(1, sizeof *m) : NULL;
  if (!m) return s->model_count ? &s->models[s->model_count - 1]->limiter : NULL;
  snprintf(m->name, sizeof m->name, "%s", model);
  int max = s->settings.concurrency ? s->settings.concurrency : DEFAULT_CONCURRENCY;
  gt_limiter_init(&m->limiter, s->loop, max < MAX_CONCURRENCY ? max : MAX_CONCURRENCY);
  s->models[s->model_count++] = m;
  return &m->limiter;
}

void gt_session_prepare(struct gt_session *s, struct gt_call *c, const char *op,
                        const char *model, double deadline)
{
  gt_call_init(c, s->loop, gt_session_transport(s));
  c->op = op;
  c->provider = gt_session_provider_name(s);
  c->deadline = s->settings.timeout > 0 ? s->settings.timeout : deadline;
  c->x.auth = gt_session_auth(s);
  c->x.auth_origin = s->base_url;
  if (model) c->limiter = limiter_of(s, model);
}

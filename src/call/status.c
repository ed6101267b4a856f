/* Reads failures. See status.h; the bodies' shapes are google.rpc.Status in JSON, with
 * `code` an HTTP status at the top level and a canonical number inside operations. */
#include "call/status.h"

#include "base/clock.h"
#include "base/json_value.h"
#include "call/hints.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 64 * 1024, MAX_DETAILS = 16, MAX_VIOLATIONS = 8 };

struct doc {
  const char *json;
  size_t len;
};

/* Unescapes the string at path into buf; "" when it is missing or no string. */
static const char *text_at(struct doc d, const char *path, char *buf, size_t cap)
{
  struct gt_json_slice s;
  buf[0] = '\0';
  if (gt_json_find(&s, d.json, d.len, path) != GT_JSON_STRING) return buf;
  struct gt_buf text;
  gt_buf_init(&text, TEXT_MAX);
  if (gt_json_unescape(&text, &s) == 0)
    gt_err_copy(buf, cap, gt_buf_str(&text), text.len);
  gt_buf_clear(&text);
  return buf;
}

static int int_at(struct doc d, const char *path, int missing)
{
  struct gt_json_slice s;
  int64_t v;
  if (gt_json_find(&s, d.json, d.len, path) != GT_JSON_NUMBER) return missing;
  if (gt_json_to_int64(&v, &s) < 0 || v < 0 || v > 999) return missing;
  return (int)v;
}

static void append(struct gt_err *err, const char *more)
{
  size_t at = strlen(err->message), left = sizeof err->message - at;
  if (left > 1) gt_err_copy(err->message + at, left, more, strlen(more));
}

/* BadRequest: "; field: description" for each violation. */
static void read_violations(struct gt_err *err, struct doc d, const char *detail)
{
  char path[96], field[160], description[300], line[512];
  for (int i = 0; i < MAX_VIOLATIONS; i++) {
    snprintf(path, sizeof path, "%s.fieldViolations.%d.description", detail, i);
    text_at(d, path, description, sizeof description);
    snprintf(path, sizeof path, "%s.fieldViolations.%d.field", detail, i);
    text_at(d, path, field, sizeof field);
    if (!description[0] && !field[0]) return;
    if (description[0] && strstr(err->message, description)) continue;
    snprintf(line, sizeof line, "; %s: %s", field, description);
    append(err, line);
  }
}

static void read_detail(struct gt_err *err, struct doc d, const char *detail)
{
  char path[96], type[128], text[200];
  snprintf(path, sizeof path, "%s.@type", detail);
  text_at(d, path, type, sizeof type);
  const char *name = strrchr(type, '.');
  if (!name) return;
  name++;
  if (strcmp(name, "ErrorInfo") == 0) {
    snprintf(path, sizeof path, "%s.reason", detail);
    if (!err->reason[0]) text_at(d, path, err->reason, sizeof err->reason);
  } else if (strcmp(name, "RetryInfo") == 0) {
    snprintf(path, sizeof path, "%s.retryDelay", detail);
    double seconds = strtod(text_at(d, path, text, sizeof text), NULL);
    if (seconds > 0 && seconds < 1e6) err->retry_after = seconds;
  } else if (strcmp(name, "QuotaFailure") == 0) {
    snprintf(path, sizeof path, "%s.violations.0.quotaId", detail);
    if (strstr(text_at(d, path, text, sizeof text), "PerDay"))
      snprintf(err->reason, sizeof err->reason, "PER_DAY");
  } else if (strcmp(name, "RequestInfo") == 0) {
    snprintf(path, sizeof path, "%s.requestId", detail);
    text_at(d, path, err->request_id, sizeof err->request_id);
  } else if (strcmp(name, "BadRequest") == 0) {
    read_violations(err, d, detail);
  }
}

static bool worth_retrying(const struct gt_err *err)
{
  switch (err->status) {
  case 408:
  case 500:
  case 502:
  case 503:
  case 504: return err->code != GT_DATA_LOSS;
  case 429: return strcmp(err->reason, "PER_DAY") != 0;
  default: return false;
  }
}

bool gt_status_find_error(struct gt_err *err, const char *json, size_t len)
{
  struct doc d = {json, len};
  struct gt_json_slice s;
  const char *prefix = "error";
  enum gt_json_type type = gt_json_find(&s, json, len, prefix);
  if (type != GT_JSON_OBJECT) {
    prefix = "0.error"; /* streams without SSE wrap it in an array */
    type = gt_json_find(&s, json, len, prefix);
  }
  if (type != GT_JSON_OBJECT) return false;
  d = (struct doc){s.at, s.len};
  char name[40];
  int number = int_at(d, "code", 0);
  text_at(d, "status", name, sizeof name);
  int code = gt_code_parse(name, strlen(name));
  if (code < 0) code = number >= 100 ? (int)gt_code_from_http(number) : number;
  if (code <= 0 || code > GT_UNAUTHENTICATED) code = GT_UNKNOWN;
  gt_err_set(err, (enum gt_code)code, "%s", "");
  err->status = number >= 100 ? number : 0;
  text_at(d, "message", err->message, sizeof err->message);
  if (!err->message[0])
    snprintf(err->message, sizeof err->message, "%s", gt_code_name(code));
  char detail[32];
  for (int i = 0; i < MAX_DETAILS; i++) {
    snprintf(detail, sizeof detail, "details.%d", i);
    if (gt_json_find(&s, d.json, d.len, detail) != GT_JSON_OBJECT) break;
    read_detail(err, d, detail);
  }
  err->retryable = worth_retrying(err);
  gt_hints_add(err);
  return true;
}

static void read_wire_failure(struct gt_err *err, const struct gt_exchange *x)
{
  const char *detail = x->detail;
  switch (x->failure) {
  case GT_WIRE_BAD_URL:
    gt_err_set(err, GT_INVALID_ARGUMENT, "cannot use the URL: %s", detail);
    gt_err_hint(err, "check --base-url and GTLUA_BASE_URL");
    return;
  case GT_WIRE_RESOLVE:
    gt_err_set(err, GT_UNAVAILABLE, "%s", detail);
    gt_err_hint(err, "check the network, the host name and the proxy settings; "
                     "--provider local needs no network");
    break;
  case GT_WIRE_CONNECT:
    gt_err_set(err, GT_UNAVAILABLE, "%s", detail);
    gt_err_hint(err, "is the network up and the server running? "
                     "--provider local needs no network");
    break;
  case GT_WIRE_PROXY:
    gt_err_set(err, GT_UNAVAILABLE, "proxy: %s", detail);
    gt_err_hint(err, "check https_proxy, http_proxy and no_proxy");
    break;
  case GT_WIRE_TLS:
    gt_err_set(err, GT_UNAVAILABLE, "TLS: %s", detail);
    gt_err_hint(err,
                "a wrong clock, a missing CA bundle (SSL_CERT_FILE) or a proxy that "
                "opens TLS; nothing was sent");
    return;
  case GT_WIRE_TIMEOUT:
    gt_err_set(err, GT_DEADLINE_EXCEEDED, "no answer in time%s%s",
               detail[0] ? ": " : "", detail);
    gt_err_hint(err, "raise `timeout`, or send less at once");
    break;
  case GT_WIRE_TOO_LARGE:
    if (x->reply.failed)
      gt_err_set(err, GT_RESOURCE_EXHAUSTED, "the answer is larger than %zu bytes",
                 x->max_response);
    else
      gt_err_set(err, GT_RESOURCE_EXHAUSTED, "the answer's headers are too large");
    gt_err_hint(err, "ask for less at once: a smaller page or fewer tokens");
    err->exit_code = GT_EXIT_SCRIPT;
    return;
  case GT_WIRE_LOCAL: gt_err_set(err, GT_FAILED_PRECONDITION, "%s", detail); return;
  case GT_WIRE_STOPPED:
    gt_err_set(err, GT_CANCELLED, "stopped while the answer was read");
    return;
  default:
    gt_err_set(err, GT_UNAVAILABLE, "the connection broke: %s", detail);
    gt_err_hint(err, "the network or the server failed half-way: try again");
  }
  err->retryable = true;
}

/* Bodies that are no JSON come from proxies and front ends: keep what they begin with.
 */
static void read_foreign_body(struct gt_err *err, const struct gt_exchange *x)
{
  char start[161];
  size_t n = 0;
  const char *body = gt_buf_str(&x->reply);
  bool space = true, tag = false;
  for (size_t i = 0; i < x->reply.len && n < sizeof start - 1; i++) {
    unsigned char c = (unsigned char)body[i];
    if (c == '<') tag = true;
    if (!tag && c > 0x20 && c != 0x7F) {
      start[n++] = (char)c;
      space = false;
    } else if (!space) {
      start[n++] = ' ';
      space = true;
    }
    if (c == '>') tag = false;
  }
  start[n] = '\0';
  gt_err_set(err, gt_code_from_http(x->status), "HTTP %d%s%s", x->status,
             n ? ": " : " without a message", start);
}

static void read_redirect(struct gt_err *err, const struct gt_exchange *x)
{
  char location[256];
  gt_http_header_copy(x, "location", location, sizeof location);
  gt_err_set(err, GT_FAILED_PRECONDITION,
             "HTTP %d redirects to %s, which is not followed", x->status,
             location[0] ? location : "nowhere");
  gt_err_hint(err, "a credential goes to its own origin only: point --base-url at the "
                   "true one");
}

static double retry_after_header(const struct gt_exchange *x)
{
  char text[64], *end;
  double at;
  gt_http_header_copy(x, "retry-after", text, sizeof text);
  if (!text[0]) return 0;
  double seconds = strtod(text, &end);
  if (end != text && *end == '\0') return seconds > 0 && seconds < 1e6 ? seconds : 0;
  if (gt_clock_parse_http(&at, text) < 0) return 0;
  return fmax(0, at - gt_clock_wall());
}

void gt_status_read(struct gt_err *err, const struct gt_exchange *x)
{
  if (x->failure != GT_WIRE_OK) {
    read_wire_failure(err, x);
    return;
  }
  if (x->status >= 300 && x->status < 400)
    read_redirect(err, x);
  else if (!gt_status_find_error(err, gt_buf_str(&x->reply), x->reply.len))
    read_foreign_body(err, x);
  err->status = x->status;
  double pause = retry_after_header(x);
  if (pause > 0) err->retry_after = pause;
  err->retryable = worth_retrying(err);
  /* A wrong key is INVALID_ARGUMENT on this API. */
  if (strncmp(err->reason, "API_KEY_", 8) == 0 ||
      strstr(err->message, "API key expired"))
    err->exit_code = GT_EXIT_AUTH;
  if (!err->request_id[0])
    gt_http_header_copy(x, "x-request-id", err->request_id, sizeof err->request_id);
  gt_hints_add(err);
}

bool gt_status_had_no_effect(const struct gt_exchange *x, const struct gt_err *err)
{
  switch (x->failure) {
  case GT_WIRE_OK:
    return err->status == 429 || (err->status >= 300 && err->status < 500);
  case GT_WIRE_RESOLVE:
  case GT_WIRE_CONNECT:
  case GT_WIRE_TLS:
  case GT_WIRE_PROXY:
  case GT_WIRE_BAD_URL: return true;
  default: return false;
  }
}

bool gt_status_is_throttle(const struct gt_err *err)
{
  return err->status == 429 && err->retryable;
}

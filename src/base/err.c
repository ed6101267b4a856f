/* The error value: formatting, names of codes, exit codes. See err.h. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const NAMES[] = {
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
};
enum { NAME_COUNT = sizeof NAMES / sizeof NAMES[0] };

/* A cut must not leave half a character for the terminal or for JSON. */
static void trim_partial_utf8(char *s)
{
  size_t len = strlen(s), back = 0;
  while (back < 4 && back < len && ((unsigned char)s[len - 1 - back] & 0xC0) == 0x80)
    back++;
  if (back == len) return;
  unsigned char lead = (unsigned char)s[len - 1 - back];
  size_t want = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
  if (back < want) s[len - 1 - back] = '\0';
}

void gt_err_copy(char *dst, size_t cap, const char *src, size_t len)
{
  bool cut = len >= cap;
  if (cut) len = cap - 1;
  memcpy(dst, src, len);
  dst[len] = '\0';
  if (cut) trim_partial_utf8(dst);
}

static void format(char *dst, size_t cap, const char *fmt, va_list ap)
{
  int n = vsnprintf(dst, cap, fmt, ap);
  if (n >= 0 && (size_t)n >= cap) trim_partial_utf8(dst);
}

static void start(struct gt_err *err, enum gt_code code)
{
  memset(err, 0, offsetof(struct gt_err, message));
  err->message[0] = err->hint[0] = '\0';
  err->code = code;
}

int gt_err_set(struct gt_err *err, enum gt_code code, const char *fmt, ...)
{
  if (!err) return -1;
  start(err, code);
  va_list ap;
  va_start(ap, fmt);
  format(err->message, sizeof err->message, fmt, ap);
  va_end(ap);
  return -1;
}

static enum gt_code code_from_errno(int errnum)
{
  switch (errnum) {
  case ENOENT: return GT_NOT_FOUND;
  case EPERM:
  case EACCES: return GT_PERMISSION_DENIED;
  case ENOMEM:
  case EMFILE:
  case ENOSPC: return GT_RESOURCE_EXHAUSTED;
  case EEXIST: return GT_ALREADY_EXISTS;
  default: return GT_FAILED_PRECONDITION;
  }
}

int gt_err_sys(struct gt_err *err, int errnum, const char *fmt, ...)
{
  if (!err) return -1;
  start(err, code_from_errno(errnum));
  /* A refused file is the script's affair, not the provider's. */
  err->exit_code = GT_EXIT_SCRIPT;
  va_list ap;
  va_start(ap, fmt);
  format(err->message, sizeof err->message, fmt, ap);
  va_end(ap);
  size_t len = strlen(err->message);
  snprintf(err->message + len, sizeof err->message - len, ": %s", strerror(errnum));
  return -1;
}

int gt_err_hint(struct gt_err *err, const char *fmt, ...)
{
  if (!err) return -1;
  va_list ap;
  va_start(ap, fmt);
  format(err->hint, sizeof err->hint, fmt, ap);
  va_end(ap);
  return -1;
}

const char *gt_code_name(int code)
{
  return code >= 0 && code < NAME_COUNT ? NAMES[code] : "UNKNOWN";
}

int gt_code_parse(const char *name, size_t len)
{
  for (int i = 0; i < NAME_COUNT; i++)
    if (strlen(NAMES[i]) == len && memcmp(NAMES[i], name, len) == 0) return i;
  return -1;
}

enum gt_code gt_code_from_http(int status)
{
  switch (status) {
  case 400: return GT_INVALID_ARGUMENT;
  case 401: return GT_UNAUTHENTICATED;
  case 403: return GT_PERMISSION_DENIED;
  case 404: return GT_NOT_FOUND;
  case 408: return GT_DEADLINE_EXCEEDED;
  case 409: return GT_ABORTED;
  case 412: return GT_FAILED_PRECONDITION;
  case 413: return GT_INVALID_ARGUMENT;
  case 416: return GT_OUT_OF_RANGE;
  case 429: return GT_RESOURCE_EXHAUSTED;
  case 499: return GT_CANCELLED;
  case 501: return GT_UNIMPLEMENTED;
  case 502:
  case 503: return GT_UNAVAILABLE;
  case 504: return GT_DEADLINE_EXCEEDED;
  default: break;
  }
  if (status >= 200 && status < 300) return GT_OK;
  return status >= 500 ? GT_INTERNAL : GT_FAILED_PRECONDITION;
}

int gt_err_exit(const struct gt_err *err)
{
  if (err->exit_code) return err->exit_code;
  bool remote = err->provider[0] != '\0' && err->attempts > 0;
  switch (err->code) {
  case GT_OK: return GT_EXIT_OK;
  case GT_PERMISSION_DENIED:
  case GT_UNAUTHENTICATED: return GT_EXIT_AUTH;
  case GT_RESOURCE_EXHAUSTED: return remote ? GT_EXIT_QUOTA : GT_EXIT_SCRIPT;
  case GT_UNAVAILABLE: return GT_EXIT_NETWORK;
  case GT_DEADLINE_EXCEEDED: return remote ? GT_EXIT_NETWORK : GT_EXIT_SCRIPT;
  default: return GT_EXIT_SCRIPT;
  }
}

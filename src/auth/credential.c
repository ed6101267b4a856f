/* The API key in memory of its own. See credential.h. */
#include "auth/credential.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#if defined __SANITIZE_ADDRESS__
#define SANITIZED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

struct gt_credential {
  size_t size;   /* of the mapping */
  char header[]; /* "x-goog-api-key: KEY" */
};

static const char PREFIX[] = "x-goog-api-key: ";

/* The key's text without white space around it; keys pasted from files bring newlines.
 * Prefix and length are not looked at: the vendor changes them. */
static int trim(const char **start, size_t *len, const char *name, const char *value,
                struct gt_err *err)
{
  while (*value == ' ' || *value == '\t' || *value == '\n' || *value == '\r') value++;
  size_t n = strlen(value);
  while (n && strchr(" \t\r\n", value[n - 1])) n--;
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)value[i] <= 0x20 || (unsigned char)value[i] >= 0x7F) {
      gt_err_set(err, GT_UNAUTHENTICATED,
                 "%s is no API key: it has a blank or a control character inside",
                 name);
      return gt_err_hint(err, "copy the key again, without quotes or line breaks");
    }
  *start = value;
  *len = n;
  return 0;
}

static struct gt_credential *make(const char *key, size_t len, struct gt_err *err)
{
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t need = sizeof(struct gt_credential) + sizeof PREFIX + len;
  size_t size = (need + page - 1) / page * page;
  struct gt_credential *c =
      mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (c == MAP_FAILED) {
    gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
    return NULL;
  }
  (void)madvise(c, size, MADV_DONTDUMP);
  (void)mlock(c, size);
  /* libcurl copies the header: no core dump of this process, and no debugger of another
   * user. The sanitizers' leak check needs to look at its own process. */
#ifndef SANITIZED
  (void)prctl(PR_SET_DUMPABLE, 0);
#endif
  c->size = size;
  memcpy(c->header, PREFIX, sizeof PREFIX - 1);
  memcpy(c->header + sizeof PREFIX - 1, key, len);
  return c;
}

static void wipe(char *value)
{
  volatile char *p = value;
  while (*p) *p++ = '\0';
}

int gt_credential_from_env(struct gt_credential **out, struct gt_err *err)
{
  static const char *const names[] = {"GOOGLE_API_KEY", "GEMINI_API_KEY"};
  char *value[2];
  const char *key[2] = {NULL, NULL};
  size_t len[2] = {0, 0};
  int rc = 0;
  *out = NULL;
  for (int i = 0; i < 2; i++) {
    value[i] = getenv(names[i]);
    if (value[i] && rc == 0) rc = trim(&key[i], &len[i], names[i], value[i], err);
  }
  if (rc == 0 && len[0] && len[1] &&
      (len[0] != len[1] || memcmp(key[0], key[1], len[0]) != 0))
    gt_log(GT_LOG_WARN,
           "GOOGLE_API_KEY and GEMINI_API_KEY differ; GOOGLE_API_KEY is used");
  int use = len[0] ? 0 : 1;
  if (rc == 0 && len[use]) {
    *out = make(key[use], len[use], err);
    if (!*out) rc = -1;
  }
  for (int i = 0; i < 2; i++) {
    if (!value[i]) continue;
    wipe(value[i]);
    unsetenv(names[i]);
  }
  return rc;
}

void gt_credential_free(struct gt_credential *c)
{
  if (!c) return;
  size_t size = c->size;
  explicit_bzero(c, size);
  munmap(c, size);
}

const char *gt_credential_header(const struct gt_credential *c)
{
  return c ? c->header : NULL;
}

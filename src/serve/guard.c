/* Whose request is it? A page in a browser can make it send requests to loopback: with
 * an Origin header, or, once a name of the page's own points to 127.0.0.1, with that
 * name as the Host. Neither is answered. See exchange.h. */
#include "serve/exchange.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Host and port as RFC 9110 spells them, nothing that could end a header or a URL. */
static bool is_authority(const char *s)
{
  size_t n = 0;
  for (; s[n]; n++)
    if (!isalnum((unsigned char)s[n]) && !strchr(".-_:[]", s[n])) return false;
  return n > 0 && n < 256;
}

static bool is_loopback_name(const char *host)
{
  if (strncmp(host, "[::1]", 5) == 0) return !host[5] || host[5] == ':';
  size_t n = strcspn(host, ":");
  if (n == 9 && strncasecmp(host, "localhost", 9) == 0) return true;
  /* Only digits behind "127.": 127.example.org is a name like any other. */
  return strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == n;
}

void gt_serve_guard(struct gt_serve_exchange *x, const char *host, const char *origin,
                    const char *address, bool loopback)
{
  const char *name = host && is_authority(host) ? host : address;
  snprintf(x->origin, sizeof x->origin, "http://%s", name);
  if (host && (name != host || (loopback && !is_loopback_name(host))))
    gt_serve_refuse(x, 403, GT_PERMISSION_DENIED,
                    "The Host header does not name this machine.");
  else if (origin && strcasecmp(origin, x->origin) != 0)
    gt_serve_refuse(x, 403, GT_PERMISSION_DENIED,
                    "Requests of web pages are not answered.");
}

/* Listening sockets. See address.h. Our own socket and not libmicrohttpd's, because
 * that says only that it did not start. */
#include "serve/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

static bool is_loopback(const struct sockaddr *sa)
{
  if (sa->sa_family == AF_INET) {
    const struct sockaddr_in *in = (const void *)sa;
    return ntohl(in->sin_addr.s_addr) >> 24 == 127;
  }
  const struct in6_addr *a =
      &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(a)) return a->s6_addr[12] == 127;
  return IN6_IS_ADDR_LOOPBACK(a);
}

static int resolve(struct addrinfo **out, const char *host, int port,
                   struct gt_err *err)
{
  char service[8];
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                           .ai_flags = AI_NUMERICSERV | AI_PASSIVE};
  /* By its name it would be ::1 on some machines and 127.0.0.1 on others. */
  if (strcmp(host, "localhost") == 0) host = "127.0.0.1";
  snprintf(service, sizeof service, "%d", port);
  int rc = getaddrinfo(host, service, &hints, out);
  if (rc == 0) return 0;
  gt_err_set(err, GT_INVALID_ARGUMENT, "cannot listen on %s: %s", host,
             gai_strerror(rc));
  gt_err_hint(err, "listen on an address of this machine, such as 127.0.0.1:8080");
  if (err) err->exit_code = GT_EXIT_USAGE;
  return -1;
}

static int refuse(const char *host, int port, struct gt_err *err)
{
  gt_err_set(err, GT_PERMISSION_DENIED,
             "%s is not a loopback address: other machines could reach port %d without "
             "a password",
             host, port);
  gt_err_hint(err, "listen on 127.0.0.1, or pass --allow-remote in a network where "
                   "everybody may use it");
  if (err) err->exit_code = GT_EXIT_USAGE;
  return -1;
}

static int fail(const char *host, int port, struct gt_err *err)
{
  int saved = errno;
  gt_err_sys(err, saved, "cannot listen on %s port %d", host, port);
  if (saved == EADDRINUSE)
    gt_err_hint(err, "another program listens there: end it, or choose another port "
                     "(0 takes one that is free)");
  else if (saved == EACCES)
    gt_err_hint(err, "ports below 1024 are the administrator's: choose a higher one");
  else if (saved == EADDRNOTAVAIL)
    gt_err_hint(err, "this machine has no such address; 127.0.0.1 always works");
  return -1;
}

static int describe(struct gt_serve_address *out, int fd, struct gt_err *err)
{
  struct sockaddr_storage sa;
  socklen_t len = sizeof sa;
  char host[64], service[8];
  if (getsockname(fd, (struct sockaddr *)&sa, &len) < 0)
    return gt_err_sys(err, errno, "getsockname");
  if (getnameinfo((struct sockaddr *)&sa, len, host, sizeof host, service,
                  sizeof service, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return gt_err_set(err, GT_INTERNAL, "the socket has no address");
  snprintf(out->text, sizeof out->text, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host,
           service);
  sscanf(service, "%d", &out->port);
  out->loopback = is_loopback((struct sockaddr *)&sa);
  return 0;
}

int gt_serve_listen(int *fd, struct gt_serve_address *out, const char *host, int port,
                    bool allow_remote, struct gt_err *err)
{
  struct addrinfo *ai = NULL;
  int s = -1, rc = -1, on = 1;
  if (resolve(&ai, host, port, err) < 0) return -1;
  if (!allow_remote && !is_loopback(ai->ai_addr)) {
    refuse(host, port, err);
    goto out;
  }
  s = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  /* Reuse: without it a server cannot come back to its port for a minute. It does not
   * let two programs listen on one port. */
  if (s < 0 || setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
      bind(s, ai->ai_addr, ai->ai_addrlen) < 0 || listen(s, BACKLOG) < 0) {
    fail(host, port, err);
    goto out;
  }
  rc = describe(out, s, err);
out:
  freeaddrinfo(ai);
  if (rc < 0 && s >= 0) close(s);
  *fd = rc < 0 ? -1 : s;
  return rc;
}

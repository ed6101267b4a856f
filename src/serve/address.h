/* Where to listen: from a host and a port to a bound socket. Used by server.c. */
#ifndef GT_SERVE_ADDRESS_H
#define GT_SERVE_ADDRESS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct gt_serve_address {
  char text[80]; /* "127.0.0.1:8080", "[::1]:8080" */
  int port;
  bool loopback;
};

/* Binds and listens. *fd is non-blocking; text and port are those that were taken. */
int gt_serve_listen(int *fd, struct gt_serve_address *out, const char *host, int port,
                    bool allow_remote, struct gt_err *err);

#endif

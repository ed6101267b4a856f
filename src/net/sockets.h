/* Which sockets libcurl wants watched, kept in an epoll set with few system calls.
 *
 * Used by loop/wire.c, told by net/easy.c when sockets are opened and closed. libcurl
 * withdraws its interest in a kept-alive connection after every request and takes it up
 * again with the next; for sockets that we opened ourselves the kernel is not told of
 * that until an event really comes at a bad time. */
#ifndef GT_NET_SOCKETS_H
#define GT_NET_SOCKETS_H

#include "base/err.h"

#include <stdint.h>

enum { GT_SOCKET_IN = 1, GT_SOCKET_OUT = 2 };

struct gt_sockets {
  int epoll;                      /* -1 until opened */
  struct gt_socket_state *states; /* by descriptor */
  int count;
};

int gt_sockets_open(struct gt_sockets *s, struct gt_err *err);
void gt_sockets_close(struct gt_sockets *s);

/* A socket of ours appears, and goes: between the two its state may be cached. */
void gt_sockets_opened(struct gt_sockets *s, int fd);
void gt_sockets_closing(struct gt_sockets *s, int fd);
/* libcurl's wish for fd: GT_SOCKET_IN | GT_SOCKET_OUT, 0 for none. Events of fd come
 * with that owner. -1: no memory. */
int gt_sockets_want(struct gt_sockets *s, int fd, int wanted, void *owner);

struct gt_socket_event {
  int fd, ready;
  void *owner;
};
/* Ready sockets that are wanted; never waits. Returns how many (at most max). */
int gt_sockets_ready(struct gt_sockets *s, struct gt_socket_event *events, int max);

#endif

/* The epoll set of libcurl's sockets. See sockets.h. */
#include "net/sockets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { BATCH = 256 };

struct gt_socket_state {
  uint8_t registered, wanted; /* GT_SOCKET_* bits */
  bool ours;
  void *owner;
};

int gt_sockets_open(struct gt_sockets *s, struct gt_err *err)
{
  *s = (struct gt_sockets){.epoll = epoll_create1(EPOLL_CLOEXEC)};
  return s->epoll < 0 ? gt_err_sys(err, errno, "epoll") : 0;
}

void gt_sockets_close(struct gt_sockets *s)
{
  if (s->epoll >= 0) close(s->epoll);
  free(s->states);
  *s = (struct gt_sockets){.epoll = -1};
}

static struct gt_socket_state *state_of(struct gt_sockets *s, int fd)
{
  if (fd < s->count) return &s->states[fd];
  int count = s->count ? s->count : 64;
  while (count <= fd) count *= 2;
  struct gt_socket_state *states = realloc(s->states, (size_t)count * sizeof *states);
  if (!states) return NULL;
  memset(states + s->count, 0, (size_t)(count - s->count) * sizeof *states);
  s->states = states;
  s->count = count;
  return &states[fd];
}

void gt_sockets_opened(struct gt_sockets *s, int fd)
{
  struct gt_socket_state *state = state_of(s, fd);
  if (state) *state = (struct gt_socket_state){.ours = true};
}

void gt_sockets_closing(struct gt_sockets *s, int fd)
{
  /* The kernel takes a closed descriptor out of the set by itself. */
  if (fd < s->count) s->states[fd] = (struct gt_socket_state){0};
}

static void tell_kernel(struct gt_sockets *s, int fd, struct gt_socket_state *state)
{
  struct epoll_event ev = {.events = (state->wanted & GT_SOCKET_IN ? EPOLLIN : 0u) |
                                     (state->wanted & GT_SOCKET_OUT ? EPOLLOUT : 0u),
                           .data.fd = fd};
  int op = state->wanted == 0       ? EPOLL_CTL_DEL
           : state->registered == 0 ? EPOLL_CTL_ADD
                                    : EPOLL_CTL_MOD;
  int rc = epoll_ctl(s->epoll, op, fd, &ev);
  /* A number that was closed and opened again behind our back. */
  if (rc < 0 && op == EPOLL_CTL_MOD && errno == ENOENT)
    epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &ev);
  else if (rc < 0 && op == EPOLL_CTL_ADD && errno == EEXIST)
    epoll_ctl(s->epoll, EPOLL_CTL_MOD, fd, &ev);
  state->registered = state->wanted;
}

int gt_sockets_want(struct gt_sockets *s, int fd, int wanted, void *owner)
{
  struct gt_socket_state *state = state_of(s, fd);
  if (!state) return -1;
  state->wanted = (uint8_t)wanted;
  state->owner = owner;
  bool lazy = state->ours && (wanted == 0 || wanted == state->registered);
  if (!lazy) tell_kernel(s, fd, state);
  return 0;
}

int gt_sockets_ready(struct gt_sockets *s, struct gt_socket_event *events, int max)
{
  struct epoll_event found[BATCH];
  int n = epoll_wait(s->epoll, found, max < BATCH ? max : BATCH, 0), kept = 0;
  for (int i = 0; i < n; i++) {
    int fd = found[i].data.fd;
    struct gt_socket_state *state = &s->states[fd];
    if (state->wanted == 0) {
      tell_kernel(s, fd, state); /* an idle connection was closed by the server */
      continue;
    }
    bool broken = found[i].events & (EPOLLERR | EPOLLHUP);
    events[kept++] = (struct gt_socket_event){
        .fd = fd,
        .owner = state->owner,
        .ready = (found[i].events & EPOLLIN || broken ? GT_SOCKET_IN : 0) |
                 (found[i].events & EPOLLOUT || broken ? GT_SOCKET_OUT : 0)};
  }
  return kept;
}

/* The wire: exchanges over libcurl's multi interface. Only loop.c uses it.
 *
 * A gt_wire is cheap until its first exchange, which loads libcurl. NULL is a wire that
 * has nothing to do. No Lua and no policy runs inside curl's callbacks: bytes are
 * copied, completions are handed on by gt_wire_perform. */
#ifndef GT_LOOP_WIRE_H
#define GT_LOOP_WIRE_H

#include "base/err.h"
#include "net/http.h"

struct gt_wire;

/* NULL: out of memory. */
struct gt_wire *gt_wire_new(void);
void gt_wire_free(struct gt_wire *w);
struct gt_transport *gt_wire_transport(struct gt_wire *w);
/* Transfers under way. */
int gt_wire_running(const struct gt_wire *w);
/* A descriptor that polls readable when a transfer can go on; -1 without transfers. */
int gt_wire_fd(const struct gt_wire *w);
/* Milliseconds until libcurl wants to be called whatever happens, -1: no wish. */
int gt_wire_timeout(const struct gt_wire *w, double now);
/* Moves bytes where it is possible and calls done() of finished exchanges; returns how
 * many finished. */
int gt_wire_perform(struct gt_wire *w, double now);

#endif

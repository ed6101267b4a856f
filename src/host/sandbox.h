/* What is withheld from a script unless it is allowed: other programs, native modules,
 * bytecode. Enforced in the libraries; see README for what that does and does not stop.
 */
#ifndef GT_HOST_SANDBOX_H
#define GT_HOST_SANDBOX_H

#include "host/host.h"

/* [-0, +0, e] Replaces the withheld functions by ones that say how to allow them. */
void gt_sandbox_install(lua_State *L, const struct gt_host_options *opt);

#endif

/* What a person can do about a failure: one sentence per cause.
 *
 * Used by call/status.c. Rules come from the providers' error tables (canonical code,
 * ErrorInfo.reason, well-known messages). */
#ifndef GT_CALL_HINTS_H
#define GT_CALL_HINTS_H

#include "base/err.h"

/* Sets err->hint from its code, reason and message when there is something to say. */
void gt_hints_add(struct gt_err *err);

#endif

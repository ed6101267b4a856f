/* From a response that is no success to a struct gt_err: Google's error bodies, other
 * servers' bodies, transport failures; and which of them are worth another try. */
#ifndef GT_CALL_STATUS_H
#define GT_CALL_STATUS_H

#include "base/err.h"
#include "net/http.h"

#include <stdbool.h>

/* Fills *err (code, status, message, reason, retry_after, request_id, retryable) from a
 * finished exchange that failed on the wire or has a status other than 2xx. */
void gt_status_read(struct gt_err *err, const struct gt_exchange *x);

/* Reads {"error":{...}} (or the array form) out of any JSON text, as streams deliver it
 * with status 200. False when there is none. */
bool gt_status_find_error(struct gt_err *err, const char *json, size_t len);

/* True when the request surely had no effect, so that anything may be sent again. */
bool gt_status_had_no_effect(const struct gt_exchange *x, const struct gt_err *err);
/* True for a throttled request: wait and send again, not a failure. A daily quota that
 * is used up is none: waiting does not help. */
bool gt_status_is_throttle(const struct gt_err *err);

#endif

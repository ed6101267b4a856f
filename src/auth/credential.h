/* The API key: read once, taken out of the environment, attached at send time only.
 *
 * Used by api/session.c. The bytes live in memory of their own that is left out of core
 * dumps; nobody gets them but net/easy.c, as a finished header line. Never logged,
 * never in a URL, never in an error. */
#ifndef GT_AUTH_CREDENTIAL_H
#define GT_AUTH_CREDENTIAL_H

#include "base/err.h"

struct gt_credential;

/* Takes GOOGLE_API_KEY, else GEMINI_API_KEY (a warning when both are set and differ),
 * and wipes both from the environment, also from what /proc shows of it. *out is NULL
 * when neither is set. -1 when the key cannot be one (control characters, blanks). */
int gt_credential_from_env(struct gt_credential **out, struct gt_err *err);
void gt_credential_free(struct gt_credential *c);

/* "x-goog-api-key: ..." for gt_exchange.auth. NULL for no credential. */
const char *gt_credential_header(const struct gt_credential *c);

#endif

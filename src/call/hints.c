/* Hints by cause; the first row that fits wins, so the special ones stand first. */
#include "call/hints.h"

#include <string.h>

struct row {
  int code;            /* 0: any */
  const char *reason;  /* ErrorInfo.reason, NULL: any */
  const char *message; /* must occur in the message, NULL: any */
  const char *hint;
};

static const struct row ROWS[] = {
    {0, "API_KEY_INVALID", NULL,
     "the key is wrong or was deleted: set GOOGLE_API_KEY (or GEMINI_API_KEY) to a key "
     "from https://aistudio.google.com/apikey"},
    {0, NULL, "API key expired",
     "the key has expired: renew it at "
     "https://aistudio.google.com/apikey"},
    {0, "API_KEY_SERVICE_BLOCKED", NULL,
     "the key's restrictions do not allow this API: allow the Generative Language API "
     "for it in the Cloud console, or use another key"},
    {0, "SERVICE_DISABLED", NULL,
     "the API is switched off for the key's project: enable it in the Cloud console "
     "and "
     "try again after a few minutes"},
    {0, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", NULL,
     "sign in again with the scope https://www.googleapis.com/auth/cloud-platform"},
    {0, NULL, "Multiple authentication credentials",
     "a proxy or the base URL adds a second credential: send only one"},
    {0, NULL, "User location is not supported",
     "the API is not offered where this request comes from: use Vertex AI in a "
     "supported region"},
    {0, NULL, "Request payload size exceeds",
     "a tuning request holds at most 4 MiB: use fewer or shorter examples"},
    {0, NULL, "is not found for API version",
     "the model was shut down or does not serve this method: gt.list_models() shows "
     "what "
     "can be used"},
    {GT_PERMISSION_DENIED, NULL, "unregistered callers",
     "no credential was sent: set GOOGLE_API_KEY or GEMINI_API_KEY"},
    {GT_PERMISSION_DENIED, NULL, "access the File",
     "uploaded files live for 48 hours and belong to the key's project: upload it "
     "again "
     "with the same key"},
    {GT_PERMISSION_DENIED, NULL, NULL,
     "the credential may not do this, or the resource belongs to another project or "
     "does "
     "not exist: check which key is set and who owns the resource (on Vertex AI: the "
     "role "
     "roles/aiplatform.user)"},
    {GT_UNAUTHENTICATED, NULL, NULL,
     "the credential is missing or has expired: set GOOGLE_API_KEY or sign in again"},
    {GT_INVALID_ARGUMENT, NULL, NULL,
     "the request itself is wrong and will fail again: compare the message with the "
     "options that were passed"},
    {GT_RESOURCE_EXHAUSTED, NULL, "tuning",
     "a project may run only a few tuning jobs at once (5 by default): wait for one to "
     "finish or cancel one, then start again"},
    {GT_RESOURCE_EXHAUSTED, "PER_DAY", NULL,
     "today's quota is used up: waiting a minute does not help; go on tomorrow, raise "
     "the quota or use another project"},
    {GT_RESOURCE_EXHAUSTED, NULL, NULL,
     "the quota or the shared capacity is used up: lower --concurrency, wait, or ask "
     "for "
     "more quota"},
    {GT_DEADLINE_EXCEEDED, NULL, NULL,
     "the server ran out of time: send less at once or raise `timeout`"},
    {GT_NOT_FOUND, NULL, "uned",
     "check the id; gt.list_tuned_models() shows what this key can see, and tuned "
     "models "
     "are gone when their base model is shut down"},
    {GT_NOT_FOUND, NULL, NULL, "check the name; gt.list_models() shows the models"},
    {GT_ALREADY_EXISTS, NULL, NULL,
     "choose another id, for example with the next version number"},
    {GT_UNAVAILABLE, NULL, NULL, "the service is overloaded or down: try again later"},
    {GT_INTERNAL, NULL, NULL,
     "a fault of the server: try again; if it stays, shorten the input"},
};

void gt_hints_add(struct gt_err *err)
{
  if (err->hint[0]) return;
  for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
    const struct row *r = &ROWS[i];
    if (r->code && r->code != (int)err->code) continue;
    if (r->reason && strcmp(r->reason, err->reason) != 0) continue;
    if (r->message && !strstr(err->message, r->message)) continue;
    gt_err_hint(err, "%s", r->hint);
    return;
  }
}

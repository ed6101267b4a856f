/* Loads libcurl once a process. See curl_so.h. */
#include "net/curl_so.h"

const struct gt_curl_so *gt_curl_so(struct gt_err *err)
{
  static const char *const names[] = {GT_CURL_FUNCTIONS(GT_DYN_NAME) NULL};
  static struct gt_curl_so so;
  static bool loaded;
  if (loaded) return &so;
  if (gt_dyn_load((void **)&so, GT_SONAME_CURL, names, err) < 0) return NULL;
  if (so.curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
    gt_err_set(err, GT_INTERNAL, "libcurl did not initialise");
    return NULL;
  }
  loaded = true;
  return &so;
}

/* Loads libmicrohttpd once a process. See mhd_so.h. */
#include "serve/mhd_so.h"

const struct gt_mhd_so *gt_mhd_so(struct gt_err *err)
{
  static const char *const names[] = {GT_MHD_FUNCTIONS(GT_DYN_NAME) NULL};
  static struct gt_mhd_so so;
  static bool loaded;
  if (loaded) return &so;
  if (gt_dyn_load((void **)&so, GT_SONAME_MICROHTTPD, names, err) < 0) return NULL;
  loaded = true;
  return &so;
}

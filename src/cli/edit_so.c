/* Loads libedit once a process. See edit_so.h. */
#include "cli/edit_so.h"

const struct gt_edit_so *gt_edit_so(struct gt_err *err)
{
  static const char *const names[] = {GT_EDIT_NAMES(GT_DYN_NAME) NULL};
  static struct gt_edit_so so;
  static bool loaded;
  if (loaded) return &so;
  if (gt_dyn_load((void **)&so, GT_SONAME_EDIT, names, err) < 0) return NULL;
  loaded = true;
  return &so;
}

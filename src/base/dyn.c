/* Loading libraries on first use. See dyn.h. */
#include "base/dyn.h"

#include <dlfcn.h>

int gt_dyn_load(void **slots, const char *soname, const char *const *names,
                struct gt_err *err)
{
  void *lib = dlopen(soname, RTLD_NOW | RTLD_GLOBAL);
  if (!lib) {
    gt_err_set(err, GT_FAILED_PRECONDITION, "cannot load %s: %s", soname, dlerror());
    return gt_err_hint(err, "install the package that holds %s", soname);
  }
  for (; *names; names++) {
    *slots = dlsym(lib, *names);
    if (!*slots++)
      return gt_err_set(err, GT_FAILED_PRECONDITION, "%s lacks the function %s", soname,
                        *names);
  }
  return 0;
}

/* What the command line and the environment say about providers and calls. */
#ifndef GT_API_SETTINGS_H
#define GT_API_SETTINGS_H

#include <stdbool.h>

struct gt_settings {
  const char *provider; /* "local", "gemini", "vertex"; NULL: found out */
  const char *base_url; /* another origin for the provider, NULL: its own */
  double timeout;       /* seconds a call may take in all, 0: each call's default */
  int concurrency;      /* ceiling of requests under way, 0: the default of 256 */
  bool offline;         /* nothing may leave the machine */
  bool unannounced;     /* do not say which provider was chosen and why */
};

#endif

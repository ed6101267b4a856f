/* Shared libraries that are loaded when they are first needed, not at start-up.
 *
 * libcurl alone pulls in some 35 libraries and four fifths of the start-up time of a
 * script that never sends anything. A user keeps an X-macro list of the functions it
 * calls, a struct of pointers made from that list and the library's own header (so the
 * compiler checks every call), and fills it with gt_dyn_load. */
#ifndef GT_BASE_DYN_H
#define GT_BASE_DYN_H

#include "base/err.h"

/* One slot of a table of functions: GT_DYN_SLOT(curl_easy_init) */
#define GT_DYN_SLOT(name) __typeof__(&(name)) name;
#define GT_DYN_NAME(name) #name,

/* Loads soname and resolves names (NULL-terminated) into slots[0..]; slots is the table
 * seen as an array. The library stays loaded until the process ends. */
int gt_dyn_load(void **slots, const char *soname, const char *const *names,
                struct gt_err *err);

#endif

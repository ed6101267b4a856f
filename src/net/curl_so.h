/* libcurl, loaded when the first request is sent (see base/dyn.h for why). Seen by
 * net/easy.c and loop/wire.c alone; everybody else speaks net/http.h. */
#ifndef GT_NET_CURL_SO_H
#define GT_NET_CURL_SO_H

#include "base/dyn.h"

#include <curl/curl.h>

/* The checking macros of the header would hide the functions' own types. */
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#define GT_CURL_FUNCTIONS(X)                                                           \
  X(curl_global_init)                                                                  \
  X(curl_version_info)                                                                 \
  X(curl_easy_init)                                                                    \
  X(curl_easy_cleanup)                                                                 \
  X(curl_easy_setopt)                                                                  \
  X(curl_easy_getinfo)                                                                 \
  X(curl_easy_strerror)                                                                \
  X(curl_slist_append)                                                                 \
  X(curl_slist_free_all)                                                               \
  X(curl_url)                                                                          \
  X(curl_url_set)                                                                      \
  X(curl_url_cleanup)                                                                  \
  X(curl_url_strerror)                                                                 \
  X(curl_multi_init)                                                                   \
  X(curl_multi_cleanup)                                                                \
  X(curl_multi_setopt)                                                                 \
  X(curl_multi_add_handle)                                                             \
  X(curl_multi_remove_handle)                                                          \
  X(curl_multi_socket_action)                                                          \
  X(curl_multi_info_read)                                                              \
  X(curl_multi_strerror)

struct gt_curl_so {
  GT_CURL_FUNCTIONS(GT_DYN_SLOT)
};

/* The loaded functions; NULL (with err) when libcurl cannot be loaded. */
const struct gt_curl_so *gt_curl_so(struct gt_err *err);

#endif

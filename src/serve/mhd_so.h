/* libmicrohttpd, loaded when somebody listens (see base/dyn.h for why). Seen by serve/
 * alone; everybody else speaks serve/server.h. */
#ifndef GT_SERVE_MHD_SO_H
#define GT_SERVE_MHD_SO_H

#include "base/dyn.h"

#include <microhttpd.h>

#define GT_MHD_FUNCTIONS(X)                                                            \
  X(MHD_start_daemon)                                                                  \
  X(MHD_stop_daemon)                                                                   \
  X(MHD_run)                                                                           \
  X(MHD_get_timeout)                                                                   \
  X(MHD_get_daemon_info)                                                               \
  X(MHD_get_connection_values)                                                         \
  X(MHD_lookup_connection_value)                                                       \
  X(MHD_create_response_from_buffer)                                                   \
  X(MHD_create_response_from_callback)                                                 \
  X(MHD_add_response_header)                                                           \
  X(MHD_queue_response)                                                                \
  X(MHD_destroy_response)

struct gt_mhd_so {
  GT_MHD_FUNCTIONS(GT_DYN_SLOT)
};

/* The loaded functions; NULL (with err) when libmicrohttpd cannot be loaded. */
const struct gt_mhd_so *gt_mhd_so(struct gt_err *err);

#endif

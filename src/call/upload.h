/* A resumable upload to the Files API: start, chunks, query and go on, finalize, wait
 * until the file is ACTIVE.
 *
 * Used by api/files.c. The file is read by libcurl straight from its descriptor, so
 * memory stays flat whatever its size. The file's name is chosen by the caller, so that
 * a lost answer to the last chunk ends in a look-up instead of a second upload.
 * Protocol: X-Goog-Upload (resumable), as Google's own clients speak it. Knows no Lua.
 */
#ifndef GT_CALL_UPLOAD_H
#define GT_CALL_UPLOAD_H

#include "call/call.h"

enum {
  GT_UPLOAD_CHUNK = 8 * 1024 * 1024,
  GT_UPLOAD_STALLS = 6, /* failures in a row without a byte of progress */
};

enum gt_upload_step {
  GT_UPLOAD_START,
  GT_UPLOAD_SEND,
  GT_UPLOAD_QUERY,
  GT_UPLOAD_LOOK_UP, /* the answer to finalize was lost: is the file there? */
  GT_UPLOAD_POLL,    /* PROCESSING -> ACTIVE */
};

struct gt_upload {
  /* set by the caller after gt_upload_init; strings outlive the upload */
  int fd;
  int64_t size;         /* > 0 */
  const char *base_url; /* "https://host", without a slash at the end */
  const char *version;  /* "v1beta" */
  const char *mime;
  const char *display_name; /* NULL: none; valid UTF-8 */
  const char *name;         /* "files/abc": unique, [a-z0-9-]{1,40} behind the slash */
  const char *auth, *auth_origin;
  int64_t chunk;      /* bytes a request; GT_UPLOAD_CHUNK */
  double poll;        /* seconds between looks while PROCESSING */
  double max_waiting; /* seconds to wait for ACTIVE */
  void (*done)(struct gt_upload *u);
  void (*progress)(struct gt_upload *u); /* after each step forward, or NULL */

  /* outcome: call.x.reply holds the JSON of the File, at file_path inside it */
  bool failed;
  struct gt_err err;
  const char *file_path; /* "file" or "" */
  int64_t sent;          /* bytes the server has confirmed */
  int resumed;           /* times it went on after a break */

  /* private */
  struct gt_call call;
  enum gt_upload_step step;
  struct gt_timer timer;
  struct gt_buf url, body;
  char *session;
  int64_t sending;
  int stalls, restarts;
  double poll_until;
  char lines[4][192];
  const char *headers[8];
};

void gt_upload_init(struct gt_upload *u, struct gt_loop *loop, struct gt_transport *t,
                    const char *provider);
void gt_upload_clear(struct gt_upload *u); /* stops it when it runs */
void gt_upload_start(struct gt_upload *u);

#endif

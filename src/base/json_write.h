/* Writes JSON values at the end of a buffer: RFC 8259, UTF-8 passed through.
 *
 * Used by the wire's field maps, by the engine's model files and by logs. It writes
 * values, not structure: commas and brackets are the caller's. */
#ifndef GT_BASE_JSON_WRITE_H
#define GT_BASE_JSON_WRITE_H

#include "base/buf.h"

#include <stdint.h>

/* A quoted string. The bytes must be valid UTF-8 (gt_utf8_check); NUL is escaped. */
int gt_json_string(struct gt_buf *b, const char *s, size_t len);
int gt_json_int(struct gt_buf *b, int64_t v);
/* The shortest form that reads back as the same double; NaN and infinities become the
 * strings "NaN", "Infinity", "-Infinity" (proto3 JSON). */
int gt_json_double(struct gt_buf *b, double v);

#endif

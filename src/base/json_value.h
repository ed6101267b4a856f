/* What the slices of the JSON reader mean, and one value out of a text by its path.
 *
 * Used with json_read.h. Everything works on the raw bytes; only gt_json_unescape
 * writes, into the caller's buffer. */
#ifndef GT_BASE_JSON_VALUE_H
#define GT_BASE_JSON_VALUE_H

#include "base/buf.h"
#include "base/json_read.h"

/* Appends the string's value. -1 over the buffer's ceiling or when the slice does not
 * come from a reader that accepted it. */
int gt_json_unescape(struct gt_buf *out, const struct gt_json_slice *s);
/* The same into memory of at least s->len bytes (a value is never longer than its raw
 * form); sets *len. -1 for a bad slice. */
int gt_json_unescape_to(char *out, size_t *len, const struct gt_json_slice *s);
/* Whether a key or string has this value. */
bool gt_json_equals(const struct gt_json_slice *s, const char *text, size_t len);
bool gt_json_is(const struct gt_json_slice *s, const char *text);

/* A number that is an integer (also as 1.0 or 1e3) and fits; else -1. */
int gt_json_to_int64(int64_t *v, const struct gt_json_slice *s);
/* The nearest double, whatever the locale; -1 when it is no number or overflows. */
int gt_json_to_double(double *v, const struct gt_json_slice *s);

/* The value at a path like "error.details.0.reason" ("" is the whole): its type, its
 * slice in *found. Keys with a dot cannot be named; of duplicate keys the first wins.
 * GT_JSON_END when there is none; GT_JSON_ERROR when the text is broken before its end
 * is reached. What follows the value is not read. */
enum gt_json_type gt_json_find(struct gt_json_slice *found, const char *doc, size_t len,
                               const char *path);

/* Decodes the escape at s (s < end, *s is a backslash; surrogate pairs as one). Returns
 * the bytes it takes, at least 1; *fault is GT_JSON_FINE or what is wrong with it. */
size_t gt_json_escape(uint32_t *cp, enum gt_json_fault *fault, const char *s,
                      const char *end);
/* One code point of a raw string as UTF-8, *n bytes in out; returns the raw bytes it
 * took, at least 1. A bad escape's backslash and a bad byte stand for themselves. */
size_t gt_json_decode(char out[4], size_t *n, const char *s, const char *end);

#endif

/* Where JSON's strings stop: the walks over bytes that decide how fast data is read.
 *
 * Used by the JSON reader and the row reader. With AVX2 or SSE2 where the processor has
 * them, plain C elsewhere; the results are the same. It knows bytes, no JSON. */
#ifndef GT_BASE_STOPS_H
#define GT_BASE_STOPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The offset from i on of the first byte that is a quote, a backslash, a control
 * character (below 0x20) or not ASCII; len without one. */
size_t gt_stops_plain(const char *data, size_t i, size_t len);

#define GT_STOPS_SLACK 16 /* entries that may be written behind the last stop */

/* The offsets of all quotes, backslashes and control characters, in order, into stops
 * (room for len + GT_STOPS_SLACK); returns how many. *utf8: all bytes are valid UTF-8.
 * len < 4 GiB. */
size_t gt_stops_find(uint32_t *stops, bool *utf8, const char *data, size_t len);

#endif

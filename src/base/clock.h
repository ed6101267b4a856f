/* Time and chance as values that can be replaced: the loop reads both only from here,
 * so tests and replay can run hours in milliseconds and twice the same. */
#ifndef GT_BASE_CLOCK_H
#define GT_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Seconds. mono never goes back; wall is Unix time. */
double gt_clock_mono(void);
double gt_clock_wall(void);

/* RFC 3339 in UTC with milliseconds, "2026-11-22T10:16:20.001Z"; buf holds 32 bytes. */
void gt_clock_rfc3339(char *buf, size_t cap, double wall);
/* Parses RFC 3339 (any offset, any fraction); -1 and *wall untouched when it is none.
 */
int gt_clock_parse_rfc3339(double *wall, const char *s);
/* Parses an HTTP date ("Sun, 06 Nov 1994 08:49:37 GMT"); -1 when it is none. */
int gt_clock_parse_http(double *wall, const char *s);

/* A small deterministic generator (xoshiro256**), for jitter and sampling; not for
 * secrets. */
struct gt_random {
  uint64_t s[4];
};
void gt_random_seed(struct gt_random *r, uint64_t seed);
uint64_t gt_random_next(struct gt_random *r);
/* Uniform in [0, 1). */
double gt_random_unit(struct gt_random *r);

#endif

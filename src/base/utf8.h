/* UTF-8: validity and code points. Used by JSON, the engine, the data reader. */
#ifndef GT_BASE_UTF8_H
#define GT_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The offset of the first byte that is not valid UTF-8 (overlong forms, surrogates and
 * values above U+10FFFF are not); len when all of it is. */
size_t gt_utf8_check(const char *s, size_t len);
/* Decodes the code point at s (s < end, valid UTF-8 assumed) and returns its length in
 * bytes; an invalid byte decodes as itself with length 1. */
size_t gt_utf8_decode(uint32_t *cp, const char *s, const char *end);
/* Writes cp (<= U+10FFFF) to out (4 bytes of room); returns the length. */
size_t gt_utf8_encode(char out[4], uint32_t cp);
/* All code points of s (room for len numbers); returns their count. A byte that is not
 * UTF-8 becomes GT_UTF8_BYTE plus its value, so that it equals no character. */
#define GT_UTF8_BYTE 0x110000u
size_t gt_utf8_points(uint32_t *out, const char *s, size_t len);
/* The number of code points in valid UTF-8. */
size_t gt_utf8_count(const char *s, size_t len);

#endif

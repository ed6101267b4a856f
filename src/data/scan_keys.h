/* Between scan_secrets.c, scan_kinds.c and scan_random.c: alphabets of keys. */
#ifndef GT_DATA_SCAN_KEYS_H
#define GT_DATA_SCAN_KEYS_H

#include "data/scan.h"

enum gt_key_alphabet {
  GT_LOWER_HEX,
  GT_HEX,
  GT_DIGITS_UPPER,
  GT_ALNUM,
  GT_WORDS,  /* and _ - */
  GT_DOTTED, /* and _ - . */
  GT_BASE64, /* and + / = */
};

bool gt_key_has(enum gt_key_alphabet alphabet, char c);
/* How many of the n bytes, at most max, are of the alphabet. */
size_t gt_key_span(const char *p, size_t n, enum gt_key_alphabet alphabet, size_t max);
int gt_key_distinct(const char *p, size_t n);
bool gt_key_is_placeholder(const char *p, size_t n); /* xxxx, ...EXAMPLE */
/* The bytes that base64 (either alphabet) stands for; how many, at most cap. */
size_t gt_key_decode64(unsigned char *out, size_t cap, const char *p, size_t n);

/* Each looks for a key at `at`, tells it, and returns its length or 0. */
size_t gt_scan_known(struct gt_scan *s, size_t at, size_t end);
size_t gt_scan_random(struct gt_scan *s, size_t at, size_t end);

#endif

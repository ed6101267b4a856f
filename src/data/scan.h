/* Between text_scan.c and its searchers (scan_*.c): the scan of one text. Nobody else
 * includes it. */
#ifndef GT_DATA_SCAN_H
#define GT_DATA_SCAN_H

#include "data/text_scan.h"

#include <stdbool.h>
#include <stdint.h>

#define GT_SCAN_RULES_MAX 96 /* more than there are rules */
#define GT_SCAN_WAITING 48   /* hits held back until none before them can come */
#define GT_SCAN_BEFORE 128   /* bytes that a hit can begin before what gave it away */

struct gt_scan_rule {
  const char *id, *what, *hint;
};

struct gt_scan {
  const char *text;
  size_t len;
  bool all;
  void (*hit)(void *ctx, const struct gt_scan_hit *h);
  void *ctx;
  const char *told[GT_SCAN_RULES_MAX];
  size_t told_count;
  struct gt_scan_hit waiting[GT_SCAN_WAITING]; /* in order of `at` */
  size_t waiting_count;
  int is_code, is_markup; /* of the whole text; -1: not looked yet */
  int escapes;            /* backslashes: 1 JSON's escapes only, 0 also others */
  size_t escapes_of[128]; /* how many of each letter, once escapes is known */
  size_t damage_to, personal_to, secrets_to; /* looked at up to here */
};

/* `shown` NULL: the first characters of the text at `at`, as for a secret. */
void gt_scan_add(struct gt_scan *s, const struct gt_scan_rule *rule, size_t at,
                 size_t len, const char *shown);

/* Looks at the byte `at`, which the table of text_scan.c calls worth a look. */
void gt_scan_damage(struct gt_scan *s, size_t at);
void gt_scan_outer_space(struct gt_scan *s);
void gt_scan_misread(struct gt_scan *s, size_t at);
void gt_scan_backslash(struct gt_scan *s, size_t at);
void gt_scan_entity(struct gt_scan *s, size_t at);
/* The character before `at` (> 0) and where it begins. */
size_t gt_scan_code_before(uint32_t *cp, const char *text, size_t at);
/* What Windows-1252 has at a byte 0x80 to 0x9F, 0 where nothing. */
uint32_t gt_scan_windows(uint32_t cp);
void gt_scan_personal(struct gt_scan *s, size_t at);
void gt_scan_number(struct gt_scan *s, size_t at);
/* The bytes of an account whose first letter is at `at`, 0: none. */
size_t gt_scan_iban(struct gt_scan *s, size_t at);
size_t gt_scan_v4(struct gt_scan *s, size_t at); /* the bytes of an address, 0: none */
/* Looks at a run of key characters (letters, digits and _-./+=~), and at a colon. */
void gt_scan_secrets(struct gt_scan *s, size_t at, size_t end);
void gt_scan_colon(struct gt_scan *s, size_t at);

static inline bool gt_scan_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool gt_scan_upper(char c) { return c >= 'A' && c <= 'Z'; }
static inline bool gt_scan_lower(char c) { return c >= 'a' && c <= 'z'; }
static inline bool gt_scan_alnum(char c)
{
  return gt_scan_digit(c) || gt_scan_upper(c) || gt_scan_lower(c);
}
/* The text has the literal `word` at `at`. */
bool gt_scan_has(const struct gt_scan *s, size_t at, const char *word);
/* One of the space-separated lower-case words stands, in any case, in the `within`
 * bytes before `at`. */
bool gt_scan_named(const struct gt_scan *s, size_t at, size_t within,
                   const char *words);

#endif

/* A strict pull reader of JSON (RFC 8259) over bytes in memory.
 *
 * Used by the data reader, tokens, the journal and the engine. It allocates nothing and
 * builds nothing: gt_json_next gives one event after the other, strings and numbers as
 * raw slices of the text (json_value.h says what a slice means). It refuses what RFC
 * 8259 leaves open: duplicate keys, lone surrogates, invalid UTF-8, a BOM. */
#ifndef GT_BASE_JSON_READ_H
#define GT_BASE_JSON_READ_H

#include "base/err.h"
#include "base/json_fault.h"
#include "base/json_keys.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GT_JSON_DEPTH 64 /* the ceiling of nesting unless the caller sets another */
#define GT_JSON_DEPTH_MAX 256 /* the highest that can be set */
#define GT_JSON_OWN_KEYS 64   /* keys of open objects without a lent block */

enum gt_json_type {
  GT_JSON_ERROR = -1,
  GT_JSON_END = 0, /* behind the one value */
  GT_JSON_OBJECT,
  GT_JSON_OBJECT_END,
  GT_JSON_ARRAY,
  GT_JSON_ARRAY_END,
  GT_JSON_KEY, /* its value is the next event */
  GT_JSON_STRING,
  GT_JSON_NUMBER,
  GT_JSON_TRUE,
  GT_JSON_FALSE,
  GT_JSON_NULL,
};

/* A piece of the text: strings and keys without their quotes, the rest as it stands. */
struct gt_json_slice {
  enum gt_json_type type;
  bool escaped; /* a string that has escapes */
  bool flawed;  /* a string with a soft fault: not to be unescaped */
  const char *at;
  size_t len;
};

/* Lives on the stack. It points into itself: not to be copied. */
struct gt_json_reader {
  /* set after gt_json_init, before the first gt_json_next */
  uint32_t max_depth; /* <= GT_JSON_DEPTH_MAX */
  bool any_keys;      /* do not look for duplicate keys */
  /* When set, duplicate keys and faults inside strings (UTF-8, surrogates, escapes,
   * control characters, NUL) are told here, each kind once a string, and reading goes
   * on. `at` is the offset of the fault. */
  void (*soft)(void *ctx, enum gt_json_fault fault, size_t at);
  void *soft_ctx;

  /* the event just given */
  struct gt_json_slice value;
  size_t at; /* offset of its first byte; for strings that is the opening quote */
  uint32_t depth;
  enum gt_json_fault fault; /* why it was GT_JSON_ERROR */
  size_t fault_at;

  /* private */
  const char *data;
  size_t len, pos;
  uint8_t want;
  struct gt_json_keys *keys, own;
  uint32_t frames[GT_JSON_DEPTH_MAX];
  struct {
    struct gt_json_key list[GT_JSON_OWN_KEYS];
    uint32_t heads[GT_JSON_OWN_KEYS];
  } block;
};

/* The text is borrowed and must stay. */
void gt_json_init(struct gt_json_reader *r, const char *data, size_t len);
/* Lends a larger key set, before the first gt_json_next. */
void gt_json_lend(struct gt_json_reader *r, struct gt_json_keys *keys);
/* The next event; GT_JSON_ERROR and GT_JSON_END are given again for ever. */
enum gt_json_type gt_json_next(struct gt_json_reader *r);
/* Behind a key: reads its value to the end. Behind the beginning of an object or array:
 * reads to its end. Else nothing. *whole (or NULL) becomes all that was skipped, from
 * the value's first byte. Returns 0 or -1. */
int gt_json_skip(struct gt_json_reader *r, struct gt_json_slice *whole);
/* "object", "string", … for a value's event. */
const char *gt_json_type_name(enum gt_json_type type);
/* Sets INVALID_ARGUMENT "what:line:column: reason" from r's fault; returns -1. */
int gt_json_fail(const struct gt_json_reader *r, const char *what, struct gt_err *err);

#endif

/* What can be wrong with a JSON text, in words and with its place.
 *
 * Used by the reader and by everyone who tells a person about its errors. It never
 * reads JSON: it names a fault that was found and counts lines up to it. */
#ifndef GT_BASE_JSON_FAULT_H
#define GT_BASE_JSON_FAULT_H

#include <stddef.h>

enum gt_json_fault {
  GT_JSON_FINE = 0,
  GT_JSON_EMPTY,          /* no value at all */
  GT_JSON_CUT,            /* the text ends inside an object or array */
  GT_JSON_GARBAGE,        /* something behind the value */
  GT_JSON_BOM,            /* byte order mark */
  GT_JSON_NUL,            /* a zero byte, in a string or outside */
  GT_JSON_COMMENT,        /* a comment */
  GT_JSON_UNEXPECTED,     /* a character that fits nothing */
  GT_JSON_TRAILING_COMMA, /* at the comma */
  GT_JSON_MISSING_COMMA,  /* at the token before which it is missing */
  GT_JSON_MISSING_COLON,  /* likewise */
  GT_JSON_MISSING_VALUE,  /* at the character that stands in its place */
  GT_JSON_UNQUOTED_KEY,   /* {a:1} and {1:1} */
  GT_JSON_SINGLE_QUOTE,   /* 'a' */
  GT_JSON_UNTERMINATED,   /* at the opening quote */
  GT_JSON_CONTROL,        /* a control character in a string */
  GT_JSON_ESCAPE,         /* at the backslash */
  GT_JSON_UNICODE_ESCAPE, /* \u without four hex digits; at the backslash */
  GT_JSON_SURROGATE,      /* half a surrogate pair; at its backslash */
  GT_JSON_UTF8,           /* at the first byte of the bad sequence */
  GT_JSON_DUPLICATE,      /* at the opening quote of the second key */
  GT_JSON_LEADING_ZERO,   /* at the zero */
  GT_JSON_PLUS,           /* +1 */
  GT_JSON_NOT_FINITE,     /* NaN, Infinity, -Infinity */
  GT_JSON_BAD_NUMBER,     /* at the byte where a digit is missing or one too many is */
  GT_JSON_WORD,           /* an unknown bare word */
  GT_JSON_TOO_DEEP,       /* at the bracket over the ceiling */
  GT_JSON_TOO_MANY_KEYS,  /* more keys than the reader's key set has room for */
};

struct gt_json_place {
  size_t line;        /* 1-based, lines end with \n */
  size_t column;      /* 1-based, in bytes */
  size_t char_column; /* 1-based, in code points */
};

/* The fault in a few words: "trailing comma". */
const char *gt_json_reason(enum gt_json_fault fault);
/* The same with what stands at `at`, e.g. `duplicate key "a"`. Cuts at cap. */
void gt_json_explain(char *dst, size_t cap, enum gt_json_fault fault, const char *data,
                     size_t len, size_t at);
/* Counts from the start of data: meant for the moment an error is told. */
void gt_json_locate(struct gt_json_place *place, const char *data, size_t len,
                    size_t at);
/* Bytes of a foreign text for a person: in double quotes, at most 40 bytes of it and
 * "..." behind a longer one, control characters and bad bytes made visible. */
void gt_json_quote(char *dst, size_t cap, const char *s, size_t len);

#endif

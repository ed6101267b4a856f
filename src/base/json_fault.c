/* The words for JSON faults and their places. See json_fault.h. */
#include "base/json_fault.h"

#include "base/err.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

const char *gt_json_reason(enum gt_json_fault fault)
{
  switch (fault) {
  case GT_JSON_FINE: return "no fault";
  case GT_JSON_EMPTY: return "no JSON value";
  case GT_JSON_CUT: return "the text ends before its brackets are closed";
  case GT_JSON_GARBAGE: return "garbage after the value";
  case GT_JSON_BOM: return "byte order mark";
  case GT_JSON_NUL: return "NUL byte";
  case GT_JSON_COMMENT: return "comments are not JSON";
  case GT_JSON_UNEXPECTED: return "unexpected character";
  case GT_JSON_TRAILING_COMMA: return "trailing comma";
  case GT_JSON_MISSING_COMMA: return "missing comma";
  case GT_JSON_MISSING_COLON: return "missing colon after the key";
  case GT_JSON_MISSING_VALUE: return "missing value";
  case GT_JSON_UNQUOTED_KEY: return "a key must be a string in double quotes";
  case GT_JSON_SINGLE_QUOTE: return "strings take double quotes";
  case GT_JSON_UNTERMINATED: return "unterminated string";
  case GT_JSON_CONTROL: return "control character in a string";
  case GT_JSON_ESCAPE: return "bad escape";
  case GT_JSON_UNICODE_ESCAPE: return "\\u must be followed by four hex digits";
  case GT_JSON_SURROGATE: return "lone surrogate";
  case GT_JSON_UTF8: return "invalid UTF-8";
  case GT_JSON_DUPLICATE: return "duplicate key";
  case GT_JSON_LEADING_ZERO: return "leading zero";
  case GT_JSON_PLUS: return "a number has no plus sign in front";
  case GT_JSON_NOT_FINITE: return "NaN and Infinity are not JSON";
  case GT_JSON_BAD_NUMBER: return "malformed number";
  case GT_JSON_WORD: return "unknown word";
  case GT_JSON_TOO_DEEP: return "nested too deeply";
  case GT_JSON_TOO_MANY_KEYS: return "too many keys";
  }
  return "unknown fault";
}

static size_t string_end(const char *data, size_t len, size_t at)
{
  while (at < len && data[at] != '"') at += data[at] == '\\' ? 2 : 1;
  return at < len ? at : len;
}

static size_t word_end(const char *data, size_t len, size_t at)
{
  while (at < len && memchr(" \t\r\n,:[]{}\"'", data[at], 12) == NULL) at++;
  return at;
}

void gt_json_explain(char *dst, size_t cap, enum gt_json_fault fault, const char *data,
                     size_t len, size_t at)
{
  char shown[200] = "";
  size_t from = at, to = at;
  switch (at < len ? fault : GT_JSON_FINE) {
  case GT_JSON_DUPLICATE: to = string_end(data, len, ++from); break;
  case GT_JSON_WORD:
  case GT_JSON_NOT_FINITE: to = word_end(data, len, at); break;
  case GT_JSON_ESCAPE: to = at + 2 <= len ? at + 2 : len; break;
  case GT_JSON_SURROGATE: to = at + 6 <= len ? at + 6 : len; break;
  case GT_JSON_UNEXPECTED:
  case GT_JSON_GARBAGE: {
    uint32_t cp;
    to = at + gt_utf8_decode(&cp, data + at, data + len);
    break;
  }
  case GT_JSON_UTF8:
  case GT_JSON_CONTROL:
    snprintf(dst, cap, "%s (byte 0x%02X)", gt_json_reason(fault),
             (unsigned)(unsigned char)data[at]);
    return;
  default: break;
  }
  if (to > from || fault == GT_JSON_DUPLICATE)
    gt_json_quote(shown, sizeof shown, data + from, to - from);
  snprintf(dst, cap, "%s%s%s", gt_json_reason(fault), shown[0] ? " " : "", shown);
}

void gt_json_locate(struct gt_json_place *place, const char *data, size_t len,
                    size_t at)
{
  if (at > len) at = len;
  size_t line = 1, start = 0;
  for (;;) {
    const char *nl = start < at ? memchr(data + start, '\n', at - start) : NULL;
    if (!nl) break;
    line++;
    start = (size_t)(nl - data) + 1;
  }
  place->line = line;
  place->column = at - start + 1;
  place->char_column = (at > start ? gt_utf8_count(data + start, at - start) : 0) + 1;
}

/* One code point in its visible form; returns the bytes taken from s. */
static size_t visible(char out[16], const char *s, const char *end)
{
  uint32_t cp;
  size_t n = gt_utf8_decode(&cp, s, end);
  if (n == 1 && (cp >= 0x7F || cp < 0x20))
    snprintf(out, 16, "\\x%02X", (unsigned)cp);
  else if (cp < 0xA0
               ? cp >= 0x7F
               : (cp >= 0x200B && cp <= 0x200F) || (cp >= 0x2028 && cp <= 0x202E) ||
                     (cp >= 0x2066 && cp <= 0x2069) || cp == 0xFEFF)
    snprintf(out, 16, "\\u%04X", (unsigned)cp);
  else
    snprintf(out, 16, "%.*s", (int)n, s);
  return n;
}

void gt_json_quote(char *dst, size_t cap, const char *s, size_t len)
{
  char text[40 * 6 + 8];
  size_t used = 0, i = 0;
  text[used++] = '"';
  while (i < len && i < 40) {
    char one[16];
    i += visible(one, s + i, s + len);
    size_t n = strlen(one);
    memcpy(text + used, one, n);
    used += n;
  }
  memcpy(text + used, i < len ? "...\"" : "\"", i < len ? 4 : 1);
  used += i < len ? 4 : 1;
  gt_err_copy(dst, cap, text, used);
}

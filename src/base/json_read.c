/* The strict JSON reader: a state machine without recursion. See json_read.h. */
#include "base/json_read.h"

#include "base/json_value.h"
#include "base/stops.h"
#include "base/utf8.h"

#include <string.h>

enum { WANT_VALUE, WANT_FIRST_ITEM, WANT_FIRST_KEY, WANT_MORE };

#define FRAME_OBJECT                                                                   \
  0x80000000u /* the other bits: count of keys when it was opened                      \
               */

void gt_json_init(struct gt_json_reader *r, const char *data, size_t len)
{
  if (!data) data = "";
  r->max_depth = GT_JSON_DEPTH;
  r->any_keys = false;
  r->soft = NULL;
  r->soft_ctx = NULL;
  r->value = (struct gt_json_slice){.type = GT_JSON_END, .at = data};
  r->at = 0;
  r->depth = 0;
  r->fault = GT_JSON_FINE;
  r->fault_at = 0;
  r->data = data;
  r->len = len;
  r->pos = 0;
  r->want = WANT_VALUE;
  r->keys = NULL;
}

void gt_json_lend(struct gt_json_reader *r, struct gt_json_keys *keys)
{
  gt_json_keys_drop(keys, 0); /* a reader that stopped half way leaves some */
  r->keys = keys;
}

static enum gt_json_type fail(struct gt_json_reader *r, enum gt_json_fault fault,
                              size_t at)
{
  r->fault = fault;
  r->fault_at = at;
  r->value = (struct gt_json_slice){.type = GT_JSON_ERROR, .at = r->data + at};
  return GT_JSON_ERROR;
}

/* A fault that reading can go on behind when the caller wants that: 0, else -1. */
static int soft_fault(struct gt_json_reader *r, enum gt_json_fault fault, size_t at,
                      uint32_t *told)
{
  if (!r->soft) return fail(r, fault, at);
  uint32_t bit = 1u << ((unsigned)fault & 31);
  if (!(*told & bit)) r->soft(r->soft_ctx, fault, at);
  *told |= bit;
  r->value.flawed = true;
  return 0;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_word(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

static void skip_space(struct gt_json_reader *r)
{
  size_t i = r->pos;
  while (i < r->len && (r->data[i] == ' ' || r->data[i] == '\n' || r->data[i] == '\r' ||
                        r->data[i] == '\t'))
    i++;
  r->pos = i;
}

static bool starts(const struct gt_json_reader *r, size_t at, const char *s, size_t n)
{
  return r->len - at >= n && memcmp(r->data + at, s, n) == 0;
}

/* The error for the byte at pos where nothing fits; `fault` unless it is a known slip.
 */
static enum gt_json_type misfit(struct gt_json_reader *r, enum gt_json_fault fault)
{
  size_t at = r->pos;
  if (at == r->len) return fail(r, r->depth ? GT_JSON_CUT : GT_JSON_EMPTY, at);
  char c = r->data[at];
  if (c == '\0') return fail(r, GT_JSON_NUL, at);
  if (starts(r, at, "\xEF\xBB\xBF", 3)) return fail(r, GT_JSON_BOM, at);
  if (starts(r, at, "//", 2) || starts(r, at, "/*", 2) || c == '#')
    return fail(r, GT_JSON_COMMENT, at);
  if ((c & 0x80) && gt_utf8_check(r->data + at, r->len - at < 4 ? r->len - at : 4) == 0)
    return fail(r, GT_JSON_UTF8, at);
  return fail(r, fault, at);
}

/* A byte at *i that is not plain; moves *i behind it. */
static int special(struct gt_json_reader *r, size_t *i, uint32_t *told)
{
  unsigned char c = (unsigned char)r->data[*i];
  size_t at = *i;
  if (c == '\\') {
    uint32_t cp;
    enum gt_json_fault fault;
    r->value.escaped = true;
    *i += gt_json_escape(&cp, &fault, r->data + at, r->data + r->len);
    return fault ? soft_fault(r, fault, at, told) : 0;
  }
  if (c < 0x20) {
    *i += 1;
    return soft_fault(r, c ? GT_JSON_CONTROL : GT_JSON_NUL, at, told);
  }
  while (*i < r->len && (r->data[*i] & 0x80)) *i += 1;
  size_t good = gt_utf8_check(r->data + at, *i - at);
  return good < *i - at ? soft_fault(r, GT_JSON_UTF8, at + good, told) : 0;
}

/* The string at pos into r->value; its fault is the first in the text, but an unclosed
 * string is one only when nothing in it was worse. */
static int read_string(struct gt_json_reader *r, enum gt_json_type type)
{
  size_t open = r->pos, i = open + 1;
  uint32_t told = 0;
  r->at = open;
  r->value = (struct gt_json_slice){.type = type, .at = r->data + i};
  for (;;) {
    i = gt_stops_plain(r->data, i, r->len);
    if (i == r->len) return fail(r, GT_JSON_UNTERMINATED, open);
    if (r->data[i] == '"') break;
    if (r->data[i] == '\\' && i + 1 == r->len)
      return fail(r, GT_JSON_UNTERMINATED, open);
    if (special(r, &i, &told) < 0) return -1;
  }
  r->value.len = i - open - 1;
  r->pos = i + 1;
  return 0;
}

static size_t digits(const struct gt_json_reader *r, size_t i)
{
  while (i < r->len && is_digit(r->data[i])) i++;
  return i;
}

static enum gt_json_type read_number(struct gt_json_reader *r)
{
  size_t start = r->pos, i = start + (r->data[start] == '-'), from = i;
  const char *s = r->data;
  i = digits(r, i);
  if (i == from)
    return fail(r,
                i < r->len && is_word(s[i]) ? GT_JSON_NOT_FINITE : GT_JSON_BAD_NUMBER,
                i < r->len && is_word(s[i]) ? start : i);
  if (s[from] == '0' && i - from > 1) return fail(r, GT_JSON_LEADING_ZERO, from);
  if (i < r->len && s[i] == '.') {
    from = ++i;
    i = digits(r, i);
    if (i == from) return fail(r, GT_JSON_BAD_NUMBER, i);
  }
  if (i < r->len && (s[i] == 'e' || s[i] == 'E')) {
    i++;
    if (i < r->len && (s[i] == '+' || s[i] == '-')) i++;
    from = i;
    i = digits(r, i);
    if (i == from) return fail(r, GT_JSON_BAD_NUMBER, i);
  }
  if (i < r->len && (is_word(s[i]) || s[i] == '.' || s[i] == '+' || s[i] == '-'))
    return fail(r, GT_JSON_BAD_NUMBER, i);
  r->at = start;
  r->value =
      (struct gt_json_slice){.type = GT_JSON_NUMBER, .at = s + start, .len = i - start};
  r->pos = i;
  r->want = WANT_MORE;
  return GT_JSON_NUMBER;
}

static enum gt_json_type read_word(struct gt_json_reader *r)
{
  static const struct {
    const char *text;
    size_t len;
    enum gt_json_type type;
  } words[] = {{"true", 4, GT_JSON_TRUE},     {"false", 5, GT_JSON_FALSE},
               {"null", 4, GT_JSON_NULL},     {"NaN", 3, GT_JSON_ERROR},
               {"nan", 3, GT_JSON_ERROR},     {"Infinity", 8, GT_JSON_ERROR},
               {"inf", 3, GT_JSON_ERROR},     {"Inf", 3, GT_JSON_ERROR},
               {"infinity", 8, GT_JSON_ERROR}};
  size_t start = r->pos, i = start;
  while (i < r->len && (is_word(r->data[i]) || is_digit(r->data[i]))) i++;
  for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
    if (words[w].len != i - start || !starts(r, start, words[w].text, i - start))
      continue;
    if (words[w].type == GT_JSON_ERROR) return fail(r, GT_JSON_NOT_FINITE, start);
    r->at = start;
    r->value = (struct gt_json_slice){
        .type = words[w].type, .at = r->data + start, .len = i - start};
    r->pos = i;
    r->want = WANT_MORE;
    return words[w].type;
  }
  return fail(r, GT_JSON_WORD, start);
}

static enum gt_json_type open_bracket(struct gt_json_reader *r, enum gt_json_type type)
{
  if (r->depth >= r->max_depth || r->depth >= GT_JSON_DEPTH_MAX)
    return fail(r, GT_JSON_TOO_DEEP, r->pos);
  if (!r->keys && !r->any_keys) {
    r->keys = &r->own;
    gt_json_keys_init(r->keys, &r->block, sizeof r->block);
  }
  uint32_t count = r->any_keys ? 0 : r->keys->count;
  r->frames[r->depth++] = count | (type == GT_JSON_OBJECT ? FRAME_OBJECT : 0);
  r->at = r->pos;
  r->value = (struct gt_json_slice){.type = type, .at = r->data + r->pos++, .len = 1};
  r->want = type == GT_JSON_OBJECT ? WANT_FIRST_KEY : WANT_FIRST_ITEM;
  return type;
}

static enum gt_json_type close_bracket(struct gt_json_reader *r)
{
  uint32_t frame = r->frames[--r->depth];
  enum gt_json_type type =
      frame & FRAME_OBJECT ? GT_JSON_OBJECT_END : GT_JSON_ARRAY_END;
  if (!r->any_keys) gt_json_keys_drop(r->keys, frame & ~FRAME_OBJECT);
  r->at = r->pos;
  r->value = (struct gt_json_slice){.type = type, .at = r->data + r->pos++, .len = 1};
  r->want = WANT_MORE;
  return type;
}

static enum gt_json_type read_value(struct gt_json_reader *r)
{
  if (r->pos == r->len) return misfit(r, GT_JSON_UNEXPECTED);
  char c = r->data[r->pos];
  switch (c) {
  case '{': return open_bracket(r, GT_JSON_OBJECT);
  case '[': return open_bracket(r, GT_JSON_ARRAY);
  case '"':
    if (read_string(r, GT_JSON_STRING) < 0) return GT_JSON_ERROR;
    r->want = WANT_MORE;
    return GT_JSON_STRING;
  case '}':
  case ']':
  case ',':
  case ':': return fail(r, GT_JSON_MISSING_VALUE, r->pos);
  case '\'': return fail(r, GT_JSON_SINGLE_QUOTE, r->pos);
  case '+': return fail(r, GT_JSON_PLUS, r->pos);
  case '.': return fail(r, GT_JSON_BAD_NUMBER, r->pos);
  default:
    if (c == '-' || is_digit(c)) return read_number(r);
    if (is_word(c)) return read_word(r);
    return misfit(r, GT_JSON_UNEXPECTED);
  }
}

static int check_key(struct gt_json_reader *r)
{
  uint32_t told = 0, first = r->frames[r->depth - 1] & ~FRAME_OBJECT;
  const struct gt_json_slice *v = &r->value;
  switch (gt_json_keys_add(r->keys, first, v->at, v->len, v->escaped)) {
  case 0: return 0;
  case 1:
    if (!r->soft) return fail(r, GT_JSON_DUPLICATE, r->at);
    bool flawed = r->value.flawed;
    soft_fault(r, GT_JSON_DUPLICATE, r->at, &told);
    r->value.flawed = flawed; /* its text is good */
    return 0;
  default: return fail(r, GT_JSON_TOO_MANY_KEYS, r->at);
  }
}

static enum gt_json_type read_key(struct gt_json_reader *r)
{
  if (r->pos == r->len) return misfit(r, GT_JSON_CUT);
  char c = r->data[r->pos];
  if (c == '\'') return fail(r, GT_JSON_SINGLE_QUOTE, r->pos);
  if (is_word(c) || is_digit(c) || c == '-' || c == '{' || c == '[')
    return fail(r, GT_JSON_UNQUOTED_KEY, r->pos);
  if (c != '"') return misfit(r, GT_JSON_UNEXPECTED);
  if (read_string(r, GT_JSON_KEY) < 0) return GT_JSON_ERROR;
  if (!r->any_keys && check_key(r) < 0) return GT_JSON_ERROR;
  skip_space(r);
  if (r->pos == r->len || r->data[r->pos] != ':')
    return misfit(r, GT_JSON_MISSING_COLON);
  r->pos++;
  r->want = WANT_VALUE;
  return GT_JSON_KEY;
}

/* What may follow a value inside brackets. */
static enum gt_json_type read_more(struct gt_json_reader *r)
{
  bool object = r->frames[r->depth - 1] & FRAME_OBJECT;
  char c = r->pos < r->len ? r->data[r->pos] : '\0', end = object ? '}' : ']';
  if (c == end && r->pos < r->len) return close_bracket(r);
  if (c == ',') {
    size_t comma = r->pos++;
    skip_space(r);
    if (r->pos < r->len && r->data[r->pos] == end)
      return fail(r, GT_JSON_TRAILING_COMMA, comma);
    if (object && r->pos < r->len && r->data[r->pos] == ',')
      return fail(r, GT_JSON_MISSING_VALUE, r->pos);
    return object ? read_key(r) : read_value(r);
  }
  if (c == '"' || c == '{' || c == '[' || c == '-' || is_digit(c) || is_word(c))
    return fail(r, GT_JSON_MISSING_COMMA, r->pos);
  return misfit(r, GT_JSON_UNEXPECTED);
}

static enum gt_json_type finish(struct gt_json_reader *r)
{
  if (r->pos < r->len) return misfit(r, GT_JSON_GARBAGE);
  r->at = r->pos;
  r->value = (struct gt_json_slice){.type = GT_JSON_END, .at = r->data + r->pos};
  return GT_JSON_END;
}

enum gt_json_type gt_json_next(struct gt_json_reader *r)
{
  if (r->fault) return GT_JSON_ERROR;
  skip_space(r);
  bool any = r->pos < r->len;
  switch (r->want) {
  case WANT_FIRST_KEY:
    return any && r->data[r->pos] == '}' ? close_bracket(r) : read_key(r);
  case WANT_FIRST_ITEM:
    return any && r->data[r->pos] == ']' ? close_bracket(r) : read_value(r);
  case WANT_MORE: return r->depth ? read_more(r) : finish(r);
  default: return read_value(r);
  }
}

int gt_json_skip(struct gt_json_reader *r, struct gt_json_slice *whole)
{
  enum gt_json_type type = r->value.type;
  if (type == GT_JSON_KEY) type = gt_json_next(r);
  struct gt_json_slice first = r->value;
  size_t start = r->at;
  if (type == GT_JSON_OBJECT || type == GT_JSON_ARRAY) {
    uint32_t outside = r->depth - 1;
    while (r->depth > outside)
      if (gt_json_next(r) == GT_JSON_ERROR) return -1;
    first.len = r->pos - start;
  }
  if (whole) *whole = first;
  return r->fault ? -1 : 0;
}

const char *gt_json_type_name(enum gt_json_type type)
{
  switch (type) {
  case GT_JSON_OBJECT: return "object";
  case GT_JSON_ARRAY: return "array";
  case GT_JSON_KEY: return "key";
  case GT_JSON_STRING: return "string";
  case GT_JSON_NUMBER: return "number";
  case GT_JSON_TRUE: return "true";
  case GT_JSON_FALSE: return "false";
  case GT_JSON_NULL: return "null";
  default: return "nothing";
  }
}

int gt_json_fail(const struct gt_json_reader *r, const char *what, struct gt_err *err)
{
  struct gt_json_place place;
  char why[256];
  gt_json_locate(&place, r->data, r->len, r->fault_at);
  gt_json_explain(why, sizeof why, r->fault, r->data, r->len, r->fault_at);
  return gt_err_set(err, GT_INVALID_ARGUMENT, "%s:%zu:%zu: %s", what, place.line,
                    place.column, why);
}

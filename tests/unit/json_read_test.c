/* The JSON reader: what it takes, what it refuses and the exact byte it blames. */
#include "base/json_read.h"
#include "base/json_value.h"

#include "unit.h"

#include <stdlib.h>

#define T(text) text, sizeof(text) - 1

static enum gt_json_type drain(struct gt_json_reader *r)
{
  enum gt_json_type type;
  do type = gt_json_next(r);
  while (type > GT_JSON_END);
  return type;
}

/* A copy of the exact size, so that the sanitizer sees a byte read too far. */
static char *exact(const char *text, size_t len)
{
  char *copy = malloc(len ? len : 1);
  if (copy) memcpy(copy, text, len);
  return copy;
}

static const struct {
  const char *text;
  size_t len;
} accepted[] = {
    {T("null")},
    {T("true")},
    {T("false")},
    {T("0")},
    {T("-0")},
    {T("1")},
    {T("-1")},
    {T("10")},
    {T("1234567890")},
    {T("0.0")},
    {T("0.5")},
    {T("-0.5e-10")},
    {T("1e0")},
    {T("1E+2")},
    {T("1e-2")},
    {T("1.5E10")},
    {T("1e400")},
    {T("\"\"")},
    {T("\"a\"")},
    {T("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"")},
    {T("\"\\u0000\"")},
    {T("\"\\u00e9\"")},
    {T("\"\\ud83d\\ude00\"")},
    {T("\"\\uD83D\\uDE00\"")},
    {T("\"\\udbff\\udfff\"")},
    {T("\"\xC3\xA9\"")},
    {T("\"\xE2\x82\xAC\"")},
    {T("\"\xF0\x9F\x98\x80\"")},
    {T("\"\xEF\xBB\xBF\"")},
    {T("\"\xEF\xBF\xBF\"")},
    {T("\"\xF4\x8F\xBF\xBF\"")},
    {T("\"\x7F\"")},
    {T("\"\xC2\x80\"")},
    {T("\"'\"")},
    {T("\"//\"")},
    {T("[]")},
    {T("{}")},
    {T("[[]]")},
    {T("[{}]")},
    {T("{\"a\":{}}")},
    {T("{\"a\":[]}")},
    {T("[1,2]")},
    {T("[1,\"a\",null,true,false,{},[]]")},
    {T(" \t\r\n1 \t\r\n")},
    {T("{\"a\":1,\"b\":2}")},
    {T(" { \"a\" : 1 , \"b\" : [ 1 , 2 ] } ")},
    {T("{\"\":1}")},
    {T("{\"a\":1,\"A\":2}")},
    {T("{\"a\":{\"a\":{\"a\":1}}}")},
    {T("[{\"a\":1},{\"a\":2}]")},
    {T("{\"a\":[{\"b\":1},{\"b\":1}],\"b\":1}")},
    {T("{\"a\\u0062\":1,\"ac\":2}")},
    {T("{\"\\u0000\":1,\"\":2}")},
    {T("\"1234567\\n\"")},
    {T("\"12345678\\n90123456\"")},
    {T("\"abcdefgh\xC3\xA9ijklmnop\xC3\xA9\"")},
    {T("[\"\\\\\"]")},
    {T("[0,0.0,-0,1e1]")},
    {T("{\"a\":\"}\"}")},
    {T("\"\\\\u12\"")},
    {T("[\n1\n,\n2\n]")},
};

static void accepts_the_table(void)
{
  for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
    struct gt_json_reader r;
    char *copy = exact(accepted[i].text, accepted[i].len);
    gt_json_init(&r, copy, accepted[i].len);
    enum gt_json_type type = drain(&r);
    if (type != GT_JSON_END)
      printf("  %s: %s at %zu\n", accepted[i].text, gt_json_reason(r.fault),
             r.fault_at);
    UNIT_CHECK(type == GT_JSON_END);
    UNIT_CHECK(gt_json_next(&r) == GT_JSON_END);
    free(copy);
  }
}

static const struct {
  const char *text;
  size_t len;
  enum gt_json_fault fault;
  size_t at;
} rejected[] = {
    {T(""), GT_JSON_EMPTY, 0},
    {T("  \n"), GT_JSON_EMPTY, 3},
    {T("["), GT_JSON_CUT, 1},
    {T("{"), GT_JSON_CUT, 1},
    {T("[1"), GT_JSON_CUT, 2},
    {T("[1,"), GT_JSON_CUT, 3},
    {T("[1, "), GT_JSON_CUT, 4},
    {T("{\"a\""), GT_JSON_CUT, 4},
    {T("{\"a\":"), GT_JSON_CUT, 5},
    {T("{\"a\":1"), GT_JSON_CUT, 6},
    {T("{\"a\":1,"), GT_JSON_CUT, 7},
    {T("{\"a\":[1]"), GT_JSON_CUT, 8},
    {T("[[[]"), GT_JSON_CUT, 4},
    {T("1 2"), GT_JSON_GARBAGE, 2},
    {T("{} {}"), GT_JSON_GARBAGE, 3},
    {T("[]]"), GT_JSON_GARBAGE, 2},
    {T("null,"), GT_JSON_GARBAGE, 4},
    {T("\"a\"b"), GT_JSON_GARBAGE, 3},
    {T("{}\n\nx"), GT_JSON_GARBAGE, 4},
    {T("\xEF\xBB\xBF{}"), GT_JSON_BOM, 0},
    {T("[\xEF\xBB\xBF]"), GT_JSON_BOM, 1},
    {T("{} \xEF\xBB\xBF"), GT_JSON_BOM, 3},
    {T("\0"), GT_JSON_NUL, 0},
    {T("[\0]"), GT_JSON_NUL, 1},
    {T("[1\0]"), GT_JSON_NUL, 2},
    {T("1\0"), GT_JSON_NUL, 1},
    {T("\"a\0b\""), GT_JSON_NUL, 2},
    {T("{\"a\0\":1}"), GT_JSON_NUL, 3},
    {T("{\0}"), GT_JSON_NUL, 1},
    {T("// a\n1"), GT_JSON_COMMENT, 0},
    {T("[1 /* a */]"), GT_JSON_COMMENT, 3},
    {T("{} # a"), GT_JSON_COMMENT, 3},
    {T("{// a\n}"), GT_JSON_COMMENT, 1},
    {T("@"), GT_JSON_UNEXPECTED, 0},
    {T("[1;2]"), GT_JSON_UNEXPECTED, 2},
    {T("[1}"), GT_JSON_UNEXPECTED, 2},
    {T("{\"a\":1]"), GT_JSON_UNEXPECTED, 6},
    {T("{,}"), GT_JSON_UNEXPECTED, 1},
    {T("{]"), GT_JSON_UNEXPECTED, 1},
    {T("[\xC2\xA0 1]"), GT_JSON_UNEXPECTED, 1},
    {T("[1\v]"), GT_JSON_UNEXPECTED, 2},
    {T("[\x01]"), GT_JSON_UNEXPECTED, 1},
    {T("[1,]"), GT_JSON_TRAILING_COMMA, 2},
    {T("[1 , ]"), GT_JSON_TRAILING_COMMA, 3},
    {T("{\"a\":1,}"), GT_JSON_TRAILING_COMMA, 6},
    {T("{\"a\":1 ,\n}"), GT_JSON_TRAILING_COMMA, 7},
    {T("[1 2]"), GT_JSON_MISSING_COMMA, 3},
    {T("[\"a\" \"b\"]"), GT_JSON_MISSING_COMMA, 5},
    {T("[\"a\"\"b\"]"), GT_JSON_MISSING_COMMA, 4},
    {T("[[] []]"), GT_JSON_MISSING_COMMA, 4},
    {T("[{}{}]"), GT_JSON_MISSING_COMMA, 3},
    {T("[1 true]"), GT_JSON_MISSING_COMMA, 3},
    {T("[1 -1]"), GT_JSON_MISSING_COMMA, 3},
    {T("{\"a\":1 \"b\":2}"), GT_JSON_MISSING_COMMA, 7},
    {T("{\"a\":\"x\"\"b\":2}"), GT_JSON_MISSING_COMMA, 8},
    {T("{\"a\" 1}"), GT_JSON_MISSING_COLON, 5},
    {T("{\"a\"}"), GT_JSON_MISSING_COLON, 4},
    {T("{\"a\",1}"), GT_JSON_MISSING_COLON, 4},
    {T("{\"a\"=1}"), GT_JSON_MISSING_COLON, 4},
    {T("[,]"), GT_JSON_MISSING_VALUE, 1},
    {T("[,1]"), GT_JSON_MISSING_VALUE, 1},
    {T("[1,,2]"), GT_JSON_MISSING_VALUE, 3},
    {T("{\"a\":}"), GT_JSON_MISSING_VALUE, 5},
    {T("{\"a\":,\"b\":1}"), GT_JSON_MISSING_VALUE, 5},
    {T("{\"a\"::1}"), GT_JSON_MISSING_VALUE, 5},
    {T("{\"a\":1,,\"b\":1}"), GT_JSON_MISSING_VALUE, 7},
    {T("]"), GT_JSON_MISSING_VALUE, 0},
    {T("{a:1}"), GT_JSON_UNQUOTED_KEY, 1},
    {T("{1:1}"), GT_JSON_UNQUOTED_KEY, 1},
    {T("{\"a\":1,b:1}"), GT_JSON_UNQUOTED_KEY, 7},
    {T("{null:1}"), GT_JSON_UNQUOTED_KEY, 1},
    {T("{[]:1}"), GT_JSON_UNQUOTED_KEY, 1},
    {T("'a'"), GT_JSON_SINGLE_QUOTE, 0},
    {T("{'a':1}"), GT_JSON_SINGLE_QUOTE, 1},
    {T("{\"a\":'b'}"), GT_JSON_SINGLE_QUOTE, 5},
    {T("\""), GT_JSON_UNTERMINATED, 0},
    {T("\"abc"), GT_JSON_UNTERMINATED, 0},
    {T("[1,\"abc]"), GT_JSON_UNTERMINATED, 3},
    {T("\"abc\\"), GT_JSON_UNTERMINATED, 0},
    {T("\"abc\\\""), GT_JSON_UNTERMINATED, 0},
    {T("{\"a"), GT_JSON_UNTERMINATED, 1},
    {T("\"0123456789abcdef"), GT_JSON_UNTERMINATED, 0},
    {T("\"a\nb\""), GT_JSON_CONTROL, 2},
    {T("\"a\tb\""), GT_JSON_CONTROL, 2},
    {T("\"\x1F\""), GT_JSON_CONTROL, 1},
    {T("\"0123456\r\""), GT_JSON_CONTROL, 8},
    {T("\"\\q\""), GT_JSON_ESCAPE, 1},
    {T("\"ab\\x41\""), GT_JSON_ESCAPE, 3},
    {T("\"\\'\""), GT_JSON_ESCAPE, 1},
    {T("\"\\U0041\""), GT_JSON_ESCAPE, 1},
    {T("\"\\\n\""), GT_JSON_ESCAPE, 1},
    {T("\"\\\0\""), GT_JSON_ESCAPE, 1},
    {T("\"\\u\""), GT_JSON_UNICODE_ESCAPE, 1},
    {T("\"a\\u12\""), GT_JSON_UNICODE_ESCAPE, 2},
    {T("\"\\u12g4\""), GT_JSON_UNICODE_ESCAPE, 1},
    {T("\"\\u-123\""), GT_JSON_UNICODE_ESCAPE, 1},
    {T("\"\\u 123\""), GT_JSON_UNICODE_ESCAPE, 1},
    {T("\"\\ud800\""), GT_JSON_SURROGATE, 1},
    {T("\"a\\udc00\""), GT_JSON_SURROGATE, 2},
    {T("\"\\ud83d\\ud83d\\ude00\""), GT_JSON_SURROGATE, 1},
    {T("\"\\ud83d\\udbff\""), GT_JSON_SURROGATE, 1},
    {T("\"\\ud83d\\ue000\""), GT_JSON_SURROGATE, 1},
    {T("\"\\ud83dx\\ude00\""), GT_JSON_SURROGATE, 1},
    {T("\"\\ud83d\\u0041\""), GT_JSON_SURROGATE, 1},
    {T("\"\\ud83d\\ude00\\ude00\""), GT_JSON_SURROGATE, 13},
    {T("{\"\\udfff\":1}"), GT_JSON_SURROGATE, 2},
    {T("\"\x80\""), GT_JSON_UTF8, 1},
    {T("\"ab\xFF\""), GT_JSON_UTF8, 3},
    {T("\"\xC3\""), GT_JSON_UTF8, 1},
    {T("\"\xC3\xA9\xC3\""), GT_JSON_UTF8, 3},
    {T("\"\xC0\x80\""), GT_JSON_UTF8, 1},
    {T("\"\xC1\xBF\""), GT_JSON_UTF8, 1},
    {T("\"\xE0\x80\x80\""), GT_JSON_UTF8, 1},
    {T("\"\xED\xA0\x80\""), GT_JSON_UTF8, 1},
    {T("\"\xE2\x82\""), GT_JSON_UTF8, 1},
    {T("\"\xF0\x80\x80\x80\""), GT_JSON_UTF8, 1},
    {T("\"\xF4\x90\x80\x80\""), GT_JSON_UTF8, 1},
    {T("\"\xF8\x88\x80\x80\x80\""), GT_JSON_UTF8, 1},
    {T("\"\xF0\x9F\x98\""), GT_JSON_UTF8, 1},
    {T("[\xE9]"), GT_JSON_UTF8, 1},
    {T("\xFF\xFE{"), GT_JSON_UTF8, 0},
    {T("{\"\x80\":1}"), GT_JSON_UTF8, 2},
    {T("{\"a\":1,\"a\":2}"), GT_JSON_DUPLICATE, 7},
    {T("{\"a\":1,\"b\":2,\"a\":3}"), GT_JSON_DUPLICATE, 13},
    {T("{\"a\":1,\"\\u0061\":2}"), GT_JSON_DUPLICATE, 7},
    {T("{\"\\u00e9\":1,\"\xC3\xA9\":2}"), GT_JSON_DUPLICATE, 12},
    {T("{\"\":1,\"\":2}"), GT_JSON_DUPLICATE, 6},
    {T("{\"a\":{\"b\":1,\"b\":2}}"), GT_JSON_DUPLICATE, 12},
    {T("{\"a\":{\"b\":1},\"a\":2}"), GT_JSON_DUPLICATE, 13},
    {T("[{\"a\":1},{\"a\":1,\"a\":1}]"), GT_JSON_DUPLICATE, 16},
    {T("{\"0123456789\":1,\"01234567\\u00389\":2}"), GT_JSON_DUPLICATE, 16},
    {T("{\"0123456\xC3\xA9xy\":1,\"0123456\\u00e9xy\":2}"), GT_JSON_DUPLICATE, 17},
    {T("{\"a\\/b\":1,\"a/b\":2}"), GT_JSON_DUPLICATE, 10},
    {T("01"), GT_JSON_LEADING_ZERO, 0},
    {T("-01"), GT_JSON_LEADING_ZERO, 1},
    {T("[00]"), GT_JSON_LEADING_ZERO, 1},
    {T("[1,007]"), GT_JSON_LEADING_ZERO, 3},
    {T("+1"), GT_JSON_PLUS, 0},
    {T("[1,+2]"), GT_JSON_PLUS, 3},
    {T("NaN"), GT_JSON_NOT_FINITE, 0},
    {T("[nan]"), GT_JSON_NOT_FINITE, 1},
    {T("Infinity"), GT_JSON_NOT_FINITE, 0},
    {T("-Infinity"), GT_JSON_NOT_FINITE, 0},
    {T("[1,-inf]"), GT_JSON_NOT_FINITE, 3},
    {T("{\"a\":-NaN}"), GT_JSON_NOT_FINITE, 5},
    {T("-"), GT_JSON_BAD_NUMBER, 1},
    {T("[-]"), GT_JSON_BAD_NUMBER, 2},
    {T("1."), GT_JSON_BAD_NUMBER, 2},
    {T("[1.]"), GT_JSON_BAD_NUMBER, 3},
    {T(".5"), GT_JSON_BAD_NUMBER, 0},
    {T("-.5"), GT_JSON_BAD_NUMBER, 1},
    {T("1.e5"), GT_JSON_BAD_NUMBER, 2},
    {T("1e"), GT_JSON_BAD_NUMBER, 2},
    {T("1e+"), GT_JSON_BAD_NUMBER, 3},
    {T("[1ex]"), GT_JSON_BAD_NUMBER, 3},
    {T("0x10"), GT_JSON_BAD_NUMBER, 1},
    {T("1.2.3"), GT_JSON_BAD_NUMBER, 3},
    {T("1-2"), GT_JSON_BAD_NUMBER, 1},
    {T("12abc"), GT_JSON_BAD_NUMBER, 2},
    {T("1_000"), GT_JSON_BAD_NUMBER, 1},
    {T("--1"), GT_JSON_BAD_NUMBER, 1},
    {T("True"), GT_JSON_WORD, 0},
    {T("[None]"), GT_JSON_WORD, 1},
    {T("nul"), GT_JSON_WORD, 0},
    {T("truex"), GT_JSON_WORD, 0},
    {T("{\"a\":undefined}"), GT_JSON_WORD, 5},
    {T("tru"), GT_JSON_WORD, 0},
};

static void rejects_the_table(void)
{
  for (size_t i = 0; i < sizeof rejected / sizeof *rejected; i++) {
    struct gt_json_reader r;
    char *copy = exact(rejected[i].text, rejected[i].len);
    gt_json_init(&r, copy, rejected[i].len);
    enum gt_json_type type = drain(&r);
    bool good = type == GT_JSON_ERROR && r.fault == rejected[i].fault &&
                r.fault_at == rejected[i].at;
    if (!good)
      printf("  %s: %s at %zu, wanted %s at %zu\n", rejected[i].text,
             gt_json_reason(r.fault), r.fault_at, gt_json_reason(rejected[i].fault),
             rejected[i].at);
    UNIT_CHECK(good);
    UNIT_CHECK(gt_json_next(&r) == GT_JSON_ERROR && r.fault_at == rejected[i].at);
    free(copy);
  }
}

/* Whatever a text is cut to, it is refused unless the part is a text of its own. */
static void rejects_every_cut(void)
{
  static const char text[] =
      "{\"a\\u00e9\":[1.5e-3,\"\\ud83d\\ude00\xC3\xA9\",true],\"b\":{}}";
  for (size_t len = 0; len < sizeof text - 1; len++) {
    struct gt_json_reader r;
    char *copy = exact(text, len);
    gt_json_init(&r, copy, len);
    UNIT_CHECK(drain(&r) == GT_JSON_ERROR && r.fault_at <= len);
    free(copy);
  }
}

/* Strings are walked in words: every byte value at every place of a few words. */
static void sees_every_byte_of_a_string(void)
{
  for (size_t at = 1; at < 20; at++)
    for (int byte = 0; byte < 256; byte++) {
      struct gt_json_reader r;
      char text[22];
      memset(text, 'x', sizeof text);
      text[0] = text[sizeof text - 1] = '"';
      text[at] = (char)byte;
      enum gt_json_fault want = byte == 0      ? GT_JSON_NUL
                                : byte < 0x20  ? GT_JSON_CONTROL
                                : byte == '"'  ? GT_JSON_GARBAGE
                                : byte == '\\' ? GT_JSON_ESCAPE
                                : byte > 0x7F  ? GT_JSON_UTF8
                                               : GT_JSON_FINE;
      gt_json_init(&r, text, sizeof text);
      drain(&r);
      UNIT_CHECK(r.fault == want);
      if (want) UNIT_CHECK(r.fault_at == at + (byte == '"'));
    }
}

static void gives_the_events(void)
{
  static const char text[] = " {\"k\\n\": [1, \"s\", null], \"t\":true,\"f\":false}";
  static const struct {
    enum gt_json_type type;
    size_t at, len;
    unsigned depth;
  } want[] = {
      {GT_JSON_OBJECT, 1, 1, 1},     {GT_JSON_KEY, 2, 3, 1},
      {GT_JSON_ARRAY, 9, 1, 2},      {GT_JSON_NUMBER, 10, 1, 2},
      {GT_JSON_STRING, 13, 1, 2},    {GT_JSON_NULL, 18, 4, 2},
      {GT_JSON_ARRAY_END, 22, 1, 1}, {GT_JSON_KEY, 25, 1, 1},
      {GT_JSON_TRUE, 29, 4, 1},      {GT_JSON_KEY, 34, 1, 1},
      {GT_JSON_FALSE, 38, 5, 1},     {GT_JSON_OBJECT_END, 43, 1, 0},
      {GT_JSON_END, 44, 0, 0},
  };
  struct gt_json_reader r;
  gt_json_init(&r, text, sizeof text - 1);
  for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
    UNIT_CHECK(gt_json_next(&r) == want[i].type);
    UNIT_CHECK(r.at == want[i].at && r.value.len == want[i].len);
    UNIT_CHECK(r.depth == want[i].depth && r.value.type == want[i].type);
    UNIT_CHECK(r.value.escaped == (i == 1));
  }
}

static void keeps_the_depth_ceiling(void)
{
  char text[2 * GT_JSON_DEPTH_MAX + 3];
  for (uint32_t depth = 1; depth <= GT_JSON_DEPTH_MAX + 1; depth += 51) {
    struct gt_json_reader r;
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    gt_json_init(&r, text, 2 * (size_t)depth);
    UNIT_CHECK((drain(&r) == GT_JSON_END) == (depth <= GT_JSON_DEPTH));
    if (depth > GT_JSON_DEPTH)
      UNIT_CHECK(r.fault == GT_JSON_TOO_DEEP && r.fault_at == GT_JSON_DEPTH);
    gt_json_init(&r, text, 2 * (size_t)depth);
    r.max_depth = GT_JSON_DEPTH_MAX + 99;
    UNIT_CHECK((drain(&r) == GT_JSON_END) == (depth <= GT_JSON_DEPTH_MAX));
  }
}

/* n different keys, then the one with the number `again` once more (unless < 0). */
static size_t many_keys(char *text, int n, int again)
{
  size_t len = 0;
  for (int i = 0; i < n; i++)
    len += (size_t)sprintf(text + len, "%c\"key%d\":%d", i ? ',' : '{', i, i);
  if (again >= 0) len += (size_t)sprintf(text + len, ",\"key\\u003%d\":0", again);
  text[len++] = '}';
  return len;
}

static void bounds_the_keys(void)
{
  static char text[65536];
  static struct gt_json_key
      block[GT_JSON_KEYS_BYTES(1024) / sizeof(struct gt_json_key) + 1];
  struct gt_json_keys keys;
  struct gt_json_reader r;
  gt_json_init(&r, text, many_keys(text, GT_JSON_OWN_KEYS, -1));
  UNIT_CHECK(drain(&r) == GT_JSON_END);
  gt_json_init(&r, text, many_keys(text, GT_JSON_OWN_KEYS, 7));
  UNIT_CHECK(drain(&r) == GT_JSON_ERROR && r.fault == GT_JSON_DUPLICATE);
  gt_json_init(&r, text, many_keys(text, GT_JSON_OWN_KEYS + 1, -1));
  UNIT_CHECK(drain(&r) == GT_JSON_ERROR && r.fault == GT_JSON_TOO_MANY_KEYS);
  gt_json_init(&r, text, many_keys(text, 2000, -1));
  r.any_keys = true;
  UNIT_CHECK(drain(&r) == GT_JSON_END);

  gt_json_keys_init(&keys, block, GT_JSON_KEYS_BYTES(1024));
  UNIT_CHECK(keys.cap == 1024);
  for (int round = 0; round < 3; round++) { /* an error leaves nothing behind */
    gt_json_init(&r, text, many_keys(text, 1000, round % 2 ? 5 : -1));
    gt_json_lend(&r, &keys);
    UNIT_CHECK((drain(&r) == GT_JSON_END) == (round % 2 == 0));
  }
  UNIT_CHECK(keys.count == 0);
  gt_json_init(&r, text, many_keys(text, 1025, -1));
  gt_json_lend(&r, &keys);
  UNIT_CHECK(drain(&r) == GT_JSON_ERROR && r.fault == GT_JSON_TOO_MANY_KEYS);
}

struct told {
  enum gt_json_fault fault[16];
  size_t at[16], count;
};

static void tell(void *ctx, enum gt_json_fault fault, size_t at)
{
  struct told *t = ctx;
  if (t->count == 16) return;
  t->fault[t->count] = fault;
  t->at[t->count++] = at;
}

static void goes_on_behind_soft_faults(void)
{
  static const char text[] =
      "{\"a\":\"\x80 "
      "\x80\",\"a\":\"\\q\\ud800\",\"b\":\"\t\",\"b\":1,\"c\":\"\\u1\0\"}";
  static const struct {
    enum gt_json_fault fault;
    size_t at;
  } want[] = {{GT_JSON_UTF8, 6},
              {GT_JSON_DUPLICATE, 11},
              {GT_JSON_ESCAPE, 16},
              {GT_JSON_SURROGATE, 18},
              {GT_JSON_CONTROL, 31},
              {GT_JSON_DUPLICATE, 34},
              {GT_JSON_UNICODE_ESCAPE, 45},
              {GT_JSON_NUL, 48}};
  struct told told = {.count = 0};
  struct gt_json_reader r;
  gt_json_init(&r, text, sizeof text - 1);
  r.soft = tell;
  r.soft_ctx = &told;
  UNIT_CHECK(drain(&r) == GT_JSON_END);
  UNIT_CHECK(told.count == sizeof want / sizeof *want);
  for (size_t i = 0; i < told.count && i < sizeof want / sizeof *want; i++)
    UNIT_CHECK(told.fault[i] == want[i].fault && told.at[i] == want[i].at);
  gt_json_init(&r, "[\"\\q\",1,]", 9);
  r.soft = tell;
  r.soft_ctx = &told;
  gt_json_next(&r);
  UNIT_CHECK(gt_json_next(&r) == GT_JSON_STRING && r.value.flawed);
  UNIT_CHECK(drain(&r) == GT_JSON_ERROR && r.fault == GT_JSON_TRAILING_COMMA);
}

static void skips_values(void)
{
  static const char text[] = "{\"a\":{\"b\":[1,{}]},\"c\":\"x\",\"d\":[2]}";
  struct gt_json_reader r;
  struct gt_json_slice whole;
  gt_json_init(&r, text, sizeof text - 1);
  gt_json_next(&r);
  gt_json_next(&r);
  UNIT_CHECK(gt_json_skip(&r, &whole) == 0 && whole.type == GT_JSON_OBJECT);
  UNIT_CHECK(whole.at == text + 5 && whole.len == 12);
  UNIT_CHECK(gt_json_next(&r) == GT_JSON_KEY && gt_json_is(&r.value, "c"));
  UNIT_CHECK(gt_json_skip(&r, &whole) == 0 && whole.len == 1 && *whole.at == 'x');
  UNIT_CHECK(gt_json_next(&r) == GT_JSON_KEY && gt_json_next(&r) == GT_JSON_ARRAY);
  UNIT_CHECK(gt_json_skip(&r, &whole) == 0 && whole.len == 3);
  UNIT_CHECK(gt_json_next(&r) == GT_JSON_OBJECT_END);
  UNIT_CHECK(gt_json_next(&r) == GT_JSON_END);
  gt_json_init(&r, "{\"a\":[1,]}", 10);
  gt_json_next(&r);
  gt_json_next(&r);
  UNIT_CHECK(gt_json_skip(&r, NULL) == -1 && r.fault_at == 7);
}

static void tells_place_and_reason(void)
{
  static const char text[] = "{\n  \"\xC3\xA9\": 1,\r\n  \"\xC3\xA9\": 2\n}";
  struct gt_json_reader r;
  struct gt_json_place place;
  struct gt_err err;
  char why[80];
  gt_json_init(&r, text, sizeof text - 1);
  UNIT_CHECK(drain(&r) == GT_JSON_ERROR);
  UNIT_CHECK(gt_json_fail(&r, "token", &err) == -1 && err.code == GT_INVALID_ARGUMENT);
  UNIT_STR(err.message, "token:3:3: duplicate key \"\xC3\xA9\"");
  gt_json_locate(&place, text, sizeof text - 1, 9);
  UNIT_CHECK(place.line == 2 && place.column == 8 && place.char_column == 7);
  gt_json_locate(&place, text, sizeof text - 1, 999);
  UNIT_CHECK(place.line == 4 && place.column == 2);
  gt_json_locate(&place, "", 0, 0);
  UNIT_CHECK(place.line == 1 && place.column == 1 && place.char_column == 1);
  gt_json_explain(why, sizeof why, GT_JSON_WORD, T("[None, 1]"), 1);
  UNIT_STR(why, "unknown word \"None\"");
  gt_json_explain(why, sizeof why, GT_JSON_CONTROL, T("\"\x1B\""), 1);
  UNIT_STR(why, "control character in a string (byte 0x1B)");
  gt_json_explain(why, 12, GT_JSON_WORD, T("[None, 1]"), 1);
  UNIT_STR(why, "unknown wor");
  gt_json_quote(why, sizeof why, T("a\x1B[1m\xC2\x9B\xFF\xE2\x80\xAE"));
  UNIT_STR(why, "\"a\\x1B[1m\\u009B\\xFF\\u202E\"");
  gt_json_quote(why, sizeof why, T("0123456789012345678901234567890123456789x"));
  UNIT_STR(why, "\"0123456789012345678901234567890123456789...\"");
}

int main(void)
{
  UNIT_RUN(accepts_the_table);
  UNIT_RUN(rejects_the_table);
  UNIT_RUN(rejects_every_cut);
  UNIT_RUN(sees_every_byte_of_a_string);
  UNIT_RUN(gives_the_events);
  UNIT_RUN(keeps_the_depth_ceiling);
  UNIT_RUN(bounds_the_keys);
  UNIT_RUN(goes_on_behind_soft_faults);
  UNIT_RUN(skips_values);
  UNIT_RUN(tells_place_and_reason);
  return unit_report();
}

/* What JSON slices mean: strings unescaped, exact numbers, values by their path. */
#include "base/json_value.h"

#include "unit.h"

#include <locale.h>
#include <math.h>

#define T(text) text, sizeof(text) - 1

static void unescapes(void)
{
  static const struct {
    const char *raw, *value;
    size_t len;
  } rows[] = {
      {"\"\"", T("")},
      {"\"plain\"", T("plain")},
      {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", T("\"\\/\b\f\n\r\t")},
      {"\"a\\u0000b\"", T("a\0b")},
      {"\"\\u00E9\\u20ac\"", T("\xC3\xA9\xE2\x82\xAC")},
      {"\"x\\uD83D\\uDE00y\"", T("x\xF0\x9F\x98\x80y")},
      {"\"\xC3\xA9\\n\"", T("\xC3\xA9\n")},
      {"\"\\\\u0041\"", T("\\u0041")},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct gt_json_reader r;
    struct gt_buf out;
    gt_buf_init(&out, 64);
    gt_buf_adds(&out, ">");
    gt_json_init(&r, rows[i].raw, strlen(rows[i].raw));
    UNIT_CHECK(gt_json_next(&r) == GT_JSON_STRING);
    UNIT_CHECK(gt_json_unescape(&out, &r.value) == 0 && out.len == rows[i].len + 1);
    UNIT_CHECK(memcmp(gt_buf_str(&out) + 1, rows[i].value, rows[i].len + 1) == 0);
    UNIT_CHECK(gt_json_equals(&r.value, rows[i].value, rows[i].len));
    UNIT_CHECK(!gt_json_equals(&r.value, "plainer", 7));
    gt_buf_clear(&out);
  }
  struct gt_buf small;
  struct gt_json_slice bad = {.escaped = true, .at = "a\\q", .len = 3};
  gt_buf_init(&small, 2);
  UNIT_CHECK(gt_json_unescape(&small, &bad) == -1 && small.failed);
  gt_buf_clear(&small);
  gt_buf_init(&small, 8);
  UNIT_CHECK(gt_json_unescape(&small, &bad) == -1 && small.len == 0);
  gt_buf_clear(&small);
}

static struct gt_json_slice number(const char *text)
{
  return (struct gt_json_slice){
      .type = GT_JSON_NUMBER, .at = text, .len = strlen(text)};
}

static void reads_integers(void)
{
  static const struct {
    const char *text;
    int rc;
    int64_t value;
  } rows[] = {
      {"0", 0, 0},
      {"-0", 0, 0},
      {"1", 0, 1},
      {"-17", 0, -17},
      {"1.0", 0, 1},
      {"1e3", 0, 1000},
      {"1.5e1", 0, 15},
      {"1.25e1", -1, 0},
      {"0.5", -1, 0},
      {"1e-1", -1, 0},
      {"10e-1", 0, 1},
      {"9007199254740993", 0, 9007199254740993},
      {"9223372036854775807", 0, INT64_MAX},
      {"9223372036854775808", -1, 0},
      {"-9223372036854775808", 0, INT64_MIN},
      {"-9223372036854775809", -1, 0},
      {"1e18", 0, 1000000000000000000},
      {"1e19", -1, 0},
      {"0e999999999999", 0, 0},
      {"99999999999999999999", -1, 0},
      {"1e99999999999999999999", -1, 0},
      {"123.4500e2", 0, 12345},
      {"0.00012e5", 0, 12},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    int64_t v = 0;
    struct gt_json_slice s = number(rows[i].text);
    int rc = gt_json_to_int64(&v, &s);
    if (rc != rows[i].rc || (rc == 0 && v != rows[i].value))
      printf("  %s: %d %lld\n", rows[i].text, rc, (long long)v);
    UNIT_CHECK(rc == rows[i].rc && (rc < 0 || v == rows[i].value));
  }
  int64_t v;
  struct gt_json_slice text = {.type = GT_JSON_STRING, .at = "1", .len = 1};
  UNIT_CHECK(gt_json_to_int64(&v, &text) == -1);
}

static void reads_doubles(void)
{
  static const struct {
    const char *text;
    int rc;
    double value;
  } rows[] = {
      {"0", 0, 0},
      {"1", 0, 1},
      {"-2.5", 0, -2.5},
      {"0.1", 0, 0.1},
      {"1e-7", 0, 1e-7},
      {"123456.789e-3", 0, 123.456789},
      {"1.7976931348623157e308", 0, 1.7976931348623157e308},
      {"1e309", -1, 0},
      {"-1e309", -1, 0},
      {"5e-324", 0, 5e-324},
      {"1e-400", 0, 0},
      {"2.2250738585072011e-308", 0, 2.2250738585072011e-308},
      {"9007199254740993", 0, 9007199254740992.0},
      {"0.000000000000000000000000000000001", 0, 1e-33},
      {"0e5", 0, 0},
  };
  const char *locale = setlocale(LC_NUMERIC, "de_DE.UTF-8"); /* where there is one */
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    double v = 0;
    struct gt_json_slice s = number(rows[i].text);
    int rc = gt_json_to_double(&v, &s);
    UNIT_CHECK(rc == rows[i].rc && (rc < 0 || v == rows[i].value));
  }
  if (locale) setlocale(LC_NUMERIC, "C");
  double v = 0;
  struct gt_json_slice zero = number("-0.0");
  UNIT_CHECK(gt_json_to_double(&v, &zero) == 0 && v == 0 && signbit(v));

  /* just above the middle of two doubles, by the 1200th digit */
  char text[1300];
  size_t len = (size_t)sprintf(text, "9007199254740993.");
  memset(text + len, '0', 1200);
  strcpy(text + len + 1200, "1");
  struct gt_json_slice s = number(text);
  UNIT_CHECK(gt_json_to_double(&v, &s) == 0 && v == 9007199254740994.0);
}

static void finds_by_path(void)
{
  static const char doc[] = "{\"error\":{\"code\":429,\"details\":[{\"reason\":\"A\"},"
                            "{\"reason\":\"B\\n\"}],\"\\u006fk\":[]},\"n\":null}";
  static const struct {
    const char *path;
    enum gt_json_type type;
    const char *raw;
  } rows[] = {
      {"error.code", GT_JSON_NUMBER, "429"},
      {"error.details.0.reason", GT_JSON_STRING, "A"},
      {"error.details.1.reason", GT_JSON_STRING, "B\\n"},
      {"error.details.1", GT_JSON_OBJECT, "{\"reason\":\"B\\n\"}"},
      {"error.details.2", GT_JSON_END, NULL},
      {"error.details.2.x", GT_JSON_END, NULL},
      {"error.details.x", GT_JSON_END, NULL},
      {"error.details.-1", GT_JSON_END, NULL},
      {"error.ok", GT_JSON_ARRAY, "[]"},
      {"error.ok.0", GT_JSON_END, NULL},
      {"error.code.x", GT_JSON_END, NULL},
      {"missing", GT_JSON_END, NULL},
      {"n", GT_JSON_NULL, "null"},
      {"n.x", GT_JSON_END, NULL},
      {"error.", GT_JSON_OBJECT, NULL},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct gt_json_slice found;
    enum gt_json_type type = gt_json_find(&found, doc, sizeof doc - 1, rows[i].path);
    if (type != rows[i].type)
      printf("  %s: %s\n", rows[i].path, gt_json_type_name(type));
    UNIT_CHECK(type == rows[i].type);
    if (rows[i].raw && type == rows[i].type)
      UNIT_CHECK(found.len == strlen(rows[i].raw) &&
                 memcmp(found.at, rows[i].raw, found.len) == 0);
  }
  struct gt_json_slice found;
  UNIT_CHECK(gt_json_find(&found, T("[7]"), "") == GT_JSON_ARRAY && found.len == 3);
  UNIT_CHECK(gt_json_find(&found, T("{\"a\":1,!"), "a") == GT_JSON_NUMBER);
  UNIT_CHECK(gt_json_find(&found, T("{\"a\":1,!"), "b") == GT_JSON_ERROR);
  UNIT_CHECK(gt_json_find(&found, T("{\"a\":[1"), "a") == GT_JSON_ERROR);
  UNIT_CHECK(gt_json_find(&found, T(""), "a") == GT_JSON_ERROR);
  UNIT_CHECK(gt_json_find(&found, NULL, 0, "") == GT_JSON_ERROR);
}

int main(void)
{
  UNIT_RUN(unescapes);
  UNIT_RUN(reads_integers);
  UNIT_RUN(reads_doubles);
  UNIT_RUN(finds_by_path);
  return unit_report();
}

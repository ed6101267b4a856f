/* base/: buffers, errors, clocks, JSON output, UTF-8, hashes, files. */
#include "unit.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/json_write.h"
#include "base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

static void buffers_stop_at_their_ceiling(void)
{
  struct gt_buf b;
  gt_buf_init(&b, 10);
  UNIT_CHECK(gt_buf_adds(&b, "12345") == 0);
  UNIT_CHECK(gt_buf_addf(&b, "%d", 67890) == 0);
  UNIT_STR(gt_buf_str(&b), "1234567890");
  UNIT_CHECK(gt_buf_addc(&b, 'x') == -1 && b.failed && b.len == 0);
  UNIT_CHECK(gt_buf_adds(&b, "a") == -1);
  gt_buf_reset(&b);
  UNIT_CHECK(gt_buf_adds(&b, "a") == 0);
  gt_buf_clear(&b);
  gt_buf_clear(&b);
  UNIT_STR(gt_buf_str(&b), "");
}

static void formatted_adds_grow(void)
{
  struct gt_buf b;
  char want[1001];
  gt_buf_init(&b, 100000);
  for (int i = 0; i < 100; i++) UNIT_CHECK(gt_buf_addf(&b, "%010d", i) == 0);
  UNIT_CHECK(b.len == 1000);
  for (int i = 0; i < 100; i++) snprintf(want + i * 10, 11, "%010d", i);
  UNIT_STR(gt_buf_str(&b), want);
  gt_buf_clear(&b);
}

static void errors_have_names_and_exit_codes(void)
{
  struct gt_err err;
  UNIT_CHECK(gt_err_set(&err, GT_NOT_FOUND, "no %s", "such thing") == -1);
  UNIT_STR(err.message, "no such thing");
  UNIT_STR(gt_code_name((int)err.code), "NOT_FOUND");
  UNIT_STR(gt_code_name(99), "UNKNOWN");
  UNIT_CHECK(gt_code_parse("DATA_LOSS", 9) == GT_DATA_LOSS);
  UNIT_CHECK(gt_code_parse("DATA", 4) == -1);
  UNIT_CHECK(gt_code_from_http(429) == GT_RESOURCE_EXHAUSTED);
  UNIT_CHECK(gt_code_from_http(599) == GT_INTERNAL);
  UNIT_CHECK(gt_code_from_http(418) == GT_FAILED_PRECONDITION);
  UNIT_CHECK(gt_err_exit(&err) == GT_EXIT_SCRIPT);
  gt_err_set(&err, GT_PERMISSION_DENIED, "x");
  UNIT_CHECK(gt_err_exit(&err) == GT_EXIT_AUTH);
  err.exit_code = GT_EXIT_SANDBOX;
  UNIT_CHECK(gt_err_exit(&err) == GT_EXIT_SANDBOX);
}

static void cut_messages_stay_utf8(void)
{
  char out[6];
  gt_err_copy(out, sizeof out, "abc\xC3\xA9\xC3\xA9", 7);
  UNIT_STR(out, "abc\xC3\xA9");
  gt_err_copy(out, sizeof out, "abcd\xE2\x82\xAC", 7);
  UNIT_STR(out, "abcd");
}

static void times_are_read_and_written(void)
{
  char text[32];
  double t;
  gt_clock_rfc3339(text, sizeof text, 1795342580.25);
  UNIT_STR(text, "2026-11-22T10:16:20.250Z");
  UNIT_CHECK(gt_clock_parse_rfc3339(&t, "2026-11-22T10:16:20.25Z") == 0);
  UNIT_CHECK(fabs(t - 1795342580.25) < 1e-5);
  UNIT_CHECK(gt_clock_parse_rfc3339(&t, "2026-11-22T12:16:20+02:00") == 0);
  UNIT_CHECK(t == 1795342580.0);
  UNIT_CHECK(gt_clock_parse_rfc3339(&t, "2026-11-22") == -1);
  UNIT_CHECK(gt_clock_parse_http(&t, "Sun, 06 Nov 1994 08:49:37 GMT") == 0);
  UNIT_CHECK(t == 784111777.0);
  UNIT_CHECK(gt_clock_parse_http(&t, "tomorrow") == -1);
}

static const char *written(double v)
{
  static char text[64];
  struct gt_buf b;
  gt_buf_init(&b, 1000);
  gt_json_double(&b, v);
  snprintf(text, sizeof text, "%s", gt_buf_str(&b));
  gt_buf_clear(&b);
  return text;
}

static void json_numbers_read_back(void)
{
  UNIT_STR(written(0.1), "0.1");
  UNIT_STR(written(3), "3");
  UNIT_STR(written(-0.0), "-0");
  UNIT_STR(written(1e300), "1e+300");
  UNIT_STR(written(1.0 / 3), "0.3333333333333333");
  UNIT_STR(written(NAN), "\"NaN\"");
  UNIT_STR(written(-INFINITY), "\"-Infinity\"");
  double hard = 0.1 + 0.2;
  UNIT_CHECK(strtod(written(hard), NULL) == hard);
}

static void json_strings_are_escaped(void)
{
  struct gt_buf b;
  gt_buf_init(&b, 1000);
  gt_json_string(&b, "a\"\\\n\x01\0\xC3\xA9", 8);
  UNIT_STR(gt_buf_str(&b), "\"a\\\"\\\\\\n\\u0001\\u0000\xC3\xA9\"");
  gt_buf_clear(&b);
}

static void utf8_is_told_from_what_is_none(void)
{
  UNIT_CHECK(gt_utf8_check("a\xC3\xA9\xF0\x9F\x98\x80", 7) == 7);
  UNIT_CHECK(gt_utf8_check("ab\xFF", 3) == 2);
  UNIT_CHECK(gt_utf8_check("\xC0\x80", 2) == 0);         /* overlong */
  UNIT_CHECK(gt_utf8_check("a\xED\xA0\x80", 4) == 1);    /* surrogate */
  UNIT_CHECK(gt_utf8_check("\xF4\x90\x80\x80", 4) == 0); /* above U+10FFFF */
  UNIT_CHECK(gt_utf8_check("\xE2\x82", 2) == 0);         /* cut short */
  UNIT_CHECK(gt_utf8_count("a\xC3\xA9\xF0\x9F\x98\x80", 7) == 3);
  uint32_t cp;
  const char *s = "\xF0\x9F\x98\x80";
  UNIT_CHECK(gt_utf8_decode(&cp, s, s + 4) == 4 && cp == 0x1F600);
}

static void digests_are_those_of_the_standard(void)
{
  char hex[65];
  struct gt_err err;
  UNIT_CHECK(gt_sha256_hex(hex, "abc", 3, &err) == 0);
  UNIT_STR(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  UNIT_CHECK(gt_hash64("", 0) == 0xCBF29CE484222325u);
  UNIT_CHECK(gt_hash64("a", 1) == 0xAF63DC4C8601EC8Cu);
}

static void files_appear_whole(void)
{
  char folder[] = "/tmp/gt-base-XXXXXX", path[64];
  struct gt_err err;
  struct gt_buf b;
  UNIT_CHECK(mkdtemp(folder) != NULL);
  snprintf(path, sizeof path, "%s/a/b", folder);
  UNIT_CHECK(gt_fs_mkdirs(path, 0700, &err) == 0 && gt_fs_is_dir(path));
  snprintf(path, sizeof path, "%s/a/b/f", folder);
  UNIT_CHECK(gt_fs_write_atomic(path, "hello", 5, 0600, &err) == 0);
  UNIT_CHECK(gt_fs_write_atomic(path, "again", 5, 0600, &err) == 0);
  gt_buf_init(&b, 5);
  UNIT_CHECK(gt_fs_read(&b, path, &err) == 0);
  UNIT_STR(gt_buf_str(&b), "again");
  gt_buf_clear(&b);
  gt_buf_init(&b, 4);
  UNIT_CHECK(gt_fs_read(&b, path, &err) == -1 && err.code == GT_RESOURCE_EXHAUSTED);
  gt_buf_clear(&b);
  UNIT_CHECK(gt_fs_read(&b, folder, &err) == -1 && err.code == GT_INVALID_ARGUMENT);
  UNIT_CHECK(gt_fs_read(&b, "/nowhere/at/all", &err) == -1 && err.code == GT_NOT_FOUND);
  gt_buf_clear(&b);
  unlink(path);
  snprintf(path, sizeof path, "%s/a/b", folder);
  rmdir(path);
  snprintf(path, sizeof path, "%s/a", folder);
  rmdir(path);
  UNIT_CHECK(rmdir(folder) == 0); /* no temporary file was left */
}

int main(void)
{
  UNIT_RUN(buffers_stop_at_their_ceiling);
  UNIT_RUN(formatted_adds_grow);
  UNIT_RUN(errors_have_names_and_exit_codes);
  UNIT_RUN(cut_messages_stay_utf8);
  UNIT_RUN(times_are_read_and_written);
  UNIT_RUN(json_numbers_read_back);
  UNIT_RUN(json_strings_are_escaped);
  UNIT_RUN(utf8_is_told_from_what_is_none);
  UNIT_RUN(digests_are_those_of_the_standard);
  UNIT_RUN(files_appear_whole);
  return unit_report();
}

/* JSON output. See json_write.h. */
#include "base/json_write.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static bool needs_escape(unsigned char c)
{
  return c < 0x20 || c == '"' || c == '\\' || c == 0x7F;
}

static int escape(struct gt_buf *b, unsigned char c)
{
  switch (c) {
  case '"': return gt_buf_add(b, "\\\"", 2);
  case '\\': return gt_buf_add(b, "\\\\", 2);
  case '\n': return gt_buf_add(b, "\\n", 2);
  case '\r': return gt_buf_add(b, "\\r", 2);
  case '\t': return gt_buf_add(b, "\\t", 2);
  default: return gt_buf_addf(b, "\\u%04x", c);
  }
}

int gt_json_string(struct gt_buf *b, const char *s, size_t len)
{
  gt_buf_addc(b, '"');
  for (size_t i = 0; i < len;) {
    size_t run = i;
    while (run < len && !needs_escape((unsigned char)s[run])) run++;
    gt_buf_add(b, s + i, run - i);
    if (run < len) escape(b, (unsigned char)s[run++]);
    i = run;
  }
  return gt_buf_addc(b, '"');
}

int gt_json_int(struct gt_buf *b, int64_t v) { return gt_buf_addf(b, "%" PRId64, v); }

int gt_json_double(struct gt_buf *b, double v)
{
  if (isnan(v)) return gt_buf_adds(b, "\"NaN\"");
  if (isinf(v)) return gt_buf_adds(b, v > 0 ? "\"Infinity\"" : "\"-Infinity\"");
  if (v == floor(v) && fabs(v) < 1e15 && (v != 0 || !signbit(v)))
    return gt_json_int(b, (int64_t)v);
  char text[32];
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, v);
    if (strtod(text, NULL) == v) break;
  }
  return gt_buf_adds(b, text);
}

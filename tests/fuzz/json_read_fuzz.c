/* Fuzz target: the JSON reader over any bytes, strict and with soft faults, and what
 * must hold between the two. Also run over the corpus by replay.c in the tests. */
#include "base/json_read.h"
#include "base/json_value.h"

#include <math.h>
#include <stdlib.h>

#define MUST(cond)                                                                     \
  do {                                                                                 \
    if (!(cond)) abort();                                                              \
  } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void count_fault(void *ctx, enum gt_json_fault fault, size_t at)
{
  (void)fault;
  (void)at;
  ++*(size_t *)ctx;
}

static void use_value(struct gt_buf *buf, const struct gt_json_reader *r)
{
  const struct gt_json_slice *v = &r->value;
  int64_t whole;
  double real;
  if (v->type == GT_JSON_STRING || v->type == GT_JSON_KEY) {
    gt_buf_reset(buf);
    int rc = gt_json_unescape(buf, v);
    if (v->flawed) return;
    MUST(rc == 0 && buf->len <= v->len);
    MUST(gt_json_equals(v, gt_buf_str(buf), buf->len));
    MUST(v->escaped || buf->len == v->len);
  } else if (v->type == GT_JSON_NUMBER) {
    int has_double = gt_json_to_double(&real, v),
        has_whole = gt_json_to_int64(&whole, v);
    MUST(has_double < 0 ? isinf(real) : isfinite(real));
    if (has_whole == 0) MUST((double)whole == real);
  }
}

/* Reads all of it; returns the last event. Events lie in the text and go forward. */
static enum gt_json_type drain(struct gt_json_reader *r, struct gt_buf *buf,
                               const char *data, size_t len)
{
  enum gt_json_type type;
  size_t before = 0;
  while ((type = gt_json_next(r)) > GT_JSON_END) {
    MUST(r->at >= before && r->at < len);
    MUST(r->value.at >= data && r->value.at + r->value.len <= data + len);
    before = r->at;
    use_value(buf, r);
  }
  MUST(type == GT_JSON_ERROR ? r->fault && r->fault_at <= len : r->depth == 0);
  return type;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
  static const char *const paths[] = {"", "a", "0", "error.details.0.reason",
                                      "a.a.0.a"};
  const char *data = (const char *)bytes;
  struct gt_json_reader r;
  struct gt_buf buf;
  size_t told = 0;
  gt_buf_init(&buf, (size_t)1 << 20);
  gt_json_init(&r, data, len);
  enum gt_json_type strict = drain(&r, &buf, data, len);
  size_t strict_at = r.fault_at;
  if (strict == GT_JSON_ERROR) {
    struct gt_err err;
    gt_json_fail(&r, "text", &err);
  }

  gt_json_init(&r, data, len);
  r.soft = count_fault;
  r.soft_ctx = &told;
  enum gt_json_type soft = drain(&r, &buf, data, len);
  MUST((strict == GT_JSON_END) == (soft == GT_JSON_END && told == 0));
  if (soft == GT_JSON_ERROR && told == 0) MUST(r.fault_at == strict_at);

  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    struct gt_json_slice found;
    enum gt_json_type type = gt_json_find(&found, data, len, paths[i]);
    if (strict == GT_JSON_END) MUST(type != GT_JSON_ERROR);
    if (type > GT_JSON_END)
      MUST(found.at >= data && found.at + found.len <= data + len);
  }
  gt_buf_clear(&buf);
  return 0;
}

/* Fuzz target: the text scan over any bytes, also such as are no UTF-8. What it tells
 * must lie in the text, in order, and not show a secret. Also run over the corpus by
 * replay.c. */
#include "data/text_scan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MUST(cond)                                                                     \
  do {                                                                                 \
    if (!(cond)) abort();                                                              \
  } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

struct seen {
  const char *text;
  size_t len, last, count;
};

static void check(void *ctx, const struct gt_scan_hit *h)
{
  struct seen *s = ctx;
  MUST(h->len > 0 && h->at < s->len && h->len <= s->len - h->at);
  MUST(h->at >= s->last);
  MUST(memchr(h->shown, '\0', sizeof h->shown) && h->shown[0]);
  if (strncmp(h->rule, "secret-", 7) == 0) MUST(strlen(h->shown) <= 9);
  for (const char *c = h->shown; *c; c++) MUST((unsigned char)*c >= 0x20 && *c != 0x7F);
  s->last = h->at;
  s->count++;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
  char *text = malloc(len ? len : 1);
  if (!text) return 0;
  memcpy(text, bytes, len);
  struct seen all = {text, len, 0, 0}, once = {text, len, 0, 0};
  gt_text_scan(text, len, 7, 1, check, &all);
  gt_text_scan(text, len, 7, 0, check, &once);
  MUST(once.count <= all.count && (once.count > 0) == (all.count > 0));
  free(text);
  return 0;
}

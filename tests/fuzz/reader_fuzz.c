/* Fuzz target: the reader with its quick way against the strict way alone. Also run
 * over the corpus by replay.c. */
#include "../unit/slow_rows.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
  /* the first line must show the form before the quick way is taken */
  static const char first[] = "{\"input\":\"a\",\"output\":\"b\"}\n";
  struct gt_reader_options tight = {.text_max = 30, .output_max = 9, .line_max = 200};
  struct gt_reader_options free_ = {.threads = 1};
  size_t head = sizeof first - 1;
  char *copy = malloc(head + len);
  if (!copy) return 0;
  memcpy(copy, first, head);
  if (len > 0) memcpy(copy + head, bytes, len);
  if (!slow_compare(NULL, copy, head + len, &free_)) abort();
  if (!slow_compare(NULL, copy + head, len, &tight)) abort();
  free(copy);
  return 0;
}

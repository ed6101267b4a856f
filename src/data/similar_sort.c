/* Lists of 64-bit places and their sort. See similar_parts.h. */
#include "data/similar_parts.h"

#include <stdlib.h>
#include <string.h>

enum { DIGIT = 11, DIGITS = 1 << DIGIT };

int gt_similar_no_memory(struct gt_err *err)
{
  return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "not enough memory to compare texts");
}

int gt_similar_list_add(struct gt_similar_list *list, uint64_t item)
{
  if (list->count == list->cap) {
    size_t cap = list->cap ? list->cap * 2 : 1024;
    uint64_t *items = realloc(list->items, cap * sizeof *items);
    if (!items) return -1;
    list->items = items;
    list->cap = cap;
  }
  list->items[list->count++] = item;
  return 0;
}

/* One digit; false when all have the same and nothing was moved. */
static int move_by_digit(uint64_t *to, const uint64_t *from, size_t count, int shift)
{
  size_t starts[DIGITS] = {0};
  for (size_t i = 0; i < count; i++) starts[from[i] >> shift & (DIGITS - 1)]++;
  if (count == 0 || starts[from[0] >> shift & (DIGITS - 1)] == count) return 0;
  size_t sum = 0;
  for (int d = 0; d < DIGITS; d++) {
    size_t n = starts[d];
    starts[d] = sum;
    sum += n;
  }
  for (size_t i = 0; i < count; i++)
    to[starts[from[i] >> shift & (DIGITS - 1)]++] = from[i];
  return 1;
}

void gt_similar_sort(uint64_t *items, uint64_t *tmp, size_t count, int low)
{
  uint64_t *from = items, *to = tmp;
  for (int shift = low; shift < 64; shift += DIGIT) {
    if (!move_by_digit(to, from, count, shift)) continue;
    uint64_t *moved = to;
    to = from;
    from = moved;
  }
  if (from != items && count) memcpy(items, from, count * sizeof *items);
}

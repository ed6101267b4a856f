/* Places and pointers of a row's texts. See row.h. */
#include "data/row.h"

#include "base/json_value.h"

#include <stdio.h>

void gt_row_pointer(char *dst, size_t cap, const struct gt_row *row,
                    const struct gt_turn *turn)
{
  enum gt_form_key key =
      turn == row->turns ? gt_form_text(row->form) : gt_form_output(row->form);
  snprintf(dst, cap, "/%s", gt_form_key_name(key));
}

void gt_row_place(size_t *line, size_t *column, const struct gt_turn *turn, size_t at)
{
  const char *p = turn->raw, *end = p + turn->raw_len;
  size_t n, seen = 0;
  char one[4];
  for (size_t took; p < end && seen < at; p += took, seen += n)
    took = gt_json_decode(one, &n, p, end);
  *line = turn->line;
  *column = turn->column + (size_t)(p - turn->raw);
}

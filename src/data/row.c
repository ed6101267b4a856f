/* Places in a row. See row.h. */
#include "data/row.h"

#include "base/json_value.h"
#include "base/utf8.h"

#include <stdio.h>

void gt_row_pointer(char *dst, size_t cap, const struct gt_row *row,
                    const struct gt_turn *turn)
{
  enum gt_form pair = row->form == GT_FORM_CSV ? row->names : row->form;
  if (row->form == GT_FORM_MESSAGES && turn->part == GT_TURN_WHOLE)
    snprintf(dst, cap, "/messages/%u/content", (unsigned)turn->item);
  else if (row->form == GT_FORM_MESSAGES)
    snprintf(dst, cap, "/messages/%u/content/%u/text", (unsigned)turn->item,
             (unsigned)turn->part);
  else if (row->form == GT_FORM_CONTENTS && turn->role == GT_ROLE_SYSTEM)
    snprintf(dst, cap, "/%s/parts/%u/text",
             gt_form_key_name(turn->item ? GT_KEY_SYSTEM_INSTRUCTION
                                         : GT_KEY_SYSTEMINSTRUCTION),
             (unsigned)turn->part);
  else if (row->form == GT_FORM_CONTENTS)
    snprintf(dst, cap, "/contents/%u/parts/%u/text", (unsigned)turn->item,
             (unsigned)turn->part);
  else
    snprintf(dst, cap, "/%s",
             gt_form_key_name(turn->role == GT_ROLE_MODEL ? gt_form_output(pair)
                                                          : gt_form_text(pair)));
}

/* One code point of CSV's raw text: as gt_json_decode. */
static size_t decode_csv(size_t *n, const char *s, const char *end)
{
  uint32_t cp;
  if (*s == '"' && end - s > 1 && s[1] == '"') {
    *n = 1;
    return 2;
  }
  return *n = gt_utf8_decode(&cp, s, end);
}

void gt_row_place(size_t *line, size_t *column, const struct gt_turn *turn, size_t at)
{
  const char *p = turn->raw, *end = p + turn->raw_len, *line_start = p;
  size_t done = 0, n, lines = 0;
  while (p < end) {
    char one[4];
    size_t took = turn->csv ? decode_csv(&n, p, end) : gt_json_decode(one, &n, p, end);
    if (done + n > at) {
      if (took == n) p += at - done; /* a byte inside of a character */
      break;
    }
    done += n;
    p += took;
    if (p[-1] != '\n') continue;
    lines++;
    line_start = p;
  }
  *line = turn->line + lines;
  *column = (lines ? 1 : turn->column) + (size_t)(p - line_start);
}

static bool is_space(uint32_t cp)
{
  return (cp > 0 && cp <= 0x20) || cp == 0x85 || cp == 0xA0 || cp == 0x1680 ||
         (cp >= 0x2000 && cp <= 0x200B) || cp == 0x2028 || cp == 0x2029 ||
         cp == 0x202F || cp == 0x205F || cp == 0x3000 || cp == 0xFEFF;
}

bool gt_row_is_blank(const char *s, size_t len)
{
  const char *end = s + len;
  while (s < end) {
    uint32_t cp;
    s += gt_utf8_decode(&cp, s, end);
    if (!is_space(cp)) return false;
  }
  return true;
}

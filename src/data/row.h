/* One row of training data, as the readers give it.
 *
 * Used by every reader and rule. All texts are borrowed: they stand until the next row
 * is asked for. They are valid UTF-8 without U+0000 and are not NUL-terminated. */
#ifndef GT_DATA_ROW_H
#define GT_DATA_ROW_H

#include "data/forms.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gt_role { GT_ROLE_SYSTEM, GT_ROLE_USER, GT_ROLE_MODEL };

#define GT_TURN_WHOLE UINT32_MAX /* as `part`: the message is one string, no list */

/* One text of a row: a field of a pair, a message, a part of a turn. */
struct gt_turn {
  enum gt_role role;
  bool csv; /* raw is CSV (quotes doubled), not JSON */
  /* Which message or content, which part of it; from 0. The system instruction beside
   * contents has the item 0, or 1 when it is written system_instruction. */
  uint32_t item, part;
  const char *text; /* its value; raw itself where nothing is escaped */
  size_t len;
  const char *raw; /* as it stands in the file: between the quotes */
  size_t raw_len;
  size_t line, column; /* 1-based place of raw's first byte (CSV rows span lines) */
};

struct gt_row {
  size_t line; /* 1-based, where it begins */
  enum gt_form form;
  enum gt_form names; /* of CSV: the pair whose names the columns have */
  /* The input: of a pair its text; of a conversation the turns before the last turn of
   * the model, in order, an empty line between them (none between parts of a turn). */
  const char *text;
  size_t text_len;
  const char *output; /* the last turn of the model */
  size_t output_len;
  const struct gt_turn *turns; /* all texts in order; of a pair: user, model */
  size_t turns_count;
  const char *raw; /* the whole row in the file, without its line end */
  size_t raw_len;
};

#define GT_ROW_POINTER 56 /* room for any pointer */

/* The JSON pointer of a turn: "/text_input", "/messages/1/content",
 * "/contents/0/parts/0/text", "/systemInstruction/parts/0/text"; of CSV "/NAME". */
void gt_row_pointer(char *dst, size_t cap, const struct gt_row *row,
                    const struct gt_turn *turn);
/* Where the byte `at` of turn->text stands in the file. */
void gt_row_place(size_t *line, size_t *column, const struct gt_turn *turn, size_t at);
/* Whether a text has nothing but spaces (Unicode's, and control characters but NUL). */
bool gt_row_is_blank(const char *s, size_t len);

#endif

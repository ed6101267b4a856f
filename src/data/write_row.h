/* Writes a row in any form, and says what the form could not hold.
 *
 * Used by data sets that are written and by uploads. The texts are always all there:
 * what can be lost is who said them, where one ended, and what stood beside them. It
 * writes lines into a buffer, never files. */
#ifndef GT_DATA_WRITE_ROW_H
#define GT_DATA_WRITE_ROW_H

#include "base/buf.h"
#include "data/row.h"

/* Bits of what was lost. */
enum gt_lost {
  GT_LOST_SYSTEM = 1 << 0,  /* the system's text has become a part of the input */
  GT_LOST_TURNS = 1 << 1,   /* several turns have become one input */
  GT_LOST_ROLES = 1 << 2,   /* which of these texts was whose; developer as system */
  GT_LOST_PARTS = 1 << 3,   /* where one part of a text ended and the next began */
  GT_LOST_OPENING = 1 << 4, /* turns of the model before the first of the user */
  GT_LOST_MEMBERS = 1 << 5, /* members or columns that are no part of the row */
};
#define GT_LOST_BITS 6

/* Appends the row as a line of the form, "\n" behind it, and adds to *lost. A row that
 * has the form and its raw text is written as it stands (without spaces around it): who
 * changes a row sets raw to NULL. A row without turns is a pair. -1 over the ceiling.
 */
int gt_write_row(struct gt_buf *out, unsigned *lost, const struct gt_row *row,
                 enum gt_form form);
/* What stands in front of the first row: the names of CSV's columns, else nothing. */
int gt_write_row_header(struct gt_buf *out, enum gt_form form);
/* One bit in words: "roles of earlier turns". */
const char *gt_lost_text(enum gt_lost bit);
/* What a row has beside its form: GT_LOST_MEMBERS and, for a developer's message,
 * GT_LOST_ROLES; 0 without raw text. */
unsigned gt_lost_beside(const struct gt_row *row);

#endif

/* Which part of a split a row belongs to, by a stable hash of its text.
 *
 * Used by gt.split. A row's share is a number in [0, 1) that its key and the seed give;
 * the parts cut [0, 1) between them. So a row stays where it is when others come or go.
 * Rows that are joined share one unit and are never parted. It reads no files. */
#ifndef GT_DATA_SPLIT_H
#define GT_DATA_SPLIT_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define GT_SPLIT_PARTS_MAX 64
#define GT_SPLIT_ROWS_MAX ((size_t)10000000)

/* In [0, 1): the same for the same text and seed wherever it stands. */
double gt_split_share(const char *text, size_t len, uint64_t seed);

/* Units as a forest: unit[i] is a row of the same unit at or before i; its first row
 * has itself. Begin with unit[i] = i. */
void gt_split_join(uint32_t *unit, uint32_t a, uint32_t b);
/* The first row of the unit of row i. */
uint32_t gt_split_first(uint32_t *unit, uint32_t i);

struct gt_split_row {
  const char *key;
  size_t len;
  uint32_t stratum;
};

struct gt_split_plan {
  /* Part p holds the shares from ends[p - 1] (0 for the first) up to ends[p]; the last
   * part ends at 1 whatever is said. */
  const double *ends;
  size_t part_count;
  uint64_t seed;
  /* Not the shares themselves but their ranks within each stratum are cut: each stratum
   * is cut to the row, as far as units allow, but a new row can move the rows next to
   * a cut. */
  int exact;
};

/* Writes the part of each row. The key of a unit is that of its first row; with exact,
 * its stratum is the one that most of its rows have. */
int gt_split_assign(uint8_t *part, uint32_t *unit, const struct gt_split_row *rows,
                    size_t count, const struct gt_split_plan *plan, struct gt_err *err);

#endif

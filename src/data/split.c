/* Splits by a stable hash. See split.h. */
#include "data/split.h"

#include "base/hash.h"

#include <stdlib.h>

double gt_split_share(const char *text, size_t len, uint64_t seed)
{
  uint64_t h = gt_hash64(text, len) ^ seed;
  /* FNV's high bits are weak for short texts: one round of mixing. */
  h ^= h >> 33;
  h *= 0xFF51AFD7ED558CCDu;
  h ^= h >> 33;
  h *= 0xC4CEB9FE1A85EC53u;
  h ^= h >> 33;
  return (double)(h >> 11) * 0x1p-53;
}

uint32_t gt_split_first(uint32_t *unit, uint32_t i)
{
  while (unit[i] != i) {
    unit[i] = unit[unit[i]];
    i = unit[i];
  }
  return i;
}

void gt_split_join(uint32_t *unit, uint32_t a, uint32_t b)
{
  a = gt_split_first(unit, a);
  b = gt_split_first(unit, b);
  if (a < b)
    unit[b] = a;
  else
    unit[a] = b;
}

static uint8_t part_at(const struct gt_split_plan *plan, double share)
{
  size_t p = 0;
  while (p + 1 < plan->part_count && share >= plan->ends[p]) p++;
  return (uint8_t)p;
}

/* --- exact: units in the order of their shares --- */

struct unit {
  double share;
  uint32_t stratum;
  uint32_t first;
  uint32_t size;
};

/* A row of a unit, for finding what most of its rows are. */
struct member {
  uint32_t first;
  uint32_t stratum;
};

static int compare_members(const void *left, const void *right)
{
  const struct member *a = left, *b = right;
  if (a->first != b->first) return a->first < b->first ? -1 : 1;
  return a->stratum < b->stratum ? -1 : a->stratum > b->stratum;
}

static int compare_units(const void *left, const void *right)
{
  const struct unit *a = left, *b = right;
  if (a->stratum != b->stratum) return a->stratum < b->stratum ? -1 : 1;
  if (a->share < b->share) return -1;
  if (a->share > b->share) return 1;
  return a->first < b->first ? -1 : 1;
}

/* One unit a run of members of the same first row; returns how many there are. */
static size_t gather(struct unit *units, const struct member *members, size_t count,
                     const struct gt_split_row *rows, uint64_t seed)
{
  size_t n = 0;
  for (size_t i = 0; i < count;) {
    uint32_t first = members[i].first, most = 0;
    size_t start = i;
    units[n] = (struct unit){.first = first};
    while (i < count && members[i].first == first) {
      size_t run = i;
      while (i < count && members[i].first == first &&
             members[i].stratum == members[run].stratum)
        i++;
      if (i - run <= most) continue;
      most = (uint32_t)(i - run);
      units[n].stratum = members[run].stratum;
    }
    units[n].size = (uint32_t)(i - start);
    units[n].share = gt_split_share(rows[first].key, rows[first].len, seed);
    n++;
  }
  return n;
}

/* A unit goes where its middle lies among the rows of its stratum. */
static void cut(uint8_t *part, struct unit *units, size_t count,
                const struct gt_split_plan *plan)
{
  qsort(units, count, sizeof *units, compare_units);
  for (size_t i = 0; i < count;) {
    size_t end = i;
    double rows = 0, before = 0;
    for (; end < count && units[end].stratum == units[i].stratum; end++)
      rows += units[end].size;
    for (; i < end; i++) {
      double middle = before + units[i].size / 2.0;
      part[units[i].first] = part_at(plan, middle / rows);
      before += units[i].size;
    }
  }
}

static int assign_exact(uint8_t *part, uint32_t *unit, const struct gt_split_row *rows,
                        size_t count, const struct gt_split_plan *plan)
{
  int rc = -1;
  struct unit *units = calloc(count + 1, sizeof *units);
  struct member *members = calloc(count + 1, sizeof *members);
  if (!units || !members) goto out;
  for (size_t i = 0; i < count; i++)
    members[i] = (struct member){gt_split_first(unit, (uint32_t)i), rows[i].stratum};
  qsort(members, count, sizeof *members, compare_members);
  cut(part, units, gather(units, members, count, rows, plan->seed), plan);
  rc = 0;
out:
  free(members);
  free(units);
  return rc;
}

int gt_split_assign(uint8_t *part, uint32_t *unit, const struct gt_split_row *rows,
                    size_t count, const struct gt_split_plan *plan, struct gt_err *err)
{
  if (plan->part_count < 1 || plan->part_count > GT_SPLIT_PARTS_MAX)
    return gt_err_set(err, GT_INVALID_ARGUMENT, "a split has 1 to %d parts",
                      GT_SPLIT_PARTS_MAX);
  if (count > GT_SPLIT_ROWS_MAX)
    return gt_err_set(err, GT_INVALID_ARGUMENT, "%zu rows are too many to split",
                      count);
  if (plan->exact && assign_exact(part, unit, rows, count, plan) < 0)
    return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "not enough memory for the split");
  /* A unit's first row comes before the others. */
  for (size_t i = 0; i < count; i++) {
    uint32_t first = gt_split_first(unit, (uint32_t)i);
    if (first != i)
      part[i] = part[first];
    else if (!plan->exact)
      part[i] = part_at(plan, gt_split_share(rows[i].key, rows[i].len, plan->seed));
  }
  return 0;
}

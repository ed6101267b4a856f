/* Parts of a split: where a row lies, what stays together, what never moves. */
#include "data/split.h"

#include "unit.h"

#define N 3000

static char keys[N][24];
static struct gt_split_row rows[N];
static uint32_t unit[N];
static uint8_t part[N];
static const double ENDS[] = {.1, .2, 1};

static void fill(void)
{
  for (uint32_t i = 0; i < N; i++) {
    rows[i].len = (size_t)snprintf(keys[i], sizeof keys[i], "row %u", i);
    rows[i].key = keys[i];
    rows[i].stratum = i % 30 == 0 ? 1 : 0;
    unit[i] = i;
  }
}

static int assign(size_t count, int exact)
{
  struct gt_err err;
  struct gt_split_plan plan = {ENDS, 3, 1, exact};
  return gt_split_assign(part, unit, rows, count, &plan, &err);
}

static size_t in_part(uint8_t p, size_t count)
{
  size_t n = 0;
  for (size_t i = 0; i < count; i++) n += part[i] == p;
  return n;
}

static void shares_are_what_they_were(void)
{
  /* Fixed for good: a split made with an older gtlua stays what it was. */
  char got[64];
  snprintf(got, sizeof got, "%.17g %.17g", gt_split_share("", 0, 0),
           gt_split_share("row 1", 5, 7));
  UNIT_STR(got, "0.93676944839043996 0.46217960640878009");
}

static void sizes_follow_the_shares(void)
{
  fill();
  UNIT_CHECK(assign(N, 0) == 0);
  UNIT_CHECK(in_part(0, N) > 240 && in_part(0, N) < 360);
  UNIT_CHECK(in_part(1, N) > 240 && in_part(1, N) < 360);
  UNIT_CHECK(in_part(0, N) + in_part(1, N) + in_part(2, N) == N);
  uint8_t before[N];
  memcpy(before, part, N);
  UNIT_CHECK(assign(N / 2, 0) == 0);
  UNIT_CHECK(memcmp(before, part, N / 2) == 0);
}

static void exact_is_exact(void)
{
  fill();
  UNIT_CHECK(assign(N, 1) == 0);
  UNIT_CHECK(in_part(0, N) == 300 && in_part(1, N) == 300);
  size_t rare = 0;
  for (size_t i = 0; i < N; i += 30) rare += part[i] == 0;
  UNIT_CHECK(rare == 10);
  UNIT_CHECK(assign(1, 1) == 0 && part[0] == 2); /* a row alone is for training */
  UNIT_CHECK(assign(0, 1) == 0);
}

static void what_is_joined_is_not_parted(void)
{
  for (int exact = 0; exact < 2; exact++) {
    fill();
    for (uint32_t i = 3; i < N; i++) gt_split_join(unit, i, i % 3 == 0 ? i - 3 : i);
    gt_split_join(unit, 2000, 1000);
    gt_split_join(unit, 2999, 2000);
    UNIT_CHECK(gt_split_first(unit, 2997) == 0);
    UNIT_CHECK(gt_split_first(unit, 2999) == 1000);
    UNIT_CHECK(assign(N, exact) == 0);
    for (size_t i = 3; i < N; i += 3) UNIT_CHECK(part[i] == part[0]);
    UNIT_CHECK(part[2999] == part[1000] && part[2000] == part[1000]);
    UNIT_CHECK(in_part(0, N) > 0 && in_part(2, N) > 0);
  }
}

static void a_unit_has_the_stratum_of_most(void)
{
  fill();
  for (uint32_t i = 0; i < 40; i++) rows[i].stratum = 0;
  rows[0].stratum = 1; /* the first of a unit, but one of three */
  gt_split_join(unit, 2, 0);
  gt_split_join(unit, 1, 2);
  UNIT_CHECK(assign(40, 1) == 0);
  /* In a stratum of its own it would lie in the middle: part 2. */
  UNIT_CHECK(in_part(0, 40) >= 3 && in_part(0, 40) <= 5);
  UNIT_CHECK(part[0] == part[1] && part[1] == part[2]);
}

static void refuses_too_many_parts(void)
{
  struct gt_err err;
  struct gt_split_plan none = {ENDS, 0, 0, 0}, many = {ENDS, 65, 0, 0};
  UNIT_CHECK(gt_split_assign(part, unit, rows, 1, &none, &err) < 0);
  UNIT_CHECK(gt_split_assign(part, unit, rows, 1, &many, &err) < 0);
  UNIT_CHECK(err.code == GT_INVALID_ARGUMENT);
}

int main(void)
{
  UNIT_RUN(shares_are_what_they_were);
  UNIT_RUN(sizes_follow_the_shares);
  UNIT_RUN(exact_is_exact);
  UNIT_RUN(what_is_joined_is_not_parted);
  UNIT_RUN(a_unit_has_the_stratum_of_most);
  UNIT_RUN(refuses_too_many_parts);
  return unit_report();
}

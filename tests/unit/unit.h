/* The C tests' harness: three macros and a counter. A unit test is one file
 * tests/unit/NAME_test.c whose main runs cases with UNIT_RUN and ends with
 * return unit_report(). A failed check names its line and goes on with the next case. */
#ifndef GT_TESTS_UNIT_H
#define GT_TESTS_UNIT_H

#include <stdio.h>
#include <string.h>

static int unit_passed, unit_failed, unit_case_failed;

#define UNIT_CHECK(cond)                                                               \
  do {                                                                                 \
    if (!(cond)) {                                                                     \
      printf("  %s:%d: not true: %s\n", __FILE__, __LINE__, #cond);                    \
      unit_case_failed = 1;                                                            \
    }                                                                                  \
  } while (0)

#define UNIT_STR(got, want)                                                            \
  do {                                                                                 \
    const char *got_ = (got), *want_ = (want);                                         \
    if (!got_ || strcmp(got_, want_) != 0) {                                           \
      printf("  %s:%d: %s is \"%s\", wanted \"%s\"\n", __FILE__, __LINE__, #got,       \
             got_ ? got_ : "(null)", want_);                                           \
      unit_case_failed = 1;                                                            \
    }                                                                                  \
  } while (0)

#define UNIT_RUN(fn)                                                                   \
  do {                                                                                 \
    unit_case_failed = 0;                                                              \
    fn();                                                                              \
    if (unit_case_failed) {                                                            \
      unit_failed++;                                                                   \
      printf("not ok %s\n", #fn);                                                      \
    } else {                                                                           \
      unit_passed++;                                                                   \
    }                                                                                  \
  } while (0)

static int unit_report(void)
{
  printf("%d passed, %d failed\n", unit_passed, unit_failed);
  return unit_failed ? 1 : 0;
}

#endif

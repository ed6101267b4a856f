/* What is wrong with a data file: a list of findings, each with its place.
 *
 * Used by the readers and checks of data, told to people by the command line and the
 * scripts. It never decides what is wrong. The list has a ceiling; what comes after it
 * is counted, not kept. */
#ifndef GT_DATA_FINDINGS_H
#define GT_DATA_FINDINGS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GT_FINDING_RELATED 4
#define GT_FINDINGS_MAX 1000 /* the ceiling when gt_findings_init gets 0 */

enum gt_severity { GT_SEVERITY_ERROR, GT_SEVERITY_WARNING, GT_SEVERITY_NOTE };

struct gt_finding {
  size_t line;      /* 1-based */
  size_t column;    /* 1-based, in bytes, of the exact byte; a BOM counts */
  const char *rule; /* kebab-case, a literal */
  enum gt_severity severity;
  char message[296]; /* foreign text in it is quoted and has no control characters */
  char hint[160];    /* what to do, "" */
  uint32_t file;     /* the findings' `file` when it was added */
  struct {
    uint32_t file;
    size_t line;
  } related[GT_FINDING_RELATED]; /* other rows that it is about */
  uint32_t related_count;
  char pointer[56]; /* JSON pointer into the row, "" */
};

struct gt_findings {
  struct gt_finding *items;
  size_t count, cap, max;
  size_t errors, warnings, notes; /* of all, also of those left out */
  size_t left_out;
  uint32_t file;  /* what is added now belongs to it; the caller's numbering */
  bool last_kept; /* private */
};

void gt_findings_init(struct gt_findings *f, size_t max);
void gt_findings_clear(struct gt_findings *f);
/* hint may be NULL. Out of memory counts as left out. */
void gt_findings_add(struct gt_findings *f, enum gt_severity severity, const char *rule,
                     size_t line, size_t column, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 7, 8)));
/* For the finding added last, unless it was left out; related rows beyond the room are
 * passed over. */
void gt_findings_point(struct gt_findings *f, const char *pointer);
void gt_findings_relate(struct gt_findings *f, uint32_t file, size_t line);
const char *gt_severity_name(enum gt_severity severity); /* "error" */
/* Puts the findings from index `from` on in order of file, line and column. */
void gt_findings_sort(struct gt_findings *f, size_t from);
/* Appends lines "path:line:column: error: rule: message (hint)", and one that counts
 * those left out. -1 over the buffer's ceiling. */
int gt_findings_format(struct gt_buf *out, const char *path,
                       const struct gt_findings *f);

#endif

/* Notices on stderr. See log.h. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

/* Set once while the command line is read, before any thread starts. */
static enum gt_log_level threshold = GT_LOG_INFO;

void gt_log_set_level(enum gt_log_level level) { threshold = level; }

enum gt_log_level gt_log_level(void) { return threshold; }

void gt_log(enum gt_log_level level, const char *fmt, ...)
{
  if (level > threshold) return;
  char line[2048];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(line, sizeof line, fmt, ap);
  va_end(ap);
  fprintf(stderr, "gtlua: %s%s\n", level == GT_LOG_WARN ? "warning: " : "", line);
}

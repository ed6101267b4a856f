/* Notices for people, on stderr: "gtlua: ..." lines. Never data, never a credential.
 *
 * Levels: quiet prints warnings only, normal adds notices, verbose adds what happens on
 * the wire. Control characters from outside are made visible before they get here. */
#ifndef GT_BASE_LOG_H
#define GT_BASE_LOG_H

enum gt_log_level { GT_LOG_WARN, GT_LOG_INFO, GT_LOG_DEBUG };

/* The highest level that is printed; GT_LOG_INFO until set. */
void gt_log_set_level(enum gt_log_level level);
enum gt_log_level gt_log_level(void);
void gt_log(enum gt_log_level level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif

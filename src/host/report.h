/* The last words of a script that failed. */
#ifndef GT_HOST_REPORT_H
#define GT_HOST_REPORT_H

#include <lua.h>

/* Prints the error value at idx on stderr (place, message, hint, traceback) and returns
 * the exit code it stands for. traceback may be NULL. */
int gt_report_error(lua_State *L, int idx, const char *traceback);

#endif

/* One Lua state with everything a script may use: libraries, modules, globals, limits.
 *
 * Used by cli/. The host owns the loop, the scheduler and the state, and gives them
 * back in gt_host_free on every path. It never parses a command line. */
#ifndef GT_HOST_HOST_H
#define GT_HOST_HOST_H

#include "base/err.h"

#include <lua.h>
#include <stdbool.h>

struct gt_host;

struct gt_host_options {
  const char *lua_dir; /* modules from here instead of the embedded ones, or NULL */
  bool allow_all;      /* -A: nothing is withheld from the script */
  bool allow_run;      /* os.execute, io.popen */
  bool lax;            /* undeclared globals are nil, as in plain Lua */
  uint64_t seed;       /* of the random source, 0: from the system */
};

struct gt_host *gt_host_new(const struct gt_host_options *opt, struct gt_err *err);
void gt_host_free(struct gt_host *h);
lua_State *gt_host_state(struct gt_host *h);

/* Sets the global `arg`: argv[script] is index 0. */
void gt_host_set_args(struct gt_host *h, int argc, char **argv, int script);
/* Fills gt.params[key]. Numbers and true/false become numbers and booleans. */
void gt_host_set_param(struct gt_host *h, const char *key, const char *value);

/* Run as task 0 and report an error on stderr; both return the process's exit code. */
int gt_host_run_file(struct gt_host *h, const char *path); /* "-": standard input */
int gt_host_run_string(struct gt_host *h, const char *code, const char *chunkname);
/* require(module).main(...) with the strings of argv (NULL-terminated); an integer that
 * it returns is the exit code. */
int gt_host_run_module(struct gt_host *h, const char *module, char **argv);
#endif

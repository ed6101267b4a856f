/* The command line: what was asked, and the verbs written in C. */
#ifndef GT_CLI_CLI_H
#define GT_CLI_CLI_H

#include "api/settings.h"
#include "host/host.h"

enum { GT_CLI_MAX_CODE = 32, GT_CLI_MAX_SETS = 64 };

struct gt_cli {
  int argc;
  char **argv;
  int script; /* index of SCRIPT (or the verb) in argv, argc when there is none */
  const char *code[GT_CLI_MAX_CODE]; /* -e, in order */
  int code_count;
  const char *sets[GT_CLI_MAX_SETS]; /* --set k=v */
  int set_count;
  bool interactive, version, help;
  struct gt_host_options host;
  struct gt_settings settings;
};

/* Reads options up to the first word that is none. -1: a usage error was printed. */
int gt_cli_parse(struct gt_cli *cli, int argc, char **argv);
/* A host as the options ask for; NULL after printing why not. */
struct gt_host *gt_cli_host(const struct gt_cli *cli);

/* Verbs; each returns the exit code. */
int gt_cli_run(const struct gt_cli *cli);
int gt_cli_repl(const struct gt_cli *cli);

#endif

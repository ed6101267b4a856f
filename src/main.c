/* argv -> verb. Everything else is in cli/ and below. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Verbs written in Lua: lua/gt/cli/NAME.lua with a function main(...). */
static const char *const LUA_VERBS[] = {"check", "fix", "serve", "help", NULL};

static int run_lua_verb(const struct gt_cli *cli, const char *verb, char **args)
{
  char module[64];
  struct gt_cli own = *cli;
  own.host.allow_all = true;
  own.settings.unannounced = true;
  struct gt_host *h = gt_cli_host(&own);
  if (!h) return GT_EXIT_SCRIPT;
  snprintf(module, sizeof module, "gt.cli.%s", verb);
  int code = gt_host_run_module(h, module, args);
  gt_host_free(h);
  return code;
}

static int run_verb(struct gt_cli *cli)
{
  const char *verb = cli->argv[cli->script];
  for (const char *const *v = LUA_VERBS; *v; v++)
    if (strcmp(verb, *v) == 0)
      return run_lua_verb(cli, verb, cli->argv + cli->script + 1);
  if (strcmp(verb, "run") == 0) {
    cli->script++;
    if (cli->script == cli->argc) {
      fputs("gtlua: run needs a script\n", stderr);
      return GT_EXIT_USAGE;
    }
  }
  return gt_cli_run(cli);
}

/* A script whose output could not be written has not done its job. */
static int flush_output(int code)
{
  if (fflush(stdout) == 0 && !ferror(stdout)) return code;
  perror("gtlua: standard output");
  return code == GT_EXIT_OK ? GT_EXIT_SCRIPT : code;
}

int main(int argc, char **argv)
{
  struct gt_cli cli;
  if (gt_cli_parse(&cli, argc, argv) < 0) return GT_EXIT_USAGE;
  if (cli.version) {
    puts("gtlua " GT_VERSION);
    return flush_output(GT_EXIT_OK);
  }
  if (cli.help) {
    char *none[] = {NULL};
    return flush_output(run_lua_verb(&cli, "help", none));
  }
  bool has_script = cli.script < cli.argc;
  if (cli.interactive) return flush_output(gt_cli_repl(&cli));
  if (has_script && cli.code_count == 0) return flush_output(run_verb(&cli));
  if (!has_script && cli.code_count == 0 && isatty(STDIN_FILENO))
    return flush_output(gt_cli_repl(&cli));
  return flush_output(gt_cli_run(&cli));
}

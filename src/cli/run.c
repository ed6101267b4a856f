/* `gtlua [options] SCRIPT [args]`: runs scripts and lines of code. See cli.h. */
#include "cli/cli.h"

#include "api/session.h"
#include "host/report.h"
#include "task/task.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct gt_host *gt_cli_host(const struct gt_cli *cli)
{
  struct gt_err err;
  struct gt_host *h = gt_host_new(&cli->host, &err);
  if (!h) {
    fprintf(stderr, "gtlua: %s\n", err.message);
    return NULL;
  }
  gt_session_configure(gt_sched_user(gt_sched_of(gt_host_state(h))), &cli->settings);
  int script = cli->script < cli->argc ? cli->script : 0;
  gt_host_set_args(h, cli->argc, cli->argv, script);
  for (int i = 0; i < cli->set_count; i++) {
    const char *equal = strchr(cli->sets[i], '=');
    char key[128];
    snprintf(key, sizeof key, "%.*s", (int)(equal - cli->sets[i]), cli->sets[i]);
    gt_host_set_param(h, key, equal + 1);
  }
  return h;
}

int gt_cli_run(const struct gt_cli *cli)
{
  struct gt_host *h = gt_cli_host(cli);
  if (!h) return GT_EXIT_SCRIPT;
  int code = GT_EXIT_OK;
  for (int i = 0; i < cli->code_count && code == GT_EXIT_OK; i++)
    code = gt_host_run_string(h, cli->code[i], "=(command line)");
  bool has_script = cli->script < cli->argc;
  if (code == GT_EXIT_OK && (has_script || cli->code_count == 0))
    code = gt_host_run_file(h, has_script ? cli->argv[cli->script] : "-");
  gt_host_free(h);
  return code;
}

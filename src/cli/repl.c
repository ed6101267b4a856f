/* `gtlua -i [SCRIPT]` and `gtlua` on a terminal: reads lines, runs them, shows values.
 * What a line means is host/prompt.c's affair, how it is read edit.c's. See cli.h. */
#include "cli/cli.h"
#include "cli/edit.h"
#include "host/prompt.h"

#include <stdio.h>

enum { TEXT_MAX = 16 * 1024 * 1024 };

static void complete(void *host, const char *word, struct gt_buf *out)
{
  gt_prompt_complete(host, word, out);
}

static void greet(void)
{
  if (!gt_edit_live()) return;
  fputs("gtlua " GT_VERSION " (Lua 5.4): Tab completes, Ctrl-C stops, Ctrl-D leaves\n",
        stderr);
}

/* What stands before the prompt: -e code and the script. */
static int run_given(const struct gt_cli *cli, struct gt_host *h)
{
  int code = GT_EXIT_OK;
  for (int i = 0; i < cli->code_count && code == GT_EXIT_OK; i++)
    code = gt_host_run_string(h, cli->code[i], "=(command line)");
  if (code == GT_EXIT_OK && cli->script < cli->argc)
    code = gt_host_run_file(h, cli->argv[cli->script]);
  return code;
}

/* Reads until the text is complete or dropped; runs it. Returns false at the end. */
static bool next_chunk(struct gt_host *h, struct gt_buf *text, struct gt_buf *line,
                       int *code)
{
  bool more = false;
  gt_buf_reset(text);
  do {
    enum gt_edit_result got = gt_edit_read(line, more ? ">> " : "> ");
    if (got != GT_EDIT_LINE && gt_edit_live()) puts("");
    if (got == GT_EDIT_SIGNAL) {
      *code = 128 + gt_edit_signal();
      return false;
    }
    if (got == GT_EDIT_INTERRUPTED) return true;
    if (got == GT_EDIT_END && !more) return false;
    bool last = got == GT_EDIT_END;
    if (text->len) gt_buf_addc(text, '\n');
    gt_buf_add(text, gt_buf_str(line), line->len);
    if (text->failed || line->failed) {
      fputs("gtlua: the input is too long\n", stderr);
      gt_buf_clear(text);
      return true;
    }
    *code = gt_prompt_run(h, text, gt_edit_width(), last, &more);
  } while (more);
  return true;
}

int gt_cli_repl(const struct gt_cli *cli)
{
  struct gt_host *h = gt_cli_host(cli);
  if (!h) return GT_EXIT_SCRIPT;
  struct gt_buf text, line;
  gt_buf_init(&text, TEXT_MAX);
  gt_buf_init(&line, GT_EDIT_LINE_MAX);
  gt_edit_open(complete, h);
  int first = run_given(cli, h), code = GT_EXIT_OK;
  greet();
  while (next_chunk(h, &text, &line, &code)) {
    /* Nobody sees what fails in a pipe: the first failure is the exit code. */
    if (first == GT_EXIT_OK) first = code;
    if (code == GT_EXIT_SIGTERM) break;
    code = GT_EXIT_OK;
  }
  if (gt_edit_live()) first = code;
  gt_edit_close();
  gt_buf_clear(&line);
  gt_buf_clear(&text);
  gt_host_free(h);
  return first;
}

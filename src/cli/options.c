/* Reads the options of the command line. See cli.h. */
#include "cli/cli.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int usage_error(const char *fmt, const char *what)
{
  fputs("gtlua: ", stderr);
  fprintf(stderr, fmt, what);
  fputs("\n  hint: gtlua --help lists the options\n", stderr);
  return -1;
}

static int parse_number(double *out, const char *name, const char *text, double min)
{
  char *end;
  *out = strtod(text, &end);
  if (*text && !*end && *out >= min && *out < 1e9) return 0;
  fprintf(stderr, "gtlua: %s needs a number of at least %g, not '%s'\n", name, min,
          text);
  return -1;
}

/* Options with a value: --name VALUE or --name=VALUE. */
static int set_option(struct gt_cli *cli, const char *name, const char *value)
{
  double number;
  if (strcmp(name, "--provider") == 0) {
    if (strcmp(value, "local") != 0 && strcmp(value, "gemini") != 0 &&
        strcmp(value, "vertex") != 0)
      return usage_error("no provider '%s': local, gemini or vertex", value);
    cli->settings.provider = value;
  } else if (strcmp(name, "--base-url") == 0) {
    cli->settings.base_url = value;
  } else if (strcmp(name, "--lua") == 0) {
    cli->host.lua_dir = value;
  } else if (strcmp(name, "--seed") == 0) {
    char *end;
    cli->host.seed = strtoull(value, &end, 10);
    if (!*value || *end || cli->host.seed == 0)
      return usage_error("--seed needs a whole number above 0, not '%s'", value);
  } else if (strcmp(name, "--timeout") == 0) {
    if (parse_number(&cli->settings.timeout, name, value, 0.001) < 0) return -1;
  } else if (strcmp(name, "--concurrency") == 0) {
    if (parse_number(&number, name, value, 1) < 0) return -1;
    cli->settings.concurrency = (int)number;
  } else if (strcmp(name, "--set") == 0) {
    if (!strchr(value, '=') || value[0] == '=')
      return usage_error("--set needs NAME=VALUE, not '%s'", value);
    if (cli->set_count == GT_CLI_MAX_SETS)
      return usage_error("too many --set (at %s)", value);
    cli->sets[cli->set_count++] = value;
  } else if (strcmp(name, "-e") == 0) {
    if (cli->code_count == GT_CLI_MAX_CODE) return usage_error("too many %s", name);
    cli->code[cli->code_count++] = value;
  } else {
    return 1;
  }
  return 0;
}

static bool set_flag(struct gt_cli *cli, const char *name)
{
  if (strcmp(name, "-i") == 0)
    cli->interactive = true;
  else if (strcmp(name, "--version") == 0)
    cli->version = true;
  else if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
    cli->help = true;
  else if (strcmp(name, "-A") == 0)
    cli->host.allow_all = true;
  else if (strcmp(name, "--allow-run") == 0)
    cli->host.allow_run = true;
  else if (strcmp(name, "--lax") == 0)
    cli->host.lax = true;
  else if (strcmp(name, "--offline") == 0)
    cli->settings.offline = true;
  else if (strcmp(name, "-q") == 0)
    gt_log_set_level(GT_LOG_WARN);
  else if (strcmp(name, "-v") == 0)
    gt_log_set_level(GT_LOG_DEBUG);
  else
    return false;
  return true;
}

int gt_cli_parse(struct gt_cli *cli, int argc, char **argv)
{
  *cli = (struct gt_cli){.argc = argc, .argv = argv, .script = argc};
  for (int i = 1; i < argc; i++) {
    const char *word = argv[i];
    if (word[0] != '-' || strcmp(word, "-") == 0) {
      cli->script = i;
      return 0;
    }
    if (strcmp(word, "--") == 0) {
      cli->script = i + 1;
      return 0;
    }
    if (set_flag(cli, word)) continue;
    if (strncmp(word, "-e", 2) == 0 && word[2]) { /* as lua does: -eCODE */
      if (set_option(cli, "-e", word + 2) < 0) return -1;
      continue;
    }
    char name[32];
    const char *equal = word[1] == '-' ? strchr(word, '=') : NULL;
    size_t len = equal ? (size_t)(equal - word) : strlen(word);
    if (len >= sizeof name) return usage_error("unknown option %s", word);
    memcpy(name, word, len);
    name[len] = '\0';
    const char *value = equal ? equal + 1 : i + 1 < argc ? argv[i + 1] : "";
    int rc = set_option(cli, name, value);
    if (rc > 0) return usage_error("unknown option %s", word);
    if (rc < 0) return -1;
    if (equal) continue;
    if (++i >= argc) return usage_error("%s needs a value", word);
  }
  return 0;
}

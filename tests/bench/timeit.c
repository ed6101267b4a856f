/* Runs commands one after the other, N times in turn, and says what each one took.
 *
 *   timeit [-n N] [-o FILE] -- COMMAND [ARG...] [-- COMMAND [ARG...]]...
 *
 * One line a command on FILE (standard error without -o): median wall milliseconds,
 * median CPU milliseconds (user and system), largest resident set in KiB. In turn, so
 * that what else the machine does hits all alike. Used by scripts/bench; never looks at
 * what the commands print, and ends with the status of the first that fails. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { COMMANDS_MAX = 16, RUNS_MAX = 10000 };

struct command {
  char **argv;
  double *wall, *cpu; /* milliseconds, one a run */
  long peak;          /* KiB */
};

static void die(const char *what)
{
  fprintf(stderr, "timeit: %s: %s\n", what, strerror(errno));
  exit(125);
}

static double now_ms(void)
{
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static double ms_of(struct timeval t)
{
  return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static void run(struct command *c, int i)
{
  struct rusage used;
  int status;
  double start = now_ms();
  pid_t pid = fork();
  if (pid < 0) die("fork");
  if (pid == 0) {
    execvp(c->argv[0], c->argv);
    die(c->argv[0]);
  }
  if (wait4(pid, &status, 0, &used) < 0) die("wait4");
  c->wall[i] = now_ms() - start;
  c->cpu[i] = ms_of(used.ru_utime) + ms_of(used.ru_stime);
  if (used.ru_maxrss > c->peak) c->peak = used.ru_maxrss;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  fprintf(stderr, "timeit: %s failed\n", c->argv[0]);
  exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static int by_size(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *v, int n)
{
  qsort(v, (size_t)n, sizeof *v, by_size);
  return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* Cuts argv at each "--"; returns how many commands there are. */
static int split(struct command *commands, char **argv, int runs)
{
  int n = 0;
  for (; *argv && n < COMMANDS_MAX; argv++) {
    if (strcmp(*argv, "--") != 0) continue;
    *argv = NULL;
    struct command *c = &commands[n++];
    *c = (struct command){.argv = argv + 1,
                          .wall = calloc((size_t)runs, sizeof(double)),
                          .cpu = calloc((size_t)runs, sizeof(double))};
    if (!c->wall || !c->cpu || !argv[1]) die("commands");
  }
  return n;
}

int main(int argc, char **argv)
{
  struct command commands[COMMANDS_MAX];
  int runs = 1, option;
  FILE *out = stderr;
  while ((option = getopt(argc, argv, "+n:o:")) != -1) {
    if (option == 'n')
      runs = atoi(optarg);
    else if (option != 'o' || !(out = fopen(optarg, "we")))
      die("options");
  }
  if (runs < 1 || runs > RUNS_MAX) die("-n");
  /* getopt has stepped over the first "--". */
  int count = optind > 1 ? split(commands, argv + optind - 1, runs) : 0;
  if (count == 0) die("no command");
  for (int i = 0; i < runs; i++)
    for (int k = 0; k < count; k++) run(&commands[k], i);
  for (int k = 0; k < count; k++)
    fprintf(out, "%.3f %.3f %ld\n", median(commands[k].wall, runs),
            median(commands[k].cpu, runs), commands[k].peak);
  return fclose(out) == 0 ? 0 : 125;
}

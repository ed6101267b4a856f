/* Lines from a person. See edit.h.
 *
 * libedit's own signal handling is off: it would lose Ctrl-C (a read that a signal
 * breaks is silently repeated) and send signals to the whole process group. Instead
 * bytes come from get_character, which wakes for input and for signals alike. */
#include "cli/edit.h"

#include "base/fs.h"
#include "base/log.h"
#include "cli/edit_so.h"
#include "cli/history.h"
#include "cli/words.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char BREAKS[] = " \t\n\"\\'`@$><=;|&{}()[]+-*/%^~#,!?";
enum { WORDS_MAX = 256 * 1024 };

static const int SIGNALS[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT};
enum { SIGNAL_COUNT = sizeof SIGNALS / sizeof SIGNALS[0] };

static struct {
  const struct gt_edit_so *so; /* NULL: plain reading */
  bool live;
  gt_edit_complete *complete;
  void *ctx;
  struct gt_history history;
  char *last; /* line, for not storing the same twice */
  sigset_t mask, before;
  struct sigaction old[SIGNAL_COUNT];
  volatile sig_atomic_t interrupted, leave, resized, continued;
} edit;

/* --- signals --- */

static void on_signal(int signo)
{
  if (signo == SIGINT)
    edit.interrupted = 1;
  else if (signo == SIGWINCH)
    edit.resized = 1;
  else if (signo == SIGCONT)
    edit.continued = 1;
  else
    edit.leave = signo;
}

static void take_signals(void)
{
  struct sigaction sa = {.sa_handler = on_signal};
  sigemptyset(&sa.sa_mask);
  sigemptyset(&edit.mask);
  for (int i = 0; i < SIGNAL_COUNT; i++) {
    sigaddset(&edit.mask, SIGNALS[i]);
    sigaction(SIGNALS[i], &sa, &edit.old[i]);
  }
}

static void give_signals_back(void)
{
  for (int i = 0; i < SIGNAL_COUNT; i++) sigaction(SIGNALS[i], &edit.old[i], NULL);
}

static void follow_terminal(void)
{
  if (edit.resized) {
    edit.resized = 0;
    edit.so->rl_resize_terminal();
  }
  if (edit.continued) { /* stopped meanwhile: the shell has reset the terminal */
    edit.continued = 0;
    edit.so->rl_deprep_terminal();
    edit.so->rl_prep_terminal(1);
    edit.so->rl_forced_update_display();
  }
}

/* --- input --- */

/* The next byte of the terminal, -1 at its end or for a signal that ends the line. */
static int next_byte(void)
{
  struct pollfd pfd = {.fd = STDIN_FILENO, .events = POLLIN};
  for (;;) {
    unsigned char c;
    if (edit.interrupted || edit.leave) return -1;
    follow_terminal();
    if (ppoll(&pfd, 1, NULL, &edit.before) < 0) {
      if (errno == EINTR) continue;
      return -1;
    }
    ssize_t n = read(STDIN_FILENO, &c, 1);
    if (n == 1) return c;
    if (n == 0 || (errno != EINTR && errno != EAGAIN)) return -1;
  }
}

/* libedit takes what this returns as one wide character. */
static int get_character(FILE *unused)
{
  (void)unused;
  sigprocmask(SIG_BLOCK, &edit.mask, &edit.before);
  int c = next_byte();
  int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC2 ? 1 : 0;
  bool broken = c >= 0x80 && !more;
  if (more) c &= 0x3F >> more;
  while (c >= 0 && more-- > 0) {
    int next = next_byte();
    if (next >= 0 && (next & 0xC0) != 0x80) broken = true;
    c = next < 0 ? -1 : c << 6 | (next & 0x3F);
  }
  if (c >= 0 && (broken || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)))
    c = 0xFFFD; /* libedit cannot keep what is no character */
  sigprocmask(SIG_SETMASK, &edit.before, NULL);
  return c;
}

/* --- completion --- */

/* Names of files that go on from `path`, without their first `skip` bytes. */
static void add_files(struct gt_buf *words, const char *path, size_t skip)
{
  char *name;
  for (int state = 0; (name = edit.so->filename_completion_function(path, state));
       state = 1) {
    if (strlen(name) >= skip && !strchr(name, '\n')) {
      gt_buf_adds(words, name + skip);
      gt_buf_adds(words, gt_fs_is_dir(name) ? "/\n" : "\n");
    }
    free(name);
  }
}

/* `word` is only what stands behind the last of BREAKS; a path begins with its string.
 */
static char **complete_word(const char *word, int from, int to)
{
  struct gt_buf words;
  char **list = NULL;
  size_t cursor, len = strlen(word);
  const char *line = *edit.so->rl_line_buffer;
  long start = gt_words_string(line, to, &cursor);
  (void)from;
  *edit.so->rl_attempted_completion_over = 1;
  gt_buf_init(&words, WORDS_MAX);
  if (start < 0) {
    edit.complete(edit.ctx, word, &words);
  } else if (cursor - (size_t)start >= len) {
    char *path = strndup(line + start, cursor - (size_t)start);
    if (path) add_files(&words, path, strlen(path) - len);
    free(path);
  }
  if (words.len > 0) list = gt_words_list(&words);
  gt_buf_clear(&words);
  return list;
}

/* --- open, read, close --- */

static void remember(void *ctx, const char *line)
{
  (void)ctx;
  edit.so->add_history(line);
}

static void open_terminal(void)
{
  struct gt_err err;
  edit.so = gt_edit_so(&err);
  if (!edit.so) {
    gt_log(GT_LOG_WARN, "no line editing: %s", err.message);
    return;
  }
  const char *locale = setlocale(LC_CTYPE, "");
  if (!locale || MB_CUR_MAX == 1) setlocale(LC_CTYPE, "C.UTF-8");
  const struct gt_edit_so *so = edit.so;
  *so->rl_readline_name = "gtlua";
  *so->rl_catch_signals = 0;
  *so->rl_getc_function = get_character;
  *so->rl_basic_word_break_characters = BREAKS;
  *so->rl_completion_append_character = '\0';
  *so->rl_attempted_completion_function = complete_word;
  so->rl_initialize();
  so->using_history();
  so->stifle_history(GT_HISTORY_LINES);
  gt_history_open(&edit.history, remember, NULL);
  take_signals();
}

void gt_edit_open(gt_edit_complete *complete, void *ctx)
{
  memset(&edit, 0, sizeof edit);
  edit.complete = complete;
  edit.ctx = ctx;
  edit.live = isatty(STDIN_FILENO);
  if (edit.live && isatty(STDOUT_FILENO)) open_terminal();
}

bool gt_edit_live(void) { return edit.live; }

int gt_edit_signal(void) { return edit.leave; }

int gt_edit_width(void)
{
  struct winsize size;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
    return size.ws_col;
  return 80;
}

static enum gt_edit_result read_plain(struct gt_buf *line, const char *prompt)
{
  int c;
  if (edit.live) fputs(prompt, stderr);
  while ((c = getc(stdin)) != EOF && c != '\n')
    if (gt_buf_addc(line, (char)c) < 0) break;
  if (c == EOF && line->len == 0) return GT_EDIT_END;
  return GT_EDIT_LINE;
}

static void keep(const char *line)
{
  if (line[strspn(line, " \t")] == '\0') return;
  if (edit.last && strcmp(edit.last, line) == 0) return;
  free(edit.last);
  edit.last = strdup(line);
  edit.so->add_history(line);
  gt_history_add(&edit.history, line);
}

enum gt_edit_result gt_edit_read(struct gt_buf *line, const char *prompt)
{
  gt_buf_reset(line);
  if (!edit.so) return read_plain(line, prompt);
  edit.interrupted = 0;
  char *text = edit.so->readline(prompt);
  if (text && !edit.interrupted && !edit.leave) {
    keep(text);
    gt_buf_adds(line, text);
  }
  bool ended = !text;
  free(text);
  if (edit.leave) return GT_EDIT_SIGNAL;
  if (edit.interrupted) return GT_EDIT_INTERRUPTED;
  return ended ? GT_EDIT_END : GT_EDIT_LINE;
}

void gt_edit_close(void)
{
  if (!edit.so) return;
  give_signals_back();
  gt_history_close(&edit.history);
  free(edit.last);
  edit.last = NULL;
}

/* The history file. See history.h. */
#include "cli/history.h"

#include "base/fs.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_MAX_BYTES = 4096, LINE_MAX_BYTES = 16 * 1024 };

/* Where the newest `lines` lines begin; *count is how many lines there are in all. */
static const char *newest(const struct gt_buf *text, int lines, int *count)
{
  const char *start = gt_buf_str(text);
  *count = 0;
  for (size_t i = 0; i < text->len; i++)
    if (text->data[i] == '\n') (*count)++;
  for (int drop = *count - lines; drop > 0; drop--) start = strchr(start, '\n') + 1;
  return start;
}

/* The newest entries as text; rewrites the file when it holds more. */
static const char *read_newest(struct gt_history *hist, struct gt_buf *text)
{
  struct gt_err err;
  int count;
  const char *path = gt_buf_str(&hist->path);
  if (gt_fs_read(text, path, &err) < 0) {
    /* Over the ceiling it is no history of ours any more: begin anew. */
    if (err.code == GT_RESOURCE_EXHAUSTED) gt_fs_write_atomic(path, "", 0, 0600, &err);
    gt_buf_clear(text);
    return "";
  }
  if (memchr(gt_buf_str(text), '\0', text->len)) gt_buf_reset(text);
  const char *start = newest(text, GT_HISTORY_LINES, &count);
  if (count > GT_HISTORY_LINES)
    gt_fs_write_atomic(path, start, strlen(start), 0600, &err);
  return start;
}

static int find_file(struct gt_history *hist)
{
  struct gt_err err;
  gt_buf_init(&hist->path, PATH_MAX_BYTES);
  if (gt_fs_state_dir(&hist->path, &err) < 0 || hist->path.failed) return -1;
  if (gt_fs_mkdirs(gt_buf_str(&hist->path), 0700, &err) < 0) return -1;
  return gt_buf_adds(&hist->path, "/history");
}

void gt_history_open(struct gt_history *hist, void (*each)(void *ctx, const char *line),
                     void *ctx)
{
  struct gt_buf text;
  hist->fd = -1;
  if (find_file(hist) < 0) return;
  gt_buf_init(&text, GT_HISTORY_MAX);
  const char *start = read_newest(hist, &text);
  char *at = text.data ? text.data + (start - text.data) : NULL;
  for (char *end; at && (end = strchr(at, '\n')); at = end + 1) {
    *end = '\0';
    if (*at) each(ctx, at);
  }
  gt_buf_clear(&text);
  hist->fd =
      open(gt_buf_str(&hist->path), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (hist->fd >= 0) (void)fchmod(hist->fd, 0600);
}

void gt_history_add(struct gt_history *hist, const char *line)
{
  char entry[LINE_MAX_BYTES + 1];
  size_t len = strlen(line);
  if (hist->fd < 0 || len >= LINE_MAX_BYTES || strchr(line, '\n')) return;
  memcpy(entry, line, len);
  entry[len] = '\n';
  /* One write, so that prompts side by side do not mix their lines. */
  if (write(hist->fd, entry, len + 1) < 0) {
    close(hist->fd);
    hist->fd = -1;
  }
}

void gt_history_close(struct gt_history *hist)
{
  struct gt_buf text;
  if (hist->fd >= 0) {
    close(hist->fd);
    gt_buf_init(&text, GT_HISTORY_MAX);
    read_newest(hist, &text);
    gt_buf_clear(&text);
  }
  hist->fd = -1;
  gt_buf_clear(&hist->path);
}

/* JSON Lines into rows: lines, files, the strings' memory. See rows.h. */
#include "data/rows.h"

#include "data/row_line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE ((size_t)256 << 10) /* of a file, read at once */
#define BLOCK ((size_t)1 << 20)   /* of the rows' strings */

struct gt_rows_block {
  struct gt_rows_block *next;
  size_t len, cap;
  char data[];
};

/* One file on its way. */
struct scan {
  struct gt_rows *rows;
  struct gt_row_line line;
  bool begun;    /* the start of the file, where a BOM may stand, is behind us */
  bool dropping; /* inside a line that is too long */
  bool stop;     /* nothing good can come any more */
};

void gt_rows_init(struct gt_rows *rows)
{
  *rows = (struct gt_rows){.form = GT_FORM_NONE};
}

void gt_rows_clear(struct gt_rows *rows)
{
  for (struct gt_rows_block *b = rows->block, *next; b; b = next) {
    next = b->next;
    free(b);
  }
  free(rows->items);
  gt_rows_init(rows);
}

/* n bytes that stay where they are; they are taken by adding to the block's len. */
static char *string_room(struct scan *s, size_t n, struct gt_err *err)
{
  struct gt_rows *rows = s->rows;
  struct gt_rows_block *b = rows->block;
  if (b && b->cap - b->len >= n) return b->data + b->len;
  size_t cap = n > BLOCK ? n : BLOCK, max = s->line.limits.bytes_max;
  size_t left = rows->bytes < max ? max - rows->bytes : 0;
  if (cap > left && n <= left) cap = left;
  if (cap > left) {
    gt_err_set(err, GT_RESOURCE_EXHAUSTED,
               "line %zu: the rows hold more than %zu bytes", s->line.line, max);
    return NULL;
  }
  b = malloc(sizeof *b + cap);
  if (!b) {
    gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
    return NULL;
  }
  *b = (struct gt_rows_block){.next = rows->block, .cap = cap};
  rows->block = b;
  rows->bytes += cap;
  return b->data;
}

static int keep_row(struct scan *s, struct gt_err *err)
{
  struct gt_rows *rows = s->rows;
  size_t max = s->line.limits.rows_max;
  if (rows->count >= max)
    return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "line %zu: more than %zu rows",
                      s->line.line, max);
  if (rows->count == rows->cap) {
    size_t cap = rows->cap ? rows->cap + rows->cap / 2 : 256;
    if (cap > max) cap = max;
    struct gt_row *items = realloc(rows->items, cap * sizeof *items);
    if (!items) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
    rows->items = items;
    rows->cap = cap;
  }
  const struct gt_row *row = &s->line.row;
  rows->block->len += row->text_len + row->output_len + 2;
  rows->items[rows->count++] = *row;
  return 0;
}

static int one_line(struct scan *s, const char *data, size_t len, struct gt_err *err)
{
  s->line.line++;
  if (len <= s->line.limits.line_max) { /* a longer one is not read, only told */
    s->line.out = string_room(s, len + 2, err);
    if (!s->line.out) return -1;
  }
  int rc = gt_row_line_read(&s->line, data, len) ? keep_row(s, err) : 0;
  s->line.shift = 0;
  return rc;
}

/* Looks for a byte order mark; returns the bytes to pass over. */
static size_t begin(struct scan *s, const char *data, size_t len)
{
  s->begun = true;
  if (len >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0) {
    gt_findings_add(s->line.findings, GT_SEVERITY_WARNING, "bom", 1, 1,
                    "save the file as UTF-8 without BOM",
                    "the file starts with a byte order mark");
    s->line.shift = 3;
    return 3;
  }
  if (len >= 2 &&
      (memcmp(data, "\xFF\xFE", 2) == 0 || memcmp(data, "\xFE\xFF", 2) == 0)) {
    gt_findings_add(s->line.findings, GT_SEVERITY_ERROR, "invalid-utf8", 1, 1,
                    "save the file as UTF-8", "the file is UTF-16");
    s->stop = true;
  }
  return 0;
}

/* Reads the whole lines of a piece, with `last` also the rest. Sets *used. */
static int scan_piece(struct scan *s, size_t *used, const char *data, size_t len,
                      bool last, struct gt_err *err)
{
  size_t at = 0;
  *used = 0;
  if (!s->begun && len < 3 && !last) return 0;
  if (!s->begun) at = begin(s, data, len);
  while (at < len && !s->stop) {
    const char *nl = memchr(data + at, '\n', len - at);
    size_t end = nl ? (size_t)(nl - data) : len;
    if (!nl && !last && s->dropping) at = len;
    if (!nl && !last && end - at <= s->line.limits.line_max) break;
    if (!s->dropping && one_line(s, data + at, end - at, err) < 0) return -1;
    s->dropping = !nl;
    at = nl ? end + 1 : len;
  }
  *used = s->stop ? len : at;
  return 0;
}

static int scan_init(struct scan *s, struct gt_rows *rows, struct gt_findings *findings,
                     const struct gt_rows_options *options, struct gt_err *err)
{
  *s = (struct scan){.rows = rows};
  rows->lines = 0;
  rows->form = GT_FORM_NONE;
  return gt_row_line_init(&s->line, findings, options, err);
}

static void scan_end(struct scan *s, size_t rows_before, size_t errors_before)
{
  s->rows->lines = s->line.line;
  s->rows->form = s->line.form;
  if (s->rows->count == rows_before && s->line.findings->errors == errors_before)
    gt_findings_add(
        s->line.findings, GT_SEVERITY_ERROR, "no-rows", 1, 1,
        "a row is {\"text_input\": \"...\", \"output\": \"...\"}, one a line",
        "the file has no rows");
}

int gt_rows_read(struct gt_rows *rows, struct gt_findings *findings, const char *bytes,
                 size_t len, const struct gt_rows_options *options, struct gt_err *err)
{
  struct scan s;
  size_t used, count = rows->count, errors = findings->errors;
  int rc = scan_init(&s, rows, findings, options, err);
  if (rc == 0) rc = scan_piece(&s, &used, bytes, len, true, err);
  if (rc == 0) scan_end(&s, count, errors);
  gt_row_line_clear(&s.line);
  return rc;
}

/* Reads into data+*len until it is full or the file ends. */
static int fill(char *data, size_t *len, size_t cap, int fd)
{
  while (*len < cap) {
    ssize_t n = read(fd, data + *len, cap - *len);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    if (n == 0) return 0;
    *len += (size_t)n;
  }
  return 1;
}

static int scan_file(struct scan *s, int fd, const char *path, struct gt_err *err)
{
  size_t cap = s->line.limits.line_max + PIECE, held = 0, used;
  char *data = malloc(cap);
  int rc = -1, more = 1;
  if (!data) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  while (more && !s->stop) {
    size_t want = held + PIECE < cap ? held + PIECE : cap;
    more = fill(data, &held, want, fd);
    if (more < 0) {
      gt_err_sys(err, errno, "cannot read %s", path);
      goto out;
    }
    if (scan_piece(s, &used, data, held, !more, err) < 0) goto out;
    held -= used;
    memmove(data, data + used, held);
  }
  rc = 0;
out:
  free(data);
  return rc;
}

int gt_rows_load(struct gt_rows *rows, struct gt_findings *findings, const char *path,
                 const struct gt_rows_options *options, struct gt_err *err)
{
  struct scan s;
  struct stat st;
  size_t count = rows->count, errors = findings->errors;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return gt_err_sys(err, errno, "cannot open %s", path);
  int rc = scan_init(&s, rows, findings, options, err);
  if (rc == 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
    rc = gt_err_set(err, GT_INVALID_ARGUMENT, "%s is a folder", path);
  if (rc == 0) rc = scan_file(&s, fd, path, err);
  if (rc == 0) scan_end(&s, count, errors);
  gt_row_line_clear(&s.line);
  close(fd);
  return rc;
}

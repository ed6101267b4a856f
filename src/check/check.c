/* A check from its files to its findings. See check.h. */
#include "check/check.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FINDINGS_MAX = 100000, NOTES_MAX = 16384, STOP_EVERY = 1024 };
#define MEMORY_MAX ((size_t)1 << 30)

void gt_check_init(struct gt_check *c, const struct gt_check_options *options)
{
  *c = (struct gt_check){.options = *options};
  gt_findings_init(&c->findings,
                   options->findings_max ? options->findings_max : FINDINGS_MAX);
  gt_kept_init(&c->kept, options->memory_max ? options->memory_max : MEMORY_MAX);
  gt_buf_init(&c->notes, NOTES_MAX);
}

void gt_check_clear(struct gt_check *c)
{
  for (size_t i = 0; i < c->files_count; i++) free(c->files[i].path);
  free(c->files);
  free(c->longs);
  free(c->labels);
  free(c->clusters);
  gt_findings_clear(&c->findings);
  gt_kept_clear(&c->kept);
  gt_buf_clear(&c->notes);
  c->files = NULL;
  c->longs = NULL;
  c->labels = NULL;
  c->clusters = NULL;
  c->files_count = c->longs_count = c->longs_cap = c->labels_count = 0;
  c->clusters_count = c->clusters_cap = 0;
}

void gt_check_note(struct gt_check *c, const char *fmt, ...)
{
  char line[512];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(line, sizeof line, fmt, ap);
  va_end(ap);
  gt_buf_addf(&c->notes, "%s\n", line);
}

/* Whether the word stands in the name between characters that are no letters. */
static bool has_word(const char *name, const char *word)
{
  size_t n = strlen(word);
  for (const char *p = name; *p; p++) {
    if (strncasecmp(p, word, n) != 0) continue;
    if ((p == name || !isalpha((unsigned char)p[-1])) && !isalpha((unsigned char)p[n]))
      return true;
  }
  return false;
}

static enum gt_check_split split_of(const char *path)
{
  static const struct {
    const char *word;
    enum gt_check_split split;
  } words[] = {
      {"train", GT_SPLIT_TRAINING},   {"training", GT_SPLIT_TRAINING},
      {"valid", GT_SPLIT_VALIDATION}, {"validation", GT_SPLIT_VALIDATION},
      {"val", GT_SPLIT_VALIDATION},   {"dev", GT_SPLIT_VALIDATION},
      {"test", GT_SPLIT_TEST},        {"eval", GT_SPLIT_TEST},
      {"evaluation", GT_SPLIT_TEST},  {"heldout", GT_SPLIT_TEST},
      {"holdout", GT_SPLIT_TEST},     {"held", GT_SPLIT_TEST},
  };
  const char *name = strrchr(path, '/');
  name = name ? name + 1 : path;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (has_word(name, words[i].word)) return words[i].split;
  return GT_SPLIT_TRAINING;
}

int gt_check_add(struct gt_check *c, const char *path, bool against, struct gt_err *err)
{
  struct gt_check_file *files = realloc(c->files, (c->files_count + 1) * sizeof *files);
  char *copy = strdup(path);
  if (files) c->files = files;
  if (!files || !copy) {
    free(copy);
    return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  }
  enum gt_check_split split = split_of(path);
  if (against && split == GT_SPLIT_TRAINING) split = GT_SPLIT_TEST;
  files[c->files_count++] =
      (struct gt_check_file){.path = copy, .against = against, .split = split};
  return 0;
}

size_t gt_check_tokens(size_t bytes) { return (bytes + 3) / 4; }

static int stopped(struct gt_check *c, struct gt_err *err)
{
  return atomic_load(&c->stop) ? gt_err_set(err, GT_CANCELLED, "the check was stopped")
                               : 0;
}

static int read_rows(struct gt_check *c, uint32_t at, struct gt_reader *reader,
                     struct gt_err *err)
{
  const struct gt_row *row;
  int rc;
  for (size_t n = 1; (rc = gt_reader_next(reader, &row, err)) > 0; n++) {
    if (gt_check_row(c, at, row, err) < 0) return -1;
    if (n % STOP_EVERY == 0 && stopped(c, err) < 0) return -1;
  }
  return rc;
}

static int read_file(struct gt_check *c, uint32_t at, struct gt_err *err)
{
  struct gt_check_file *f = &c->files[at];
  struct gt_reader_options options = {0};
  struct gt_reader *reader;
  struct stat st;
  if (!f->against) {
    options.text_max = c->options.text_max;
    options.output_max = c->options.output_max;
  }
  c->findings.file = at;
  if (gt_reader_open(&reader, &c->findings, f->path, &options, err) < 0) return -1;
  if (stat(f->path, &st) == 0) f->stored_bytes = (size_t)st.st_size;
  int rc = read_rows(c, at, reader, err);
  f->totals = *gt_reader_totals(reader);
  gt_reader_free(reader);
  return rc;
}

int gt_check_run(struct gt_check *c, struct gt_err *err)
{
  for (uint32_t i = 0; i < c->files_count; i++)
    if (read_file(c, i, err) < 0) return -1;
  gt_check_sizes(c);
  if (c->kept.left_out > 0)
    gt_check_note(c,
                  "%zu rows were not compared with others: the rows before them fill "
                  "the %zu MB set aside for that",
                  c->kept.left_out, c->kept.max >> 20);
  if (stopped(c, err) < 0 || gt_check_same(c, err) < 0) return -1;
  if (stopped(c, err) < 0 || gt_check_labels(c, err) < 0) return -1;
  gt_findings_sort(&c->findings, 0);
  return 0;
}

/* Figures of a text. See measure.h. */
#include "data/measure.h"

#include "base/fold.h"
#include "base/utf8.h"
#include "data/normal.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static int no_memory(struct gt_err *err)
{
  return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "not enough memory to measure a text");
}

static char *normal_of(size_t *normal_len, const char *text, size_t len)
{
  char *normal = malloc(len + 1);
  if (normal) *normal_len = gt_normal_form(normal, text, len);
  return normal;
}

/* --- characters --- */

static bool is_space(uint32_t cp)
{
  if (cp <= ' ') return cp == ' ' || (cp >= '\t' && cp <= '\r');
  return cp == 0x85 || cp == 0xA0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200A) ||
         cp == 0x2028 || cp == 0x2029 || cp == 0x202F || cp == 0x205F || cp == 0x3000;
}

static bool is_digit(uint32_t cp)
{
  return (cp >= '0' && cp <= '9') || (cp >= 0x660 && cp <= 0x669) ||
         (cp >= 0x6F0 && cp <= 0x6F9) || (cp >= 0x966 && cp <= 0x96F) ||
         (cp >= 0xFF10 && cp <= 0xFF19);
}

/* Marks that sit on the letter before them. */
static bool is_mark(uint32_t cp)
{
  return (cp >= 0x300 && cp <= 0x36F) || (cp >= 0x200B && cp <= 0x200F) ||
         (cp >= 0xFE00 && cp <= 0xFE0F) || cp == 0xAD || cp == 0xFEFF;
}

static void count(struct gt_measure *m, uint32_t cp)
{
  if (is_space(cp)) {
    m->spaces++;
  } else if (is_digit(cp)) {
    m->digits++;
  } else if (!is_mark(cp)) {
    enum gt_script script = gt_script_of(cp);
    m->scripts[script]++;
    m->upper += script != GT_SCRIPT_NONE && gt_fold_case(cp) != cp;
  }
}

int gt_measure_text(struct gt_measure *m, const char *text, size_t len,
                    struct gt_err *err)
{
  size_t normal_len;
  char *normal = normal_of(&normal_len, text, len);
  if (!normal) return no_memory(err);
  *m = (struct gt_measure){.words = normal_len > 0};
  for (size_t i = 0; i < normal_len; i++) m->words += normal[i] == ' ';
  free(normal);
  const char *end = text + len;
  for (const char *s = text; s < end; m->characters++) {
    uint32_t cp;
    size_t n = gt_utf8_decode(&cp, s, end);
    if (n == 1 && cp >= 0x80) {
      m->invalid++;
      m->scripts[GT_SCRIPT_NONE]++;
    } else {
      count(m, cp);
    }
    s += n;
  }
  m->symbols = m->scripts[GT_SCRIPT_NONE];
  m->scripts[GT_SCRIPT_NONE] = 0;
  for (int i = 0; i < GT_SCRIPT_COUNT; i++) m->letters += m->scripts[i];
  return 0;
}

/* --- what occurs again --- */

struct seen {
  uint64_t hash;
  size_t count; /* 0: free */
};

/* A table with room for so many different things. */
struct table {
  struct seen *slots;
  size_t cap;
};

static int table_init(struct table *t, size_t things)
{
  t->cap = 16;
  while (t->cap < things * 2) t->cap *= 2;
  t->slots = calloc(t->cap, sizeof *t->slots);
  return t->slots ? 0 : -1;
}

/* How often it has been there now. */
static size_t table_add(struct table *t, uint64_t hash)
{
  size_t at = hash & (t->cap - 1);
  while (t->slots[at].count && t->slots[at].hash != hash) at = (at + 1) & (t->cap - 1);
  t->slots[at].hash = hash;
  return ++t->slots[at].count;
}

static size_t word_end(const char *s, size_t from, size_t len)
{
  const char *space = memchr(s + from, ' ', len - from);
  return space ? (size_t)(space - s) : len;
}

int gt_measure_repetition(double *share, const char *text, size_t len, size_t n,
                          struct gt_err *err)
{
  size_t normal_len, words = 1, most = 0;
  char *normal = normal_of(&normal_len, text, len);
  struct table table = {0};
  *share = 0;
  if (!normal) return no_memory(err);
  for (size_t i = 0; i < normal_len; i++) words += normal[i] == ' ';
  int rc = 0;
  if (n == 0 || normal_len == 0 || words <= n) goto out;
  rc = table_init(&table, words);
  if (rc < 0) goto out;
  /* from: the first word of the run, to: the end of its last */
  size_t from = 0, to = word_end(normal, 0, normal_len);
  for (size_t i = 1; i < n; i++) to = word_end(normal, to + 1, normal_len);
  for (;;) {
    size_t times = table_add(&table, gt_normal_hash(normal + from, to - from).lo);
    if (times > most) most = times;
    if (to >= normal_len) break;
    from = word_end(normal, from, normal_len) + 1;
    to = word_end(normal, to + 1, normal_len);
  }
  if (most > 1) *share = (double)most / (double)(words - n + 1);
out:
  free(table.slots);
  free(normal);
  return rc < 0 ? no_memory(err) : 0;
}

static bool next_line(const char **line, size_t *line_len, const char **at,
                      const char *end)
{
  if (*at >= end) return false;
  const char *stop = memchr(*at, '\n', (size_t)(end - *at));
  const char *last = stop ? stop : end;
  const char *first = *at;
  *at = stop ? stop + 1 : end;
  while (first < last && (unsigned char)*first <= ' ') first++;
  while (last > first && (unsigned char)last[-1] <= ' ') last--;
  *line = first;
  *line_len = (size_t)(last - first);
  return true;
}

int gt_measure_repeated_lines(double *share, const char *text, size_t len,
                              struct gt_err *err)
{
  const char *at = text, *end = text + len, *line;
  size_t line_len, lines = 1, filled = 0, repeated = 0;
  struct table table;
  *share = 0;
  for (const char *s = text; s < end && (s = memchr(s, '\n', (size_t)(end - s))); s++)
    lines++;
  if (table_init(&table, lines) < 0) return no_memory(err);
  while (next_line(&line, &line_len, &at, end)) {
    if (line_len == 0) continue;
    filled++;
    repeated += table_add(&table, gt_normal_hash(line, line_len).lo) > 1;
  }
  free(table.slots);
  if (filled) *share = (double)repeated / (double)filled;
  return 0;
}

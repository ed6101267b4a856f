/* Rows that are the same or nearly: duplicates, contradictions, leaks. See check.h.
 *
 * Rows are grouped by the normal form of their input. Within a split a repeated row is
 * a duplicate or, with another output, a contradiction; across splits it is a leak. Of
 * the files only compared with no row is judged. */
#include "base/json_fault.h"
#include "check/check.h"
#include "check/outputs.h"
#include "data/similar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX
/* Without a search for near duplicates only equal normal forms count. */
#define EXACT 1.0

/* The nearest other row of each row, in its split and in others; with the index ABOVE
 * it is told already that there is an equal one. */
#define ABOVE 2.0f
struct near {
  uint32_t same, leak;
  float same_j, leak_j;
};

struct same {
  struct gt_check *c;
  const struct gt_kept_row *rows;
  size_t count;
  struct gt_similar similar;
  uint32_t *next;    /* the next row of the group */
  uint32_t *jump;    /* the next one in another file; rows are in the order of files */
  uint32_t *outputs; /* number of the row's output, below outputs_count */
  uint32_t *seen;    /* of each output: rows in the split at hand, 0 between */
  uint32_t *first;   /* of each output seen: the first row */
  struct near *near;
  size_t open_answers; /* groups with several outputs where outputs are no labels */
  bool classes;
};

static const struct gt_check_file *file_of(const struct same *s, uint32_t row)
{
  return &s->c->files[s->rows[row].file];
}

/* Whether `row` is where a leak from or to `other` is told: in the files that are
 * checked; of two such files in that of the later split. */
static bool leaks(const struct same *s, uint32_t row, uint32_t other)
{
  const struct gt_check_file *a = file_of(s, row), *b = file_of(s, other);
  if (a->against || a == b) return false;
  if (b->against) return true;
  return a->split > b->split;
}

static bool together(const struct same *s, uint32_t a, uint32_t b)
{
  const struct gt_check_file *x = file_of(s, a), *y = file_of(s, b);
  return !x->against && !y->against && x->split == y->split;
}

static void relate(struct same *s, uint32_t other)
{
  gt_findings_relate(&s->c->findings, s->rows[other].file, s->rows[other].line);
}

/* "line 12", or "test.jsonl line 12" of another file. */
static void name_place(char *dst, size_t cap, const struct same *s, uint32_t row,
                       uint32_t other)
{
  const struct gt_kept_row *o = &s->rows[other];
  const char *path = s->c->files[o->file].path, *name = strrchr(path, '/');
  if (o->file == s->rows[row].file)
    snprintf(dst, cap, "line %zu", o->line);
  else
    snprintf(dst, cap, "line %zu of %.80s", o->line, name ? name + 1 : path);
}

static bool identical(const struct same *s, uint32_t a, uint32_t b)
{
  const struct gt_kept_row *x = &s->rows[a], *y = &s->rows[b];
  return x->text_len == y->text_len && memcmp(x->text, y->text, x->text_len) == 0;
}

static void add(struct same *s, enum gt_severity severity, const char *rule,
                uint32_t row, uint32_t other, const char *hint, const char *what)
{
  char place[128];
  const struct gt_kept_row *r = &s->rows[row];
  name_place(place, sizeof place, s, row, other);
  s->c->findings.file = r->file;
  gt_findings_add(&s->c->findings, severity, rule, r->line, r->column, hint, "%s %s",
                  what, place);
  relate(s, other);
}

/* Names the first rows of the group in each file that `row` leaks from. */
static void tell_leak(struct same *s, uint32_t row, uint32_t group)
{
  size_t told = 0;
  for (uint32_t head = group; head != NONE; head = s->jump[head]) {
    if (!leaks(s, row, head)) continue;
    for (uint32_t o = head; o != s->jump[head]; o = s->next[o]) {
      s->near[row].leak_j = ABOVE;
      if (told++ > 0)
        relate(s, o);
      else
        add(s, GT_SEVERITY_ERROR, "leak", row, o,
            "take it out of one of them: a score on rows seen in training means "
            "nothing",
            identical(s, row, o) ? "the input stands also in"
                                 : "the input, but for case, spaces and punctuation, "
                                   "stands also in");
      if (told >= GT_FINDING_RELATED) return;
    }
  }
}

static void tell_duplicate(struct same *s, uint32_t row, uint32_t other)
{
  s->near[row].same_j = ABOVE;
  add(s, GT_SEVERITY_WARNING, "duplicate", row, other,
      "keep one: repeated rows weigh more in training",
      identical(s, row, other)
          ? "the same row as"
          : "but for case, spaces and punctuation the same row as");
}

static void tell_contradiction(struct same *s, uint32_t row, uint32_t usual)
{
  const struct gt_kept_row *r = &s->rows[row], *u = &s->rows[usual];
  char mine[80], theirs[80], place[128];
  gt_json_quote(mine, sizeof mine, r->output, r->output_len);
  gt_json_quote(theirs, sizeof theirs, u->output, u->output_len);
  name_place(place, sizeof place, s, row, usual);
  s->c->findings.file = r->file;
  gt_findings_add(&s->c->findings, GT_SEVERITY_WARNING, "contradiction", r->output_line,
                  r->output_column, "decide for one of the outputs",
                  "the same input has the output %s here and %s in %s", mine, theirs,
                  place);
  relate(s, usual);
}

static int keep_cluster(struct same *s, uint32_t first, size_t rows, size_t outputs,
                        struct gt_err *err)
{
  struct gt_check *c = s->c;
  if (c->clusters_count == c->clusters_cap) {
    size_t cap = c->clusters_cap ? c->clusters_cap * 2 : 32;
    struct gt_check_cluster *list = realloc(c->clusters, cap * sizeof *list);
    if (!list) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
    c->clusters = list;
    c->clusters_cap = cap;
  }
  c->clusters[c->clusters_count++] = (struct gt_check_cluster){
      s->rows[first].file, s->rows[first].line, rows, outputs};
  return 0;
}

static bool judged(const struct same *s, uint32_t row, enum gt_check_split split)
{
  return !file_of(s, row)->against && file_of(s, row)->split == split;
}

/* The rows of a group in one split: repeated, or with unusual outputs? */
static int judge_split(struct same *s, uint32_t group, enum gt_check_split split,
                       struct gt_err *err)
{
  uint32_t usual = NONE, outputs = 0, rows = 0, first = NONE;
  for (uint32_t row = group; row != NONE; row = s->next[row]) {
    if (!judged(s, row, split)) continue;
    uint32_t o = s->outputs[row];
    if (rows++ == 0) first = row;
    if (s->seen[o]++ == 0) {
      s->first[o] = row;
      outputs++;
    } else {
      tell_duplicate(s, row, s->first[o]);
    }
    if (usual == NONE || s->seen[o] > s->seen[usual]) usual = o;
  }
  for (uint32_t row = group; row != NONE; row = s->next[row]) {
    if (!judged(s, row, split)) continue;
    if (s->classes && s->outputs[row] != usual)
      tell_contradiction(s, row, s->first[usual]);
    s->seen[s->outputs[row]] = 0;
  }
  if (outputs > 1 && s->classes) return keep_cluster(s, first, rows, outputs, err);
  s->open_answers += outputs > 1;
  return 0;
}

static int judge_group(struct same *s, uint32_t group, struct gt_err *err)
{
  for (uint32_t row = group; row != NONE; row = s->next[row])
    if (!file_of(s, row)->against) tell_leak(s, row, group);
  for (int split = GT_SPLIT_TRAINING; split <= GT_SPLIT_TEST; split++)
    if (judge_split(s, group, (enum gt_check_split)split, err) < 0) return -1;
  return 0;
}

static int by_rows(const void *a, const void *b)
{
  const struct gt_check_cluster *x = a, *y = b;
  return x->rows != y->rows   ? (x->rows < y->rows) - (x->rows > y->rows)
         : x->file != y->file ? (x->file > y->file) - (x->file < y->file)
                              : (x->line > y->line) - (x->line < y->line);
}

/* --- near duplicates --- */

static void keep_near(struct same *s, uint32_t row, uint32_t other, float j)
{
  struct near *n = &s->near[row];
  if (leaks(s, row, other) && j > n->leak_j) {
    n->leak = other;
    n->leak_j = j;
  }
  if (other < row && together(s, row, other) && j > n->same_j) {
    n->same = other;
    n->same_j = j;
  }
}

/* One row a file stands for its group. */
static void cross(struct same *s, const struct gt_similar_pair *p)
{
  for (uint32_t a = p->a; a != NONE; a = s->jump[a])
    for (uint32_t b = p->b; b != NONE; b = s->jump[b]) {
      keep_near(s, a, b, p->jaccard);
      keep_near(s, b, a, p->jaccard);
    }
}

static void tell_near(struct same *s, uint32_t row)
{
  const struct near *n = &s->near[row];
  char what[96];
  if (n->leak != NONE) {
    snprintf(what, sizeof what, "nearly the same input (Jaccard %.2f) as", n->leak_j);
    add(s, GT_SEVERITY_WARNING, "leak-near", row, n->leak,
        "look at both: a test row that was nearly seen scores too well", what);
  }
  if (n->same != NONE) {
    bool differ = s->outputs[n->same] != s->outputs[row] && s->classes;
    snprintf(what, sizeof what, "nearly the same input (Jaccard %.2f)%s as", n->same_j,
             differ ? " with another output" : "");
    add(s, GT_SEVERITY_WARNING, "near-duplicate", row, n->same,
        differ ? "look at both labels" : "keep one, unless both are meant", what);
  }
}

static void judge_near(struct same *s)
{
  for (size_t i = 0; i < s->similar.pairs_count; i++) cross(s, &s->similar.pairs[i]);
  for (uint32_t i = 0; i < s->count; i++) tell_near(s, i);
}

/* --- the whole --- */

static int find(struct same *s, struct gt_err *err)
{
  const struct gt_check_options *o = &s->c->options;
  struct gt_similar_options options = {.threshold = o->near > 0 ? o->near : EXACT,
                                       .index = o->index,
                                       .stop = &s->c->stop};
  struct gt_text *texts = malloc((s->count + 1) * sizeof *texts);
  if (!texts) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  for (size_t i = 0; i < s->count; i++)
    texts[i] = (struct gt_text){s->rows[i].text, s->rows[i].text_len};
  int rc = gt_similar_find(&s->similar, texts, s->count, &options, err);
  free(texts);
  return rc;
}

static int link_groups(struct same *s, struct gt_err *err)
{
  uint32_t *last = malloc((s->count + 1) * sizeof *last);
  s->next = malloc((s->count + 1) * sizeof *s->next);
  s->jump = malloc((s->count + 1) * sizeof *s->jump);
  if (!last || !s->next || !s->jump) {
    free(last);
    return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  }
  for (uint32_t i = 0; i < s->count; i++) {
    uint32_t first = s->similar.first[i];
    s->next[i] = NONE;
    if (first != i) s->next[last[first]] = i;
    last[first] = i;
  }
  free(last);
  for (uint32_t i = (uint32_t)s->count; i-- > 0;) {
    uint32_t next = s->next[i];
    bool other = next == NONE || s->rows[next].file != s->rows[i].file;
    s->jump[i] = other ? next : s->jump[next];
  }
  return 0;
}

static int make_near(struct same *s, struct gt_err *err)
{
  s->near = malloc((s->count + 1) * sizeof *s->near);
  if (!s->near) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  for (size_t i = 0; i < s->count; i++) s->near[i] = (struct near){NONE, NONE, 0, 0};
  return 0;
}

static int number_outputs(struct same *s, struct gt_err *err)
{
  size_t count;
  s->outputs = gt_outputs_number(&count, &s->classes, s->rows, s->count, err);
  if (!s->outputs) return -1;
  s->seen = calloc(count + 1, sizeof *s->seen);
  s->first = malloc((count + 1) * sizeof *s->first);
  if (!s->seen || !s->first)
    return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  return 0;
}

static int same_rows(struct same *s, struct gt_err *err)
{
  if (find(s, err) < 0 || link_groups(s, err) < 0 || number_outputs(s, err) < 0 ||
      make_near(s, err) < 0)
    return -1;
  for (uint32_t i = 0; i < s->count; i++)
    if (s->similar.first[i] == i && s->next[i] != NONE && judge_group(s, i, err) < 0)
      return -1;
  if (s->c->clusters_count > 1)
    qsort(s->c->clusters, s->c->clusters_count, sizeof *s->c->clusters, by_rows);
  if (s->open_answers > 0)
    gt_check_note(s->c,
                  "%zu inputs have several outputs; the outputs are texts, not labels, "
                  "so they are not called contradictions",
                  s->open_answers);
  if (s->similar.left_out > 0)
    gt_check_note(s->c, "%zu pairs of nearly equal rows are not listed",
                  s->similar.left_out);
  if (s->c->options.near > 0) judge_near(s);
  return 0;
}

int gt_check_same(struct gt_check *c, struct gt_err *err)
{
  struct same s = {.c = c, .rows = c->kept.rows, .count = c->kept.count};
  if (s.count == 0) return 0;
  int rc = same_rows(&s, err);
  if (rc < 0 && err->code == GT_RESOURCE_EXHAUSTED) {
    gt_check_note(c, "rows were not compared with each other: %s", err->message);
    rc = 0;
  }
  gt_similar_clear(&s.similar);
  free(s.next);
  free(s.jump);
  free(s.outputs);
  free(s.seen);
  free(s.first);
  free(s.near);
  return rc;
}

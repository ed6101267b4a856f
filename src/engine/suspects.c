/* Confident learning. See suspects.h.
 *
 * After Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in
 * Dataset Labels", 2021. Of the joint of given and true labels only the diagonal and
 * the rest of each line are needed, so it is never laid out. */
#include "engine/suspects.h"

#include "engine/folds.h"
#include "engine/labels.h"

#include <math.h>
#include <stdlib.h>

#define NOISY_RATE .2

/* The rows of labels that occur twice or more, and those labels' numbers. */
struct judged {
  struct gt_labels labels;
  uint32_t *class_of; /* by label; UINT32_MAX: its only row is skipped */
  uint32_t *first;    /* by class: a row that has it */
  uint32_t *row;      /* by judged row: its number among all */
  uint32_t *class;    /* by judged row */
  struct gt_engine_row *rows;
  size_t count, class_count;
  struct gt_folds_score *scores;
};

static void judged_clear(struct judged *j)
{
  gt_labels_clear(&j->labels);
  free(j->class_of);
  free(j->first);
  free(j->row);
  free(j->class);
  free(j->rows);
  free(j->scores);
}

static int check_options(const struct gt_suspect_options *o, struct gt_err *err)
{
  if (o->folds != 0 && (o->folds < 2 || o->folds > GT_FOLDS_MAX)) {
    gt_err_set(err, GT_INVALID_ARGUMENT, "folds is %d", o->folds);
    return gt_err_hint(err, "use 2 to %d; 5 is the default", GT_FOLDS_MAX);
  }
  if (o->threads < 0)
    return gt_err_set(err, GT_INVALID_ARGUMENT, "threads is %d", o->threads);
  return 0;
}

static int choose_rows(struct judged *j, const struct gt_engine_row *rows, size_t count,
                       struct gt_err *err)
{
  const char *what = "the labels";
  if (gt_labels_init(&j->labels, rows, count, err) < 0) return -1;
  if (gt_labels_mode(&j->labels, count, GT_ENGINE_AUTO) != GT_ENGINE_CLASSIFY) {
    gt_err_set(err, GT_INVALID_ARGUMENT,
               "the outputs are no labels: most of them occur once, or there are more "
               "than %d of them",
               GT_ENGINE_MAX_LABELS);
    return gt_err_hint(err, "wrong labels can be found where outputs repeat");
  }
  j->class_of = gt_engine_alloc(j->labels.count, sizeof *j->class_of, what, err);
  j->first = gt_engine_alloc(j->labels.count, sizeof *j->first, what, err);
  j->row = gt_engine_alloc(count, sizeof *j->row, what, err);
  j->class = gt_engine_alloc(count, sizeof *j->class, what, err);
  j->rows = gt_engine_alloc(count, sizeof *j->rows, what, err);
  if (!j->class_of || !j->first || !j->row || !j->class || !j->rows) return -1;
  for (uint32_t k = 0; k < j->labels.count; k++) {
    j->class_of[k] = UINT32_MAX;
    if (j->labels.rows[k] < 2) continue;
    j->first[j->class_count] = (uint32_t)(j->labels.first[k] - rows);
    j->class_of[k] = (uint32_t)j->class_count++;
  }
  for (size_t i = 0; i < count; i++) {
    uint32_t class = j->class_of[j->labels.of[i]];
    if (class == UINT32_MAX) continue;
    j->row[j->count] = (uint32_t)i;
    j->class[j->count] = class;
    j->rows[j->count++] = rows[i];
  }
  return 0;
}

/* How the rows of a class are counted. */
struct tally {
  double threshold; /* mean probability of the class, of the rows that have it */
  size_t rows;
  size_t sure; /* rows for which some class reaches its threshold */
  size_t off;  /* those of them whose likeliest such class is another one */
};

/* The likeliest class that reaches its threshold, UINT32_MAX when none does. */
static uint32_t confident_class(const struct gt_folds_score *s, const struct tally *t)
{
  for (size_t i = 0; i < GT_FOLDS_TOP && s->label[i] != UINT32_MAX; i++)
    if ((double)s->p[i] >= t[s->label[i]].threshold) return s->label[i];
  return UINT32_MAX;
}

static int estimate(struct gt_suspects *out, const struct judged *j, struct gt_err *err)
{
  struct tally *t = gt_engine_alloc(j->class_count, sizeof *t, "the labels", err);
  if (!t) return -1;
  for (size_t i = 0; i < j->count; i++) {
    t[j->class[i]].threshold += (double)j->scores[i].confidence;
    t[j->class[i]].rows++;
  }
  for (size_t k = 0; k < j->class_count; k++) t[k].threshold /= (double)t[k].rows;
  for (size_t i = 0; i < j->count; i++) {
    uint32_t class = confident_class(&j->scores[i], t);
    if (class == UINT32_MAX) continue;
    t[j->class[i]].sure++;
    t[j->class[i]].off += class != j->class[i];
  }
  double off = 0;
  for (size_t k = 0; k < j->class_count; k++)
    if (t[k].sure) off += (double)t[k].rows * (double)t[k].off / (double)t[k].sure;
  out->estimated = (size_t)llround(off);
  out->estimated_rate = off / (double)j->count;
  out->too_noisy = out->estimated_rate > NOISY_RATE;
  free(t);
  return 0;
}

static int compare(double a, double b) { return a < b ? -1 : a > b; }

static int by_margin(const void *left, const void *right)
{
  const struct gt_suspect *a = left, *b = right;
  int order = compare(a->margin, b->margin);
  return order ? order : a->row < b->row ? -1 : 1;
}

static int by_confidence(const void *left, const void *right)
{
  const struct gt_suspect *a = left, *b = right;
  int order = compare(a->confidence, b->confidence);
  return order ? order : by_margin(left, right);
}

static int rank(struct gt_suspects *out, const struct judged *j,
                enum gt_suspect_order order, struct gt_err *err)
{
  out->items = gt_engine_alloc(j->count, sizeof *out->items, "the suspects", err);
  if (!out->items) return -1;
  for (size_t i = 0; i < j->count; i++) {
    const struct gt_folds_score *s = &j->scores[i];
    if (s->label[0] == j->class[i] || s->p[0] <= s->confidence) continue;
    out->items[out->count++] = (struct gt_suspect){
        .row = j->row[i],
        .suggested = j->first[s->label[0]],
        .confidence = (double)s->confidence,
        .suggested_confidence = (double)s->p[0],
        .margin = (double)s->confidence - (double)s->p[0],
    };
  }
  qsort(out->items, out->count, sizeof *out->items,
        order == GT_SUSPECT_CONFIDENCE ? by_confidence : by_margin);
  return 0;
}

static int judge(struct gt_suspects *out, struct judged *j,
                 const struct gt_suspect_options *options, struct gt_err *err)
{
  out->classes = j->class_count;
  if (j->class_count < 2) return 0;
  j->scores = gt_engine_alloc(j->count, sizeof *j->scores, "the suspects", err);
  if (!j->scores) return -1;
  struct gt_folds_input in = {j->rows, j->class, j->count, j->class_count};
  if (gt_folds_score(j->scores, &in, options, err) < 0) return -1;
  if (estimate(out, j, err) < 0) return -1;
  return rank(out, j, options->order, err);
}

int gt_suspects_find(struct gt_suspects *out, const struct gt_engine_row *rows,
                     size_t count, const struct gt_suspect_options *options,
                     struct gt_err *err)
{
  struct judged j = {0};
  struct gt_engine_options engine;
  int rc = -1;
  *out = (struct gt_suspects){0};
  gt_engine_defaults(&engine);
  if (check_options(options, err) < 0) return -1;
  if (gt_engine_check_options(&engine, count, err) < 0) return -1;
  if (gt_engine_check_rows(rows, count, err) < 0) return -1;
  if (choose_rows(&j, rows, count, err) < 0) goto out;
  out->skipped = count - j.count;
  rc = judge(out, &j, options, err);
out:
  judged_clear(&j);
  if (rc < 0) gt_suspects_clear(out);
  return rc;
}

void gt_suspects_clear(struct gt_suspects *s)
{
  free(s->items);
  *s = (struct gt_suspects){0};
}

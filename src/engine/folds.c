/* Out-of-fold probabilities. See folds.h. */
#include "engine/folds.h"

#include "engine/fold_rows.h"
#include "engine/softmax.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_THREADS 64
/* Weights in memory, of all threads together: 1 GiB. Rarer features are dropped. */
#define MAX_WEIGHTS ((size_t)1 << 28)

struct folds {
  const struct gt_suspect_options *options;
  uint64_t seed;
  size_t label_count;
  struct gt_folds_score *out;
  struct gt_fold_rows rows;
  atomic_size_t next; /* the fold that nobody has taken */
  atomic_bool failed;
  struct gt_err errors[GT_FOLDS_MAX];
  int results[GT_FOLDS_MAX];
};

static bool is_over(void *user)
{
  struct folds *f = user;
  if (atomic_load_explicit(&f->failed, memory_order_relaxed)) return true;
  return f->options->stop && f->options->stop(f->options->user);
}

static void keep_top(struct gt_folds_score *out, const float *p, size_t label_count,
                     uint32_t given)
{
  size_t held = 0;
  out->confidence = p[given];
  for (uint32_t k = 0; k < label_count; k++) {
    if (held == GT_FOLDS_TOP && p[k] <= out->p[held - 1]) continue;
    size_t at = held < GT_FOLDS_TOP ? held++ : held - 1;
    for (; at > 0 && p[k] > out->p[at - 1]; at--) {
      out->p[at] = out->p[at - 1];
      out->label[at] = out->label[at - 1];
    }
    out->p[at] = p[k];
    out->label[at] = k;
  }
  for (; held < GT_FOLDS_TOP; held++) {
    out->p[held] = 0;
    out->label[held] = UINT32_MAX;
  }
}

/* Scores the rows of a fold. Features that no row of the training had are left out, as
 * they are for a query: they would only make the others fainter. */
static int score_fold(struct folds *f, size_t fold, const struct gt_softmax *m,
                      const struct gt_bag *trained, struct gt_err *err)
{
  const struct gt_fold_rows *rows = &f->rows;
  struct gt_bag_weights weights;
  uint32_t *cells = gt_engine_alloc(rows->bag.longest, sizeof *cells, "a row", err);
  float *values = gt_engine_alloc(rows->bag.longest, sizeof *values, "a row", err);
  float *p = gt_engine_alloc(m->stride, sizeof *p, "a row", err);
  char *known = gt_engine_alloc(m->features, 1, "the features", err);
  int rc = -1;
  if (!cells || !values || !p || !known) goto out;
  gt_bag_weights_init(&weights);
  for (size_t i = trained->starts[0]; i < trained->starts[trained->row_count]; i++)
    known[gt_bag_feature(trained->cells[i])] = 1;
  for (size_t at = rows->starts[fold]; at < rows->starts[fold + 1]; at++) {
    struct gt_bag_row all = gt_bag_at(&rows->bag, at), row = {.cells = cells};
    for (size_t i = 0; i < all.count; i++) {
      if (!known[gt_bag_feature(all.cells[i])]) continue;
      cells[row.count++] = all.cells[i];
      row.word_count += i < all.word_count;
    }
    gt_bag_values(values, &row, &weights);
    gt_softmax_score(p, m, &row, values);
    gt_softmax_normalise(p, m->labels);
    keep_top(&f->out[rows->row[at]], p, m->labels, rows->labels[at]);
  }
  rc = 0;
out:
  free(known);
  free(p);
  free(values);
  free(cells);
  return rc;
}

static int run_fold(struct folds *f, size_t fold, struct gt_err *err)
{
  const struct gt_engine_hooks hooks = {.user = f, .cancelled = is_over};
  struct gt_engine_options o;
  struct gt_softmax m = {0};
  struct gt_softmax_data data = {0};
  if (f->rows.starts[fold + 1] == f->rows.starts[fold]) return 0;
  struct gt_bag trained = gt_fold_rows_without(&f->rows, fold, &data.labels);
  data.bag = &trained;
  gt_engine_defaults(&o);
  o.seed = gt_fold_rows_mix(f->seed + fold);
  if (f->options->epoch_count) o.epoch_count = f->options->epoch_count;
  o.batch_size = f->options->batch_size;
  if ((size_t)o.batch_size > trained.row_count) o.batch_size = 0;
  if (gt_engine_check_options(&o, trained.row_count, err) < 0) return -1;
  int rc = gt_softmax_init(&m, f->label_count, trained.feature_count, err);
  if (rc == 0) rc = gt_softmax_train(&m, &data, &o, &hooks, err);
  if (rc == 0) rc = score_fold(f, fold, &m, &trained, err);
  gt_softmax_clear(&m);
  return rc;
}

/* One of the threads: takes folds until there are none or one of them failed. */
static void *work(void *user)
{
  struct folds *f = user;
  for (size_t fold; (fold = atomic_fetch_add(&f->next, 1)) < f->rows.fold_count;) {
    if (atomic_load(&f->failed)) break;
    f->results[fold] = run_fold(f, fold, &f->errors[fold]);
    if (f->results[fold] < 0) atomic_store(&f->failed, true);
  }
  return NULL;
}

/* The calling thread works too; a thread that cannot be started is not missed. */
static void run_threads(struct folds *f, size_t threads)
{
  pthread_t others[MAX_THREADS];
  size_t started = 0;
  sigset_t all, before; /* signals are the main thread's */
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (started + 1 < threads && !pthread_create(&others[started], NULL, work, f))
    started++;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  work(f);
  for (size_t i = 0; i < started; i++) pthread_join(others[i], NULL);
}

/* A fold that stopped because another one failed says so of itself; the reason is the
 * first that is no such echo. */
static int result(const struct folds *f, struct gt_err *err)
{
  const struct gt_err *why = NULL;
  for (size_t i = 0; i < f->rows.fold_count; i++)
    if (f->results[i] < 0 && (!why || why->code == GT_CANCELLED)) why = &f->errors[i];
  if (!why) return 0;
  if (why->code == GT_CANCELLED)
    return gt_err_set(err, GT_CANCELLED, "the search for wrong labels was cancelled");
  if (err) *err = *why;
  return -1;
}

static size_t choose_threads(const struct gt_suspect_options *options, size_t folds)
{
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  size_t threads = processors > 1 ? 2 : 1;
  if (options->threads > 0) threads = (size_t)options->threads;
  if (threads > folds) threads = folds;
  return threads < MAX_THREADS ? threads : MAX_THREADS;
}

int gt_folds_score(struct gt_folds_score *out, const struct gt_folds_input *in,
                   const struct gt_suspect_options *options, struct gt_err *err)
{
  int rc = -1;
  struct folds *f = gt_engine_alloc(1, sizeof *f, "the folds", err);
  if (!f) return -1;
  f->options = options;
  f->seed = options->seed ? options->seed : 1;
  f->label_count = in->label_count;
  f->out = out;
  atomic_init(&f->next, 0);
  atomic_init(&f->failed, false);
  size_t fold_count = options->folds ? (size_t)options->folds : 5;
  size_t threads = choose_threads(options, fold_count);
  size_t max = MAX_WEIGHTS / threads / gt_softmax_stride(in->label_count);
  if (max > GT_BAG_MAX_FEATURES) max = GT_BAG_MAX_FEATURES;
  const struct gt_engine_hooks hooks = {.user = f, .cancelled = is_over};
  if (gt_fold_rows_init(&f->rows, in, fold_count, f->seed, max, &hooks, err) < 0)
    goto out;
  run_threads(f, threads);
  rc = result(f, err);
out:
  if (rc < 0 && err && err->code == GT_CANCELLED)
    gt_err_set(err, GT_CANCELLED, "the search for wrong labels was cancelled");
  gt_fold_rows_clear(&f->rows);
  free(f);
  return rc;
}

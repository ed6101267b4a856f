/* A training in a thread. See job.h. */
#include "engine/job.h"

#include "engine/train.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Kept snapshots are some 1,000 and one an epoch: this is out of reach. */
#define MAX_RECORDS ((size_t)1 << 16)

struct gt_job {
  pthread_mutex_t lock; /* guards what follows up to model */
  struct gt_job_progress progress;
  struct gt_engine_snapshot *snapshots;
  size_t snapshot_cap;
  struct gt_engine_validation *validations;
  size_t validation_cap;
  struct gt_err error;
  struct gt_model *model;
  bool started, joined;

  pthread_mutex_t join_lock; /* one thread joins, the others wait for it */
  pthread_t thread;
  atomic_bool cancelled;
  /* Read by the thread, written before it exists. */
  struct gt_engine_options options;
  struct gt_engine_row *rows; /* training rows, then validation rows */
  size_t count;
  char *bytes;
  char *save_path;
};

static bool is_over(enum gt_engine_phase phase) { return phase >= GT_ENGINE_DONE; }

static char *copy_rows(struct gt_engine_row *out, const struct gt_engine_row *in,
                       size_t count, char *bytes)
{
  for (size_t i = 0; i < count; i++) {
    out[i] = (struct gt_engine_row){bytes, in[i].text_len, bytes + in[i].text_len,
                                    in[i].output_len};
    if (in[i].text_len) memcpy(bytes, in[i].text, in[i].text_len);
    bytes += in[i].text_len;
    if (in[i].output_len) memcpy(bytes, in[i].output, in[i].output_len);
    bytes += in[i].output_len;
  }
  return bytes;
}

static size_t count_bytes(const struct gt_engine_row *rows, size_t count)
{
  size_t sum = 0;
  for (size_t i = 0; i < count; i++) sum += rows[i].text_len + rows[i].output_len;
  return sum;
}

static int copy_input(struct gt_job *job, const struct gt_engine_row *rows,
                      size_t count, const char *save_path, struct gt_err *err)
{
  const struct gt_engine_row *more = job->options.validation;
  size_t more_count = job->options.validation_count;
  job->count = count;
  job->rows = gt_engine_alloc(count + more_count, sizeof *job->rows, "the rows", err);
  if (!job->rows) return -1;
  size_t bytes = count_bytes(rows, count) + count_bytes(more, more_count);
  job->bytes = gt_engine_alloc(bytes, 1, "the rows", err);
  if (!job->bytes) return -1;
  char *next = copy_rows(job->rows, rows, count, job->bytes);
  copy_rows(job->rows + count, more, more_count, next);
  job->options.validation = more_count ? job->rows + count : NULL;
  if (!save_path) return 0;
  job->save_path = strdup(save_path);
  return job->save_path ? 0 : gt_engine_no_memory("a path", err);
}

int gt_job_new(struct gt_job **out, const struct gt_engine_row *rows, size_t count,
               const struct gt_engine_options *options, const char *save_path,
               struct gt_err *err)
{
  *out = NULL;
  if (gt_engine_check_options(options, count, err) < 0) return -1;
  if (gt_engine_check_rows(rows, count, err) < 0) return -1;
  if (gt_engine_check_rows(options->validation, options->validation_count, err) < 0)
    return -1;
  struct gt_job *job = gt_engine_alloc(1, sizeof *job, "the job", err);
  if (!job) return -1;
  pthread_mutex_init(&job->lock, NULL);
  pthread_mutex_init(&job->join_lock, NULL);
  atomic_init(&job->cancelled, false);
  job->options = *options;
  job->progress = (struct gt_job_progress){
      .phase = GT_ENGINE_QUEUED,
      .mode = options->mode,
      .total_steps = gt_engine_total_steps(options, count),
      .mean_loss = NAN,
  };
  if (copy_input(job, rows, count, save_path, err) < 0) {
    gt_job_free(job);
    return -1;
  }
  *out = job;
  return 0;
}

static bool on_cancelled(void *user)
{
  struct gt_job *job = user;
  return atomic_load_explicit(&job->cancelled, memory_order_relaxed);
}

static void on_phase(void *user, enum gt_engine_phase phase, enum gt_engine_mode mode,
                     int64_t total_steps)
{
  struct gt_job *job = user;
  pthread_mutex_lock(&job->lock);
  job->progress.phase = phase;
  job->progress.mode = mode;
  job->progress.total_steps = total_steps;
  pthread_mutex_unlock(&job->lock);
}

static void on_step(void *user, int64_t completed_steps, double mean_loss)
{
  struct gt_job *job = user;
  pthread_mutex_lock(&job->lock);
  job->progress.completed_steps = completed_steps;
  job->progress.mean_loss = mean_loss;
  pthread_mutex_unlock(&job->lock);
}

/* Room for one more element; the lock is held. */
static void *grown(void *items, size_t count, size_t *cap, size_t size)
{
  if (count < *cap) return items;
  if (count >= MAX_RECORDS) return NULL;
  size_t more = 2 * *cap + 64;
  void *bigger = realloc(items, more * size);
  if (bigger) *cap = more;
  return bigger;
}

static int on_snapshot(void *user, const struct gt_engine_snapshot *snapshot)
{
  struct gt_job *job = user;
  pthread_mutex_lock(&job->lock);
  void *items = grown(job->snapshots, job->progress.snapshot_count, &job->snapshot_cap,
                      sizeof *job->snapshots);
  if (items) {
    job->snapshots = items;
    job->snapshots[job->progress.snapshot_count++] = *snapshot;
  }
  pthread_mutex_unlock(&job->lock);
  return items ? 0 : -1;
}

static int on_validation(void *user, const struct gt_engine_validation *validation)
{
  struct gt_job *job = user;
  pthread_mutex_lock(&job->lock);
  void *items = grown(job->validations, job->progress.validation_count,
                      &job->validation_cap, sizeof *job->validations);
  if (items) {
    job->validations = items;
    job->validations[job->progress.validation_count++] = *validation;
  }
  pthread_mutex_unlock(&job->lock);
  return items ? 0 : -1;
}

static void finish(struct gt_job *job, int rc, struct gt_model *model,
                   const struct gt_err *err)
{
  enum gt_engine_phase phase = GT_ENGINE_DONE;
  if (rc < 0)
    phase = err->code == GT_CANCELLED ? GT_ENGINE_CANCELLED : GT_ENGINE_FAILED;
  pthread_mutex_lock(&job->lock);
  job->progress.phase = phase;
  job->model = model;
  if (rc < 0) job->error = *err;
  pthread_mutex_unlock(&job->lock);
}

static void *work(void *user)
{
  struct gt_job *job = user;
  struct gt_engine_hooks hooks = {
      .user = job,
      .cancelled = on_cancelled,
      .phase = on_phase,
      .step = on_step,
      .snapshot = on_snapshot,
      .validation = on_validation,
  };
  struct gt_model *model;
  struct gt_err err;
  int rc = gt_train(&model, job->rows, job->count, &job->options, &hooks, &err);
  if (rc == 0 && job->save_path) {
    on_phase(job, GT_ENGINE_SAVING, gt_model_mode(model),
             gt_engine_total_steps(&job->options, job->count));
    rc = gt_model_save(model, job->save_path, &err);
    if (rc < 0) {
      gt_model_free(model);
      model = NULL;
    }
  }
  finish(job, rc, model, &err);
  return NULL;
}

int gt_job_start(struct gt_job *job, struct gt_err *err)
{
  int rc = 0;
  pthread_mutex_lock(&job->lock);
  if (job->started) {
    rc = gt_err_set(err, GT_FAILED_PRECONDITION, "the job was started before");
  } else if (job->progress.phase == GT_ENGINE_QUEUED) {
    /* Signals are the main thread's. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&job->thread, NULL, work, job);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed)
      rc = gt_err_sys(err, failed, "cannot start the training");
    else
      job->started = true;
  }
  pthread_mutex_unlock(&job->lock);
  return rc;
}

void gt_job_cancel(struct gt_job *job)
{
  atomic_store(&job->cancelled, true);
  pthread_mutex_lock(&job->lock);
  if (!job->started && !is_over(job->progress.phase)) {
    job->progress.phase = GT_ENGINE_CANCELLED;
    gt_err_set(&job->error, GT_CANCELLED, "the training was cancelled");
  }
  pthread_mutex_unlock(&job->lock);
}

void gt_job_wait(struct gt_job *job)
{
  pthread_mutex_lock(&job->join_lock);
  pthread_mutex_lock(&job->lock);
  bool join = job->started && !job->joined;
  pthread_mutex_unlock(&job->lock);
  if (join) {
    pthread_join(job->thread, NULL);
    pthread_mutex_lock(&job->lock);
    job->joined = true;
    pthread_mutex_unlock(&job->lock);
  }
  pthread_mutex_unlock(&job->join_lock);
}

void gt_job_free(struct gt_job *job)
{
  if (!job) return;
  gt_job_cancel(job);
  gt_job_wait(job);
  gt_model_free(job->model);
  pthread_mutex_destroy(&job->lock);
  pthread_mutex_destroy(&job->join_lock);
  free(job->snapshots);
  free(job->validations);
  free(job->rows);
  free(job->bytes);
  free(job->save_path);
  free(job);
}

void gt_job_poll(struct gt_job *job, struct gt_job_progress *out)
{
  pthread_mutex_lock(&job->lock);
  *out = job->progress;
  pthread_mutex_unlock(&job->lock);
}

/* How many of count elements to copy when from are skipped and cap fit. */
static size_t portion(size_t count, size_t from, size_t cap)
{
  size_t left = from < count ? count - from : 0;
  return left < cap ? left : cap;
}

size_t gt_job_snapshots(struct gt_job *job, size_t from, struct gt_engine_snapshot *out,
                        size_t cap)
{
  pthread_mutex_lock(&job->lock);
  size_t n = portion(job->progress.snapshot_count, from, cap);
  if (n) memcpy(out, job->snapshots + from, n * sizeof *out);
  pthread_mutex_unlock(&job->lock);
  return n;
}

size_t gt_job_validations(struct gt_job *job, size_t from,
                          struct gt_engine_validation *out, size_t cap)
{
  pthread_mutex_lock(&job->lock);
  size_t n = portion(job->progress.validation_count, from, cap);
  if (n) memcpy(out, job->validations + from, n * sizeof *out);
  pthread_mutex_unlock(&job->lock);
  return n;
}

int gt_job_error(struct gt_job *job, struct gt_err *err)
{
  pthread_mutex_lock(&job->lock);
  bool bad = job->progress.phase == GT_ENGINE_FAILED ||
             job->progress.phase == GT_ENGINE_CANCELLED;
  if (bad && err) *err = job->error;
  pthread_mutex_unlock(&job->lock);
  return bad ? -1 : 0;
}

struct gt_model *gt_job_take_model(struct gt_job *job)
{
  pthread_mutex_lock(&job->lock);
  struct gt_model *model = job->model;
  job->model = NULL;
  pthread_mutex_unlock(&job->lock);
  return model;
}

/* A training in a thread of its own.
 *
 * Used by the local provider. The job copies what it is given, so the caller may drop
 * rows and options at once. All functions but gt_job_free may be called from any
 * thread, also while the job runs; none but gt_job_wait and gt_job_free blocks. */
#ifndef GT_ENGINE_JOB_H
#define GT_ENGINE_JOB_H

#include "engine/engine.h"
#include "engine/model.h"

struct gt_job;

struct gt_job_progress {
  enum gt_engine_phase phase;
  enum gt_engine_mode mode; /* auto until it is known */
  int64_t completed_steps;
  int64_t total_steps;
  double mean_loss; /* of the newest mini-batch; NAN before and in retrieve mode */
  size_t snapshot_count;
  size_t validation_count;
};

/* Checks and copies the input; phase queued. save_path: where the model is written
 * when training ends, NULL for nowhere. */
int gt_job_new(struct gt_job **out, const struct gt_engine_row *rows, size_t count,
               const struct gt_engine_options *options, const char *save_path,
               struct gt_err *err);
/* Once. A job that was cancelled before stays so and starts nothing. */
int gt_job_start(struct gt_job *job, struct gt_err *err);
/* Cancels if it runs, waits for its thread, frees it. */
void gt_job_free(struct gt_job *job);

void gt_job_poll(struct gt_job *job, struct gt_job_progress *out);
/* Copies snapshots from..; returns how many of them were written to out. */
size_t gt_job_snapshots(struct gt_job *job, size_t from, struct gt_engine_snapshot *out,
                        size_t cap);
size_t gt_job_validations(struct gt_job *job, size_t from,
                          struct gt_engine_validation *out, size_t cap);
/* The thread stops within a mini-batch. A job that is saving or over is left alone. */
void gt_job_cancel(struct gt_job *job);
/* Waits until the job is done, failed or cancelled; 0 at once if it never started. */
void gt_job_wait(struct gt_job *job);
/* 0 unless the job failed or was cancelled; then the error of that. */
int gt_job_error(struct gt_job *job, struct gt_err *err);
/* The model of a job that is done, once; NULL otherwise. The caller frees it. */
struct gt_model *gt_job_take_model(struct gt_job *job);

#endif

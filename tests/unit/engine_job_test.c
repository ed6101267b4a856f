/* Trainings in threads: progress, snapshots, cancelling, saving. */
#include "unit.h"

#include "base/clock.h"
#include "base/fs.h"
#include "engine/job.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#define ROW(t, o)                                                                      \
  {                                                                                    \
    t, sizeof(t) - 1, o, sizeof(o) - 1                                                 \
  }
#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct gt_engine_row reviews[] = {
    ROW("I love this phone", "positive"),
    ROW("a wonderful film, truly great", "positive"),
    ROW("great food and lovely people", "positive"),
    ROW("best purchase ever, works great", "positive"),
    ROW("the sound is excellent", "positive"),
    ROW("what a wonderful evening", "positive"),
    ROW("I hate this phone", "negative"),
    ROW("a terrible film, truly awful", "negative"),
    ROW("bad food and rude people", "negative"),
    ROW("worst purchase ever, broke at once", "negative"),
    ROW("the sound is horrible", "negative"),
    ROW("what an awful evening", "negative"),
};

static struct gt_engine_options defaults(void)
{
  struct gt_engine_options options;
  gt_engine_defaults(&options);
  return options;
}

static char folder[] = "/tmp/gtlua-engine-XXXXXX";

static const char *in_folder(const char *name)
{
  static char path[256];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static void runs_a_job(void)
{
  struct gt_engine_options options = defaults();
  struct gt_job_progress progress;
  struct gt_engine_snapshot snapshots[32];
  struct gt_job *job;
  struct gt_model *model, *loaded;
  struct gt_err err;
  options.validation = reviews;
  options.validation_count = COUNT(reviews);
  UNIT_CHECK(
      gt_job_new(&job, reviews, COUNT(reviews), &options, in_folder("job"), &err) == 0);
  if (!job) return;
  gt_job_poll(job, &progress);
  UNIT_CHECK(progress.phase == GT_ENGINE_QUEUED && progress.total_steps == 15);
  UNIT_CHECK(gt_job_start(job, &err) == 0);
  UNIT_CHECK(gt_job_start(job, NULL) < 0);
  gt_job_wait(job);
  gt_job_wait(job);
  gt_job_poll(job, &progress);
  UNIT_CHECK(progress.phase == GT_ENGINE_DONE && progress.completed_steps == 15);
  UNIT_CHECK(progress.mode == GT_ENGINE_CLASSIFY && progress.snapshot_count == 15);
  UNIT_CHECK(gt_job_snapshots(job, 10, snapshots, 32) == 5 && snapshots[0].step == 11);
  UNIT_CHECK(gt_job_snapshots(job, 99, snapshots, 32) == 0);
  UNIT_CHECK(fabs(progress.mean_loss - snapshots[4].mean_loss) < 1e-12);
  struct gt_engine_validation validations[8];
  UNIT_CHECK(gt_job_validations(job, 0, validations, 8) == 5);
  UNIT_CHECK(gt_job_error(job, &err) == 0);
  model = gt_job_take_model(job);
  UNIT_CHECK(model && gt_job_take_model(job) == NULL);
  UNIT_CHECK(gt_model_load(&loaded, in_folder("job"), &err) == 0);
  gt_model_free(loaded);
  gt_model_free(model);
  gt_job_cancel(job);
  gt_job_poll(job, &progress);
  UNIT_CHECK(progress.phase == GT_ENGINE_DONE);
  gt_job_free(job);
}

/* A training of hours, cancelled while it runs. */
static void cancels_running_jobs(void)
{
  enum { JOBS = 3, LABELS = 60, ROWS = 3000 };
  static struct gt_engine_row rows[ROWS];
  static char outputs[LABELS][8];
  struct gt_engine_options options = defaults();
  struct gt_job *jobs[JOBS];
  struct gt_job_progress progress;
  struct gt_err err;
  options.epoch_count = GT_ENGINE_MAX_EPOCHS;
  for (size_t i = 0; i < ROWS; i++) {
    rows[i] = reviews[i % COUNT(reviews)];
    rows[i].output = outputs[i % LABELS];
    rows[i].output_len =
        (size_t)snprintf(outputs[i % LABELS], sizeof *outputs, "l%zu", i % LABELS);
  }
  for (size_t i = 0; i < JOBS; i++) {
    UNIT_CHECK(gt_job_new(&jobs[i], rows, ROWS, &options, in_folder("never"), &err) ==
               0);
    UNIT_CHECK(gt_job_start(jobs[i], &err) == 0);
  }
  double limit = gt_clock_mono() + 30;
  do {
    usleep(1000);
    gt_job_poll(jobs[0], &progress);
  } while (progress.completed_steps < 2 && gt_clock_mono() < limit);
  UNIT_CHECK(progress.phase == GT_ENGINE_TRAINING && isfinite(progress.mean_loss));
  double start = gt_clock_mono();
  gt_job_cancel(jobs[0]);
  gt_job_wait(jobs[0]);
  gt_job_poll(jobs[0], &progress);
  UNIT_CHECK(progress.phase == GT_ENGINE_CANCELLED);
  UNIT_CHECK(gt_job_error(jobs[0], &err) < 0 && err.code == GT_CANCELLED);
  UNIT_CHECK(gt_job_take_model(jobs[0]) == NULL);
  for (size_t i = 0; i < JOBS; i++) gt_job_free(jobs[i]);
  UNIT_CHECK(gt_clock_mono() - start < 5);
  UNIT_CHECK(!gt_fs_exists(in_folder("never")));
}

static void ends_jobs_that_never_ran(void)
{
  struct gt_engine_options options = defaults();
  struct gt_job_progress progress;
  struct gt_job *job;
  struct gt_err err;
  UNIT_CHECK(gt_job_new(&job, reviews, COUNT(reviews), &options, NULL, &err) == 0);
  gt_job_cancel(job);
  UNIT_CHECK(gt_job_start(job, &err) == 0);
  gt_job_wait(job);
  gt_job_poll(job, &progress);
  UNIT_CHECK(progress.phase == GT_ENGINE_CANCELLED);
  gt_job_free(job);
  gt_job_free(NULL);
  options.batch_size = 100;
  UNIT_CHECK(gt_job_new(&job, reviews, COUNT(reviews), &options, NULL, &err) < 0);
  UNIT_CHECK(job == NULL && err.code == GT_INVALID_ARGUMENT);
}

static void tells_of_failed_saves(void)
{
  struct gt_engine_options options = defaults();
  struct gt_job_progress progress;
  struct gt_job *job;
  struct gt_err err;
  UNIT_CHECK(gt_job_new(&job, reviews, COUNT(reviews), &options,
                        in_folder("no/such/folder"), &err) == 0);
  UNIT_CHECK(gt_job_start(job, &err) == 0);
  gt_job_wait(job);
  gt_job_poll(job, &progress);
  UNIT_CHECK(progress.phase == GT_ENGINE_FAILED);
  UNIT_CHECK(gt_job_error(job, &err) < 0 && err.message[0] != '\0');
  gt_job_free(job);
}

int main(void)
{
  if (!mkdtemp(folder)) return 1;
  UNIT_RUN(runs_a_job);
  UNIT_RUN(cancels_running_jobs);
  UNIT_RUN(ends_jobs_that_never_ran);
  UNIT_RUN(tells_of_failed_saves);
  unlink(in_folder("job"));
  rmdir(folder);
  return unit_report();
}

/* The local engine: training, answers, model files. Jobs: engine_job_test.c. */
#include "unit.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/fs.h"
#include "engine/labels.h"
#include "engine/rouge.h"
#include "engine/tokens.h"
#include "engine/train.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
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

static const struct gt_engine_row places[] = {
    ROW("name[Aromi], food[French], area[riverside]",
        "Aromi serves French food at the riverside."),
    ROW("name[Loch Fyne], food[Italian], area[city centre]",
        "Loch Fyne is an Italian place in the city centre."),
    ROW("name[The Mill], price[cheap]", "The Mill is cheap."),
};

/* Everything a training says. */
struct heard {
  struct gt_engine_snapshot snapshots[4096];
  size_t snapshot_count;
  struct gt_engine_validation validations[16];
  size_t validation_count;
  int64_t steps, total, stop_at;
  double first_losses, last_losses; /* sums over the first and last 6 steps */
  enum gt_engine_mode mode;
};

static bool hear_cancelled(void *user)
{
  struct heard *h = user;
  return h->stop_at > 0 && h->steps >= h->stop_at;
}

static void hear_phase(void *user, enum gt_engine_phase phase, enum gt_engine_mode mode,
                       int64_t total)
{
  struct heard *h = user;
  if (phase == GT_ENGINE_TRAINING) h->mode = mode;
  h->total = total;
}

static void hear_step(void *user, int64_t done, double loss)
{
  struct heard *h = user;
  h->steps = done;
  if (done <= 6) h->first_losses += loss;
  if (done > h->total - 6) h->last_losses += loss;
}

static int hear_snapshot(void *user, const struct gt_engine_snapshot *s)
{
  struct heard *h = user;
  if (h->snapshot_count == COUNT(h->snapshots)) return -1;
  h->snapshots[h->snapshot_count++] = *s;
  return 0;
}

static int hear_validation(void *user, const struct gt_engine_validation *v)
{
  struct heard *h = user;
  if (h->validation_count == COUNT(h->validations)) return -1;
  h->validations[h->validation_count++] = *v;
  return 0;
}

static struct heard heard;

static const struct gt_engine_hooks hooks = {
    .user = &heard,
    .cancelled = hear_cancelled,
    .phase = hear_phase,
    .step = hear_step,
    .snapshot = hear_snapshot,
    .validation = hear_validation,
};

static struct gt_model *train(const struct gt_engine_row *rows, size_t count,
                              const struct gt_engine_options *options)
{
  struct gt_model *model;
  struct gt_err err;
  memset(&heard, 0, sizeof heard);
  if (gt_train(&model, rows, count, options, &hooks, &err) == 0) return model;
  printf("  training failed: %s\n", err.message);
  unit_case_failed = 1;
  return NULL;
}

static struct gt_engine_options defaults(void)
{
  struct gt_engine_options options;
  gt_engine_defaults(&options);
  return options;
}

static struct gt_model *train_reviews(void)
{
  struct gt_engine_options options = defaults();
  return train(reviews, COUNT(reviews), &options);
}

/* The answer in a buffer of its own. */
static const char *ask(const struct gt_model *model, const char *text)
{
  static char answer[256];
  struct gt_prediction p;
  struct gt_err err;
  if (gt_model_predict(model, text, strlen(text), &p, &err) < 0) return "(no answer)";
  snprintf(answer, sizeof answer, "%.*s", (int)p.len, p.text);
  gt_prediction_clear(&p);
  return answer;
}

static char folder[] = "/tmp/gtlua-engine-XXXXXX";

static const char *in_folder(const char *name)
{
  static char path[256];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static void read_bytes(struct gt_buf *out, const char *path)
{
  struct gt_err err;
  gt_buf_init(out, 1 << 24);
  UNIT_CHECK(gt_fs_read(out, path, &err) == 0);
}

static void write_bytes(const char *path, const void *bytes, size_t len)
{
  FILE *file = fopen(path, "wb"); /* nothing here needs a sync */
  UNIT_CHECK(file && fwrite(bytes, 1, len, file) == len);
  if (file) fclose(file);
}

static void learns_a_tiny_set(void)
{
  struct gt_model *model = train_reviews();
  if (!model) return;
  UNIT_CHECK(gt_model_mode(model) == GT_ENGINE_CLASSIFY);
  for (size_t i = 0; i < COUNT(reviews); i++)
    UNIT_STR(ask(model, reviews[i].text), reviews[i].output);
  UNIT_STR(ask(model, "such wonderful and GREAT people"), "positive");
  UNIT_STR(ask(model, "such awful and HORRIBLE people"), "negative");
  struct gt_prediction p;
  struct gt_err err;
  UNIT_CHECK(gt_model_predict(model, "great", 5, &p, &err) == 0);
  UNIT_CHECK(p.top_count == 2 && p.probability > 0.5 && p.probability < 1);
  UNIT_CHECK(fabs(p.top[0].probability + p.top[1].probability - 1) < 1e-6);
  UNIT_CHECK(p.top[0].text == p.text && p.top[1].len == 8);
  gt_prediction_clear(&p);
  gt_model_free(model);
}

static void same_seed_same_bytes(void)
{
  struct gt_engine_options options = defaults();
  struct gt_err err;
  struct gt_buf bytes[3];
  for (size_t i = 0; i < 3; i++) {
    options.seed = i == 2 ? 8 : 7;
    struct gt_model *model = train(reviews, COUNT(reviews), &options);
    if (!model) return;
    UNIT_CHECK(gt_model_save(model, in_folder("same"), &err) == 0);
    gt_model_free(model);
    read_bytes(&bytes[i], in_folder("same"));
  }
  UNIT_CHECK(bytes[0].len == bytes[1].len &&
             memcmp(bytes[0].data, bytes[1].data, bytes[0].len) == 0);
  UNIT_CHECK(bytes[0].len != bytes[2].len ||
             memcmp(bytes[0].data, bytes[2].data, bytes[0].len) != 0);
  for (size_t i = 0; i < 3; i++) gt_buf_clear(&bytes[i]);
}

/* 12 rows, 5 a mini-batch, 3 epochs: 36 examples in 8 steps; those that begin at
 * examples 0 5 10 | 15 20 | 25 30 35. */
static void counts_steps_and_epochs(void)
{
  static const int epochs[] = {0, 0, 0, 1, 1, 2, 2, 2};
  struct gt_engine_options options = defaults();
  options.epoch_count = 3;
  options.batch_size = 5;
  double before = gt_clock_wall();
  struct gt_model *model = train(reviews, COUNT(reviews), &options);
  if (!model) return;
  UNIT_CHECK(heard.total == 8 && heard.steps == 8 && heard.snapshot_count == 8);
  UNIT_CHECK(gt_engine_total_steps(&options, COUNT(reviews)) == 8);
  for (size_t i = 0; i < heard.snapshot_count; i++) {
    UNIT_CHECK(heard.snapshots[i].step == (int64_t)i + 1);
    UNIT_CHECK(heard.snapshots[i].epoch == epochs[i]);
    UNIT_CHECK(heard.snapshots[i].compute_time >= before);
    UNIT_CHECK(heard.snapshots[i].mean_loss >= 0);
  }
  /* Before any update both labels are as likely. */
  UNIT_CHECK(fabs(heard.snapshots[0].mean_loss - log(2)) < 1e-6);
  gt_model_free(model);
}

static void loss_falls(void)
{
  struct gt_model *model = train_reviews();
  UNIT_CHECK(heard.last_losses < 0.5 * heard.first_losses);
  gt_model_free(model);
}

static void thins_snapshots(void)
{
  struct gt_engine_options options = defaults();
  options.epoch_count = 400;
  options.batch_size = 1;
  struct gt_model *model = train(reviews, COUNT(reviews), &options);
  if (!model) return;
  UNIT_CHECK(heard.steps == 4800);
  UNIT_CHECK(heard.snapshot_count >= 900 && heard.snapshot_count <= 1400);
  size_t ends = 0;
  for (size_t i = 0; i < heard.snapshot_count; i++)
    ends += heard.snapshots[i].step % 12 == 0;
  UNIT_CHECK(ends == 400);
  UNIT_CHECK(heard.snapshots[heard.snapshot_count - 1].step == 4800);
  gt_model_free(model);
}

static void validates_each_epoch(void)
{
  static const struct gt_engine_row held_out[] = {
      ROW("great people", "positive"),
      ROW("awful people", "negative"),
      ROW("so so", "neutral"),
  };
  struct gt_engine_options options = defaults();
  options.validation = held_out;
  options.validation_count = COUNT(held_out);
  struct gt_model *model = train(reviews, COUNT(reviews), &options);
  if (!model) return;
  UNIT_CHECK(heard.validation_count == 5);
  for (size_t i = 0; i < heard.validation_count; i++)
    UNIT_CHECK(heard.validations[i].epoch == (int)i);
  UNIT_CHECK(fabs(heard.validations[4].accuracy - 2.0 / 3) < 1e-9);
  UNIT_CHECK(heard.validations[4].mean_loss > 0 &&
             heard.validations[4].mean_loss < 0.7);
  gt_model_free(model);
}

static void chooses_the_mode(void)
{
  struct gt_engine_options options = defaults();
  static const struct gt_engine_row half[] = {ROW("a", "x"), ROW("b", "x"),
                                              ROW("c", "y"), ROW("d", "z")};
  static const struct gt_engine_row third[] = {
      ROW("a", "x"), ROW("b", "x"), ROW("c", "y"), ROW("d", "z"), ROW("e", "w")};
  struct gt_model *model = train(half, COUNT(half), &options);
  UNIT_CHECK(model && gt_model_mode(model) == GT_ENGINE_CLASSIFY);
  gt_model_free(model);
  model = train(third, COUNT(third), &options);
  UNIT_CHECK(model && gt_model_mode(model) == GT_ENGINE_RETRIEVE);
  UNIT_CHECK(heard.mode == GT_ENGINE_RETRIEVE);
  gt_model_free(model);
  options.mode = GT_ENGINE_CLASSIFY;
  model = train(third, COUNT(third), &options);
  UNIT_CHECK(model && gt_model_label_count(model) == 4);
  gt_model_free(model);
}

static void keeps_answers_on_disk(void)
{
  struct gt_model *model = train_reviews(), *loaded;
  struct gt_err err;
  if (!model) return;
  UNIT_CHECK(gt_model_save(model, in_folder("model"), &err) == 0);
  UNIT_CHECK(gt_model_load(&loaded, in_folder("model"), &err) == 0);
  if (!loaded) return;
  static const char *const texts[] = {"", "great", "an awful thing", "zzz", "\xff\xfe"};
  for (size_t i = 0; i < COUNT(texts); i++) {
    float a[2], b[2];
    size_t len = strlen(texts[i]);
    UNIT_CHECK(gt_model_probabilities(a, model, texts[i], len, &err) == 0);
    UNIT_CHECK(gt_model_probabilities(b, loaded, texts[i], len, &err) == 0);
    UNIT_CHECK(memcmp(a, b, sizeof a) == 0);
  }
  size_t len;
  const char *info = gt_model_info(loaded, &len);
  UNIT_CHECK(len > 2 && info[0] == '{' && info[len - 1] == '}');
  UNIT_CHECK(gt_model_bytes(loaded) == gt_model_bytes(model));
  gt_model_free(loaded);
  gt_model_free(model);
}

static void expect_data_loss(const char *path)
{
  struct gt_model *model;
  struct gt_err err;
  UNIT_CHECK(gt_model_load(&model, path, &err) < 0);
  UNIT_CHECK(model == NULL && err.code == GT_DATA_LOSS && err.hint[0] != '\0');
  gt_model_free(model);
}

/* Every length, and a flipped bit in each of a few hundred places. */
static void refuse_broken(struct gt_model *model)
{
  struct gt_buf whole;
  struct gt_err err;
  if (!model) return;
  UNIT_CHECK(gt_model_save(model, in_folder("whole"), &err) == 0);
  gt_model_free(model);
  read_bytes(&whole, in_folder("whole"));
  for (size_t len = 0; len < whole.len; len += 1 + len / 16) {
    write_bytes(in_folder("cut"), whole.data, len);
    expect_data_loss(in_folder("cut"));
  }
  for (size_t at = 0; at < whole.len; at += 1 + whole.len / 199) {
    whole.data[at] ^= 4;
    write_bytes(in_folder("bad"), whole.data, whole.len);
    expect_data_loss(in_folder("bad"));
    whole.data[at] ^= 4;
  }
  gt_buf_addc(&whole, 'x');
  write_bytes(in_folder("long"), whole.data, whole.len);
  expect_data_loss(in_folder("long"));
  gt_buf_clear(&whole);
}

static void refuses_broken_files(void)
{
  struct gt_engine_options options = defaults();
  struct gt_model *model;
  struct gt_err err;
  refuse_broken(train_reviews());
  refuse_broken(train(places, COUNT(places), &options));
  UNIT_CHECK(gt_model_load(&model, in_folder("none"), &err) < 0);
  UNIT_CHECK(err.code == GT_NOT_FOUND);
}

static void retrieves_and_replaces(void)
{
  struct gt_engine_options options = defaults();
  struct gt_model *model = train(places, COUNT(places), &options), *loaded;
  struct gt_err err;
  if (!model) return;
  UNIT_CHECK(gt_model_mode(model) == GT_ENGINE_RETRIEVE);
  UNIT_CHECK(heard.snapshot_count == 0 && heard.steps == heard.total);
  UNIT_CHECK(gt_model_rouge(model) > 0 && gt_model_rouge(model) < 1);
  UNIT_CHECK(gt_model_save(model, in_folder("places"), &err) == 0);
  UNIT_CHECK(gt_model_load(&loaded, in_folder("places"), &err) == 0);
  if (!loaded) return;
  static const char text[] = "name[Blue Spice], food[Thai], area[riverside]";
  const struct gt_model *both[] = {model, loaded};
  for (size_t i = 0; i < 2; i++) {
    struct gt_prediction p;
    UNIT_CHECK(gt_model_predict(both[i], text, sizeof text - 1, &p, &err) == 0);
    UNIT_STR(p.text, "Blue Spice serves Thai food at the riverside.");
    UNIT_CHECK(p.row == 0 && p.near && p.cost == 0 && p.similarity > 0.2);
    gt_prediction_clear(&p);
    UNIT_CHECK(gt_model_predict(both[i], "quite another", 13, &p, &err) == 0);
    UNIT_CHECK(p.row == SIZE_MAX && !p.near && p.len == 0);
    gt_prediction_clear(&p);
  }
  UNIT_STR(ask(model, places[1].text), places[1].output);
  gt_model_free(loaded);
  gt_model_free(model);
}

/* Spans that trade places must not be replaced twice, nor inside longer words. */
static void replaces_once_and_whole_words(void)
{
  struct gt_engine_options options = defaults();
  static const struct gt_engine_row rows[] = {
      ROW("from Bern to the town Rom", "Bern, then Rom, and Romans"),
      ROW("zzz", "other")};
  options.mode = GT_ENGINE_RETRIEVE;
  struct gt_model *model = train(rows, COUNT(rows), &options);
  if (!model) return;
  UNIT_STR(ask(model, "from Rom to the town Bern"), "Rom, then Bern, and Romans");
  gt_model_free(model);
}

/* The row has no area: the brackets around it are not part of what replaces "5". */
static void keeps_marks_out_of_answers(void)
{
  struct gt_engine_options options = defaults();
  static const struct gt_engine_row rows[] = {
      ROW("name[Aromi], stars[5], near[the Ranch]", "Aromi, near the Ranch: 5 stars"),
      ROW("zzz", "other")};
  static const char text[] = "name[Aromi], stars[3], area[riverside], near[the Ranch]";
  options.mode = GT_ENGINE_RETRIEVE;
  struct gt_model *model = train(rows, COUNT(rows), &options);
  struct gt_prediction p;
  struct gt_err err;
  if (!model) return;
  UNIT_CHECK(gt_model_predict(model, text, sizeof text - 1, &p, &err) == 0);
  UNIT_STR(p.text, "Aromi, near the Ranch: 3 stars");
  /* 5 tokens of 15 + 20 are not accounted for. */
  UNIT_CHECK(fabs(p.cost - 5.0 / 35) < 1e-9 && p.near);
  gt_prediction_clear(&p);
  gt_model_free(model);
}

static void checks_options(void)
{
  static const double rates[] = {0, -1, NAN, INFINITY, 2};
  struct gt_engine_options options = defaults();
  struct gt_err err;
  UNIT_CHECK(gt_engine_check_options(&options, 1, &err) == 0);
  UNIT_CHECK(gt_engine_check_options(&options, 0, &err) < 0);
  UNIT_CHECK(err.code == GT_INVALID_ARGUMENT && err.hint[0] != '\0');
  options.batch_size = 13;
  UNIT_CHECK(gt_engine_check_options(&options, 12, &err) < 0);
  UNIT_CHECK(err.code == GT_INVALID_ARGUMENT && strstr(err.message, "13"));
  UNIT_CHECK(gt_engine_check_options(&options, 13, &err) == 0);
  options.batch_size = -1;
  UNIT_CHECK(gt_engine_check_options(&options, 12, &err) < 0);
  for (size_t i = 0; i < COUNT(rates); i++) {
    options = defaults();
    options.learning_rate = rates[i];
    UNIT_CHECK(gt_engine_check_options(&options, 12, &err) < 0);
    UNIT_CHECK(err.code == GT_INVALID_ARGUMENT);
  }
  options = defaults();
  options.learning_rate_multiplier = NAN;
  UNIT_CHECK(gt_engine_check_options(&options, 12, &err) < 0);
  for (int epochs = -1; epochs < 1; epochs++) {
    options = defaults();
    options.epoch_count = epochs;
    UNIT_CHECK(gt_engine_check_options(&options, 12, &err) < 0);
  }
  struct gt_model *model;
  UNIT_CHECK(gt_train(&model, NULL, 0, &options, NULL, &err) < 0 && model == NULL);
}

static void chooses_the_batch_size(void)
{
  struct gt_engine_options options = defaults();
  UNIT_CHECK(gt_engine_batch_size(&options, 3) == 3);
  UNIT_CHECK(gt_engine_batch_size(&options, 4) == 4);
  UNIT_CHECK(gt_engine_batch_size(&options, GT_ENGINE_LARGE_ROWS - 1) == 4);
  UNIT_CHECK(gt_engine_batch_size(&options, GT_ENGINE_LARGE_ROWS) == 16);
  options.batch_size = 7;
  UNIT_CHECK(gt_engine_batch_size(&options, GT_ENGINE_LARGE_ROWS) == 7);
}

static void takes_odd_input(void)
{
  static const struct gt_engine_row odd[] = {
      ROW("", "empty"),         ROW("", "empty"),   ROW("\xff\xc3 \xed\xa0", "bytes"),
      ROW("\x80\x80", "bytes"), ROW("a\0b", "nul"), ROW(" \t\n", "nul"),
  };
  struct gt_engine_options options = defaults();
  struct gt_model *model = train(odd, COUNT(odd), &options);
  if (!model) return;
  UNIT_CHECK(gt_model_label_count(model) == 3);
  UNIT_STR(ask(model, "\x80\x80"), "bytes");
  UNIT_CHECK(strlen(ask(model, "")) > 0);
  gt_model_free(model);
  options.mode = GT_ENGINE_RETRIEVE;
  model = train(odd, COUNT(odd), &options);
  UNIT_STR(model ? ask(model, "\x80\x80") : NULL, "bytes");
  gt_model_free(model);
}

static void takes_one_label(void)
{
  struct gt_engine_options options = defaults();
  static const struct gt_engine_row rows[] = {ROW("a", "yes"), ROW("b", "yes")};
  struct gt_model *model = train(rows, COUNT(rows), &options);
  if (!model) return;
  struct gt_prediction p;
  struct gt_err err;
  UNIT_CHECK(gt_model_predict(model, "c", 1, &p, &err) == 0);
  UNIT_CHECK(p.top_count == 1 && p.probability == 1);
  gt_prediction_clear(&p);
  gt_model_free(model);
}

static void tells_case_and_spaces_of_all_scripts(void)
{
  struct gt_tokens a = {0}, b = {0};
  struct gt_err err;
  static const char upper[] = "\xC3\x84RGER\xC2\xA0\xD0\x96 \xCE\xA9!";
  static const char lower[] = "\xC3\xA4rger \xD0\xB6 \xCF\x89!";
  UNIT_CHECK(gt_tokens_split(&a, upper, sizeof upper - 1, &err) == 0);
  UNIT_CHECK(gt_tokens_split(&b, lower, sizeof lower - 1, &err) == 0);
  UNIT_CHECK(a.count == 4 && b.count == 4);
  for (size_t i = 0; i < a.count && i < b.count; i++)
    UNIT_CHECK(a.items[i].hash == b.items[i].hash);
  UNIT_CHECK(a.items[0].end == 6 && a.items[1].start == 8);
  gt_tokens_clear(&a);
  gt_tokens_clear(&b);
}

static void scores_rouge(void)
{
  static const struct {
    const char *hypothesis, *reference;
    double f1;
  } cases[] = {
      {"the cat sat on the mat", "the cat is on the mat", 0.833333333},
      {"police killed the gunman", "police kill the gunman", 0.75},
      {"", "something", 0},
      {"Blue Spice is a cheap pub.", "The Blue Spice pub is cheap, near the river.",
       0.533333333},
      {"a b c d", "d c b a", 0.25},
  };
  struct gt_err err;
  for (size_t i = 0; i < COUNT(cases); i++) {
    double f1;
    UNIT_CHECK(gt_rouge_l(&f1, cases[i].hypothesis, strlen(cases[i].hypothesis),
                          cases[i].reference, strlen(cases[i].reference), &err) == 0);
    UNIT_CHECK(fabs(f1 - cases[i].f1) < 1e-6);
  }
}

static void stops_when_cancelled(void)
{
  struct gt_engine_options options = defaults();
  struct gt_model *model;
  struct gt_err err;
  memset(&heard, 0, sizeof heard);
  heard.stop_at = 3;
  UNIT_CHECK(gt_train(&model, reviews, COUNT(reviews), &options, &hooks, &err) < 0);
  UNIT_CHECK(model == NULL && err.code == GT_CANCELLED && heard.steps == 3);
}

int main(void)
{
  if (!mkdtemp(folder)) return 1;
  UNIT_RUN(learns_a_tiny_set);
  UNIT_RUN(same_seed_same_bytes);
  UNIT_RUN(counts_steps_and_epochs);
  UNIT_RUN(loss_falls);
  UNIT_RUN(thins_snapshots);
  UNIT_RUN(validates_each_epoch);
  UNIT_RUN(chooses_the_mode);
  UNIT_RUN(keeps_answers_on_disk);
  UNIT_RUN(refuses_broken_files);
  UNIT_RUN(retrieves_and_replaces);
  UNIT_RUN(replaces_once_and_whole_words);
  UNIT_RUN(keeps_marks_out_of_answers);
  UNIT_RUN(checks_options);
  UNIT_RUN(chooses_the_batch_size);
  UNIT_RUN(takes_odd_input);
  UNIT_RUN(takes_one_label);
  UNIT_RUN(tells_case_and_spaces_of_all_scripts);
  UNIT_RUN(scores_rouge);
  UNIT_RUN(stops_when_cancelled);
  static const char *const files[] = {"same", "model", "whole", "cut",
                                      "bad",  "long",  "places"};
  for (size_t i = 0; i < COUNT(files); i++) unlink(in_folder(files[i]));
  rmdir(folder);
  return unit_report();
}

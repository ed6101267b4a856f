/* The search for wrong labels: what is put in is found, and the edges of a data set. */
#include "engine/suspects.h"

#include "base/clock.h"
#include "engine/folds.h"

#include "unit.h"

#include <stdatomic.h>
#include <stdlib.h>

#define ROWS_MAX 600

/* Rows "w12 w13 w17 ..." whose words are those of their class. */
struct set {
  struct gt_engine_row rows[ROWS_MAX];
  char texts[ROWS_MAX][64];
  char outputs[ROWS_MAX][16];
  size_t count;
};

static struct set set;

static void set_output(size_t i, unsigned class)
{
  snprintf(set.outputs[i], sizeof set.outputs[i], "class%u", class);
  set.rows[i].output = set.outputs[i];
  set.rows[i].output_len = strlen(set.outputs[i]);
}

static void add_row(struct gt_random *random, unsigned class)
{
  size_t i = set.count++, len = 0;
  for (int w = 0; w < 5; w++) {
    unsigned word = (unsigned)(gt_random_unit(random) * 8);
    len += (size_t)snprintf(set.texts[i] + len, sizeof set.texts[i] - len, "w%ux%u ",
                            class, word);
  }
  set.rows[i].text = set.texts[i];
  set.rows[i].text_len = len;
  set_output(i, class);
}

static void fill(unsigned classes, size_t count)
{
  struct gt_random random;
  gt_random_seed(&random, 7);
  set.count = 0;
  while (set.count < count) add_row(&random, (unsigned)set.count % classes);
}

static int find(struct gt_suspects *out, const struct gt_suspect_options *options,
                struct gt_err *err)
{
  return gt_suspects_find(out, set.rows, set.count, options, err);
}

static void finds_what_was_put_in(void)
{
  struct gt_suspect_options options = {0};
  struct gt_suspects found;
  struct gt_err err;
  fill(12, 360); /* more classes than probabilities are kept */
  for (unsigned i = 0; i < 360; i += 19) set_output(i, (i % 12 + 1 + i % 11) % 12);
  for (int order = 0; order < 2; order++) {
    options.order = order ? GT_SUSPECT_CONFIDENCE : GT_SUSPECT_MARGIN;
    UNIT_CHECK(find(&found, &options, &err) == 0);
    UNIT_CHECK(found.classes == 12 && found.skipped == 0 && !found.too_noisy);
    UNIT_CHECK(found.count >= 19 && found.estimated >= 18 && found.estimated <= 23);
    UNIT_CHECK(found.estimated_rate > .045 && found.estimated_rate < .065);
    for (size_t i = 0; i < 19 && i < found.count; i++) {
      const struct gt_suspect *s = &found.items[i];
      char truth[16];
      snprintf(truth, sizeof truth, "class%u", s->row % 12);
      UNIT_CHECK(s->row % 19 == 0);
      UNIT_STR(set.outputs[s->suggested], truth);
      UNIT_CHECK(s->margin < 0 && s->margin == s->confidence - s->suggested_confidence);
    }
    for (size_t i = 1; i < found.count; i++) {
      const struct gt_suspect *a = &found.items[i - 1], *b = &found.items[i];
      UNIT_CHECK(order ? a->confidence <= b->confidence : a->margin <= b->margin);
    }
    gt_suspects_clear(&found);
  }
}

static void the_same_whatever_the_threads(void)
{
  struct gt_suspect_options options = {.folds = 7};
  struct gt_suspects found[4], other;
  struct gt_err err;
  fill(5, 200);
  for (unsigned i = 0; i < 200; i += 9) set_output(i, (i + 1) % 5);
  for (int threads = 1; threads <= 4; threads++) {
    options.threads = threads;
    UNIT_CHECK(find(&found[threads - 1], &options, &err) == 0);
  }
  UNIT_CHECK(found[0].count > 10);
  for (int i = 1; i < 4; i++) {
    UNIT_CHECK(found[i].count == found[0].count);
    UNIT_CHECK(found[i].estimated_rate == found[0].estimated_rate);
    for (size_t j = 0; j < found[0].count && j < found[i].count; j++)
      UNIT_CHECK(found[i].items[j].row == found[0].items[j].row &&
                 found[i].items[j].margin == found[0].items[j].margin &&
                 found[i].items[j].suggested == found[0].items[j].suggested);
  }
  options.seed = 99;
  UNIT_CHECK(find(&other, &options, &err) == 0);
  UNIT_CHECK(other.count > 0 && other.items[0].margin != found[0].items[0].margin);
  gt_suspects_clear(&other);
  for (int i = 0; i < 4; i++) gt_suspects_clear(&found[i]);
}

static void a_lonely_label_is_skipped(void)
{
  struct gt_suspect_options options = {0};
  struct gt_suspects found;
  struct gt_err err;
  fill(3, 60);
  set_output(0, 90);
  set_output(30, 91);
  set_output(45, 1); /* wrong, behind skipped rows */
  set_output(10, 92);
  set_output(11, 92); /* a class of two rows: neither folds nor crashes */
  UNIT_CHECK(find(&found, &options, &err) == 0);
  UNIT_CHECK(found.skipped == 2 && found.classes == 4);
  UNIT_CHECK(found.count > 0);
  for (size_t i = 0; i < found.count; i++) {
    UNIT_CHECK(found.items[i].row != 0 && found.items[i].row != 30);
    UNIT_CHECK(found.items[i].suggested != 0 && found.items[i].suggested != 30);
  }
  int place = -1;
  for (size_t i = 0; i < found.count && i < 3; i++)
    if (found.items[i].row == 45) place = (int)i;
  UNIT_CHECK(place >= 0);
  gt_suspects_clear(&found);
}

static void small_and_odd_sets(void)
{
  struct gt_suspect_options options = {.folds = 10};
  struct gt_suspects found;
  struct gt_err err;
  fill(2, 4); /* more folds than rows */
  UNIT_CHECK(find(&found, &options, &err) == 0);
  gt_suspects_clear(&found);
  fill(1, 20); /* nothing to confuse it with */
  UNIT_CHECK(find(&found, &options, &err) == 0);
  UNIT_CHECK(found.count == 0 && found.classes == 1 && found.estimated == 0);
  gt_suspects_clear(&found);
  fill(2, 20); /* texts without a feature, and texts that contradict each other */
  for (size_t i = 0; i < 20; i++) set.rows[i].text_len = i < 10 ? 0 : 5;
  UNIT_CHECK(find(&found, &options, &err) == 0);
  for (size_t i = 0; i < found.count; i++) UNIT_CHECK(found.items[i].margin < 0);
  gt_suspects_clear(&found);
}

static void noise_is_called_noise(void)
{
  struct gt_suspect_options options = {0};
  struct gt_random random;
  struct gt_suspects found;
  struct gt_err err;
  fill(4, 400);
  gt_random_seed(&random, 3);
  for (size_t i = 0; i < 400; i++)
    if (gt_random_unit(&random) < .6)
      set_output(i, (unsigned)(gt_random_unit(&random) * 4));
  UNIT_CHECK(find(&found, &options, &err) == 0);
  UNIT_CHECK(found.too_noisy && found.estimated_rate > .3 && found.estimated_rate < .7);
  gt_suspects_clear(&found);
}

static void refuses(const struct gt_suspect_options *options, const char *part)
{
  struct gt_suspects found;
  struct gt_err err;
  UNIT_CHECK(find(&found, options, &err) < 0);
  UNIT_CHECK(err.code == GT_INVALID_ARGUMENT && strstr(err.message, part));
  UNIT_CHECK(found.items == NULL && found.count == 0);
}

static void refuses_what_cannot_be_judged(void)
{
  fill(2, 20);
  refuses(&(struct gt_suspect_options){.folds = 1}, "folds is 1");
  refuses(&(struct gt_suspect_options){.folds = 101}, "folds is 101");
  refuses(&(struct gt_suspect_options){.epoch_count = -1}, "epoch_count");
  refuses(&(struct gt_suspect_options){.threads = -1}, "threads");
  for (unsigned i = 0; i < 11; i++) set_output(i, 100 + i);
  refuses(&(struct gt_suspect_options){0}, "no labels");
  set.count = 0;
  refuses(&(struct gt_suspect_options){0}, "no training examples");
}

static bool count_down(void *user)
{
  atomic_int *left = user;
  return atomic_fetch_sub(left, 1) <= 0;
}

/* Stopped at every stage: while features are read, while the folds are trained. */
static void stops(void)
{
  static const int after[] = {0, 1, 2, 5, 50, 200};
  fill(5, 300);
  for (size_t i = 0; i < sizeof after / sizeof *after; i++) {
    atomic_int left;
    struct gt_suspects found;
    struct gt_err err;
    atomic_init(&left, after[i]);
    struct gt_suspect_options options = {.stop = count_down, .user = &left};
    UNIT_CHECK(find(&found, &options, &err) < 0);
    UNIT_CHECK(err.code == GT_CANCELLED && found.items == NULL);
  }
}

/* A model that has seen a row knows its label: none may have. */
static void no_fold_sees_its_rows(void)
{
  enum { N = 40 };
  struct gt_folds_score scores[N];
  struct gt_suspect_options options = {.folds = 4};
  uint32_t labels[N];
  struct gt_err err;
  set.count = 0;
  for (unsigned i = 0; i < N; i++) {
    set.count++;
    snprintf(set.texts[i], sizeof set.texts[i], "%u%c%u", i * 7919, 'a' + i % 26, i);
    set.rows[i].text = set.texts[i];
    set.rows[i].text_len = strlen(set.texts[i]);
    labels[i] = i % 2;
  }
  struct gt_folds_input in = {set.rows, labels, N, 2};
  UNIT_CHECK(gt_folds_score(scores, &in, &options, &err) == 0);
  double mean = 0;
  for (size_t i = 0; i < N; i++) {
    mean += (double)scores[i].confidence / N;
    UNIT_CHECK(scores[i].label[2] == UINT32_MAX && scores[i].p[0] >= scores[i].p[1]);
    double sum = (double)scores[i].p[0] + (double)scores[i].p[1];
    UNIT_CHECK(sum > .999 && sum < 1.001);
  }
  UNIT_CHECK(mean < .75);
}

int main(void)
{
  UNIT_RUN(finds_what_was_put_in);
  UNIT_RUN(the_same_whatever_the_threads);
  UNIT_RUN(a_lonely_label_is_skipped);
  UNIT_RUN(small_and_odd_sets);
  UNIT_RUN(noise_is_called_noise);
  UNIT_RUN(refuses_what_cannot_be_judged);
  UNIT_RUN(stops);
  UNIT_RUN(no_fold_sees_its_rows);
  return unit_report();
}

/* Measures the search for wrong labels, for scripts/bench: wrong labels are put into a
 * data set, and counted among those found.
 *
 *   suspectbench [-n RATE] [-s SEED] [-f FOLDS] [-e EPOCHS] [-b BATCH] [-t THREADS]
 *                [-x TIMES] FILE...
 *
 * uniform: a wrong label is any other one. confusable: it is the one that a model which
 * has not seen the row takes most often for the true one. -x repeats the rows with
 * labels and a word of their own: twice the rows, twice the labels. A line a kind of
 * noise and an order. */
#include "base/clock.h"
#include "data/rows.h"
#include "engine/folds.h"
#include "engine/labels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void die(const char *what, const char *why)
{
  fprintf(stderr, "suspectbench: %s: %s\n", what, why);
  exit(1);
}

static void *need(size_t count, size_t size)
{
  void *memory = calloc(count + 1, size);
  if (!memory) die("input", "out of memory");
  return memory;
}

struct set {
  struct gt_engine_row *rows; /* as they are */
  struct gt_engine_row *noisy;
  bool *wrong;
  size_t count, injected;
  struct gt_labels labels;
  uint32_t *confused; /* by label: the one most often taken for it */
};

static void load(struct set *s, const struct gt_rows *rows, size_t times)
{
  struct gt_err err;
  s->count = rows->count * times;
  s->rows = need(s->count, sizeof *s->rows);
  s->noisy = need(s->count, sizeof *s->noisy);
  s->wrong = need(s->count, sizeof *s->wrong);
  for (size_t i = 0; i < s->count; i++) {
    const struct gt_kept_row *r = &rows->items[i % rows->count];
    size_t copy = i / rows->count;
    char *text = need(r->text_len + r->output_len + 64, 1), *output = text;
    if (copy == 0) {
      memcpy(text, r->text, r->text_len);
      output += r->text_len;
      memcpy(output, r->output, r->output_len);
      s->rows[i] = (struct gt_engine_row){text, r->text_len, output, r->output_len};
      continue;
    }
    output += sprintf(text, "%s copy%zu", r->text, copy);
    int output_len = sprintf(output, "%s %zu", r->output, copy);
    s->rows[i] = (struct gt_engine_row){text, (size_t)(output - text), output,
                                        (size_t)output_len};
  }
  if (gt_labels_init(&s->labels, s->rows, s->count, &err) < 0)
    die("labels", err.message);
}

static void clear(struct set *s)
{
  for (size_t i = 0; i < s->count; i++) free((void *)(uintptr_t)s->rows[i].text);
  free(s->rows);
  free(s->noisy);
  free(s->wrong);
  free(s->confused);
  gt_labels_clear(&s->labels);
}

static void find_confused(struct set *s, const struct gt_suspect_options *options)
{
  struct gt_err err;
  uint32_t labels = s->labels.count;
  struct gt_folds_score *scores = need(s->count, sizeof *scores);
  double *mass = need((size_t)labels * labels, sizeof *mass);
  struct gt_folds_input in = {s->rows, s->labels.of, s->count, labels};
  if (gt_folds_score(scores, &in, options, &err) < 0) die("folds", err.message);
  for (size_t i = 0; i < s->count; i++) {
    uint32_t given = s->labels.of[i], top = scores[i].label[0];
    uint32_t other = top == given ? scores[i].label[1] : top;
    /* Mistakes count; where there are none, what came next. */
    mass[(size_t)given * labels + other] += top == given ? 1e-6 : 1;
  }
  s->confused = need(labels, sizeof *s->confused);
  for (uint32_t k = 0; k < labels; k++) {
    uint32_t best = k == 0;
    for (uint32_t j = 0; j < labels; j++)
      if (j != k && mass[(size_t)k * labels + j] > mass[(size_t)k * labels + best])
        best = j;
    s->confused[k] = best;
  }
  free(mass);
  free(scores);
}

static void inject(struct set *s, double rate, bool confusable, uint64_t seed)
{
  struct gt_random random;
  gt_random_seed(&random, seed);
  memcpy(s->noisy, s->rows, s->count * sizeof *s->noisy);
  memset(s->wrong, 0, s->count * sizeof *s->wrong);
  s->injected = (size_t)(rate * (double)s->count + .5);
  for (size_t done = 0; done < s->injected;) {
    size_t i = (size_t)(gt_random_unit(&random) * (double)s->count);
    if (s->wrong[i]) continue;
    uint32_t given = s->labels.of[i], labels = s->labels.count;
    uint32_t other = (uint32_t)(gt_random_unit(&random) * (labels - 1));
    other = confusable ? s->confused[given] : other + (other >= given);
    s->noisy[i].output = s->labels.first[other]->output;
    s->noisy[i].output_len = s->labels.first[other]->output_len;
    s->wrong[i] = true;
    done++;
  }
}

static void measure(const char *name, const struct set *s,
                    const struct gt_suspect_options *options)
{
  struct gt_suspects found;
  struct gt_err err;
  double start = gt_clock_mono();
  if (gt_suspects_find(&found, s->noisy, s->count, options, &err) < 0)
    die(name, err.message);
  double took = gt_clock_mono() - start;
  size_t hits = 0, at_100 = 0, at_k = 0, at_2k = 0, k = s->injected, named = 0;
  for (size_t i = 0; i < found.count; i++) {
    const struct gt_suspect *item = &found.items[i];
    const struct gt_engine_row *true_row = &s->rows[item->row];
    const struct gt_engine_row *suggested = &s->noisy[item->suggested];
    hits += s->wrong[item->row];
    if (i < 2 * k && s->wrong[item->row])
      named += true_row->output_len == suggested->output_len &&
               !memcmp(true_row->output, suggested->output, suggested->output_len);
    if (i < 100) at_100 = hits;
    if (i < k) at_k = hits;
    if (i < 2 * k) at_2k = hits;
  }
  double n = k ? (double)k : 1;
  printf("  %-10s %-15s p@100 %.2f, p@k %.3f, recall@2k %.3f, suggested right %.3f, "
         "found %zu, estimated %zu (%.1f %%) of %zu, %.2f s\n",
         name, options->order == GT_SUSPECT_MARGIN ? "margin" : "self-confidence",
         (double)at_100 / 100, (double)at_k / n, (double)at_2k / n,
         (double)named / (at_2k ? (double)at_2k : 1), found.count, found.estimated,
         100 * found.estimated_rate, k, took);
  gt_suspects_clear(&found);
}

int main(int argc, char **argv)
{
  struct gt_suspect_options options = {0};
  double rate = .05;
  size_t times = 1;
  uint64_t seed = 20;
  for (int c; (c = getopt(argc, argv, "n:s:f:e:b:t:x:")) != -1;) switch (c) {
    case 'n': rate = atof(optarg); break;
    case 's': seed = strtoull(optarg, NULL, 10); break;
    case 'f': options.folds = atoi(optarg); break;
    case 'e': options.epoch_count = atoi(optarg); break;
    case 'b': options.batch_size = atoi(optarg); break;
    case 't': options.threads = atoi(optarg); break;
    case 'x': times = strtoull(optarg, NULL, 10); break;
    default:
      fprintf(stderr, "usage: suspectbench [-n RATE] [-s SEED] [-f FOLDS] "
                      "[-e EPOCHS] [-b BATCH] [-t THREADS] [-x TIMES] FILE...\n");
      return 2;
    }
  for (int i = optind; i < argc; i++) {
    struct gt_rows rows;
    struct gt_findings findings;
    struct gt_err err;
    struct set s = {0};
    gt_rows_init(&rows);
    gt_findings_init(&findings, 0);
    if (gt_rows_load(&rows, &findings, argv[i], NULL, &err) < 0)
      die(argv[i], err.message);
    load(&s, &rows, times);
    printf("%s: %zu rows, %u labels\n", argv[i], s.count, s.labels.count);
    memcpy(s.noisy, s.rows, s.count * sizeof *s.noisy);
    options.order = GT_SUSPECT_MARGIN;
    measure("none", &s, &options);
    find_confused(&s, &options);
    for (int kind = 0; kind < 2; kind++) {
      inject(&s, rate, kind == 1, seed);
      for (int order = 0; order < 2; order++) {
        options.order = order ? GT_SUSPECT_CONFIDENCE : GT_SUSPECT_MARGIN;
        measure(kind ? "confusable" : "uniform", &s, &options);
      }
    }
    clear(&s);
    gt_rows_clear(&rows);
    gt_findings_clear(&findings);
  }
  return 0;
}

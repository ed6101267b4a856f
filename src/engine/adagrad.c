/* The training of a softmax regression with AdaGrad. See softmax.h. */
#include "engine/softmax.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SNAPSHOTS 1000
/* Where a feature's accumulator starts. From 0, the first example that has a feature
 * moves it by a whole step however faint it is, and the result hangs on the shuffle. */
#define FIRST_SUM 1e-4f

/* A cell of the mini-batch, chained to the others of the same feature. */
struct link {
  uint32_t row; /* within the mini-batch */
  float value;
  uint32_t next; /* + 1, 0 ends */
};

struct trainer {
  struct gt_softmax *m;
  const struct gt_softmax_data *data;
  struct gt_bag_weights weights;
  float *errors;     /* batch x stride: probability - truth */
  float *values;     /* of the longest row */
  float *sum;        /* stride: gradient of a feature that several rows have */
  float *row_sums;   /* by feature: AdaGrad's accumulator, less its start */
  float *bias_sums;  /* by label */
  uint32_t *heads;   /* by feature: first link + 1 */
  uint32_t *touched; /* features of the mini-batch */
  struct link *links;
  size_t touched_count, link_count, link_cap;
  size_t *order; /* rows as this epoch sees them */
  struct gt_random random;
  float step;
};

/* Scores one row; leaves probability - truth in its place, returns its loss. */
static double forward(struct trainer *t, uint32_t at, size_t row)
{
  const struct gt_softmax *m = t->m;
  struct gt_bag_row in = gt_bag_at(t->data->bag, row);
  float *e = t->errors + at * m->stride;
  gt_bag_values(t->values, &in, &t->weights);
  gt_softmax_score(e, m, &in, t->values);
  uint32_t label = t->data->labels[row];
  double truth = (double)e[label];
  double loss = gt_softmax_normalise(e, m->labels) - truth;
  e[label] -= 1.0f;
  for (size_t i = 0; i < in.count; i++) {
    uint32_t feature = gt_bag_feature(in.cells[i]);
    if (!t->heads[feature]) t->touched[t->touched_count++] = feature;
    t->links[t->link_count] = (struct link){at, t->values[i], t->heads[feature]};
    t->heads[feature] = (uint32_t)++t->link_count;
  }
  return loss > 0 ? loss : 0;
}

static void update_feature(struct trainer *t, uint32_t feature, const float *squares,
                           float share)
{
  size_t stride = t->m->stride;
  const struct link *link = &t->links[t->heads[feature] - 1];
  const float *gradient = t->errors + link->row * stride;
  float by = link->value * share, norm;
  t->heads[feature] = 0;
  if (!link->next) {
    norm = squares[link->row] * by * by;
  } else {
    memset(t->sum, 0, stride * sizeof *t->sum);
    for (;; link = &t->links[link->next - 1]) {
      gt_softmax_add(t->sum, t->errors + link->row * stride, link->value * share,
                     stride);
      if (!link->next) break;
    }
    gradient = t->sum;
    norm = gt_softmax_square(gradient, stride);
    by = 1;
  }
  t->row_sums[feature] += norm;
  float rate = t->step / sqrtf(FIRST_SUM + t->row_sums[feature]);
  gt_softmax_add(t->m->weights + feature * stride, gradient, -rate * by, stride);
}

static void update_bias(struct trainer *t, size_t batch, float share)
{
  memset(t->sum, 0, t->m->stride * sizeof *t->sum);
  for (size_t i = 0; i < batch; i++)
    gt_softmax_add(t->sum, t->errors + i * t->m->stride, share, t->m->stride);
  for (size_t k = 0; k < t->m->labels; k++) {
    float total = t->bias_sums[k] += t->sum[k] * t->sum[k];
    if (total > 0) t->m->bias[k] -= t->step * t->sum[k] / sqrtf(total);
  }
}

static int reserve_links(struct trainer *t, size_t need, struct gt_err *err)
{
  if (need <= t->link_cap) return 0;
  free(t->links);
  free(t->touched);
  t->link_cap = 0;
  size_t cap = need + need / 2;
  if (cap >= UINT32_MAX) return gt_engine_no_memory("so large a batch_size", err);
  t->touched = NULL;
  t->links = gt_engine_alloc(cap, sizeof *t->links, "a mini-batch", err);
  if (!t->links) return -1;
  t->touched = gt_engine_alloc(cap, sizeof *t->touched, "a mini-batch", err);
  if (!t->touched) return -1;
  t->link_cap = cap;
  return 0;
}

static void shuffle(struct trainer *t)
{
  for (size_t i = t->data->bag->row_count - 1; i > 0; i--) {
    size_t j = (size_t)(gt_random_unit(&t->random) * (double)(i + 1));
    size_t row = t->order[i];
    t->order[i] = t->order[j];
    t->order[j] = row;
  }
}

/* One mini-batch: rows is where they stand, squares has room for their norms. */
static int train_batch(double *mean_loss, struct trainer *t, const size_t *rows,
                       size_t batch, float *squares, struct gt_err *err)
{
  size_t need = 0;
  for (size_t i = 0; i < batch; i++) need += gt_bag_at(t->data->bag, rows[i]).count;
  if (reserve_links(t, need, err) < 0) return -1;
  t->touched_count = t->link_count = 0;
  double loss = 0;
  for (size_t i = 0; i < batch; i++) loss += forward(t, (uint32_t)i, rows[i]);
  *mean_loss = loss / (double)batch;
  float share = 1.0f / (float)batch;
  for (size_t i = 0; i < batch; i++)
    squares[i] = gt_softmax_square(t->errors + i * t->m->stride, t->m->stride);
  for (size_t i = 0; i < t->touched_count; i++)
    update_feature(t, t->touched[i], squares, share);
  update_bias(t, batch, share);
  return 0;
}

static void validate(struct gt_engine_validation *out, struct trainer *t, int epoch)
{
  const struct gt_bag *bag = t->data->validation;
  const struct gt_softmax *m = t->m;
  double loss = 0;
  size_t right = 0, known = 0;
  for (size_t i = 0; i < bag->row_count; i++) {
    uint32_t label = t->data->validation_labels[i], best = 0;
    if (label == UINT32_MAX) continue;
    struct gt_bag_row row = gt_bag_at(bag, i);
    gt_bag_values(t->values, &row, &t->weights);
    gt_softmax_score(t->errors, m, &row, t->values);
    for (uint32_t k = 1; k < m->labels; k++)
      if (t->errors[k] > t->errors[best]) best = k;
    double truth = (double)t->errors[label];
    loss += gt_softmax_normalise(t->errors, m->labels) - truth;
    right += best == label;
    known++;
  }
  *out = (struct gt_engine_validation){
      .epoch = epoch,
      .mean_loss = known ? loss / (double)known : NAN,
      .accuracy = (double)right / (double)bag->row_count,
  };
}

static int report(struct trainer *t, const struct gt_engine_hooks *hooks,
                  const struct gt_engine_snapshot *s, bool keep, bool epoch_ends,
                  struct gt_err *err)
{
  if (!hooks) return 0;
  if (keep && hooks->snapshot && hooks->snapshot(hooks->user, s) != 0)
    return gt_engine_no_memory("the snapshots", err);
  if (epoch_ends && t->data->validation && hooks->validation) {
    struct gt_engine_validation v;
    validate(&v, t, s->epoch);
    if (hooks->validation(hooks->user, &v) != 0)
      return gt_engine_no_memory("the snapshots", err);
  }
  if (hooks->step) hooks->step(hooks->user, s->step, s->mean_loss);
  return 0;
}

/* The rows of a mini-batch; at the end of an epoch the next one begins within it. */
static void take_rows(size_t *rows, size_t count, struct trainer *t, size_t *next)
{
  for (size_t i = 0; i < count; i++) {
    if (*next == t->data->bag->row_count) {
      shuffle(t);
      *next = 0;
    }
    rows[i] = t->order[(*next)++];
  }
}

static int run(struct trainer *t, const struct gt_engine_options *options, size_t *rows,
               float *squares, const struct gt_engine_hooks *hooks, struct gt_err *err)
{
  size_t row_count = t->data->bag->row_count, next = row_count;
  size_t batch = (size_t)gt_engine_batch_size(options, row_count), done = 0;
  size_t total = row_count * (size_t)options->epoch_count;
  int64_t steps = gt_engine_total_steps(options, row_count);
  int64_t every = (steps + SNAPSHOTS - 1) / SNAPSHOTS;
  for (int64_t step = 1; step <= steps; step++) {
    if (gt_engine_is_cancelled(hooks))
      return gt_err_set(err, GT_CANCELLED, "the training was cancelled");
    size_t count = batch < total - done ? batch : total - done;
    size_t epoch = done / row_count;
    struct gt_engine_snapshot s = {.step = step, .epoch = (int)epoch};
    take_rows(rows, count, t, &next);
    if (train_batch(&s.mean_loss, t, rows, count, squares, err) < 0) return -1;
    done += count;
    bool epoch_ends = done / row_count > epoch;
    bool keep = epoch_ends || step % every == 0;
    if (keep) s.compute_time = gt_clock_wall();
    if (report(t, hooks, &s, keep, epoch_ends, err) < 0) return -1;
  }
  return 0;
}

static int trainer_init(struct trainer *t, size_t batch, struct gt_err *err)
{
  const char *what = "the training";
  const struct gt_bag *v = t->data->validation;
  size_t stride = t->m->stride, longest = t->data->bag->longest;
  if (v && v->longest > longest) longest = v->longest;
  gt_bag_weights_init(&t->weights);
  t->errors = gt_engine_alloc(batch * stride, sizeof *t->errors, what, err);
  t->values = gt_engine_alloc(longest, sizeof *t->values, what, err);
  t->sum = gt_engine_alloc(stride, sizeof *t->sum, what, err);
  t->row_sums = gt_engine_alloc(t->m->features, sizeof *t->row_sums, what, err);
  t->bias_sums = gt_engine_alloc(stride, sizeof *t->bias_sums, what, err);
  t->heads = gt_engine_alloc(t->m->features, sizeof *t->heads, what, err);
  t->order = gt_engine_alloc(t->data->bag->row_count, sizeof *t->order, what, err);
  if (!t->errors || !t->values || !t->sum || !t->row_sums || !t->bias_sums ||
      !t->heads || !t->order)
    return -1;
  for (size_t i = 0; i < t->data->bag->row_count; i++) t->order[i] = i;
  return 0;
}

static void trainer_clear(struct trainer *t)
{
  free(t->errors);
  free(t->values);
  free(t->sum);
  free(t->row_sums);
  free(t->bias_sums);
  free(t->heads);
  free(t->order);
  free(t->touched);
  free(t->links);
}

int gt_softmax_train(struct gt_softmax *m, const struct gt_softmax_data *data,
                     const struct gt_engine_options *options,
                     const struct gt_engine_hooks *hooks, struct gt_err *err)
{
  size_t batch = (size_t)gt_engine_batch_size(options, data->bag->row_count);
  struct trainer t = {
      .m = m,
      .data = data,
      .step =
          (float)(options->learning_rate / 0.001 * options->learning_rate_multiplier),
  };
  size_t *rows = NULL;
  float *squares = NULL;
  int rc = -1;
  gt_random_seed(&t.random, options->seed);
  if (trainer_init(&t, batch, err) < 0) goto out;
  rows = gt_engine_alloc(batch, sizeof *rows, "a mini-batch", err);
  if (!rows) goto out;
  squares = gt_engine_alloc(batch, sizeof *squares, "a mini-batch", err);
  if (!squares) goto out;
  rc = run(&t, options, rows, squares, hooks, err);
out:
  free(squares);
  free(rows);
  trainer_clear(&t);
  return rc;
}

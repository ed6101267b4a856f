/* What the labels of the checked files say, and which are likely wrong. See check.h. */
#include "base/json_fault.h"
#include "check/check.h"
#include "check/outputs.h"
#include "engine/suspects.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN = 80 };

struct judging {
  struct gt_check *c;
  const struct gt_kept_row *rows; /* of the files that are judged */
  size_t count;
  struct gt_data_labels labels;
};

static void quote(char dst[SHOWN], const struct gt_label *l)
{
  gt_json_quote(dst, SHOWN, l->text, l->len);
}

static void tell_fault(struct judging *j, const struct gt_label_finding *f)
{
  static const struct {
    const char *rule, *how;
  } faults[] = {
      [GT_LABEL_TYPO] = {"label-typo", "looks like a slip for"},
      [GT_LABEL_CASE] = {"label-case", "is but for case the same as"},
      [GT_LABEL_SPACE] = {"label-space", "is but for spaces the same as"},
  };
  const struct gt_label *label = &j->labels.items[f->label];
  const struct gt_label *meant = &j->labels.items[f->meant];
  const struct gt_kept_row *row = &j->rows[label->row];
  char mine[SHOWN], theirs[SHOWN];
  quote(mine, label);
  quote(theirs, meant);
  j->c->findings.file = row->file;
  gt_findings_add(
      &j->c->findings, GT_SEVERITY_WARNING, faults[f->fault].rule, row->output_line,
      row->output_column, "write the label in one way: each way is a class of its own",
      "the label %s (%zu row%s) %s %s (%zu)", mine, label->count,
      label->count == 1 ? "" : "s", faults[f->fault].how, theirs, meant->count);
  const struct gt_kept_row *other = &j->rows[meant->row];
  gt_findings_relate(&j->c->findings, other->file, other->line);
}

static void tell_imbalance(struct judging *j)
{
  const struct gt_label *most = &j->labels.items[j->labels.largest];
  const struct gt_label *least = &j->labels.items[j->labels.smallest];
  if (j->labels.count < 2 || most->count < GT_CHECK_IMBALANCE * least->count) return;
  const struct gt_kept_row *row = &j->rows[least->row];
  char few[SHOWN], many[SHOWN];
  quote(few, least);
  quote(many, most);
  j->c->findings.file = row->file;
  gt_findings_add(&j->c->findings, GT_SEVERITY_WARNING, "label-imbalance",
                  row->output_line, row->output_column,
                  "add rows of the rare labels, and look at their scores one by one",
                  "%zu row%s with the label %s, %zu with %s", least->count,
                  least->count == 1 ? "" : "s", few, most->count, many);
}

/* --- likely wrong labels --- */

static bool asked_to_stop(void *user)
{
  return atomic_load(&((struct gt_check *)user)->stop);
}

static void tell_suspect(struct judging *j, const struct gt_suspect *s)
{
  const struct gt_kept_row *row = &j->rows[s->row], *like = &j->rows[s->suggested];
  char mine[SHOWN], theirs[SHOWN];
  gt_json_quote(mine, sizeof mine, row->output, row->output_len);
  gt_json_quote(theirs, sizeof theirs, like->output, like->output_len);
  j->c->findings.file = row->file;
  gt_findings_add(
      &j->c->findings, GT_SEVERITY_WARNING, "wrong-label", row->output_line,
      row->output_column, "read it again; do not drop rows unread",
      "the label %s has a probability of %.2f, %s one of %.2f, by models that have not "
      "seen the row",
      mine, s->confidence, theirs, s->suggested_confidence);
  gt_findings_relate(&j->c->findings, like->file, like->line);
}

static int find_suspects(struct gt_suspects *found, struct judging *j,
                         struct gt_err *err)
{
  struct gt_suspect_options options = {.stop = asked_to_stop, .user = j->c};
  struct gt_engine_row *rows = malloc((j->count + 1) * sizeof *rows);
  if (!rows) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  for (size_t i = 0; i < j->count; i++)
    rows[i] = (struct gt_engine_row){j->rows[i].text, j->rows[i].text_len,
                                     j->rows[i].output, j->rows[i].output_len};
  int rc = gt_suspects_find(found, rows, j->count, &options, err);
  free(rows);
  return rc;
}

static size_t worth_telling(const struct gt_suspects *found)
{
  size_t count = found->estimated < found->count ? found->estimated : found->count;
  if (found->too_noisy && count > GT_CHECK_NOISY_SHOWN) count = GT_CHECK_NOISY_SHOWN;
  return count;
}

/* All that are estimated when they were asked for, else only the clear ones: on hard
 * data many doubtful labels are right. */
static void tell_suspects(struct judging *j, const struct gt_suspects *found,
                          enum gt_check_labels want)
{
  size_t told = 0, listed = worth_telling(found);
  for (size_t i = 0; i < listed; i++) {
    if (want != GT_CHECK_LABELS_YES && found->items[i].margin > GT_CHECK_CLEAR_MARGIN)
      continue;
    tell_suspect(j, &found->items[i]);
    told++;
  }
  if (found->too_noisy)
    gt_check_note(
        j->c,
        "about %.0f %% of the labels look wrong: no tool can filter that, the "
        "rows must be labelled again",
        found->estimated_rate * 100);
  else if (told < found->estimated)
    gt_check_note(j->c,
                  "about %zu labels look doubtful, the clearest %zu are listed "
                  "(--labels lists all)",
                  found->estimated, told);
}

static int judge_suspects(struct judging *j, struct gt_err *err)
{
  enum gt_check_labels want = j->c->options.labels;
  struct gt_suspects found;
  if (want == GT_CHECK_LABELS_NO) return 0;
  if (want == GT_CHECK_LABELS_AUTO && j->count < GT_CHECK_AUTO_LABELS_MIN) return 0;
  if (want == GT_CHECK_LABELS_AUTO && j->count > GT_CHECK_AUTO_LABELS) {
    gt_check_note(j->c,
                  "wrong labels were not looked for: that trains on all %zu rows and "
                  "takes a while (--labels does it)",
                  j->count);
    return 0;
  }
  if (find_suspects(&found, j, err) < 0) {
    if (err->code != GT_INVALID_ARGUMENT) return -1;
    gt_check_note(j->c, "wrong labels were not looked for: %s", err->message);
    return 0;
  }
  tell_suspects(j, &found, want);
  gt_suspects_clear(&found);
  return 0;
}

/* The rows of judged files; they come first or the others are left out of a copy. */
static int select_rows(struct judging *j, struct gt_kept_row **own, struct gt_err *err)
{
  const struct gt_kept *k = &j->c->kept;
  struct gt_kept_row *rows = malloc((k->count + 1) * sizeof *rows);
  if (!rows) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  for (size_t i = 0; i < k->count; i++)
    if (!j->c->files[k->rows[i].file].against) rows[j->count++] = k->rows[i];
  j->rows = *own = rows;
  return 0;
}

static int more_rows(const void *a, const void *b)
{
  const struct gt_check_label *x = a, *y = b;
  return x->count != y->count ? (x->count < y->count) - (x->count > y->count)
         : x->len != y->len   ? (x->len > y->len) - (x->len < y->len)
                              : memcmp(x->text, y->text, x->len);
}

static int keep_labels(struct judging *j, struct gt_err *err)
{
  size_t count = j->labels.count;
  struct gt_check_label *list = malloc((count + 1) * sizeof *list);
  if (!list) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  for (size_t i = 0; i < count; i++) {
    const struct gt_label *l = &j->labels.items[i];
    list[i] = (struct gt_check_label){l->text, l->len, l->count};
  }
  qsort(list, count, sizeof *list, more_rows);
  j->c->labels = list;
  j->c->labels_count = count;
  return 0;
}

int gt_check_labels(struct gt_check *c, struct gt_err *err)
{
  struct judging j = {.c = c};
  struct gt_kept_row *own = NULL;
  int rc = -1;
  if (select_rows(&j, &own, err) < 0) return -1;
  if (j.count == 0) {
    rc = 0;
    goto out;
  }
  if (gt_outputs_labels(&j.labels, j.rows, j.count, err) < 0) goto out;
  rc = 0;
  if (j.labels.classes) {
    for (size_t i = 0; i < j.labels.findings_count; i++)
      tell_fault(&j, &j.labels.findings[i]);
    tell_imbalance(&j);
    rc = keep_labels(&j, err);
    if (rc == 0) rc = judge_suspects(&j, err);
  }
  gt_data_labels_clear(&j.labels);
out:
  free(own);
  return rc;
}

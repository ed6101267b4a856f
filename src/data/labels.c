/* Labels counted, and those that are probably meant to be another one. See labels.h. */
#include "data/labels.h"

#include "base/hash.h"
#include "base/utf8.h"
#include "data/label_word.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX
#define TYPO_ROWS 5
#define TYPO_SHARE 50 /* so many times the common label has to be as frequent */
#define TYPO_PAIRS ((size_t)100000000)
#define FOLD_BYTES 256 /* longer labels have no variants by case and space */

/* --- counting --- */

/* Open addressing: indices of labels. */
struct table {
  uint32_t *slots;
  size_t mask;
};

static int table_init(struct table *t, size_t labels, struct gt_err *err)
{
  size_t size = 16;
  while (size < labels * 2) size *= 2;
  t->mask = size - 1;
  t->slots = malloc(size * sizeof *t->slots);
  if (!t->slots) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  memset(t->slots, 0xFF, size * sizeof *t->slots);
  return 0;
}

static int count(struct gt_data_labels *l, const char *const *outputs,
                 const size_t *lens, size_t rows, struct gt_err *err)
{
  struct table t;
  struct gt_label *items;
  if (table_init(&t, rows, err) < 0) return -1;
  for (size_t i = 0; i < rows; i++) {
    size_t at = gt_hash64(outputs[i], lens[i]) & t.mask;
    for (; t.slots[at] != NONE; at = (at + 1) & t.mask) {
      const struct gt_label *have = &l->items[t.slots[at]];
      if (have->len == lens[i] && memcmp(have->text, outputs[i], lens[i]) == 0) break;
    }
    if (t.slots[at] == NONE) {
      l->items[l->count] = (struct gt_label){outputs[i], lens[i], 0, (uint32_t)i};
      t.slots[at] = (uint32_t)l->count++;
    }
    l->of_row[i] = t.slots[at];
    l->items[t.slots[at]].count++;
  }
  free(t.slots);
  items = realloc(l->items, (l->count ? l->count : 1) * sizeof *items);
  if (items) l->items = items;
  return 0;
}

static void judge_classes(struct gt_data_labels *l, size_t rows)
{
  size_t repeated = 0, kinds = 0;
  for (size_t i = 0; i < l->count; i++) {
    if (l->items[i].count < 2) continue;
    repeated += l->items[i].count;
    kinds++;
  }
  l->classes = kinds > 0 && repeated * 2 >= rows;
}

/* Of the labels that are no slips of others. */
static void find_extremes(struct gt_data_labels *l, const bool *told)
{
  uint32_t most = NONE, least = NONE;
  for (uint32_t i = 0; i < l->count; i++) {
    if (told[i]) continue;
    if (most == NONE || l->items[i].count > l->items[most].count) most = i;
    if (least == NONE || l->items[i].count < l->items[least].count) least = i;
  }
  l->largest = most == NONE ? 0 : most;
  l->smallest = least == NONE ? 0 : least;
}

static int add(struct gt_data_labels *l, size_t *cap, enum gt_label_fault fault,
               uint32_t a, uint32_t b, struct gt_err *err)
{
  if (l->findings_count == *cap) {
    size_t more = *cap ? *cap * 2 : 16; /* at most one a label */
    struct gt_label_finding *items = realloc(l->findings, more * sizeof *items);
    if (!items) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
    l->findings = items;
    *cap = more;
  }
  l->findings[l->findings_count++] = (struct gt_label_finding){fault, a, b};
  return 0;
}

/* --- variants by case and space --- */

static bool is_space(uint32_t cp)
{
  return cp == ' ' || (cp >= '\t' && cp <= '\r') || cp == 0x85 || cp == 0xA0 ||
         (cp >= 0x2000 && cp <= 0x200B) || cp == 0x202F || cp == 0x3000;
}

/* Without spaces, and without case when `fold`; the length. */
static size_t plain(char out[FOLD_BYTES + 8], const struct gt_label *l, bool fold)
{
  const char *p = l->text, *end = p + l->len;
  size_t n = 0;
  while (p < end && n + 4 <= FOLD_BYTES + 8) {
    uint32_t cp;
    p += gt_utf8_decode(&cp, p, end);
    if (!is_space(cp)) n += gt_utf8_encode(out + n, fold ? gt_label_lower(cp) : cp);
  }
  return n;
}

static bool is_same(const struct gt_label *a, const struct gt_label *b, bool fold)
{
  char x[FOLD_BYTES + 8], y[FOLD_BYTES + 8];
  size_t n = plain(x, a, fold);
  return plain(y, b, fold) == n && memcmp(x, y, n) == 0;
}

/* Each label whose plain form a more frequent (or earlier) one has, too. */
static int find_variants(struct gt_data_labels *l, size_t *cap, bool *told,
                         struct gt_err *err)
{
  struct table t;
  char key[FOLD_BYTES + 8];
  int rc = 0;
  uint32_t *best = malloc((l->count ? l->count : 1) * sizeof *best);
  if (!best) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  if (table_init(&t, l->count, err) < 0) {
    free(best);
    return -1;
  }
  for (uint32_t i = 0; i < l->count; i++) {
    best[i] = i; /* of the slot's first label: the most frequent of its form */
    size_t n = l->items[i].len <= FOLD_BYTES ? plain(key, &l->items[i], true) : 0;
    if (n == 0) continue;
    size_t at = gt_hash64(key, n) & t.mask;
    while (t.slots[at] != NONE && !is_same(&l->items[t.slots[at]], &l->items[i], true))
      at = (at + 1) & t.mask;
    if (t.slots[at] == NONE) {
      t.slots[at] = i;
      continue;
    }
    uint32_t first = t.slots[at];
    if (l->items[i].count > l->items[best[first]].count) best[first] = i;
    best[i] = first;
  }
  for (uint32_t i = 0; i < l->count && rc == 0; i++) {
    uint32_t first = best[i] < i ? best[i] : i;
    uint32_t meant = best[first] > first ? best[first] : first;
    if (meant == i) continue;
    bool space = is_same(&l->items[i], &l->items[meant], false);
    told[i] = true;
    rc = add(l, cap, space ? GT_LABEL_SPACE : GT_LABEL_CASE, i, meant, err);
  }
  free(best);
  free(t.slots);
  return rc;
}

/* --- slips of the keyboard --- */

static uint32_t meant_by(const struct gt_data_labels *l,
                         const struct gt_label_word *rare,
                         const struct gt_label_word *common, size_t commons)
{
  uint32_t best = NONE, best_edits = UINT32_MAX;
  for (size_t i = 0; i < commons; i++) {
    const struct gt_label_word *w = &common[i];
    size_t rows = l->items[w->label].count;
    if (l->items[rare->label].count * TYPO_SHARE > rows) continue;
    uint32_t edits = gt_label_word_slip(rare, w);
    if (edits == 0 || edits > best_edits) continue;
    if (edits == best_edits && rows <= l->items[best].count) continue;
    best = w->label;
    best_edits = edits;
  }
  return best;
}

static int find_typos(struct gt_data_labels *l, size_t *cap, bool *told,
                      struct gt_err *err)
{
  size_t commons = 0, at = 0;
  int rc = 0;
  for (size_t i = 0; i < l->count; i++) commons += l->items[i].count >= TYPO_SHARE;
  struct gt_label_word *common = malloc((commons ? commons : 1) * sizeof *common);
  if (!common) return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  for (uint32_t i = 0; i < l->count; i++)
    if (l->items[i].count >= TYPO_SHARE && gt_label_word_read(&common[at], l->items, i))
      at++;
  size_t left = at > 0 ? TYPO_PAIRS / at : 0; /* rare labels there is time for */
  for (uint32_t i = 0; i < l->count && left > 0 && rc == 0; i++) {
    struct gt_label_word w;
    if (told[i] || l->items[i].count > TYPO_ROWS ||
        !gt_label_word_read(&w, l->items, i))
      continue;
    left--;
    uint32_t meant = meant_by(l, &w, common, at);
    told[i] = meant != NONE;
    if (meant != NONE) rc = add(l, cap, GT_LABEL_TYPO, i, meant, err);
  }
  free(common);
  return rc;
}

int gt_data_labels_find(struct gt_data_labels *out, const char *const *outputs,
                        const size_t *lens, size_t rows, struct gt_err *err)
{
  size_t cap = 0;
  bool *told = NULL;
  int rc = -1;
  *out = (struct gt_data_labels){0};
  if (rows >= NONE) return gt_err_set(err, GT_OUT_OF_RANGE, "too many rows");
  out->items = malloc((rows ? rows : 1) * sizeof *out->items);
  out->of_row = malloc((rows ? rows : 1) * sizeof *out->of_row);
  if (!out->items || !out->of_row) {
    gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
    goto out;
  }
  if (count(out, outputs, lens, rows, err) < 0) goto out;
  judge_classes(out, rows);
  rc = 0;
  if (!out->classes) goto out;
  told = calloc(out->count, sizeof *told);
  rc = told ? 0 : gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  if (rc == 0) rc = find_variants(out, &cap, told, err);
  if (rc == 0) rc = find_typos(out, &cap, told, err);
  if (rc == 0) find_extremes(out, told);
out:
  free(told);
  if (rc < 0) gt_data_labels_clear(out);
  return rc;
}

void gt_data_labels_clear(struct gt_data_labels *l)
{
  free(l->items);
  free(l->of_row);
  free(l->findings);
  *l = (struct gt_data_labels){0};
}

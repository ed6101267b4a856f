/* The search for similar texts: against a search that compares all with all, on the
 * edges, in threads, and with its index file. */
#include "data/similar.h"

#include "data/grams.h"
#include "data/minhash.h"
#include "data/similar_parts.h"
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t state = 1;
static unsigned rnd(unsigned below)
{
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(state >> 33) % below;
}

/* --- texts --- */

struct texts {
  struct gt_text items[4096];
  size_t count;
};

static void add(struct texts *t, const char *text)
{
  char *copy = strdup(text);
  if (!copy || t->count == 4096) abort();
  t->items[t->count++] = (struct gt_text){copy, strlen(copy)};
}

static void clear(struct texts *t)
{
  for (size_t i = 0; i < t->count; i++) free((void *)(uintptr_t)t->items[i].at);
  t->count = 0;
}

/* Words of a small language, so that texts share a lot; every third is a changed copy.
 */
static void make(struct texts *t, size_t count)
{
  static const char *const words[] = {"card",
                                      "arrive",
                                      "payment",
                                      "transfer",
                                      "the",
                                      "my",
                                      "why",
                                      "has",
                                      "not",
                                      "when",
                                      "\xC3\x89t\xC3\xA9",
                                      "\xD0\x94\xD0\xB0",
                                      "money",
                                      "account",
                                      "please",
                                      "top up",
                                      "still",
                                      "pending",
                                      "fee"};
  while (t->count < count) {
    char line[600] = "";
    if (t->count > 3 && rnd(3) == 0) {
      snprintf(line, sizeof line, "%s", t->items[rnd((unsigned)t->count)].at);
      for (unsigned i = rnd(4); i > 0; i--) line[rnd((unsigned)strlen(line))] = 'q';
    } else {
      for (unsigned n = 3 + rnd(20); n > 0; n--) {
        char word[40];
        unsigned which = rnd(19);
        snprintf(word, sizeof word, "%s%u ", words[which], rnd(5));
        strcat(line, word);
      }
    }
    add(t, line);
  }
}

/* --- the slow way --- */

static int by_value(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

struct set {
  uint32_t *items;
  size_t count;
};

static struct set set_of(struct gt_text text)
{
  struct gt_grams g = {0};
  if (gt_grams_make(&g, text.at, text.len, 4, NULL) < 0) abort();
  qsort(g.items, g.count, sizeof *g.items, by_value);
  size_t kept = 0;
  for (size_t i = 0; i < g.count; i++)
    if (i == 0 || g.items[i] != g.items[kept - 1]) g.items[kept++] = g.items[i];
  free(g.normal);
  return (struct set){g.items, kept};
}

static double slow_jaccard(struct set a, struct set b)
{
  size_t both = 0;
  for (size_t i = 0, j = 0; i < a.count && j < b.count;) {
    if (a.items[i] == b.items[j]) both++;
    uint32_t x = a.items[i], y = b.items[j];
    i += x <= y;
    j += y <= x;
  }
  return (double)both / (double)(a.count + b.count - both);
}

static int has_pair(const struct gt_similar *s, uint32_t a, uint32_t b, double jaccard)
{
  for (size_t i = 0; i < s->pairs_count; i++)
    if (s->pairs[i].a == a && s->pairs[i].b == b)
      return fabs(s->pairs[i].jaccard - jaccard) < 1e-6;
  return 0;
}

/* The number of pairs that reach the threshold; *missed of them are not in s. */
static size_t compare_all(size_t *missed, const struct gt_similar *s,
                          const struct texts *t, double threshold)
{
  struct set *sets = malloc((t->count + 1) * sizeof *sets);
  size_t pairs = 0;
  if (!sets) abort();
  *missed = 0;
  for (size_t i = 0; i < t->count; i++) sets[i] = set_of(t->items[i]);
  for (uint32_t b = 0; b < t->count; b++)
    for (uint32_t a = 0; a < b && s->first[b] == b; a++) {
      if (s->first[a] != a) continue;
      double jaccard = slow_jaccard(sets[a], sets[b]);
      if (jaccard < threshold - 1e-9) continue;
      pairs++;
      *missed += !has_pair(s, a, b, jaccard);
    }
  for (size_t i = 0; i < t->count; i++) free(sets[i].items);
  free(sets);
  return pairs;
}

static void find(struct gt_similar *s, const struct texts *t,
                 struct gt_similar_options options)
{
  struct gt_err err = {0};
  int rc = gt_similar_find(s, t->items, t->count, &options, &err);
  if (rc < 0) printf("  %s\n", err.message);
  UNIT_CHECK(rc == 0);
}

static void same(const struct gt_similar *a, const struct gt_similar *b)
{
  UNIT_CHECK(a->pairs_count == b->pairs_count);
  UNIT_CHECK(a->left_out == b->left_out && a->not_compared == b->not_compared);
  if (a->pairs_count == b->pairs_count && a->pairs_count)
    UNIT_CHECK(memcmp(a->pairs, b->pairs, a->pairs_count * sizeof *a->pairs) == 0);
}

/* --- cases --- */

static struct texts t;

static void finds_every_pair(void)
{
  static const double thresholds[] = {0.3, 0.5, 0.6, 0.8, 0.95, 1};
  make(&t, 700);
  for (size_t i = 0; i < 6; i++) {
    struct gt_similar one, two;
    size_t missed;
    find(&one, &t,
         (struct gt_similar_options){.threshold = thresholds[i], .threads = 1});
    find(&two, &t,
         (struct gt_similar_options){.threshold = thresholds[i], .threads = 3});
    size_t pairs = compare_all(&missed, &one, &t, thresholds[i]);
    UNIT_CHECK(missed == 0 && pairs == one.pairs_count);
    UNIT_CHECK(thresholds[i] > 0.8 || pairs > 50);
    for (size_t p = 1; p < one.pairs_count; p++)
      UNIT_CHECK(one.pairs[p - 1].a < one.pairs[p].a ||
                 (one.pairs[p - 1].a == one.pairs[p].a &&
                  one.pairs[p - 1].b < one.pairs[p].b));
    same(&one, &two);
    gt_similar_clear(&one);
    gt_similar_clear(&two);
  }
  clear(&t);
}

static void bands_find_nearly_every_pair(void)
{
  static const double thresholds[] = {0.5, 0.6, 0.8, 0.9};
  make(&t, 1500);
  uint32_t *ids = malloc(t.count * sizeof *ids);
  uint8_t *signatures = malloc(t.count * GT_MINHASH_SIZE + 16);
  struct gt_grams grams = {0};
  if (!ids || !signatures) abort();
  memset(signatures + t.count * GT_MINHASH_SIZE, 0, 16);
  for (uint32_t i = 0; i < t.count; i++) {
    ids[i] = i;
    gt_grams_make(&grams, t.items[i].at, t.items[i].len, 4, NULL);
    gt_minhash_sign(signatures + i * GT_MINHASH_SIZE, grams.items, grams.count);
  }
  gt_grams_clear(&grams);
  for (size_t i = 0; i < 4; i++) {
    struct gt_similar_found found[3] = {{0}, {0}, {0}};
    for (int threads = 1; threads <= 3; threads++) {
      struct gt_similar_job job = {t.items, ids,    t.count, thresholds[i],
                                   threads, 100000, NULL};
      UNIT_CHECK(gt_similar_bands(&found[threads - 1], &job, signatures, NULL) == 0);
    }
    struct gt_similar s = {
        .first = ids, .pairs = found[0].pairs, .pairs_count = found[0].count};
    size_t missed, pairs = compare_all(&missed, &s, &t, thresholds[i]);
    UNIT_CHECK(pairs >= 100 && missed * 100 <= pairs * 2);
    UNIT_CHECK(pairs - missed == found[0].count); /* none that does not reach it */
    for (int k = 1; k < 3; k++) {
      UNIT_CHECK(found[k].count == found[0].count);
      UNIT_CHECK(found[k].not_compared == found[0].not_compared);
      UNIT_CHECK(memcmp(found[k].pairs, found[0].pairs,
                        found[0].count * sizeof *found[0].pairs) == 0);
    }
    for (int k = 0; k < 3; k++) free(found[k].pairs);
  }
  free(ids);
  free(signatures);
  clear(&t);
}

static void band_rows(void)
{
  UNIT_CHECK(gt_similar_band_rows(0.3) == 2);
  UNIT_CHECK(gt_similar_band_rows(1) == 16);
  for (double threshold = 0.3; threshold <= 1; threshold += 0.01) {
    int rows = gt_similar_band_rows(threshold);
    UNIT_CHECK(1 - pow(1 - pow(threshold, rows), GT_MINHASH_SIZE / rows) >= 0.985);
  }
}

static void equal_texts(void)
{
  static const char *const texts[] = {
      "Hello, world", "",    "hello WORLD!", "!!!", "???", "!!!", "",
      "ab",           "A b", "AB.",          "abc", "abcd"};
  static const uint32_t first[] = {0, 1, 0, 3, 4, 3, 1, 7, 8, 7, 10, 11};
  struct gt_similar s;
  for (size_t i = 0; i < 12; i++) add(&t, texts[i]);
  find(&s, &t, (struct gt_similar_options){.threshold = 0.3});
  for (size_t i = 0; i < 12; i++) UNIT_CHECK(s.first[i] == first[i]);
  UNIT_CHECK(s.count == 12 && s.pairs_count == 0 && s.hashed == 5);
  gt_similar_clear(&s);
  clear(&t);
}

static void nothing_and_one(void)
{
  struct gt_similar s;
  find(&s, &t, (struct gt_similar_options){0});
  UNIT_CHECK(s.count == 0 && s.pairs_count == 0);
  gt_similar_clear(&s);
  add(&t, "one");
  find(&s, &t, (struct gt_similar_options){0});
  UNIT_CHECK(s.count == 1 && s.pairs_count == 0 && s.first[0] == 0);
  gt_similar_clear(&s);
  clear(&t);
}

static void other_scripts(void)
{
  struct gt_similar s;
  add(&t, "\xD0\x93\xD0\xB4\xD0\xB5 \xD0\xBC\xD0\xBE\xD1\x8F "
          "\xD0\xBA\xD0\xB0\xD1\x80\xD1\x82\xD0\xB0?");
  add(&t, "\xD0\xB3\xD0\xB4\xD0\xB5 \xD0\x9C\xD0\x9E\xD0\xAF "
          "\xD0\xBA\xD0\xB0\xD1\x80\xD1\x82\xD0\xB0");
  add(&t, "\xE6\x88\x91\xE7\x9A\x84\xE5\x8D\xA1\xE5\x9C\xA8\xE5\x93\xAA\xE9\x87\x8C\xE5"
          "\x91\xA2");
  add(&t, "\xE6\x88\x91\xE7\x9A\x84\xE5\x8D\xA1\xE5\x9C\xA8\xE5\x93\xAA\xE9\x87\x8C");
  find(&s, &t, (struct gt_similar_options){.threshold = 0.5});
  UNIT_CHECK(s.first[1] == 0);
  /* seven letters and six: 3 grams of 4 */
  UNIT_CHECK(s.pairs_count == 1 && s.pairs[0].a == 2 && s.pairs[0].jaccard == 0.75f);
  gt_similar_clear(&s);
  clear(&t);
}

static void long_texts(void)
{
  size_t len = ((size_t)1 << 20) + 10;
  char *text = malloc(len + 1);
  if (!text) abort();
  for (size_t i = 0; i < len; i++) text[i] = (char)('a' + rnd(26));
  text[len] = '\0';
  add(&t, text);
  text[0] = 'Z';
  text[1] = '!';
  add(&t, text);
  text[0] = 'z';
  text[1] = '?';
  add(&t, text);
  text[len / 2] = '\0';
  add(&t, text);
  text[7] = '#';
  add(&t, text);
  free(text);
  struct gt_similar s;
  find(&s, &t, (struct gt_similar_options){0});
  UNIT_CHECK(s.too_long == 2 && s.first[2] == 1);
  UNIT_CHECK(s.pairs_count == 1 && s.pairs[0].a == 3 && s.pairs[0].b == 4);
  gt_similar_clear(&s);
  clear(&t);
}

static uint32_t root(const uint32_t *up, uint32_t i)
{
  while (up[i] != i) i = up[i];
  return i;
}

static void many_alike(void)
{
  struct gt_similar s, two;
  for (int i = 0; i < 4000; i++) {
    char line[200];
    snprintf(line, sizeof line,
             "Dear customer, your order number %d has been sent today and will arrive "
             "within the next three days.",
             i);
    add(&t, line);
  }
  find(&s, &t, (struct gt_similar_options){.threads = 1});
  find(&two, &t, (struct gt_similar_options){.threads = 2});
  same(&s, &two);
  gt_similar_clear(&two);
  UNIT_CHECK(s.not_compared > 0 && s.pairs_count > 4000);
  static uint32_t up[4096]; /* the group stays whole though not every pair is named */
  for (uint32_t i = 0; i < t.count; i++) up[i] = i;
  for (size_t i = 0; i < s.pairs_count; i++)
    up[root(up, s.pairs[i].b)] = root(up, s.pairs[i].a);
  for (uint32_t i = 0; i < t.count; i++) UNIT_CHECK(root(up, i) == root(up, 0));
  gt_similar_clear(&s);

  find(&s, &t, (struct gt_similar_options){.pairs_max = 100, .threads = 1});
  find(&two, &t, (struct gt_similar_options){.pairs_max = 100, .threads = 2});
  UNIT_CHECK(s.pairs_count == 100 && s.left_out > 0);
  same(&s, &two);
  gt_similar_clear(&s);
  gt_similar_clear(&two);
  clear(&t);
}

static void refused(void)
{
  static const double bad[] = {0.29, 1.01, -1, (double)NAN};
  struct gt_similar s;
  struct gt_err err;
  make(&t, 300);
  for (size_t i = 0; i < 4; i++) {
    struct gt_similar_options options = {.threshold = bad[i]};
    UNIT_CHECK(gt_similar_find(&s, t.items, t.count, &options, &err) < 0);
    UNIT_CHECK(err.code == GT_INVALID_ARGUMENT && err.hint[0] && !s.first);
  }
  struct gt_similar_options options = {.memory_max = 100000};
  UNIT_CHECK(gt_similar_find(&s, t.items, t.count, &options, &err) < 0);
  UNIT_CHECK(err.code == GT_RESOURCE_EXHAUSTED && err.hint[0] && !s.first);
  atomic_bool stop = true;
  options = (struct gt_similar_options){.stop = &stop};
  UNIT_CHECK(gt_similar_find(&s, t.items, t.count, &options, &err) < 0);
  UNIT_CHECK(err.code == GT_CANCELLED && !s.first);
  clear(&t);
}

/* --- the index --- */

static char folder[] = "/tmp/gt-similar-XXXXXX";
static char path[64], aside[72];

static size_t file_size(const char *name)
{
  struct stat st;
  return stat(name, &st) == 0 ? (size_t)st.st_size : 0;
}

static void write_at(const char *name, long at, const char *bytes)
{
  FILE *f = fopen(name, at < 0 ? "wb" : "r+b");
  if (!f) abort();
  fseek(f, at < 0 ? 0 : at, SEEK_SET);
  fputs(bytes, f);
  fclose(f);
}

static struct gt_similar indexed(size_t hashed, bool rebuilt)
{
  struct gt_similar s, plain;
  find(&s, &t, (struct gt_similar_options){.index = path});
  find(&plain, &t, (struct gt_similar_options){0});
  UNIT_CHECK(s.hashed == hashed);
  UNIT_CHECK(s.index_rebuilt == rebuilt);
  same(&s, &plain);
  gt_similar_clear(&plain);
  gt_similar_clear(&s);
  return s;
}

static void index_grows(void)
{
  unlink(path);
  for (int i = 0; i < 200; i++) {
    char line[80];
    snprintf(line, sizeof line, "the text that has the number %d", i * 7919);
    add(&t, line);
  }
  indexed(200, false);
  size_t size = file_size(path);
  UNIT_CHECK(size > 200 * (GT_MINHASH_SIZE + 16) && size < 200 * 200);
  indexed(0, false);
  add(&t, "another text");
  add(&t, "ANOTHER text!");
  indexed(1, false);
  indexed(0, false);
  UNIT_CHECK(file_size(path) == size + 16 + GT_MINHASH_SIZE);
  struct texts *all = malloc(sizeof *all);
  if (!all) abort();
  *all = t;
  t.count = 10; /* the others are kept for when they come back */
  indexed(0, false);
  t = *all;
  free(all);
  indexed(0, false);
}

static void index_is_damaged(void)
{
  size_t n = 201, size = file_size(path);
  write_at(path, (long)size - 60, "\x01\x02\x03\x04");
  indexed(n, true);
  indexed(0, false);
  UNIT_CHECK(file_size(path) == size);
  UNIT_CHECK(truncate(path, (off_t)size - 1) == 0);
  indexed(n, true);
  UNIT_CHECK(truncate(path, 5) == 0);
  indexed(n, true);
  UNIT_CHECK(truncate(path, 0) == 0);
  indexed(n, true);
  write_at(path, 8, "\x63"); /* another version */
  indexed(n, true);
  indexed(0, false);
  UNIT_CHECK(file_size(aside) == 0);
}

static void index_is_something_else(void)
{
  struct gt_similar s;
  struct gt_err err;
  struct gt_similar_options options = {.index = path};
  write_at(path, -1, "{\"text_input\": \"precious\"}\n");
  size_t size = file_size(path);
  indexed(201, true);
  UNIT_CHECK(file_size(aside) == size); /* moved, not lost */
  write_at(path, -1, "more of it");
  UNIT_CHECK(gt_similar_find(&s, t.items, t.count, &options, &err) < 0);
  UNIT_CHECK(err.code == GT_FAILED_PRECONDITION && file_size(path) == 10);
  UNIT_CHECK(file_size(aside) == size);
  options.index = folder;
  UNIT_CHECK(gt_similar_find(&s, t.items, t.count, &options, &err) < 0);
  UNIT_CHECK(err.code == GT_INVALID_ARGUMENT);
  options.index = "/nowhere/at/all";
  UNIT_CHECK(gt_similar_find(&s, t.items, t.count, &options, &err) < 0);
  UNIT_CHECK(err.code == GT_NOT_FOUND);
  unlink(path);
  unlink(aside);
  clear(&t);
}

int main(void)
{
  if (!mkdtemp(folder)) return 1;
  snprintf(path, sizeof path, "%s/index", folder);
  snprintf(aside, sizeof aside, "%s.bak", path);
  UNIT_RUN(finds_every_pair);
  UNIT_RUN(bands_find_nearly_every_pair);
  UNIT_RUN(band_rows);
  UNIT_RUN(equal_texts);
  UNIT_RUN(nothing_and_one);
  UNIT_RUN(other_scripts);
  UNIT_RUN(long_texts);
  UNIT_RUN(many_alike);
  UNIT_RUN(refused);
  UNIT_RUN(index_grows);
  UNIT_RUN(index_is_damaged);
  UNIT_RUN(index_is_something_else);
  UNIT_CHECK(rmdir(folder) == 0); /* nothing is left */
  return unit_report() || unit_case_failed;
}

/* Measures the search for similar texts: speed and memory on made-up texts, recall and
 * precision on data sets with injected near-duplicates.
 *
 *   similarbench time COUNT [THREADS]       COUNT texts of about 100 bytes
 *   similarbench alike COUNT [THREADS]      COUNT texts of one template: the worst case
 *   similarbench boilerplate COUNT [THREADS]  texts that begin alike: crowded buckets
 *   similarbench write COUNT                those of "time", a line each
 *   similarbench quality FOLDER...          folders with train.jsonl and test.jsonl
 *
 * Used by scripts/bench. Every figure is one line "name value"; nothing is judged. */
#include "base/buf.h"
#include "data/grams.h"
#include "data/rows.h"
#include "data/similar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static double now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double peak_mb(void)
{
  struct rusage use;
  getrusage(RUSAGE_SELF, &use);
  return (double)use.ru_maxrss / 1024;
}

static uint64_t rnd_state = 1;
static uint64_t rnd(uint64_t below)
{
  uint64_t z = rnd_state += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return (z ^ z >> 31) % below;
}

/* --- texts --- */

struct texts {
  struct gt_text *items;
  size_t count, cap;
};

static void add_text(struct texts *t, const char *at, size_t len)
{
  if (t->count == t->cap) {
    t->cap = t->cap ? t->cap * 2 : 1024;
    t->items = realloc(t->items, t->cap * sizeof *t->items);
    if (!t->items) abort();
  }
  char *copy = malloc(len + 1);
  if (!copy) abort();
  memcpy(copy, at, len);
  copy[len] = '\0';
  t->items[t->count++] = (struct gt_text){copy, len};
}

static void clear_texts(struct texts *t)
{
  for (size_t i = 0; i < t->count; i++) free((void *)(uintptr_t)t->items[i].at);
  free(t->items);
  *t = (struct texts){0};
}

/* Word number w of a made-up language; frequent words are short. */
static size_t put_word(char *out, uint64_t w)
{
  static const char *const heads[] = {"b", "c", "d", "f", "g",  "h",  "k",  "l",
                                      "m", "n", "p", "r", "st", "tr", "th", "w"};
  static const char *const tails[] = {"a",  "e",  "i",  "o",   "u",  "an", "er", "in",
                                      "on", "es", "at", "ing", "ed", "al", "or", "ly"};
  size_t len = 0;
  uint64_t left = w * 0x2545F491u % 1000003 + 1;
  for (uint64_t reach = 1; reach <= w * 40 + 1; reach *= 256) {
    len += (size_t)sprintf(out + len, "%s%s", heads[left % 16], tails[left / 16 % 16]);
    left /= 256;
  }
  return len;
}

static void make_text(struct texts *t)
{
  char line[256];
  size_t len = 0, want = 60 + rnd(80);
  while (len < want) {
    double u = (double)(rnd(1 << 20) + 1) / (1 << 20);
    uint64_t word = (uint64_t)(20000.0 * u * u * u); /* few words are most of a text */
    if (len) line[len++] = ' ';
    len += put_word(line + len, word);
  }
  add_text(t, line, len);
}

/* --- changes that leave a near-duplicate --- */

enum change { DROP, SWAP, REPLACE, CASE, CHANGES };
static const char *const change_names[] = {"a word dropped", "two words swapped",
                                           "a word changed", "case and punctuation"};

static size_t split(const char **words, size_t *lens, size_t max, struct gt_text t)
{
  size_t n = 0;
  const char *end = t.at + t.len;
  for (const char *s = t.at; s < end && n < max;) {
    while (s < end && *s == ' ') s++;
    const char *from = s;
    while (s < end && *s != ' ') s++;
    if (s > from) {
      words[n] = from;
      lens[n++] = (size_t)(s - from);
    }
  }
  return n;
}

static int change_text(struct texts *out, struct gt_text text, enum change change)
{
  const char *words[512];
  size_t lens[512], count = split(words, lens, 512, text);
  if (count < 8 || count == 512 || text.len > 4000) return -1;
  char line[8192];
  size_t len = 0, at = 1 + rnd(count - 2);
  if (change == SWAP) {
    const char *word = words[at];
    size_t word_len = lens[at];
    words[at] = words[at + 1];
    lens[at] = lens[at + 1];
    words[at + 1] = word;
    lens[at + 1] = word_len;
  }
  for (size_t i = 0; i < count; i++) {
    if (change == DROP && i == at) continue;
    if (len) line[len++] = ' ';
    if (change == REPLACE && i == at) {
      len += put_word(line + len, 300 + rnd(10000));
      continue;
    }
    memcpy(line + len, words[i], lens[i]);
    if (change == CASE && line[len] >= 'a' && line[len] <= 'z' && rnd(2))
      line[len] = (char)(line[len] - 32);
    len += lens[i];
    if (change == CASE && rnd(4) == 0) line[len++] = ',';
  }
  add_text(out, line, len);
  return 0;
}

/* --- figures --- */

static void search(struct gt_similar *found, const struct texts *t, double threshold,
                   int threads)
{
  struct gt_err err;
  struct gt_similar_options options = {.threshold = threshold, .threads = threads};
  if (gt_similar_find(found, t->items, t->count, &options, &err) < 0) {
    fprintf(stderr, "similarbench: %s\n", err.message);
    exit(1);
  }
}

static void measure(const struct texts *t, int threads)
{
  struct gt_similar found;
  double before = peak_mb(), start = now();
  search(&found, t, 0.8, threads);
  double seconds = now() - start;
  size_t bytes = 0, equal = 0;
  for (size_t i = 0; i < t->count; i++) {
    bytes += t->items[i].len;
    equal += found.first[i] != i;
  }
  printf("texts %zu\nbytes_a_text %.1f\nseconds %.3f\ntexts_a_second %.0f\n", t->count,
         (double)bytes / (double)t->count, seconds, (double)t->count / seconds);
  printf("peak_mb %.0f\nof_it_texts_mb %.0f\n", peak_mb(), before);
  printf("equal %zu\npairs %zu\nleft_out %zu\nnot_compared %zu\n", equal,
         found.pairs_count, found.left_out, found.not_compared);
  gt_similar_clear(&found);
}

static void make_up(struct texts *t, size_t count)
{
  while (t->count < count) {
    if (t->count > 100 && rnd(50) == 0)
      change_text(t, t->items[rnd(t->count)], (enum change)rnd(CHANGES));
    else
      make_text(t);
  }
}

static void time_made_up(size_t count, int threads)
{
  struct texts t = {0};
  make_up(&t, count);
  measure(&t, threads);
  clear_texts(&t);
}

static void write_made_up(size_t count)
{
  struct texts t = {0};
  make_up(&t, count);
  for (size_t i = 0; i < t.count; i++) puts(t.items[i].at);
  clear_texts(&t);
}

static void time_alike(size_t count, int threads)
{
  struct texts t = {0};
  for (size_t i = 0; i < count; i++) {
    char line[256];
    int len = snprintf(line, sizeof line,
                       "Dear customer, your order number %zu has been sent today and "
                       "will arrive within the next three days.",
                       i);
    add_text(&t, line, (size_t)len);
  }
  measure(&t, threads);
  clear_texts(&t);
}

/* Three fifths of every text are the same: crowded buckets and not one pair. */
static void time_boilerplate(size_t count, int threads)
{
  struct texts t = {0}, own = {0};
  for (size_t i = 0; i < count; i++) {
    char line[640];
    make_text(&own);
    int len = snprintf(line, sizeof line,
                       "Classify the following message of a customer as one of these: "
                       "complaint, question, praise, request, other. Answer with one "
                       "word only. Message: %s",
                       own.items[0].at);
    add_text(&t, line, (size_t)len);
    clear_texts(&own);
  }
  measure(&t, threads);
  clear_texts(&t);
}

/* --- data sets --- */

static size_t load(struct texts *t, const char *folder, const char *file)
{
  char path[4096];
  struct gt_rows rows;
  struct gt_findings findings;
  struct gt_err err;
  snprintf(path, sizeof path, "%s/%s", folder, file);
  gt_rows_init(&rows);
  gt_findings_init(&findings, 0);
  if (gt_rows_load(&rows, &findings, path, NULL, &err) < 0) {
    fprintf(stderr, "similarbench: %s\n", err.message);
    exit(1);
  }
  for (size_t i = 0; i < rows.count; i++)
    add_text(t, rows.items[i].text, rows.items[i].text_len);
  size_t count = rows.count;
  gt_rows_clear(&rows);
  gt_findings_clear(&findings);
  return count;
}

static void note_leak(char *leak, const char *in_train, uint32_t from, uint32_t to,
                      float jaccard)
{
  char level = jaccard >= 1 ? 2 : 1;
  if (in_train[from] && leak[to] < level) leak[to] = level;
}

/* Test rows that stand in train: with the same set of grams, and at .8 or more. */
static void leaks(const char *folder)
{
  struct texts t = {0};
  struct gt_similar found;
  size_t train = load(&t, folder, "train.jsonl"), test = load(&t, folder, "test.jsonl");
  char *leak = calloc(t.count + 1, 1), *in_train = calloc(t.count + 1, 1);
  if (!leak || !in_train) abort();
  search(&found, &t, 0.8, 0);
  size_t equal = 0, near = 0;
  for (size_t i = 0; i < train; i++) in_train[found.first[i]] = 1;
  for (size_t i = 0; i < t.count; i++)
    if (in_train[i]) leak[i] = 2;
  for (size_t i = 0; i < found.pairs_count; i++) {
    const struct gt_similar_pair *p = &found.pairs[i];
    note_leak(leak, in_train, p->a, p->b, p->jaccard);
    note_leak(leak, in_train, p->b, p->a, p->jaccard);
  }
  for (size_t i = train; i < t.count; i++) {
    equal += leak[found.first[i]] == 2;
    near += leak[found.first[i]] > 0;
  }
  printf("%s: test rows in train: %zu at 1, %zu at .8 of %zu\n", folder, equal, near,
         test);
  free(leak);
  free(in_train);
  gt_similar_clear(&found);
  clear_texts(&t);
}

struct tally {
  size_t injected, reach, found;
};

/* Every fifth row gets a changed twin; a twin is found when it pairs with its origin
 * (or is equal to it), right when their true index reaches the threshold. */
static void inject(const char *folder, double threshold)
{
  struct texts t = {0};
  struct gt_similar s;
  struct gt_err err;
  struct gt_grams a = {0}, b = {0};
  struct gt_grams_overlap overlap = {0};
  struct tally tally[CHANGES] = {{0, 0, 0}};
  load(&t, folder, "train.jsonl");
  size_t count = t.count, wrong = 0;
  uint32_t *origin = calloc(count * 2, sizeof *origin);
  unsigned char *kind = calloc(count * 2, 1);
  if (!origin || !kind) abort();
  for (size_t i = 0; i < count; i += 5) {
    enum change change = (enum change)(i / 5 % CHANGES);
    if (change_text(&t, t.items[i], change) < 0) continue;
    origin[t.count - 1] = (uint32_t)i;
    kind[t.count - 1] = (unsigned char)change;
  }
  search(&s, &t, threshold, 0);
  for (size_t i = count; i < t.count; i++) {
    uint32_t x = s.first[origin[i]], y = s.first[i];
    struct tally *here = &tally[kind[i]];
    gt_grams_make(&a, t.items[x].at, t.items[x].len, 4, &err);
    gt_grams_make(&b, t.items[y].at, t.items[y].len, 4, &err);
    gt_grams_reserve(&overlap, a.count + b.count, &err);
    gt_grams_left(&overlap, &a);
    here->injected++;
    if (x != y && gt_grams_jaccard(&overlap, &b) < threshold - 1e-9) continue;
    here->reach++;
    bool found = x == y;
    for (size_t p = 0; p < s.pairs_count && !found; p++)
      found = (s.pairs[p].a == x && s.pairs[p].b == y) ||
              (s.pairs[p].a == y && s.pairs[p].b == x);
    here->found += found;
  }
  for (size_t p = 0; p < s.pairs_count; p++) {
    gt_grams_make(&a, t.items[s.pairs[p].a].at, t.items[s.pairs[p].a].len, 4, &err);
    gt_grams_make(&b, t.items[s.pairs[p].b].at, t.items[s.pairs[p].b].len, 4, &err);
    gt_grams_reserve(&overlap, a.count + b.count, &err);
    gt_grams_left(&overlap, &a);
    wrong += gt_grams_jaccard(&overlap, &b) < threshold - 1e-9;
  }
  for (int c = 0; c < CHANGES; c++)
    printf("%s at %.1f, %s: %zu injected, %zu reach it, %zu found (%.1f %%), "
           "of all %.1f %%\n",
           folder, threshold, change_names[c], tally[c].injected, tally[c].reach,
           tally[c].found,
           100.0 * (double)tally[c].found /
               (double)(tally[c].reach ? tally[c].reach : 1),
           100.0 * (double)tally[c].found /
               (double)(tally[c].injected ? tally[c].injected : 1));
  printf("%s at %.1f: %zu pairs, %zu of them below the threshold\n", folder, threshold,
         s.pairs_count, wrong);
  gt_grams_clear(&a);
  gt_grams_clear(&b);
  gt_grams_overlap_clear(&overlap);
  free(origin);
  free(kind);
  gt_similar_clear(&s);
  clear_texts(&t);
}

int main(int argc, char **argv)
{
  const char *what = argc > 2 ? argv[1] : "";
  size_t count = argc > 2 ? (size_t)strtoul(argv[2], NULL, 10) : 0;
  int threads = argc > 3 ? atoi(argv[3]) : 0;
  if (strcmp(what, "time") == 0) {
    time_made_up(count, threads);
  } else if (strcmp(what, "write") == 0) {
    write_made_up(count);
  } else if (strcmp(what, "alike") == 0) {
    time_alike(count, threads);
  } else if (strcmp(what, "boilerplate") == 0) {
    time_boilerplate(count, threads);
  } else if (strcmp(what, "quality") == 0) {
    for (int i = 2; i < argc; i++) {
      leaks(argv[i]);
      inject(argv[i], 0.8);
      inject(argv[i], 0.6);
    }
  } else {
    fprintf(stderr,
            "usage: similarbench time|alike COUNT [THREADS] | quality FOLDER...\n");
    return 2;
  }
  return 0;
}

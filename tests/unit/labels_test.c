/* Which outputs are labels, and which of them are slips of others. */
#include "data/labels.h"

#include "unit.h"

#include <stdlib.h>

struct has {
  const char *text;
  size_t count;
};

#define ROWS_MAX 20000

/* The rows of a table of labels in turn, so that the first ones come first. */
static int find(struct gt_data_labels *l, const struct has *table)
{
  static const char *outputs[ROWS_MAX];
  static size_t lens[ROWS_MAX];
  size_t rows = 0;
  struct gt_err err;
  for (size_t round = 0, more = 1; more; round++) {
    more = 0;
    for (const struct has *h = table; h->text; h++) {
      if (round >= h->count || rows == ROWS_MAX) continue;
      outputs[rows] = h->text;
      lens[rows++] = strlen(h->text);
      more = 1;
    }
  }
  return gt_data_labels_find(l, outputs, lens, rows, &err);
}

/* "typo:positve>positive; case:..." */
static const char *faults(const struct gt_data_labels *l)
{
  static const char *const names[] = {"typo", "case", "space"};
  static char text[2048];
  size_t used = 0;
  text[0] = '\0';
  for (size_t i = 0; i < l->findings_count && used < sizeof text - 200; i++) {
    const struct gt_label_finding *f = &l->findings[i];
    const struct gt_label *a = &l->items[f->label], *b = &l->items[f->meant];
    used += (size_t)snprintf(text + used, sizeof text - used, "%s%s:%.*s>%.*s",
                             used ? "; " : "", names[f->fault], (int)a->len, a->text,
                             (int)b->len, b->text);
  }
  return text;
}

static const struct {
  struct has table[8];
  const char *want;
} cases[] = {
    /* slips: a letter missing, added, changed, two swapped */
    {{{"positive", 300}, {"negative", 300}, {"positve", 1}}, "typo:positve>positive"},
    {{{"positive", 300}, {"negative", 300}, {"possitive", 2}},
     "typo:possitive>positive"},
    {{{"positive", 300}, {"negative", 300}, {"posotive", 5}}, "typo:posotive>positive"},
    {{{"positive", 300}, {"negative", 300}, {"psoitive", 1}}, "typo:psoitive>positive"},
    {{{"positive", 300}, {"negative", 300}, {"negatve", 1}, {"postive", 1}},
     "typo:negatve>negative; typo:postive>positive"},
    {{{"spam", 100}, {"normal", 100}, {"spma", 2}}, "typo:spma>spam"},
    {{{"neutral", 100}, {"other", 90}, {"netural", 1}}, "typo:netural>neutral"},
    {{{"complaint", 100}, {"other", 90}, {"complant.", 1}}, "typo:complant.>complaint"},
    {{{"gr\xC3\xBC\xC3\x9F"
       "e",
       100},
      {"other", 90},
      {"gr\xC3\xBC"
       "e",
       1}},
     "typo:gr\xC3\xBC"
     "e>gr\xC3\xBC\xC3\x9F"
     "e"},
    {{{"card_arrival", 100}, {"card_linking", 90}, {"card arrival", 1}},
     "typo:card arrival>card_arrival"},
    /* the nearer one of two, and the more frequent one of two as near */
    {{{"delivery", 100}, {"deliveries", 100}, {"deliverys", 1}},
     "typo:deliverys>delivery"},
    {{{"boring", 60}, {"boning", 100}, {"bozing", 1}}, "typo:bozing>boning"},
    /* case and space, however many there are */
    {{{"positive", 30}, {"Positive", 20}}, "case:Positive>positive"},
    {{{"Positive", 20}, {"positive", 30}, {"POSITIVE", 1}},
     "case:Positive>positive; case:POSITIVE>positive"},
    {{{"positive", 30}, {"positive ", 2}, {" positive", 1}},
     "space:positive >positive; space: positive>positive"},
    {{{"card arrival", 9}, {"card  arrival", 2}, {"cardarrival", 2}},
     "space:card  arrival>card arrival; space:cardarrival>card arrival"},
    {{{"yes", 9}, {"yes\xC2\xA0", 1}}, "space:yes\xC2\xA0>yes"},
    {{{"\xC3\x89t\xC3\xA9", 3}, {"\xC3\xA9t\xC3\xA9", 9}},
     "case:\xC3\x89t\xC3\xA9>\xC3\xA9t\xC3\xA9"},
    {{{"\xD0\x94\xD0\xB0", 3}, {"\xD0\xB4\xD0\xB0", 9}},
     "case:\xD0\x94\xD0\xB0>\xD0\xB4\xD0\xB0"},
    {{{"yes", 9}, {"Yes ", 1}, {"no", 9}}, "case:Yes >yes"},
    /* nothing: opposites, numbers, short ones, prefixes, both common, too far */
    {{{"positive", 300}, {"negative", 2}}, ""},
    {{{"card_1", 300}, {"card_2", 2}, {"card_12", 2}}, ""},
    {{{"2021", 300}, {"2022", 2}, {"2012", 1}}, ""},
    {{{"yes", 300}, {"yet", 2}, {"no", 200}, {"on", 1}}, ""},
    {{{"ham", 300}, {"spam", 4}}, ""},
    {{{"possible", 300}, {"impossible", 4}, {"moral", 300}, {"amoral", 2}}, ""},
    {{{"card_linking", 100}, {"card_blinking", 40}}, ""},
    {{{"positive", 300}, {"positve", 6}}, ""},
    {{{"positive", 49}, {"positve", 1}}, ""},
    {{{"positive", 99}, {"positve", 2}}, ""},
    {{{"positive", 300}, {"pzsztzve", 1}}, ""},
    {{{"neutral", 100}, {"neuwwal", 1}}, ""},
    {{{"A", 100}, {"B", 100}, {"C", 1}}, ""},
};

static void names_slips(void)
{
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct gt_data_labels l;
    UNIT_CHECK(find(&l, cases[i].table) == 0 && l.classes);
    UNIT_STR(faults(&l), cases[i].want);
    gt_data_labels_clear(&l);
  }
}

static void counts(void)
{
  static const struct has table[] = {{"a", 3}, {"b", 5}, {"c", 1}, {NULL, 0}};
  struct gt_data_labels l;
  UNIT_CHECK(find(&l, table) == 0);
  UNIT_CHECK(l.classes && l.count == 3 && l.largest == 1 && l.smallest == 2);
  UNIT_CHECK(l.items[0].count == 3 && l.items[1].count == 5 && l.items[2].count == 1);
  UNIT_CHECK(l.items[0].row == 0 && l.items[1].row == 1 && l.items[2].row == 2);
  /* rows: a b c a b a b b b */
  static const uint32_t want[] = {0, 1, 2, 0, 1, 0, 1, 1, 1};
  UNIT_CHECK(memcmp(l.of_row, want, sizeof want) == 0);
  gt_data_labels_clear(&l);
}

static void leaves_slips_out_of_the_extremes(void)
{
  static const struct has table[] = {
      {"positive", 99}, {"negative", 60}, {"negatve", 1}, {"Positive", 100}, {NULL, 0}};
  struct gt_data_labels l;
  UNIT_CHECK(find(&l, table) == 0);
  UNIT_STR(faults(&l), "case:positive>Positive; typo:negatve>negative");
  UNIT_CHECK(l.largest == 3 && l.smallest == 1);
  gt_data_labels_clear(&l);
}

static void tells_texts_from_labels(void)
{
  static const struct {
    struct has table[8];
    bool classes;
  } kinds[] = {
      {{{"a", 2}, {"x", 1}, {"y", 1}}, true}, /* exactly half */
      {{{"a", 2}, {"x", 1}, {"y", 1}, {"z", 1}}, false},
      {{{"x", 1}, {"y", 1}}, false},
      {{{"x", 1}}, false},
      {{{"x", 2}}, true},
      {{{NULL, 0}}, false},
  };
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    struct gt_data_labels l;
    UNIT_CHECK(find(&l, kinds[i].table) == 0 && l.classes == kinds[i].classes);
    gt_data_labels_clear(&l);
  }
  struct gt_data_labels l; /* texts have no variants */
  static const struct has texts[] = {{"One", 1}, {"one", 1}, {"two", 1}, {NULL, 0}};
  UNIT_CHECK(find(&l, texts) == 0 && l.findings_count == 0);
  gt_data_labels_clear(&l);
}

/* Many labels and long ones: no two of them may be mixed up. */
static void keeps_many_apart(void)
{
  enum { KINDS = 3000, ROWS = KINDS * 3 };
  static char texts[KINDS][400];
  static const char *outputs[ROWS];
  static size_t lens[ROWS];
  struct gt_data_labels l;
  struct gt_err err;
  for (int i = 0; i < KINDS; i++)
    sprintf(texts[i], "%0*d%s", i % 300 + 5, i * 7919, i % 2 ? "x" : "");
  for (int i = 0; i < ROWS; i++) {
    outputs[i] = texts[i * 7 % KINDS];
    lens[i] = strlen(outputs[i]);
  }
  UNIT_CHECK(gt_data_labels_find(&l, outputs, lens, ROWS, &err) == 0);
  UNIT_CHECK(l.count == KINDS && l.classes && l.findings_count == 0);
  for (int i = 0; i < ROWS; i++) {
    const struct gt_label *label = &l.items[l.of_row[i]];
    UNIT_CHECK(label->len == lens[i] && memcmp(label->text, outputs[i], lens[i]) == 0);
    UNIT_CHECK(label->count == 3);
  }
  gt_data_labels_clear(&l);
}

int main(void)
{
  UNIT_RUN(names_slips);
  UNIT_RUN(counts);
  UNIT_RUN(leaves_slips_out_of_the_extremes);
  UNIT_RUN(tells_texts_from_labels);
  UNIT_RUN(keeps_many_apart);
  return unit_report();
}

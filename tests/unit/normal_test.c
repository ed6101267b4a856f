/* Normal forms, their hashes, grams and signatures. */
#include "data/normal.h"

#include "data/grams.h"
#include "data/minhash.h"
#include "unit.h"

#include <stdlib.h>

static const struct {
  const char *text, *normal;
} forms[] = {
    {"", ""},
    {" \t\r\n", ""},
    {"!?,.", ""},
    {"Hello,   World!", "hello world"},
    {"  a--b__c  ", "a b c"},
    {"I'm 25% off: $3.50", "i m 25 off 3 50"},
    {"A\x01\x7F"
     "B",
     "a b"},
    {"\xC3\x84\xC3\x96\xC3\x9C \xC3\x9F", "\xC3\xA4\xC3\xB6\xC3\xBC \xC3\x9F"},
    {"\xC5\xB8\xC4\xB9\xC5\xBD", "\xC3\xBF\xC4\xBA\xC5\xBE"}, /* Y: L' Zv */
    {"\xCE\x91\xCE\x86\xCE\xA3\xCF\x82",
     "\xCE\xB1\xCE\xAC\xCF\x83\xCF\x83"},                      /* greek */
    {"\xD0\x9F\xD0\xA0\xD0\x81!", "\xD0\xBF\xD1\x80\xD1\x91"}, /* cyrillic */
    {"\xE2\x80\x9Cyes\xE2\x80\x9D \xE2\x80\x94 no\xE2\x80\xA6", "yes no"}, /* typeset */
    {"a\xC2\xA0\xC2\xA0z", "a z"},                    /* spaces that do not break */
    {"co\xC2\xADop\xE2\x80\x8B\xEF\xBB\xBF", "coop"}, /* soft hyphen, zero width, BOM */
    {"\xE4\xBD\xA0\xE5\xA5\xBD\xE3\x80\x82", "\xE4\xBD\xA0\xE5\xA5\xBD"}, /* CJK stop */
    {"\xF0\x9F\x98\x80 ok", "\xF0\x9F\x98\x80 ok"}, /* an emoji is what it is */
    {"\xFF"
     "A\xC3",
     "\xFF"
     "a\xC3"},                                    /* no UTF-8 */
    {"\xC3\x97x\xC3\xB7", "x"},                   /* times, divided by */
    {"\xEF\xBC\xA1\xEF\xBC\x81", "\xEF\xBD\x81"}, /* full width A ! */
};

static void normal_forms(void)
{
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    size_t len = strlen(forms[i].text);
    char *text = malloc(len + 1), *out = malloc(len + 1), again[128];
    if (!text || !out) abort();
    memcpy(text, forms[i].text, len); /* exact size: the sanitizer watches its end */
    size_t n = gt_normal_form(out, text, len);
    UNIT_CHECK(n <= len);
    out[n <= len ? n : len] = '\0';
    UNIT_STR(out, forms[i].normal);
    size_t m = gt_normal_form(again, out, n);
    UNIT_CHECK(m == n && memcmp(again, out, n) == 0);
    free(text);
    free(out);
  }
}

static void every_code_point_fits(void)
{
  for (uint32_t cp = 0x80; cp < 0x11000; cp++) {
    char text[8], out[8];
    if (cp >= 0xD800 && cp < 0xE000) continue;
    size_t len = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    text[0] = (char)(len == 2 ? 0xC0 | cp >> 6 : len == 3 ? 0xE0 | cp >> 12 : 0xF0);
    if (len == 4) text[1] = (char)(0x80 | cp >> 12);
    if (len >= 3) text[len - 2] = (char)(0x80 | (cp >> 6 & 0x3F));
    text[len - 1] = (char)(0x80 | (cp & 0x3F));
    UNIT_CHECK(gt_normal_form(out, text, len) <= len);
  }
}

static void hashes(void)
{
  struct gt_normal_hash seen[64];
  char text[64] = {0};
  for (size_t len = 0; len < 64; len++) { /* zeros of every length differ */
    seen[len] = gt_normal_hash(text, len);
    for (size_t i = 0; i < len; i++) UNIT_CHECK(!gt_normal_equal(seen[i], seen[len]));
  }
  for (size_t bit = 0; bit < 40 * 8; bit++) { /* one bit changes both halves */
    text[bit / 8] = (char)(1 << (bit % 8));
    struct gt_normal_hash h = gt_normal_hash(text, 40);
    UNIT_CHECK(h.lo != seen[40].lo && h.hi != seen[40].hi);
    text[bit / 8] = 0;
  }
  UNIT_CHECK(gt_normal_equal(gt_normal_key("a b", 3, "A, b", 4),
                             gt_normal_key("a b", 3, "a b!", 4)));
  UNIT_CHECK(
      !gt_normal_equal(gt_normal_key("", 0, "!!!", 3), gt_normal_key("", 0, "???", 3)));
  UNIT_CHECK(
      !gt_normal_equal(gt_normal_key("", 0, "a", 1), gt_normal_key("a", 1, "a", 1)));
}

static double jaccard(const char *a, const char *b, int n)
{
  struct gt_grams x = {0}, y = {0};
  struct gt_grams_overlap o = {0};
  double result = -1;
  if (gt_grams_make(&x, a, strlen(a), n, NULL) == 0 &&
      gt_grams_make(&y, b, strlen(b), n, NULL) == 0 &&
      gt_grams_reserve(&o, x.count + y.count, NULL) >= 0) {
    gt_grams_left(&o, &x);
    gt_grams_jaccard(&o, &x); /* an earlier comparison leaves nothing behind */
    result = gt_grams_jaccard(&o, &y);
  }
  gt_grams_clear(&x);
  gt_grams_clear(&y);
  gt_grams_overlap_clear(&o);
  return result;
}

static void jaccards(void)
{
  UNIT_CHECK(jaccard("", "", 4) == 1);
  UNIT_CHECK(jaccard("", "abcd", 4) == 0);
  UNIT_CHECK(jaccard("abc", "ABC!", 4) == 1);
  UNIT_CHECK(jaccard("abc", "abcd", 4) == 0);
  UNIT_CHECK(jaccard("abcdefgh", "abcdefgh", 4) == 1);
  UNIT_CHECK(jaccard("abcdefgh", "abcdefgx", 4) == 4.0 / 6); /* 4 of 5 + 5 - 4 */
  UNIT_CHECK(jaccard("aaaaaaaa", "aaaa", 4) == 1);           /* sets, not bags */
  UNIT_CHECK(jaccard("ab", "bc", 1) == 1.0 / 3);
  UNIT_CHECK(jaccard("abcdefghij", "abcdefghik", 6) == 4.0 / 6);
  /* four letters of two bytes each are one gram, not five */
  UNIT_CHECK(jaccard("\xD0\xB0\xD0\xB1\xD0\xB2\xD0\xB3\xD0\xB4",
                     "\xD0\x90\xD0\xB1\xD0\xB2\xD0\xB3\xD0\xB5", 4) == 1.0 / 3);
  /* a byte that is no UTF-8 is not the letter of that number */
  UNIT_CHECK(jaccard("ab\xE9"
                     "d",
                     "ab\xC3\xA9"
                     "d",
                     4) == 0);
}

static void signatures(void)
{
  enum { MOST = 1500 };
  static uint32_t grams[MOST];
  uint64_t state = 7;
  for (size_t i = 0; i < MOST; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    grams[i] = (uint32_t)(state >> 32);
  }
  for (size_t n = 1; n <= MOST; n += n < 40 ? 1 : 97) {
    uint8_t fast[GT_MINHASH_SIZE], plain[GT_MINHASH_SIZE];
    gt_minhash_sign(fast, grams, n);
    gt_minhash_sign_plain(plain, grams, n);
    UNIT_CHECK(memcmp(fast, plain, sizeof fast) == 0);
    UNIT_CHECK(gt_minhash_agree(fast, plain) == GT_MINHASH_SIZE);
  }
}

/* The mean over many pairs of sets tells J + (1 - J) / 256. */
static void estimates(void)
{
  enum { PAIRS = 300, SIZE = 100 };
  static const int shared_of[] = {0, 33, 67, 80, 95};
  uint64_t state = 11;
  for (size_t s = 0; s < sizeof shared_of / sizeof *shared_of; s++) {
    int shared = shared_of[s];
    double agree = 0, j = (double)shared / (2 * SIZE - shared);
    for (int p = 0; p < PAIRS; p++) {
      uint32_t a[SIZE], b[SIZE];
      uint8_t x[GT_MINHASH_SIZE], y[GT_MINHASH_SIZE];
      uint64_t mask = 0;
      for (int i = 0; i < SIZE; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        a[i] = (uint32_t)(state >> 33) & 0x7F7F7F7F;
        b[i] = i < shared ? a[i] : (uint32_t)(state >> 20) | 0x80000000u;
      }
      gt_minhash_sign(x, a, SIZE);
      gt_minhash_sign(y, b, SIZE);
      for (int i = 0; i < GT_MINHASH_SIZE; i++) mask += x[i] == y[i];
      UNIT_CHECK(gt_minhash_agree(x, y) == mask);
      agree += (double)mask / GT_MINHASH_SIZE / PAIRS;
    }
    double off = agree - (j + (1 - j) / 256);
    UNIT_CHECK(off < 0.01 && off > -0.01);
  }
}

int main(void)
{
  UNIT_RUN(normal_forms);
  UNIT_RUN(every_code_point_fits);
  UNIT_RUN(hashes);
  UNIT_RUN(jaccards);
  UNIT_RUN(signatures);
  UNIT_RUN(estimates);
  return unit_report();
}

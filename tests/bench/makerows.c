/* Writes JSON Lines of training pairs for the benchmarks.
 *
 *   makerows MEGABYTES FILE
 *
 * 20,000 rows of 100 to 300 bytes, put together from the phrases below by a fixed
 * random sequence, over and over up to the size. One row in eight has text that is not
 * ASCII, one in six has escapes. Used by scripts/bench; the same arguments give the
 * same bytes. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 20000, ROW_MAX = 1024 };

static uint32_t seed = 2024;

static uint32_t pick(uint32_t n)
{
  seed = seed * 1664525u + 1013904223u;
  return (uint32_t)((uint64_t)(seed >> 4) * n >> 28);
}

static const char *const plain[] = {"The parcel came two days late, ",
                                    "I would order from them again, ",
                                    "the staff were kind and patient, ",
                                    "the room was smaller than it looked, ",
                                    "please cancel my card, ",
                                    "how do I change my address?",
                                    "the soup was cold, ",
                                    "we waited for an hour, ",
                                    "the battery lasts all week, ",
                                    "my refund is missing, ",
                                    "breakfast was the best part, ",
                                    "the app closes when I tap on it, ",
                                    "which documents do I need?",
                                    "delivery was quick, ",
                                    "the colour is not mine, ",
                                    "it broke on the third day, ",
                                    "the manual is easy to follow, ",
                                    "nobody answered my call, ",
                                    "great value for the price, ",
                                    "never again, "};
static const char *const foreign[] = {
    "das Zimmer war gro\xC3\x9F und sauber, ",
    "le caf\xC3\xA9 \xC3\xA9tait parfait, ",
    "\xD0\xB2\xD1\x81\xD1\x91 \xD0\xBF\xD1\x80\xD0\xB8\xD1\x88\xD0\xBB\xD0\xBE, ",
    "\xE9\x80\x81\xE6\x96\x99\xE3\x81\x8C\xE9\xAB\x98\xE3\x81\x84\xE3\x80\x82",
    "so good \xF0\x9F\x98\x80 ",
    "costs 20 \xE2\x82\xAC \xE2\x80\x93 too much, "};
static const char *const escaped[] = {"they said \\\"tomorrow\\\", ",
                                      "first line\\n",
                                      "a\\tb, ",
                                      "C:\\\\photos, ",
                                      "1\\/2 off, ",
                                      "cr\\u00e8me, "};
static const char *const outputs[] = {
    "positive",       "negative",
    "neutral",        "card_delivery_estimate",
    "change_address", "We are sorry for the trouble; a refund is on its way."};
#define PICK(list) list[pick(sizeof list / sizeof *list)]

static size_t make_row(char *row, size_t cap)
{
  size_t want = 100 + pick(200), from_foreign = pick(8) == 0,
         from_escaped = pick(6) == 0;
  const char *output = PICK(outputs);
  size_t n = (size_t)snprintf(row, cap, "{\"text_input\": \"");
  while (n + 60 < want)
    n += (size_t)snprintf(row + n, cap - n, "%s",
                          from_foreign && pick(2)        ? PICK(foreign)
                          : from_escaped && pick(3) == 0 ? PICK(escaped)
                                                         : PICK(plain));
  return n + (size_t)snprintf(row + n, cap - n, "\", \"output\": \"%s\"}\n", output);
}

int main(int argc, char **argv)
{
  static char text[ROWS * ROW_MAX];
  size_t len = 0;
  FILE *f = argc == 3 ? fopen(argv[2], "wb") : NULL;
  if (!f) {
    fprintf(stderr, "usage: makerows MEGABYTES FILE\n");
    return 2;
  }
  for (int i = 0; i < ROWS; i++) len += make_row(text + len, ROW_MAX);
  size_t left = strtoul(argv[1], NULL, 10) << 20;
  while (left > 0) {
    size_t n = len < left ? len : left;
    while (n > 0 && text[n - 1] != '\n') n--; /* whole rows only */
    if (n == 0 || fwrite(text, 1, n, f) != n) break;
    left -= n < len ? left : n;
  }
  return fclose(f) == 0 ? 0 : 1;
}

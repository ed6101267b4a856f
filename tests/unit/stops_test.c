/* The walks over bytes: every path of the processor gives what the plain one gives. */
#include "base/cpu.h"
#include "base/stops.h"
#include "base/utf8.h"

#include "unit.h"

#include <stdbool.h>
#include <stdlib.h>

static const enum gt_cpu levels[] = {GT_CPU_PLAIN, GT_CPU_SSE2, GT_CPU_AVX2};
#define LEVELS (sizeof levels / sizeof *levels)

/* What the walks are meant to find, byte by byte and without any cleverness. */
static bool stops_at(unsigned char c) { return c == '"' || c == '\\' || c < 0x20; }

static size_t true_plain(const char *s, size_t i, size_t len)
{
  while (i < len && !stops_at((unsigned char)s[i]) && (unsigned char)s[i] < 0x80) i++;
  return i;
}

static size_t true_utf8(const char *s, size_t len)
{
  size_t i = 0;
  while (i < len) {
    const unsigned char *u = (const unsigned char *)s + i;
    size_t n = u[0] < 0x80 ? 1 : u[0] >= 0xF0 ? 4 : u[0] >= 0xE0 ? 3 : 2;
    uint32_t cp = u[0];
    if (n > 1) {
      static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
      if (u[0] < 0xC0 || u[0] > 0xF7 || len - i < n) return i;
      cp = u[0] & (0xFFu >> (n + 1));
      for (size_t k = 1; k < n; k++) {
        if ((u[k] & 0xC0) != 0x80) return i;
        cp = cp << 6 | (u[k] & 0x3F);
      }
      if (cp < least[n] || cp > 0x10FFFF || (cp >= 0xD800 && cp < 0xE000)) return i;
    }
    i += n;
  }
  return len;
}

/* All three walks over exactly these bytes, on every level. */
static bool agree(const char *text, size_t len)
{
  static uint32_t stops[4096 + GT_STOPS_SLACK];
  char *s = malloc(len ? len : 1); /* exact size: the sanitizer watches its end */
  bool same = s != NULL, utf8;
  if (!s) return false;
  memcpy(s, text, len);
  size_t good = true_utf8(s, len);
  for (size_t l = 0; l < LEVELS && same; l++) {
    gt_cpu_limit(levels[l]);
    same = gt_utf8_check(s, len) == good;
    same = same && gt_stops_plain(s, 0, len) == true_plain(s, 0, len);
    size_t n = gt_stops_find(stops, &utf8, s, len), k = 0;
    same = same && utf8 == (good == len);
    for (size_t i = 0; i < len && same; i++)
      if (stops_at((unsigned char)s[i])) same = k < n && stops[k++] == i;
    same = same && k == n;
    if (!same) printf("  level %d, %zu bytes\n", (int)levels[l], len);
  }
  gt_cpu_limit(GT_CPU_AVX2);
  free(s);
  return same;
}

static void every_byte_at_every_place(void)
{
  char text[200];
  for (size_t len = 0; len <= 140; len++)
    for (size_t at = 0; at < len; at++) {
      memset(text, 'x', len);
      text[at] = (char)(unsigned char)((len * 7 + at * 13) & 0xFF);
      UNIT_CHECK(agree(text, len));
    }
  for (int c = 0; c < 256; c++)
    for (size_t at = 60; at < 68; at++) {
      memset(text, ' ', 130);
      text[at] = (char)(unsigned char)c;
      UNIT_CHECK(agree(text, 130));
    }
}

static void plain_starts_anywhere(void)
{
  char text[160];
  for (size_t l = 0; l < LEVELS; l++) {
    gt_cpu_limit(levels[l]);
    for (size_t at = 0; at < 160; at++) {
      memset(text, 'y', sizeof text);
      text[at] = "\"\\\n\x80"[at % 4];
      for (size_t from = 0; from <= 160; from++)
        UNIT_CHECK(gt_stops_plain(text, from, 160) == (from <= at ? at : 160));
    }
  }
}

/* Good and bad sequences of every kind, over all block borders and at the end. */
static const char *const sequences[] = {
    "\xC2\x80",         "\xDF\xBF",         "\xE0\xA0\x80",     "\xEC\xBF\xBF",
    "\xED\x9F\xBF",     "\xEE\x80\x80",     "\xEF\xBF\xBF",     "\xF0\x90\x80\x80",
    "\xF3\xBF\xBF\xBF", "\xF4\x8F\xBF\xBF", "\xC0\x80",         "\xC1\xBF",
    "\xE0\x9F\xBF",     "\xED\xA0\x80",     "\xED\xBF\xBF",     "\xF0\x8F\xBF\xBF",
    "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF8\x88\x80\x80", "\xFF\xBF\xBF\xBF",
    "\x80",             "\xC3",             "\xE2\x82",         "\xE2",
    "\xF0\x9F\x98",     "\xF0\x9F",         "\xF0",             "\xC3\xC3\xA9",
    "\xE2\x82\x82\x82", "\xF0\x9F\x98\x80\x80"};

static void every_sequence_at_every_border(void)
{
  char text[220];
  for (size_t k = 0; k < sizeof sequences / sizeof *sequences; k++)
    for (size_t at = 0; at < 135; at++)
      for (int fill = 0; fill < 2; fill++) {
        size_t n = strlen(sequences[k]), rest = at % 2 ? 0 : 40;
        /* behind ASCII, and behind a long run of two-byte sequences */
        memset(text, 'z', sizeof text);
        for (size_t i = 0; fill && i + 1 < at; i += 2)
          memcpy(text + i, "\xC3\xA9", 2);
        memcpy(text + at, sequences[k], n);
        UNIT_CHECK(agree(text, at + n + rest));
      }
}

/* All pairs and many triples of bytes: the lookup tables have no other input. */
static void all_pairs(void)
{
  char text[96];
  memset(text, 'a', sizeof text);
  for (int a = 0x70; a < 256; a++)
    for (int b = 0x70; b < 256; b++)
      for (int c = 0x7F; c < 256; c += 0x20) {
        text[62] = (char)(unsigned char)a;
        text[63] = (char)(unsigned char)b;
        text[64] = (char)(unsigned char)c;
        UNIT_CHECK(agree(text, 96));
      }
}

static void random_mixes(void)
{
  static const char kinds[] = "\"\\\n\t abc\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xE3";
  static char text[4096];
  uint32_t seed = 12345;
  for (int round = 0; round < 3000; round++) {
    size_t len = (seed >> 8) % 400;
    for (size_t i = 0; i < len; i++) {
      seed = seed * 1664525u + 1013904223u;
      text[i] = kinds[(seed >> 16) % (sizeof kinds - 1)];
    }
    seed = seed * 1664525u + 1013904223u;
    UNIT_CHECK(agree(text, len));
  }
}

int main(void)
{
  UNIT_RUN(every_byte_at_every_place);
  UNIT_RUN(plain_starts_anywhere);
  UNIT_RUN(every_sequence_at_every_border);
  UNIT_RUN(all_pairs);
  UNIT_RUN(random_mixes);
  return unit_report();
}

/* The reader: its quick way finds what the strict way finds, by every path of the
 * processor, in pieces and with a second thread; its totals; long lines; files that
 * cannot be read to their end. */
#include "base/cpu.h"
#include "slow_rows.h"

#include "unit.h"

#include <unistd.h>

#define T(text) text, sizeof(text) - 1
#define GOOD "{\"input\":\"a\",\"output\":\"b\"}"

static bool same_bytes(const char *text, size_t len,
                       const struct gt_reader_options *options)
{
  char *copy = malloc(len ? len : 1); /* exact size: the sanitizer watches its end */
  if (!copy) return false;
  memcpy(copy, text, len);
  bool same = slow_compare(NULL, copy, len, options);
  free(copy);
  return same;
}

static const struct {
  const char *text;
  size_t len;
} lines[] = {
    {T(GOOD)},
    {T("{\"output\":\"b\",\"input\":\"a\"}")},
    {T("{ \"input\" : \"a\" , \"output\" : \"b\" }")},
    {T("{\"input\":  \"a\",  \"output\":\"b\"}  ")},
    {T("  {\"input\":\"a\",\"output\":\"b\"}")},
    {T("{\t\"input\":\"a\",\"output\":\"b\"}")},
    {T("{\"input\":\"a\",\"output\":\"b\"},")},
    {T("{\"input\":\"a\",\"output\":\"b\",}")},
    {T("{\"input\":\"a\",\"output\":\"b\"}}")},
    {T("{\"input\":\"a\",\"output\":\"b\"")},
    {T("{\"input\":\"a\",\"output\":\"b}")},
    {T("{\"input\":\"a\",\"output\":b\"}")},
    {T("{\"input\":\"a\" \"output\":\"b\"}")},
    {T("{\"input\" \"a\",\"output\":\"b\"}")},
    {T("{\"input\":\"a\",,\"output\":\"b\"}")},
    {T("{\"input\":\"a\",\"output\":\"b\"} x")},
    {T("{\"input\":\"a\",\"output\":\"b\"}{\"input\":\"a\",\"output\":\"b\"}")},
    {T("{\"input\":\"a\",\"input\":\"b\"}")},
    {T("{\"input\":\"a\",\"prompt\":\"b\"}")},
    {T("{\"input\":\"a\",\"output\":\"b\",\"id\":7}")},
    {T("{\"input\":\"a\",\"outputs\":\"b\"}")},
    /* members beside the pair, before it, between and behind */
    {T("{\"id\": 7, \"input\": \"a\", \"output\": \"b\", \"lang\": \"en\"}")},
    {T("{\"id\":-0.5e+3,\"x\":true,\"input\":\"a\",\"y\":null,\"output\":\"b\","
       "\"z\":false}")},
    {T("{\"id\":01,\"input\":\"a\",\"output\":\"b\"}")},
    {T("{\"id\":-,\"input\":\"a\",\"output\":\"b\"}")},
    {T("{\"id\":1.,\"input\":\"a\",\"output\":\"b\"}")},
    {T("{\"id\":1e,\"input\":\"a\",\"output\":\"b\"}")},
    {T("{\"id\":1x,\"input\":\"a\",\"output\":\"b\"}")},
    {T("{\"id\":truex,\"input\":\"a\",\"output\":\"b\"}")},
    {T("{\"id\":,\"input\":\"a\",\"output\":\"b\"}")},
    {T("{\"id\":1,\"id\":2,\"input\":\"a\",\"output\":\"b\"}")},
    {T("{\"id\":1,\"input\":\"a\",\"output\":\"b\",\"input\":\"c\"}")},
    {T("{\"id\":1,\"input\":\"a\",\"output\":\"b\",\"prompt\":\"c\"}")},
    {T("{\"id\":[1,{}],\"input\":\"a\",\"output\":\"b\"}")},
    {T("{\"input\":\"a\",\"output\":\"b\",\"id\":1}}")},
    {T("{\"input\":\"a\",\"output\":\"b\",\"id\":1,}")},
    {T("{\"input\":\"a\",\"output\":\"b\",\"note\":\"\\u0000 \\\" \"}")},
    {T("{\"input\":\"a\",\"output\":\"b\",\"note\":\"\\ud800\"}")},
    {T("{\"input\":\"a\",\"output\":\"b\",\"note\":\"\"}")},
    {T("{\"input\":\"a\",\"output\":\"b\",\"messages\":\"\"}")},
    {T("{\"input\":\"a\",\"output\":\"b\",\"instruction\":\"\"}")},
    {T("{\"input\":\"a\",\"output\":\"b\",\"Output\":\"x\"}")},
    {T("{\"input\":\"a\",\"output\":\"b\",\"\":1,\"\\n\":2}")},
    {T("{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,"
       "\"input\":\"a\",\"output\":\"b\"}")},
    {T("{\"inpu\\u0074\":\"a\",\"output\":\"b\"}")},
    {T("{\"prompt\":\"a\",\"completion\":\"b\"}")},
    {T("{\"prompt\":\"a\",\"response\":\"b\"}")},
    {T("{\"text_input\":\"a\",\"output\":\"b\"}")},
    {T("{\"textInput\":\"a\",\"output\":\"b\"}")},
    {T("{\"text_input\":\"a\",\"completion\":\"b\"}")},
    {T("{\"input\":\"\",\"output\":\"b\"}")},
    {T("{\"input\":\"a\",\"output\":\" \"}")},
    {T("{\"input\":\" a\",\"output\":\"\\t \\n\"}")},
    {T("{\"input\":\" \\u00a0\xE3\x80\x80\",\"output\":\"b\"}")},
    {T("{\"input\":\"\xE3\x80\x81\",\"output\":\"\xE3\x81\x82\"}")},
    {T("{\"input\":\"\xE2\x80\x8B\",\"output\":\"\xEF\xBB\xBF\"}")},
    {T("{\"input\":\"\xC2\xA0\",\"output\":\"\xC2\xA1\"}")},
    {T("{\"input\":\"\xE1\x9A\x80 \xF0\x9F\x98\x80\",\"output\":\"\x7F\"}")},
    {T("{\"input\":\"\\\"\\\\\\/"
       "\\b\\f\\n\\r\\t\",\"output\":\"\\u0041\\ud83d\\ude00\"}")},
    {T("{\"input\":\"a\\\\\",\"output\":\"\\\"\"}")},
    {T("{\"input\":\"a\\\\\\\",\"output\":\"\\\"\"}")},
    {T("{\"input\":\"a\\\\\\\"\",\"output\":\"b\\\\\"}")},
    {T("{\"input\":\"\\u0000\",\"output\":\"b\"}")},
    {T("{\"input\":\"a\\u000\",\"output\":\"b\"}")},
    {T("{\"input\":\"a\\u00\\\"0\",\"output\":\"b\"}")},
    {T("{\"input\":\"\\ud83d\",\"output\":\"\\ude00\"}")},
    {T("{\"input\":\"\\ud83d\\\"\",\"output\":\"b\"}")},
    {T("{\"input\":\"\\x\",\"output\":\"\\\"}")},
    {T("{\"input\":\"a\tb\",\"output\":\"b\"}")},
    {T("{\"input\":\"a\\\tb\",\"output\":\"b\"}")},
    {T("{\"input\":\"a\0b\",\"output\":\"b\"}")},
    {T("{\"input\":\"a\rb\",\"output\":\"b\"}")},
    {T("{\"input\":\"a\",\"output\":\"b\"}\r")},
    {T("{\"input\":\"a\",\r\"output\":\"b\"}")},
    {T("{\"input\":\"caf\xE9\",\"output\":\"b\"}")},
    {T("{\"input\":\"a\",\"output\":\"\xE2\x82\"}")},
    {T("{\"input\":\"\xC0\x80\",\"output\":\"\xED\xA0\x80\"}")},
    {T("{\"input\":\"a\",\"output\":1}")},
    {T("{\"input\":null,\"output\":\"b\"}")},
    {T("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},"
       "{\"role\":\"assistant\",\"content\":\"b\"}]}")},
    {T("[" GOOD "]")},
    {T("\"{\\\"input\\\":\\\"a\\\"}\"")},
    {T("{}")},
    {T("")},
    {T("\r")},
    {T("  \t")},
    {T("\xEF\xBB\xBF" GOOD)},
};
#define LINES (sizeof lines / sizeof *lines)

static const char *const ends[] = {"\n", "\r\n", "\r\r\n", "\n\n", ""};

/* Each line behind good ones of two shapes (the quick way learns from the row before)
 * and before another, with every line end. */
static void takes_a_line_as_the_strict_way_does(void)
{
  static const char *const before[] = {"", GOOD "\n",
                                       "{ \"output\": \"x\", \"input\": \"y\" }\n"};
  static const enum gt_cpu levels[] = {GT_CPU_PLAIN, GT_CPU_SSE2, GT_CPU_AVX2};
  char text[2048];
  for (size_t level = 0; level < 3; level++) {
    gt_cpu_limit(levels[level]);
    for (size_t i = 0; i < LINES; i++)
      for (size_t b = 0; b < 3; b++)
        for (size_t e = 0; e < 5; e++)
          for (int behind = 0; behind < 2; behind++) {
            size_t n = (size_t)sprintf(text, "%s", before[b]);
            memcpy(text + n, lines[i].text, lines[i].len);
            n += lines[i].len;
            n += (size_t)sprintf(text + n, "%s", ends[e]);
            if (behind) n += (size_t)sprintf(text + n, "%s\n", GOOD);
            bool same = same_bytes(text, n, NULL);
            if (!same) printf("  %.*s\n", (int)n, text);
            UNIT_CHECK(same);
          }
  }
  gt_cpu_limit(GT_CPU_AVX2);
}

/* What a faulty row had in front of its texts must not be taken for a good one's. */
static void learns_from_good_rows_only(void)
{
  static const char text[] = GOOD "\n{\"prompt\":\"a\",\"response\":\"\"}\n"
                                  "{\"prompt\":\"a\",\"response\":\"b\"}\n"
                                  "{\"prompt\":\"a\",\"completion\":\"b\"}\n" GOOD
                                  "\n{\"output\":\"a\",\"input\":\"b\"\n"
                                  "{\"output\":\"a\",\"input\":\"b\"}\n";
  UNIT_CHECK(same_bytes(text, sizeof text - 1, NULL));
}

static void keeps_limits(void)
{
  static const char text[] =
      "{\"input\":\"a\",\"output\":\"b\"}\n"
      "{\"input\":\"\xC3\xA9\xC3\xA9\xC3\xA9\",\"output\":\"bbb\"}\n"
      "{\"input\":\"\xC3\xA9\xC3\xA9\xC3\xA9x\",\"output\":\"b\\u00e9b\\n\"}\n"
      "{\"input\":\"a\",\"output\":\"b\"                                        }\n";
  for (size_t max = 1; max < 80; max++) {
    struct gt_reader_options chars = {.text_max = max, .output_max = max};
    struct gt_reader_options bytes = {.line_max = max};
    UNIT_CHECK(same_bytes(text, sizeof text - 1, &chars));
    UNIT_CHECK(same_bytes(text, sizeof text - 1, &bytes));
  }
}

static uint32_t seed = 7;
static uint32_t pick(uint32_t n)
{
  seed = seed * 1664525u + 1013904223u;
  return (uint32_t)((uint64_t)(seed >> 4) * n >> 28);
}

/* Mostly good rows, now and then one of the lines above, a changed byte, a long row. */
static char *make_file(size_t *len, size_t want)
{
  char *text = malloc(want + 70000);
  size_t n = 0;
  if (!text) return NULL;
  while (n < want) {
    size_t start = n;
    if (pick(40) == 0) {
      const size_t k = pick(LINES);
      memcpy(text + n, lines[k].text, lines[k].len);
      n += lines[k].len;
    } else {
      n += (size_t)sprintf(text + n, "{\"input\": \"%0*u \\n\xC3\xA9\", ",
                           1 + (int)pick(pick(300) ? 200 : 60000), pick(100000));
      n += (size_t)sprintf(text + n, "\"output\": \"%u\"}", pick(50));
    }
    if (pick(60) == 0) text[start + pick((uint32_t)(n - start) + 1)] = (char)pick(256);
    n += (size_t)sprintf(text + n, "%s", pick(900) ? "\n" : "\r\n");
  }
  *len = n;
  return text;
}

static bool write_file(char *path, const char *text, size_t len)
{
  strcpy(path, "/tmp/gtlua-reader-XXXXXX");
  int fd = mkstemp(path);
  FILE *f = fd < 0 ? NULL : fdopen(fd, "wb");
  bool good = f && fwrite(text, 1, len, f) == len;
  if (f) good = fclose(f) == 0 && good;
  return good;
}

static void reads_in_pieces_and_by_two(void)
{
  char path[64];
  size_t len;
  for (int round = 0; round < 3; round++) {
    char *text = make_file(&len, (size_t)3 << 20);
    UNIT_CHECK(text && write_file(path, text, len));
    for (int threads = 1; text && threads <= 2; threads++) {
      struct gt_reader_options all = {.threads = threads};
      struct gt_reader_options tight = {
          .threads = threads, .line_max = 900, .text_max = 150};
      UNIT_CHECK(slow_compare(path, text, len, &all));
      UNIT_CHECK(slow_compare(path, text, len, &tight));
      UNIT_CHECK(same_bytes(text, len, &all));
      UNIT_CHECK(same_bytes(text, len - 1, &tight));
    }
    unlink(path);
    free(text);
  }
}

static size_t put_row(char *to, size_t text_len, char fill)
{
  size_t n = (size_t)sprintf(to, "{\"input\":\"");
  memset(to + n, fill, text_len);
  n += text_len;
  return n + (size_t)sprintf(to + n, "\",\"output\":\"b\"}\n");
}

/* Lines longer than a chunk, than the ceiling, over borders, at the end of the file. */
static void reads_long_lines(void)
{
  char path[64];
  size_t len = 0;
  char *text = malloc((size_t)24 << 20);
  if (!text) return;
  len += put_row(text + len, 5, 'x');
  len += put_row(text + len, (size_t)9 << 20, 'y');
  len += put_row(text + len, 7, 'x');
  len += put_row(text + len, (size_t)3 << 20, 'z');
  len += put_row(text + len, (size_t)256 << 10, 'z');
  len += put_row(text + len, 7, 'x');
  len += put_row(text + len, (size_t)2 << 20, 'w') - 1; /* no newline */
  static const size_t ceilings[] = {0, 100, 262144, 300000, 2097177, 2097176, 5000000};
  for (int end = 0; end < 4; end++) {
    if (end == 1) text[len++] = '\n';
    if (end == 2) memcpy(text + len - 1, "\r\n", 2), len++;
    if (end == 3) text[(size_t)9 << 20] = '\n', text[((size_t)9 << 20) - 1] = '\r';
    UNIT_CHECK(write_file(path, text, len));
    for (size_t i = 0; i < sizeof ceilings / sizeof *ceilings; i++) {
      struct gt_reader_options o = {.threads = 1 + (int)i % 2, .line_max = ceilings[i]};
      bool same = slow_compare(path, text, len, &o);
      if (!same) printf("  ceiling %zu, end %d\n", ceilings[i], end);
      UNIT_CHECK(same);
      UNIT_CHECK(slow_compare(NULL, text, len, &o));
    }
    unlink(path);
  }
  free(text);
}

/* The first piece read ends in the CR of a line that is exactly as long as allowed. */
static void takes_cr_lf_across_pieces(void)
{
  char path[64];
  char *text = malloc((size_t)600 << 10);
  if (!text) return;
  size_t piece = (size_t)256 << 10;
  size_t len = put_row(text, piece - 1 - put_row(text, 0, 'x') + 1, 'x');
  memcpy(text + len - 1, "\r\n", 2);
  len++;
  len += put_row(text + len, 9, 'y');
  UNIT_CHECK(text[piece - 1] == '\r' && text[piece] == '\n');
  UNIT_CHECK(write_file(path, text, len));
  for (size_t less = 0; less < 3; less++) {
    struct gt_reader_options o = {.line_max = piece - 1 - less};
    UNIT_CHECK(slow_compare(path, text, len, &o));
  }
  unlink(path);
  free(text);
}

static void counts(struct gt_reader_totals *totals, const char *text, size_t len)
{
  struct gt_findings f;
  struct gt_reader *reader;
  const struct gt_row *row;
  struct gt_err err;
  gt_findings_init(&f, 0);
  *totals = (struct gt_reader_totals){0};
  if (gt_reader_open_bytes(&reader, &f, text, len, NULL, &err) < 0) return;
  while (gt_reader_next(reader, &row, &err) > 0) continue;
  *totals = *gt_reader_totals(reader);
  gt_reader_free(reader);
  gt_findings_clear(&f);
}

static void tells_totals(void)
{
  struct gt_reader_totals t;
  counts(&t, T("\xEF\xBB\xBF" GOOD "\r\n\n{}\n" GOOD));
  UNIT_CHECK(t.lines == 4 && t.rows == 2 && t.bad_rows == 1 && t.bytes == 61);
  UNIT_CHECK(t.bom && t.crlf && !t.final_newline && !t.gzip && t.form == GT_FORM_INPUT);
  counts(&t, T(GOOD "\n"));
  UNIT_CHECK(t.lines == 1 && t.rows == 1 && t.bad_rows == 0 && t.bytes == 27);
  UNIT_CHECK(!t.bom && !t.crlf && t.final_newline);
  counts(&t, T(""));
  UNIT_CHECK(t.lines == 0 && t.rows == 0 && t.form == GT_FORM_NONE);
  UNIT_CHECK(!t.final_newline && t.bytes == 0);
  counts(&t, T("{}\n{\"prompt\":\"a\",\"completion\":\"b\"}\n"));
  UNIT_CHECK(t.form == GT_FORM_COMPLETION && t.bad_rows == 1);
}

/* Two rows, packed. */
static const char packed[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xab\x56\xca\xcc\x2b\x28\x2d\x51\xb2\x52"
    "\x4a\x54\xd2\x51\xca\x2f\x2d\x81\x70\x92\x94\x6a\xb9\xaa\xe1\x52\xc9\xc8\x52\x29"
    "\x40\x29\x00\x26\xb0\x83\x31\x36\x00\x00\x00";

static int read_file(size_t *rows, bool *gzip, const char *path, int threads,
                     struct gt_err *err)
{
  struct gt_findings f;
  struct gt_reader *reader;
  const struct gt_row *row;
  struct gt_reader_options options = {.threads = threads};
  int rc;
  *rows = 0;
  *err = (struct gt_err){0};
  gt_findings_init(&f, 0);
  if ((rc = gt_reader_open(&reader, &f, path, &options, err)) < 0) return rc;
  while ((rc = gt_reader_next(reader, &row, err)) > 0) ++*rows;
  if (rc < 0) { /* and for ever */
    struct gt_err again;
    UNIT_CHECK(gt_reader_next(reader, &row, &again) == -1);
    UNIT_STR(again.message, err->message);
  }
  *gzip = gt_reader_totals(reader)->gzip;
  gt_reader_free(reader);
  gt_findings_clear(&f);
  return rc;
}

static void reads_gzip_and_tells_damage(void)
{
  char path[64];
  struct gt_err err;
  size_t rows;
  bool gzip;
  for (int threads = 1; threads <= 2; threads++) {
    UNIT_CHECK(write_file(path, packed, sizeof packed - 1));
    UNIT_CHECK(read_file(&rows, &gzip, path, threads, &err) == 0);
    UNIT_CHECK(rows == 2 && gzip);
    unlink(path);
    UNIT_CHECK(write_file(path, packed, sizeof packed - 9));
    UNIT_CHECK(read_file(&rows, &gzip, path, threads, &err) == -1);
    UNIT_CHECK(err.code != GT_OK && strlen(err.message) > 0);
    unlink(path);
    UNIT_CHECK(read_file(&rows, &gzip, path, threads, &err) == -1);
    UNIT_CHECK(err.code == GT_NOT_FOUND);
  }
}

/* The name says what a file is: .csv, whatever its case, and packed. */
static void takes_csv_by_its_name(void)
{
  static const char *const names[] = {".csv", ".CSV", ".csv.gz", ".jsonl", "csv"};
  char path[64], name[80];
  struct gt_err err;
  size_t rows;
  bool gzip;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    UNIT_CHECK(write_file(path, T("input,output\na,b\nc,\"d\"\ne,f\n")));
    sprintf(name, "%s%s", path, names[i]);
    UNIT_CHECK(rename(path, name) == 0);
    UNIT_CHECK(read_file(&rows, &gzip, name, 0, &err) == 0);
    UNIT_CHECK(rows == (i < 3 ? 3 : 0) && !gzip);
    unlink(name);
  }
}

/* The caller may leave at any time, also while the second thread is at work. */
static void can_be_left(void)
{
  char path[64];
  size_t len;
  char *text = make_file(&len, (size_t)2 << 20);
  UNIT_CHECK(text && write_file(path, text, len));
  for (int steps = 0; text && steps < 40; steps++) {
    struct gt_reader_options options = {.threads = 2};
    struct gt_findings f;
    struct gt_reader *reader;
    const struct gt_row *row;
    struct gt_err err;
    gt_findings_init(&f, 0);
    UNIT_CHECK(gt_reader_open(&reader, &f, path, &options, &err) == 0);
    for (int i = 0; i < steps * 100 - 100; i++)
      if (gt_reader_next(reader, &row, &err) <= 0) break;
    gt_reader_free(reader);
    gt_findings_clear(&f);
  }
  unlink(path);
  free(text);
}

int main(void)
{
  UNIT_RUN(takes_a_line_as_the_strict_way_does);
  UNIT_RUN(learns_from_good_rows_only);
  UNIT_RUN(keeps_limits);
  UNIT_RUN(reads_in_pieces_and_by_two);
  UNIT_RUN(reads_long_lines);
  UNIT_RUN(takes_cr_lf_across_pieces);
  UNIT_RUN(tells_totals);
  UNIT_RUN(reads_gzip_and_tells_damage);
  UNIT_RUN(takes_csv_by_its_name);
  UNIT_RUN(can_be_left);
  return unit_report();
}

/* Measures the local engine on a data set folder, for scripts/bench.
 *
 *   enginebench [-e EPOCHS] [-b BATCH] [-s SEED] [-m classify|retrieve] FOLDER...
 *
 * Trains on FOLDER/train.jsonl and scores FOLDER/test.jsonl, lines of
 * {"text_input": "...", "output": "..."}; open-ended sets are scored against
 * FOLDER/test.references.jsonl when it is there. One line of facts a folder. The reader
 * takes what json.dumps writes for these two fields in this order and nothing else. */
#include "base/clock.h"
#include "base/fs.h"
#include "base/utf8.h"
#include "engine/model.h"
#include "engine/rouge.h"
#include "engine/train.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_FILE ((size_t)1 << 30)
#define MAX_REFERENCES 64

struct table {
  struct gt_buf bytes; /* of the file; strings are decoded in place */
  struct gt_engine_row *rows;
  size_t count;
};

static void die(const char *what, const char *why)
{
  fprintf(stderr, "enginebench: %s: %s\n", what, why);
  exit(1);
}

static char *decode_unicode(char *out, char **in)
{
  unsigned cp = 0, low = 0;
  if (sscanf(*in, "%4x", &cp) != 1) die("input", "bad \\u escape");
  *in += 4;
  if (cp >= 0xD800 && cp < 0xDC00 && sscanf(*in, "\\u%4x", &low) == 1) {
    cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
    *in += 6;
  }
  return out + gt_utf8_encode(out, cp);
}

/* Decodes the string whose opening quote comes next; returns the byte behind it. */
static char *decode_string(const char **text, size_t *len, char *in)
{
  in = strchr(in, '"');
  if (!in) die("input", "a string is missing");
  char *out = ++in;
  *text = out;
  while (*in != '"') {
    if (!*in) die("input", "a string does not end");
    if (*in != '\\') {
      *out++ = *in++;
      continue;
    }
    static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
    char c = in[1];
    const char *at = strchr(from, c);
    in += 2;
    if (c == 'u')
      out = decode_unicode(out, &in);
    else
      *out++ = at ? to[at - from] : c;
  }
  *len = (size_t)(out - *text);
  return in + 1;
}

static char *find_value(char *line, const char *key)
{
  char *at = strstr(line, key);
  if (!at) die("input", "a field is missing");
  return at + strlen(key);
}

static void read_table(struct table *t, const char *folder, const char *name)
{
  char path[4096];
  struct gt_err err;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  *t = (struct table){0};
  gt_buf_init(&t->bytes, MAX_FILE);
  if (gt_fs_read(&t->bytes, path, &err) < 0) die(path, err.message);
  size_t lines = 1;
  for (size_t i = 0; i < t->bytes.len; i++) lines += t->bytes.data[i] == '\n';
  t->rows = calloc(lines, sizeof *t->rows);
  if (!t->rows) die(path, "out of memory");
  for (char *line = t->bytes.data, *next; line && *line; line = next) {
    next = strchr(line, '\n');
    if (next) *next++ = '\0';
    struct gt_engine_row *row = &t->rows[t->count++];
    char *rest = find_value(line, "\"text_input\":");
    rest = decode_string(&row->text, &row->text_len, rest);
    decode_string(&row->output, &row->output_len, find_value(rest, "\"output\":"));
  }
}

static void free_table(struct table *t)
{
  gt_buf_clear(&t->bytes);
  free(t->rows);
}

/* The lines of test.references.jsonl, NULL without that file. */
static char **read_references(struct gt_buf *bytes, const char *folder, size_t count)
{
  char path[4096];
  snprintf(path, sizeof path, "%s/test.references.jsonl", folder);
  gt_buf_init(bytes, MAX_FILE);
  struct gt_err err;
  if (!gt_fs_exists(path)) return NULL;
  if (gt_fs_read(bytes, path, &err) < 0) die(path, err.message);
  char **lines = calloc(count, sizeof *lines), *line = bytes->data;
  for (size_t i = 0; i < count; i++) {
    if (!lines || !line || !*line) die(path, "too few lines");
    lines[i] = line;
    line = strchr(line, '\n');
    if (line) *line++ = '\0';
  }
  return lines;
}

struct score {
  double exact, rouge;
};

static void add_score(struct score *s, const struct gt_prediction *p,
                      const struct gt_engine_row *row, char *references)
{
  const char *text[MAX_REFERENCES] = {row->output};
  size_t len[MAX_REFERENCES] = {row->output_len}, count = references ? 0 : 1;
  double best = 0, exact = 0;
  struct gt_err err;
  if (references) {
    char *at = strchr(find_value(references, "\"references\":"), '[') + 1;
    while (count < MAX_REFERENCES && *at != ']') {
      at = decode_string(&text[count], &len[count], at);
      count++;
      while (*at == ',' || *at == ' ') at++;
    }
  }
  for (size_t i = 0; i < count; i++) {
    double one;
    if (len[i] == p->len && memcmp(text[i], p->text, p->len) == 0) exact = 1;
    if (gt_rouge_l(&one, p->text, p->len, text[i], len[i], &err) < 0)
      die("rouge", err.message);
    if (one > best) best = one;
  }
  s->exact += exact;
  s->rouge += best;
}

static void bench(const char *folder, const struct gt_engine_options *options)
{
  struct table train, test;
  struct gt_buf bytes;
  struct gt_err err;
  struct gt_model *model;
  read_table(&train, folder, "train.jsonl");
  read_table(&test, folder, "test.jsonl");
  char **references = read_references(&bytes, folder, test.count);
  double t0 = gt_clock_mono();
  if (gt_train(&model, train.rows, train.count, options, NULL, &err) < 0)
    die(folder, err.message);
  double t1 = gt_clock_mono(), spent = 0;
  struct score s = {0};
  for (size_t i = 0; i < test.count; i++) {
    struct gt_prediction p;
    const struct gt_engine_row *row = &test.rows[i];
    double start = gt_clock_mono();
    if (gt_model_predict(model, row->text, row->text_len, &p, &err) < 0)
      die(folder, err.message);
    spent += gt_clock_mono() - start;
    bool label = gt_model_mode(model) == GT_ENGINE_CLASSIFY;
    add_score(&s, &p, row, references && !label ? references[i] : NULL);
    gt_prediction_clear(&p);
  }
  double n = test.count ? (double)test.count : 1;
  printf("%s: %zu rows, %s, exact %.4f, rouge_l %.4f, loo_rouge_l %.4f, train %.2f s, "
         "%.2f MB, predict %.1f us\n",
         folder, train.count, gt_model_label_count(model) ? "classify" : "retrieve",
         s.exact / n, s.rouge / n, gt_model_rouge(model), t1 - t0,
         (double)gt_model_bytes(model) / 1e6, spent / n * 1e6);
  gt_model_free(model);
  free(references);
  gt_buf_clear(&bytes);
  free_table(&train);
  free_table(&test);
}

int main(int argc, char **argv)
{
  struct gt_engine_options options;
  gt_engine_defaults(&options);
  for (int c; (c = getopt(argc, argv, "e:b:s:m:")) != -1;) switch (c) {
    case 'e': options.epoch_count = atoi(optarg); break;
    case 'b': options.batch_size = atoi(optarg); break;
    case 's': options.seed = strtoull(optarg, NULL, 10); break;
    case 'm':
      options.mode = *optarg == 'r' ? GT_ENGINE_RETRIEVE : GT_ENGINE_CLASSIFY;
      break;
    default:
      fprintf(stderr, "usage: enginebench [-e EPOCHS] [-b BATCH] [-s SEED] "
                      "[-m classify|retrieve] FOLDER...\n");
      return 2;
    }
  for (int i = optind; i < argc; i++) bench(argv[i], &options);
  return 0;
}

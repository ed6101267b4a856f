/* The check of data files: everything that would fail, be cut, leak or mislead.
 *
 * Used by `gtlua check` and by data sets. It drives the reader over each file, looks at
 * every text, keeps the rows and compares them in the end. It prints nothing and
 * decides nothing but severities; what is told, waived or counted as failure is Lua's.
 * A check runs in one thread and may be stopped from another. */
#ifndef GT_CHECK_CHECK_H
#define GT_CHECK_CHECK_H

#include "base/err.h"
#include "check/kept.h"
#include "data/findings.h"
#include "data/reader.h"

#include <stdatomic.h>

/* Fewer rows than this are a warning: tuning guides ask for 50 to 100 at least. */
#define GT_CHECK_FEW_ROWS 50
/* With "auto", wrong labels are looked for in this range of rows: with fewer the judge
 * itself is weak, with more it takes longer than a second or two. */
#define GT_CHECK_AUTO_LABELS_MIN 200
#define GT_CHECK_AUTO_LABELS 5000
/* With "auto" a label is told as wrong only when another one is this much more likely.
 */
#define GT_CHECK_CLEAR_MARGIN (-0.9)
/* Of labels that are too noisy to be filtered so many are shown. */
#define GT_CHECK_NOISY_SHOWN 100
/* Rows of some labels against others that count as imbalance. */
#define GT_CHECK_IMBALANCE 10

enum gt_check_labels { GT_CHECK_LABELS_AUTO, GT_CHECK_LABELS_NO, GT_CHECK_LABELS_YES };

struct gt_check_options {
  size_t text_max, output_max; /* code points; 0: none, as all limits here */
  size_t rows_min, rows_max;   /* of all training files together */
  size_t validation_rows_max;  /* of a validation file */
  size_t tokens_max;           /* estimated, of a row */
  size_t file_bytes_max;       /* unpacked */
  unsigned scan;               /* enum gt_scan_class bits */
  double near;                 /* Jaccard; 0: no near duplicates */
  const char *index;           /* signatures of texts seen before; NULL: none */
  enum gt_check_labels labels; /* likely wrong labels, by training */
  size_t findings_max;         /* kept; 0: 100,000 */
  size_t memory_max;           /* bytes of rows kept for comparing; 0: 1 GiB */
};

/* What a file is to the others: rows must not stand in two of these. */
enum gt_check_split { GT_SPLIT_TRAINING, GT_SPLIT_VALIDATION, GT_SPLIT_TEST };

struct gt_check_file {
  char *path;
  bool against;              /* only compared with: its rows are not judged */
  enum gt_check_split split; /* by its name */
  struct gt_reader_totals totals;
  size_t stored_bytes;
  size_t input_characters, output_characters;
  size_t tokens, longest; /* estimates: of all rows, of the longest */
};

/* Rows over tokens_max. */
struct gt_check_long {
  uint32_t file;
  size_t line, tokens;
};

/* A label of the judged files. */
struct gt_check_label {
  const char *text; /* of the kept rows */
  size_t len, count;
};

/* An input with several outputs in one split. */
struct gt_check_cluster {
  uint32_t file;
  size_t line; /* of its first row */
  size_t rows, outputs;
};

struct gt_check {
  struct gt_check_options options;
  atomic_bool stop; /* set from any thread: the check ends with CANCELLED */
  struct gt_check_file *files;
  size_t files_count;
  struct gt_findings findings;
  struct gt_kept kept;
  struct gt_check_long *longs;
  size_t longs_count, longs_cap;
  struct gt_check_label *labels; /* when the outputs are labels: most rows first */
  size_t labels_count;
  struct gt_check_cluster *clusters; /* contradictions: most rows first */
  size_t clusters_count, clusters_cap;
  struct gt_buf notes; /* what was not looked at and why: lines */
};

/* The options' strings are borrowed. */
void gt_check_init(struct gt_check *c, const struct gt_check_options *options);
void gt_check_clear(struct gt_check *c);
/* Adds a file; the path is copied. -1: out of memory. */
int gt_check_add(struct gt_check *c, const char *path, bool against,
                 struct gt_err *err);
/* Reads all files and compares them; the findings are in order of place. */
int gt_check_run(struct gt_check *c, struct gt_err *err);

/* Tokens of so many bytes of text: four bytes a token, the usual rule of thumb for
 * English and code; other scripts need up to twice as many. */
size_t gt_check_tokens(size_t bytes);

/* The parts, in the folder. */
int gt_check_row(struct gt_check *c, uint32_t file, const struct gt_row *row,
                 struct gt_err *err);
void gt_check_sizes(struct gt_check *c);
int gt_check_same(struct gt_check *c, struct gt_err *err);
int gt_check_labels(struct gt_check *c, struct gt_err *err);
void gt_check_note(struct gt_check *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif

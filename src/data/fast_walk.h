/* Between fast_row.c and fast_other.c: the walk over one chunk, from stop to stop.
 * Nobody else includes it. */
#ifndef GT_DATA_FAST_WALK_H
#define GT_DATA_FAST_WALK_H

#include "data/fast_row.h"

#define GT_FAST_OTHERS 8 /* members of a row beside its pair */
#define GT_FAST_NAMES 16 /* names of such members in a chunk */

/* Bytes that most rows of a file have alike: `{"input": "` or `", "output": "`. */
#define GT_FAST_ALIKE 32
struct gt_fast_alike {
  uint64_t words[GT_FAST_ALIKE / 8], masks[GT_FAST_ALIKE / 8];
  size_t len; /* 0: not known yet */
};

struct gt_fast_name {
  const char *at;
  size_t len;
  bool plain; /* it is none of ours, nor nearly: nothing to be told about it */
};

struct gt_fast_walk {
  const char *data;
  size_t len;
  size_t at;            /* behind what was read */
  const uint32_t *stop; /* the next one not yet behind us; the newline is the last */
  char *side;
  size_t side_len;
  /* of the row before: what stood before its first text and between the two */
  struct gt_fast_alike lead, between;
  bool output_first;
  enum gt_form form;
  /* members beside the pair: those of the row at hand, all names so far */
  struct gt_fast_name others[GT_FAST_OTHERS], names[GT_FAST_NAMES];
  size_t others_count, names_count;
};

/* It stops at the line's end at the latest. Tabs are stops: not for us. */
static inline size_t gt_fast_spaces(const char *data, size_t at)
{
  while (data[at] == ' ') at++;
  return at;
}

/* The string that opens at w->at, its escapes decoded. */
bool gt_fast_string(struct gt_fast_walk *w, struct gt_fast_text *t);
/* The value at w->at of a member that is not of the pair; its name stands in the text.
 * False when it is not plainly good, or not cheap. */
bool gt_fast_other(struct gt_fast_walk *w, const char *name, size_t len);

#endif

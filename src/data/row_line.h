/* One line of a JSON Lines file: is it a row, and what is wrong with it?
 *
 * Used by the readers; row_line.c reads the line, row_judge.c judges it, row_turns.c
 * reads a conversation's turns and row_roles.c judges their order. It keeps what one
 * line must know of the earlier ones (the file's form, warnings given once); it reads
 * no files and stores no rows. */
#ifndef GT_DATA_ROW_LINE_H
#define GT_DATA_ROW_LINE_H

#include "base/json_read.h"
#include "data/reader.h"

#define GT_ROW_OTHERS 12 /* keys of a line that are looked at without being known */
#define GT_ROW_OPEN_KEYS 2048
#define GT_ROW_TURNS ((size_t)1 << 20) /* the ceiling of one conversation */

struct gt_row_field {
  struct gt_json_slice value;
  size_t key_at, at; /* columns, 0-based: the key's and the value's first byte */
};

struct gt_row_line {
  struct gt_findings *findings;
  struct gt_reader_options limits; /* filled in: no zero ceilings */
  enum gt_form form;               /* of the file, GT_FORM_NONE until a row shows it */
  size_t form_line;
  bool mixed_told;
  uint32_t near_told, unused_told; /* bits: warned about that key already */
  struct gt_json_keys keys;
  void *keys_block;

  /* the line at hand */
  size_t line, shift; /* shift: bytes of the line before its data (a BOM) */
  const char *data;
  size_t len;
  char *out; /* room for len + 2 bytes: where the strings go */
  uint32_t present;
  struct gt_row_field fields[GT_KEYS];
  struct gt_json_slice others[GT_ROW_OTHERS];
  enum gt_json_type other_type[GT_ROW_OTHERS]; /* of their values */
  size_t other_at[GT_ROW_OTHERS], others_count;
  struct gt_turn *turns; /* reused from line to line */
  size_t turns_count, turns_cap;
  struct gt_turn pair[2]; /* the turns of a pair */
  struct gt_row row;      /* the result */
};

int gt_row_line_init(struct gt_row_line *l, struct gt_findings *findings,
                     const struct gt_reader_options *options, struct gt_err *err);
void gt_row_line_clear(struct gt_row_line *l);
/* Reads the line `data`; l->line, shift and out are set. 1: l->row is good; 0: blank or
 * faulty, then the findings tell. */
int gt_row_line_read(struct gt_row_line *l, const char *data, size_t len);

/* Between the files: the column of an offset, the key a slice is (look_up is
 * gt_form_key or gt_form_near), the judgement of a line that is a whole object. */
static inline size_t gt_row_line_column(const struct gt_row_line *l, size_t at)
{
  return l->shift + at + 1;
}
enum gt_form_key gt_row_line_key(struct gt_row_line *l, const struct gt_json_slice *key,
                                 enum gt_form_key (*look_up)(const char *, size_t));
void gt_row_judge(struct gt_row_line *l);
/* Room for one more turn, NULL over the ceiling or out of memory (told). */
struct gt_turn *gt_row_line_turn(struct gt_row_line *l);
/* Tells an error at an offset of the line; pointer may be NULL. */
void gt_row_line_tell(struct gt_row_line *l, const char *rule, size_t at,
                      const char *hint, const char *pointer, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));
/* Tells a string's U+0000, if it has one: `text` is its value, `what` it is called. */
void gt_row_line_nul(struct gt_row_line *l, const struct gt_json_slice *s,
                     const char *text, size_t len, const char *what,
                     const char *pointer);
/* "a number", "null": a value's type for a message. */
const char *gt_row_line_type(enum gt_json_type type);
/* Reads the conversation that stands at the form's key into l->row. */
void gt_row_turns(struct gt_row_line *l, enum gt_form form);

#endif

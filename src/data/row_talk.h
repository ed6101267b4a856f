/* A conversation on its way through one line: between row_turns.c, which reads it,
 * row_parts.c, which reads the texts of a turn, and row_roles.c, which judges who
 * speaks when. Nobody else's. */
#ifndef GT_DATA_ROW_TALK_H
#define GT_DATA_ROW_TALK_H

#include "data/row_line.h"

#define GT_TALK_TOLD 50 /* defects of one conversation that are told */

struct gt_talk {
  struct gt_row_line *l;
  enum gt_form form;
  size_t base; /* of what `r` reads, in the line */
  size_t told;
  size_t out_len; /* bytes of l->out in use */

  /* the message or content at hand, or the system instruction */
  enum gt_form_key key; /* of the list or of the system instruction */
  bool in_list;         /* it is an item of the list: */
  uint32_t item;        /* its index */
  size_t at;            /* of its bracket in the line */
  size_t first;         /* its first text in l->turns */
  size_t text_start;    /* of its text in l->out; `text_end` of the one before */
  size_t text_end;
  size_t null_at;                    /* its null in place of a text, 0 */
  bool has_role, has_texts, excused; /* excused: it has what is not read, told */
  bool role_known;
  enum gt_role role;
  size_t role_at;

  /* of those before it */
  size_t users;
  bool last_known;
  enum gt_role last; /* said at all when the index is not 0 */

  struct gt_json_reader r; /* last: large, and has its own beginning */
};

/* Tells an error; `sub` is behind the pointer to the item: "/role". */
void gt_talk_tell(struct gt_talk *t, const char *rule, size_t at, const char *hint,
                  const char *sub, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));
/* The pointer to the item, the list or the instruction at hand, with `sub` behind. */
void gt_talk_pointer(char *dst, size_t cap, const struct gt_talk *t, const char *sub);
static inline size_t gt_talk_here(const struct gt_talk *t) { return t->base + t->r.at; }
/* Reads the value of "content" or "parts", which is the event just given. */
void gt_talk_texts(struct gt_talk *t);
/* The role's value, at t->role_at: sets t->role and t->role_known. */
void gt_talk_role(struct gt_talk *t, const struct gt_json_slice *value);
/* May the item at hand follow those before it? */
void gt_talk_order(struct gt_talk *t);
/* The end of the list, when there was an item. */
void gt_talk_finish(struct gt_talk *t);

#endif

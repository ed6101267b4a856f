/* The texts of one turn: a string, or a list of parts with text.
 *
 * Used by row_turns.c for what stands at "content" or "parts". Parts that are no text
 * are told, never passed over in silence. */
#include "base/json_value.h"
#include "data/row_talk.h"

#include <stdio.h>
#include <string.h>

#define SUB 40 /* room for a pointer below the turn; made when something is told */

static const char *sub_part(char dst[SUB], const struct gt_talk *t, uint32_t part)
{
  snprintf(dst, SUB, "/%s/%u", t->form == GT_FORM_MESSAGES ? "content" : "parts",
           (unsigned)part);
  return dst;
}

static const char *sub_text(char dst[SUB], const struct gt_talk *t, uint32_t part)
{
  if (part == GT_TURN_WHOLE) return "/content";
  sub_part(dst, t, part);
  snprintf(dst + strlen(dst), SUB - strlen(dst), "/text");
  return dst;
}

/* A text of the item at hand; `at` is its opening quote. */
static void add_text(struct gt_talk *t, const struct gt_json_slice *s, size_t at,
                     uint32_t part)
{
  size_t len;
  if (s->flawed) {
    t->excused = true;
    return;
  }
  struct gt_turn *turn = gt_row_line_turn(t->l);
  if (!turn) return;
  *turn = (struct gt_turn){.item = t->item,
                           .part = part,
                           .text = t->l->out + t->out_len,
                           .raw = s->at,
                           .raw_len = s->len,
                           .line = t->l->line,
                           .column = gt_row_line_column(t->l, at) + 1};
  if (gt_json_unescape_to(t->l->out + t->out_len, &len, s) < 0) len = 0;
  turn->len = len;
  t->out_len += len;
  if (!s->escaped || !memchr(turn->text, '\0', len) || t->told >= GT_TALK_TOLD) return;
  char pointer[GT_ROW_POINTER], sub[SUB];
  gt_talk_pointer(pointer, sizeof pointer, t, sub_text(sub, t, part));
  gt_row_line_nul(t->l, s, turn->text, len, "the text", pointer);
}

/* One part: {"text": ...}, in messages also with "type": "text". */
struct part {
  struct gt_json_slice text, type, odd; /* odd: the first key that is neither */
  uint32_t index;
  size_t at, text_at, type_at, odd_at;
  bool has_text, has_type, has_odd;
};

static void read_part_members(struct gt_talk *t, struct part *p)
{
  while (gt_json_next(&t->r) == GT_JSON_KEY) {
    struct gt_json_slice key = t->r.value;
    size_t key_at = gt_talk_here(t);
    gt_json_next(&t->r);
    if (gt_json_is(&key, "text")) {
      p->has_text = true;
      p->text = t->r.value;
      p->text_at = gt_talk_here(t);
    } else if (t->form == GT_FORM_MESSAGES && gt_json_is(&key, "type")) {
      p->has_type = true;
      p->type = t->r.value;
      p->type_at = gt_talk_here(t);
    } else if (!p->has_odd) {
      p->has_odd = true;
      p->odd = key;
      p->odd_at = key_at;
    }
    gt_json_skip(&t->r, NULL);
  }
}

static void judge_no_text(struct gt_talk *t, const struct part *p)
{
  static const char *const text[] = {"text"};
  char name[200], sub[SUB];
  t->excused = true;
  if (!p->has_odd) {
    gt_talk_tell(t, "missing-field", p->at, NULL, sub_part(sub, t, p->index),
                 "the part has no \"text\"");
    return;
  }
  gt_json_quote(name, sizeof name, p->odd.at, p->odd.len);
  if (gt_form_nearest(text, 1, p->odd.at, p->odd.len) == 0)
    gt_talk_tell(t, "near-miss-key", p->odd_at, NULL, sub_part(sub, t, p->index),
                 "unknown key %s, did you mean \"text\"?", name);
  else
    gt_talk_tell(t, "unsupported-part", p->odd_at, "only parts with text are read",
                 sub_part(sub, t, p->index), "parts with %s are not read", name);
}

/* Whether a part of messages is a text by its type; told if not. */
static bool judge_type(struct gt_talk *t, const struct part *p)
{
  char name[200], sub[SUB];
  if (t->form != GT_FORM_MESSAGES) return true;
  if (p->has_type && gt_json_is(&p->type, "text")) return true;
  if (!p->has_type && p->has_odd && !p->has_text) return true; /* told as no text */
  t->excused = true;
  if (!p->has_type) {
    gt_talk_tell(t, "missing-field", p->at, "write {\"type\": \"text\", \"text\": ...}",
                 sub_part(sub, t, p->index), "the part has no \"type\"");
  } else if (p->type.type != GT_JSON_STRING) {
    gt_talk_tell(t, "wrong-type", p->type_at, NULL, sub_part(sub, t, p->index),
                 "\"type\" is %s, not a string", gt_row_line_type(p->type.type));
  } else {
    gt_json_quote(name, sizeof name, p->type.at, p->type.len);
    gt_talk_tell(t, "unsupported-part", p->type_at, "only parts with text are read",
                 sub_part(sub, t, p->index), "parts of the type %s are not read", name);
  }
  return false;
}

static void read_part(struct gt_talk *t, uint32_t index)
{
  struct part p = {.index = index, .at = gt_talk_here(t)};
  char sub[SUB];
  if (t->r.value.type != GT_JSON_OBJECT) {
    t->excused = true;
    gt_talk_tell(t, "wrong-type", p.at,
                 t->form == GT_FORM_MESSAGES
                     ? "write {\"type\": \"text\", \"text\": ...}"
                     : "write {\"text\": ...}",
                 sub_part(sub, t, index), "the part is %s, not an object",
                 gt_row_line_type(t->r.value.type));
    gt_json_skip(&t->r, NULL);
    return;
  }
  read_part_members(t, &p);
  if (!judge_type(t, &p)) return;
  if (!p.has_text) {
    judge_no_text(t, &p);
  } else if (p.text.type != GT_JSON_STRING) {
    t->excused = true;
    gt_talk_tell(t, "wrong-type", p.text_at, NULL, sub_text(sub, t, index),
                 "\"text\" is %s, not a string", gt_row_line_type(p.text.type));
  } else {
    if (p.has_odd && t->form == GT_FORM_CONTENTS) {
      char name[200];
      gt_json_quote(name, sizeof name, p.odd.at, p.odd.len);
      gt_talk_tell(t, "unsupported-part", p.odd_at, "only parts with text are read",
                   sub_part(sub, t, index), "parts with %s are not read", name);
    }
    add_text(t, &p.text, p.text_at, index);
  }
}

void gt_talk_texts(struct gt_talk *t)
{
  bool messages = t->form == GT_FORM_MESSAGES;
  const char *key = messages ? "content" : "parts",
             *sub = messages ? "/content" : "/parts";
  enum gt_json_type type = t->r.value.type;
  size_t at = gt_talk_here(t);
  uint32_t index = 0;
  t->has_texts = true;
  if (messages && type == GT_JSON_STRING) {
    add_text(t, &t->r.value, at, GT_TURN_WHOLE);
  } else if (type == GT_JSON_ARRAY) {
    while ((type = gt_json_next(&t->r)) > GT_JSON_END && type != GT_JSON_ARRAY_END)
      read_part(t, index++);
    if (index > 0) return;
    t->excused = true;
    gt_talk_tell(t, "empty-field", at, NULL, sub, "\"%s\" is empty", key);
  } else if (messages && type == GT_JSON_NULL) {
    t->null_at = at; /* a call of a tool may excuse it */
  } else {
    gt_json_skip(&t->r, NULL);
    t->excused = true;
    gt_talk_tell(t, "wrong-type", at, messages ? NULL : "write [{\"text\": ...}]", sub,
                 "\"%s\" is %s, not %s", key, gt_row_line_type(type),
                 messages ? "a string or a list" : "a list");
  }
}

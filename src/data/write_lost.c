/* What a row has that is no part of its form. See write_row.h. */
#include "data/write_row.h"

#include "base/json_value.h"

const char *gt_lost_text(enum gt_lost bit)
{
  switch (bit) {
  case GT_LOST_SYSTEM: return "the system's text became a part of the input";
  case GT_LOST_TURNS: return "several turns became one input";
  case GT_LOST_ROLES: return "roles of turns";
  case GT_LOST_PARTS: return "where parts of a text began and ended";
  case GT_LOST_OPENING: return "turns of the model before the first of the user";
  case GT_LOST_MEMBERS: return "members or columns beside the texts";
  default: return "";
  }
}

static bool is_one_of(const struct gt_json_slice *key, const char *const *names)
{
  for (; *names; names++)
    if (gt_json_is(key, *names)) return true;
  return false;
}

/* Behind the beginning of an object: to its end. Members that are null say nothing. */
static unsigned beside_members(struct gt_json_reader *r, const char *const *known)
{
  unsigned lost = 0;
  while (gt_json_next(r) == GT_JSON_KEY) {
    struct gt_json_slice key = r->value, value;
    bool ours = is_one_of(&key, known), role = gt_json_is(&key, "role");
    if (gt_json_skip(r, &value) < 0) break;
    if (!ours && value.type != GT_JSON_NULL) lost |= GT_LOST_MEMBERS;
    if (ours && role && gt_json_is(&value, "developer")) lost |= GT_LOST_ROLES;
  }
  return lost;
}

/* The list of turns, whose beginning is the event just given. */
static unsigned beside_turns(struct gt_json_reader *r, const char *const *known)
{
  unsigned lost = 0;
  while (gt_json_next(r) == GT_JSON_OBJECT) lost |= beside_members(r, known);
  return lost;
}

static unsigned beside_conversation(const struct gt_row *row)
{
  static const char *const message[] = {"role", "content", NULL};
  static const char *const content[] = {"role", "parts", NULL};
  static const char *const system[] = {"systemInstruction", "system_instruction", NULL};
  bool messages = row->form == GT_FORM_MESSAGES;
  struct gt_json_reader r;
  unsigned lost = 0;
  gt_json_init(&r, row->raw, row->raw_len);
  r.any_keys = true;
  gt_json_next(&r);
  while (gt_json_next(&r) == GT_JSON_KEY) {
    struct gt_json_slice key = r.value, value;
    if (gt_json_is(&key, gt_form_name(row->form))) {
      gt_json_next(&r);
      lost |= beside_turns(&r, messages ? message : content);
      continue;
    }
    bool ours = !messages && is_one_of(&key, system);
    if (gt_json_skip(&r, &value) < 0) break;
    if (!ours && value.type != GT_JSON_NULL) lost |= GT_LOST_MEMBERS;
  }
  return lost;
}

/* CSV: more bytes than two fields and the separator between them. */
static unsigned beside_columns(const struct gt_row *row)
{
  size_t ours = 1;
  for (size_t i = 0; i < row->turns_count; i++) {
    const struct gt_turn *t = &row->turns[i];
    bool quoted = t->raw > row->raw && t->raw[-1] == '"';
    ours += t->raw_len + 2 * quoted;
  }
  return row->raw_len > ours ? GT_LOST_MEMBERS : 0;
}

unsigned gt_lost_beside(const struct gt_row *row)
{
  if (!row->raw || row->form == GT_FORM_NONE) return 0;
  if (row->form == GT_FORM_CSV) return beside_columns(row);
  if (row->form >= GT_FORM_PAIRS) return beside_conversation(row);
  const char *const pair[] = {gt_form_key_name(gt_form_text(row->form)),
                              gt_form_key_name(gt_form_output(row->form)), NULL};
  struct gt_json_reader r;
  gt_json_init(&r, row->raw, row->raw_len);
  r.any_keys = true;
  gt_json_next(&r);
  return beside_members(&r, pair);
}

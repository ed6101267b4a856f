/* Who speaks in a conversation, and in which order. See row_talk.h.
 *
 * messages: system (or developer) first only, then user and assistant in turn, whoever
 * begins. contents: user and model in turn, the user begins. The model has the last
 * word in both. After an unknown role nothing is said of the order. */
#include "data/row_talk.h"

#include "base/json_value.h"

static const struct {
  const char *name;
  enum gt_role role;
} message_roles[] = {{"user", GT_ROLE_USER},
                     {"assistant", GT_ROLE_MODEL},
                     {"system", GT_ROLE_SYSTEM},
                     {"developer", GT_ROLE_SYSTEM}};

/* What other formats call them. */
static const struct {
  const char *name;
  enum gt_role role;
} foreign[] = {{"human", GT_ROLE_USER},      {"model", GT_ROLE_MODEL},
               {"assistant", GT_ROLE_MODEL}, {"bot", GT_ROLE_MODEL},
               {"gpt", GT_ROLE_MODEL},       {"ai", GT_ROLE_MODEL}};

static const char *role_name(const struct gt_talk *t, enum gt_role role)
{
  if (role == GT_ROLE_USER) return "user";
  if (role == GT_ROLE_SYSTEM) return "system";
  return t->form == GT_FORM_MESSAGES ? "assistant" : "model";
}

static bool take(struct gt_talk *t, enum gt_role role)
{
  t->role = role;
  t->role_known = true;
  return true;
}

static bool exact(struct gt_talk *t, const struct gt_json_slice *value)
{
  if (t->form == GT_FORM_CONTENTS) {
    if (gt_json_is(value, "user")) return take(t, GT_ROLE_USER);
    return gt_json_is(value, "model") && take(t, GT_ROLE_MODEL);
  }
  for (size_t i = 0; i < sizeof message_roles / sizeof *message_roles; i++)
    if (gt_json_is(value, message_roles[i].name)) return take(t, message_roles[i].role);
  return false;
}

/* The role that was probably meant, as this form writes it; NULL. */
static const char *meant(struct gt_talk *t, const struct gt_json_slice *value)
{
  const char *names[] = {"user", role_name(t, GT_ROLE_MODEL), "system", "developer"};
  int count = t->form == GT_FORM_MESSAGES ? 4 : 2;
  for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
    if (!gt_json_is(value, foreign[i].name)) continue;
    take(t, foreign[i].role);
    return role_name(t, foreign[i].role);
  }
  int n = gt_form_nearest(names, count, value->at, value->len);
  if (n < 0) return NULL;
  take(t, n == 0 ? GT_ROLE_USER : n == 1 ? GT_ROLE_MODEL : GT_ROLE_SYSTEM);
  return names[n];
}

void gt_talk_role(struct gt_talk *t, const struct gt_json_slice *value)
{
  char name[200];
  if (value->type != GT_JSON_STRING) {
    gt_talk_tell(t, "wrong-type", t->role_at, NULL, "/role",
                 "\"role\" is %s, not a string", gt_row_line_type(value->type));
    return;
  }
  if (value->flawed || exact(t, value)) return;
  gt_json_quote(name, sizeof name, value->at, value->len);
  if (gt_json_is(value, "tool") || gt_json_is(value, "function")) {
    t->excused = true;
    gt_talk_tell(t, "unsupported-part", t->role_at,
                 "leave the calls of tools and their answers out", "/role",
                 "turns with the role %s are not read", name);
    return;
  }
  const char *near = meant(t, value);
  if (near)
    gt_talk_tell(t, "role-unknown", t->role_at, NULL, "/role",
                 "unknown role %s, did you mean \"%s\"?", name, near);
  else if (t->form == GT_FORM_CONTENTS &&
           (gt_json_is(value, "system") || gt_json_is(value, "developer")))
    gt_talk_tell(t, "role-unknown", t->role_at, "put its text into systemInstruction",
                 "/role", "contents has no role %s", name);
  else
    gt_talk_tell(t, "role-unknown", t->role_at,
                 t->form == GT_FORM_MESSAGES
                     ? "the roles are system, developer, user and assistant"
                     : "the roles are user and model",
                 "/role", "unknown role %s", name);
}

void gt_talk_order(struct gt_talk *t)
{
  bool first = t->item == 0;
  size_t at = t->has_role ? t->role_at : t->at;
  if (t->role_known && t->role == GT_ROLE_SYSTEM) {
    if (!first && t->last_known && t->last != GT_ROLE_SYSTEM)
      gt_talk_tell(t, "role-order", at, "the system speaks first or not at all",
                   "/role", "a turn of the system behind one of the %s",
                   role_name(t, t->last));
  } else if (t->role_known && !first && t->last_known && t->role == t->last) {
    gt_talk_tell(t, "role-order", at,
                 "join them, or put the turn between them that is missing", "/role",
                 "two turns of the %s in a row", role_name(t, t->role));
  } else if (t->role_known && first && t->form == GT_FORM_CONTENTS &&
             t->role == GT_ROLE_MODEL) {
    gt_talk_tell(t, "role-order", at, NULL, "/role",
                 "contents begins with a turn of the model, not of the user");
  }
  t->last = t->role;
  t->last_known = t->role_known;
  t->users += !t->role_known || t->role == GT_ROLE_USER;
}

void gt_talk_finish(struct gt_talk *t)
{
  size_t at = t->has_role ? t->role_at : t->at;
  if (!t->last_known) return;
  if (t->last != GT_ROLE_MODEL)
    gt_talk_tell(t, "last-turn", at, "end with the answer that is to be learned", "",
                 "the last turn is one of the %s, not of the %s", role_name(t, t->last),
                 role_name(t, GT_ROLE_MODEL));
  else if (t->users == 0 && t->form == GT_FORM_MESSAGES)
    gt_talk_tell(t, "role-order", at, NULL, "/role",
                 "no turn of the user comes before it");
}

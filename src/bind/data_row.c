/* Rows as tables. See data_row.h. */
#include "bind/data_row.h"

#include "base/hash.h"
#include "data/write_row.h"
#include "task/raise.h"

#include <lauxlib.h>
#include <string.h>

static const char *const ROLES[] = {
    [GT_ROLE_SYSTEM] = "system", [GT_ROLE_USER] = "user", [GT_ROLE_MODEL] = "model"};

static bool same_turn(const struct gt_turn *a, const struct gt_turn *b)
{
  return a->role == b->role && a->item == b->item;
}

/* Parts of one turn are hashed as one text: other forms have no parts. */
static int add_turns(struct gt_sha256 *h, const struct gt_row *row, struct gt_err *err)
{
  for (size_t i = 0; i < row->turns_count; i++) {
    const struct gt_turn *t = &row->turns[i];
    const char *role = ROLES[t->role];
    bool goes_on = i > 0 && same_turn(t - 1, t);
    bool ends = i + 1 == row->turns_count || !same_turn(t, t + 1);
    if (!goes_on && gt_sha256_add(h, role, strlen(role) + 1, err) < 0) return -1;
    if (gt_sha256_add(h, t->text, t->len, err) < 0) return -1;
    if (ends && gt_sha256_add(h, "", 1, err) < 0) return -1;
  }
  return 0;
}

int gt_data_row_id(char id[17], const struct gt_row *row, struct gt_err *err)
{
  unsigned char digest[32];
  struct gt_sha256 *h = gt_sha256_new(err);
  if (!h) return -1;
  int rc = add_turns(h, row, err);
  if (rc == 0) rc = gt_sha256_end(digest, h, err);
  if (rc == 0) gt_hex(id, digest, 8);
  gt_sha256_free(h);
  return rc;
}

static bool is_pair(const struct gt_row *row)
{
  return row->turns_count == 2 && row->turns[0].role == GT_ROLE_USER &&
         row->turns[1].role == GT_ROLE_MODEL;
}

static void push_turns(lua_State *L, const struct gt_row *row)
{
  lua_createtable(L, (int)row->turns_count, 0);
  for (size_t i = 0; i < row->turns_count; i++) {
    const struct gt_turn *t = &row->turns[i];
    lua_createtable(L, 0, 2);
    lua_pushstring(L, ROLES[t->role]);
    lua_setfield(L, -2, "role");
    lua_pushlstring(L, t->text, t->len);
    lua_setfield(L, -2, "text");
    if (i > 0 && same_turn(t - 1, t)) {
      lua_pushboolean(L, true);
      lua_setfield(L, -2, "part");
    }
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static void push_id(lua_State *L, const struct gt_row *row)
{
  struct gt_err err;
  char id[17];
  if (gt_data_row_id(id, row, &err) < 0) gt_raise(L, &err);
  lua_pushlstring(L, id, 16);
}

void gt_data_row_push(lua_State *L, const struct gt_row *row)
{
  lua_createtable(L, 0, 5);
  lua_pushlstring(L, row->text, row->text_len);
  lua_setfield(L, -2, "text_input");
  lua_pushlstring(L, row->output, row->output_len);
  lua_setfield(L, -2, "output");
  lua_pushinteger(L, (lua_Integer)row->line);
  lua_setfield(L, -2, "line");
  push_id(L, row);
  lua_setfield(L, -2, "id");
  unsigned beside = gt_lost_beside(row);
  if (beside) lua_pushinteger(L, (lua_Integer)beside), lua_setfield(L, -2, "beside");
  if (is_pair(row)) return;
  push_turns(L, row);
  lua_setfield(L, -2, "turns");
}

/* The field must be a string; the row holds it. */
static const char *text_of(lua_State *L, int idx, const char *name, lua_Integer at,
                           size_t *len)
{
  if (lua_getfield(L, idx, name) != LUA_TSTRING)
    gt_raisef(L, GT_INVALID_ARGUMENT,
              "a row is { text_input = ..., output = ... } or { turns = { { role = "
              "..., text = ... }, ... } }",
              "row %lld is not a row: %s is a %s", (long long)at, name,
              luaL_typename(L, -1));
  const char *text = lua_tolstring(L, -1, len);
  lua_pop(L, 1);
  return text;
}

static enum gt_role role_of(lua_State *L, int turn, lua_Integer at)
{
  size_t len;
  const char *name = text_of(L, turn, "role", at, &len);
  if (strcmp(name, "assistant") == 0) return GT_ROLE_MODEL;
  for (int i = 0; i <= GT_ROLE_MODEL; i++)
    if (strcmp(name, ROLES[i]) == 0) return (enum gt_role)i;
  gt_raisef(L, GT_INVALID_ARGUMENT, "system, user or model",
            "row %lld: a turn has the role \"%.40s\"", (long long)at, name);
  return GT_ROLE_USER;
}

static void conversation_at(lua_State *L, int list, lua_Integer at, struct gt_row *row)
{
  size_t n = (size_t)lua_rawlen(L, list);
  struct gt_turn *turns = lua_newuserdatauv(L, (n + 1) * sizeof *turns, 0);
  memset(turns, 0, (n + 1) * sizeof *turns);
  for (size_t i = 0; i < n; i++) {
    struct gt_turn *t = &turns[i];
    if (lua_rawgeti(L, list, (lua_Integer)i + 1) != LUA_TTABLE)
      gt_raisef(L, GT_INVALID_ARGUMENT, NULL, "row %lld: turn %zu is a %s",
                (long long)at, i + 1, luaL_typename(L, -1));
    int turn = lua_gettop(L);
    t->role = role_of(L, turn, at);
    t->text = text_of(L, turn, "text", at, &t->len);
    lua_getfield(L, turn, "part");
    bool part = lua_toboolean(L, -1) && i > 0 && t[-1].role == t->role;
    t->item = part ? t[-1].item : i > 0 ? t[-1].item + 1 : 0;
    t->part = part ? t[-1].part + 1 : 0;
    lua_pop(L, 2);
  }
  if (n == 0 || turns[n - 1].role != GT_ROLE_MODEL)
    gt_raisef(L, GT_INVALID_ARGUMENT, "the last turn is what the model should answer",
              "row %lld: %s", (long long)at,
              n == 0 ? "turns is empty" : "the last turn is not the model's");
  row->turns = turns;
  row->turns_count = n;
}

static void pair_at(lua_State *L, int idx, lua_Integer at, struct gt_row *row)
{
  row->text = text_of(L, idx, "text_input", at, &row->text_len);
  row->output = text_of(L, idx, "output", at, &row->output_len);
  struct gt_turn *turns = lua_newuserdatauv(L, 2 * sizeof *turns, 0);
  turns[0] =
      (struct gt_turn){.role = GT_ROLE_USER, .text = row->text, .len = row->text_len};
  turns[1] = (struct gt_turn){
      .role = GT_ROLE_MODEL, .item = 1, .text = row->output, .len = row->output_len};
  row->turns = turns;
  row->turns_count = 2;
}

void gt_data_row_at(lua_State *L, int idx, lua_Integer at, struct gt_row *row)
{
  idx = lua_absindex(L, idx);
  luaL_checkstack(L, 8, NULL);
  *row = (struct gt_row){.form = GT_FORM_TEXT_INPUT};
  if (!lua_istable(L, idx))
    gt_raisef(L, GT_INVALID_ARGUMENT, "a row is { text_input = ..., output = ... }",
              "row %lld is not a row but a %s", (long long)at, luaL_typename(L, idx));
  if (lua_getfield(L, idx, "turns") != LUA_TTABLE) {
    lua_pop(L, 1);
    pair_at(L, idx, at, row);
    return;
  }
  conversation_at(L, lua_gettop(L), at, row);
  lua_remove(L, -2); /* the list; the row's table holds it */
}

/* [-0, +1, m] turns[from] and those behind it, up to `to`; an empty line between turns,
 * nothing between parts. */
static void push_joined(lua_State *L, const struct gt_turn *turns, size_t from,
                        size_t to)
{
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  for (size_t i = from; i < to; i++) {
    if (i > from && !same_turn(&turns[i - 1], &turns[i])) luaL_addstring(&b, "\n\n");
    luaL_addlstring(&b, turns[i].text, turns[i].len);
  }
  luaL_pushresult(&b);
}

void gt_data_row_join(lua_State *L, struct gt_row *row)
{
  size_t last = row->turns_count - 1;
  while (last > 0 && same_turn(&row->turns[last - 1], &row->turns[last])) last--;
  push_joined(L, row->turns, 0, last);
  row->text = lua_tolstring(L, -1, &row->text_len);
  push_joined(L, row->turns, last, row->turns_count);
  row->output = lua_tolstring(L, -1, &row->output_len);
}

int gt_data_row_complete(lua_State *L)
{
  struct gt_row row;
  lua_settop(L, 2);
  gt_data_row_at(L, 1, luaL_optinteger(L, 2, 1), &row);
  if (!row.text) {
    gt_data_row_join(L, &row);
    lua_setfield(L, 1, "output");
    lua_setfield(L, 1, "text_input");
  }
  push_id(L, &row);
  lua_setfield(L, 1, "id");
  lua_settop(L, 1);
  return 1;
}

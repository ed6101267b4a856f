/* Option tables. See options.h. */
#include "api/options.h"

#include "api/codec.h"
#include "base/json_write.h"
#include "base/utf8.h"
#include "task/raise.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

enum { NAME_CAP = 48 };

static const char *const TYPE_NAMES[] = {
    "a string", "a number", "a whole number",    "a boolean",
    "a list",   "a table",  "a string or table", "a value",
};

/* Levenshtein distance, names cut to NAME_CAP. */
static size_t distance(const char *a, const char *b)
{
  size_t row[NAME_CAP + 1], n = strnlen(b, NAME_CAP);
  for (size_t j = 0; j <= n; j++) row[j] = j;
  for (size_t i = 0; a[i] && i < NAME_CAP; i++) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 1; j <= n; j++) {
      size_t best = diagonal + (a[i] != b[j - 1]);
      if (row[j] + 1 < best) best = row[j] + 1;
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      diagonal = row[j];
      row[j] = best;
    }
  }
  return row[n];
}

static void refuse_unknown(lua_State *L, const char *name, const struct gt_option *list,
                           const char *op)
{
  const char *nearest = NULL;
  size_t best = strlen(name) / 2 + 1;
  char hint[400] = "options: ";
  for (const struct gt_option *o = list; o->name; o++) {
    size_t d = distance(name, o->name), at = strlen(hint);
    if (d < best) {
      best = d;
      nearest = o->name;
    }
    snprintf(hint + at, sizeof hint - at, "%s%s", o == list ? "" : ", ", o->name);
  }
  if (nearest) snprintf(hint, sizeof hint, "did you mean `%s`?", nearest);
  gt_raisef(L, GT_INVALID_ARGUMENT, hint, "%s: unknown option '%.60s'", op, name);
}

static bool has_type(lua_State *L, const struct gt_option *o)
{
  int type = lua_type(L, -1);
  switch (o->type) {
  case GT_OPT_STRING: return type == LUA_TSTRING;
  case GT_OPT_NUMBER: return type == LUA_TNUMBER;
  case GT_OPT_INTEGER: {
    int whole = 0;
    lua_tointegerx(L, -1, &whole);
    return type == LUA_TNUMBER && whole;
  }
  case GT_OPT_BOOLEAN: return type == LUA_TBOOLEAN;
  case GT_OPT_LIST:
  case GT_OPT_TABLE: return type == LUA_TTABLE;
  case GT_OPT_CONTENT: return type == LUA_TSTRING || type == LUA_TTABLE;
  case GT_OPT_ANY: return true;
  }
  return false;
}

static void check_range(lua_State *L, const struct gt_option *o, const char *op)
{
  if (o->min == 0 && o->max == 0 && !o->above_min) return;
  if (o->type == GT_OPT_STRING) {
    size_t len;
    const char *s = lua_tolstring(L, -1, &len);
    if ((double)gt_utf8_count(s, len) > o->max)
      gt_raisef(L, GT_INVALID_ARGUMENT, "shorten it",
                "%s: %s is longer than %d characters", op, o->name, (int)o->max);
  } else if (o->type == GT_OPT_LIST) {
    if ((double)lua_rawlen(L, -1) > o->max)
      gt_raisef(L, GT_INVALID_ARGUMENT, "leave some out",
                "%s: %s holds at most %d items", op, o->name, (int)o->max);
  } else {
    double v = lua_tonumber(L, -1);
    bool low = o->above_min ? !(v > o->min) : !(v >= o->min);
    if (low || (o->max > o->min && v > o->max)) {
      char allowed[96];
      if (o->max > o->min)
        snprintf(allowed, sizeof allowed, "from %s%g to %g",
                 o->above_min ? "above " : "", o->min, o->max);
      else
        snprintf(allowed, sizeof allowed, "%s %g",
                 o->above_min ? "above" : "of at least", o->min);
      gt_raisef(L, GT_INVALID_ARGUMENT, o->help, "%s: %s must be %s %s, got %g", op,
                o->name, TYPE_NAMES[o->type], allowed, v);
    }
  }
}

static const struct gt_option *find(const struct gt_option *list, const char *name)
{
  while (list->name && strcmp(list->name, name) != 0) list++;
  return list->name ? list : NULL;
}

void gt_options_check(lua_State *L, int idx, const struct gt_option *list,
                      const char *op)
{
  if (lua_isnoneornil(L, idx)) return;
  if (!lua_istable(L, idx))
    gt_raisef(L, GT_INVALID_ARGUMENT, "pass the options as { name = value }",
              "%s: options must be a table, got a %s", op, luaL_typename(L, idx));
  lua_pushnil(L);
  while (lua_next(L, idx)) {
    if (lua_type(L, -2) != LUA_TSTRING)
      gt_raisef(L, GT_INVALID_ARGUMENT, "pass the options as { name = value }",
                "%s: an option's name must be a string, got a %s", op,
                luaL_typename(L, -2));
    const char *name = lua_tostring(L, -2);
    const struct gt_option *o = find(list, name);
    if (!o) refuse_unknown(L, name, list, op);
    if (!has_type(L, o))
      gt_raisef(L, GT_INVALID_ARGUMENT, o->help, "%s: %s must be %s, got %s", op, name,
                TYPE_NAMES[o->type],
                lua_type(L, -1) == LUA_TNUMBER ? lua_tostring(L, -1)
                                               : luaL_typename(L, -1));
    check_range(L, o, op);
    lua_pop(L, 1);
  }
}

/* [-0, +0, -] Which options the table has, a bit each (modulo 64: a bit says "perhaps").
 * Looking up every option of a list that long costs more than all else here. */
static uint64_t present(lua_State *L, int idx, const struct gt_option *list)
{
  uint64_t bits = 0;
  if (lua_getmetatable(L, idx)) { /* may add some */
    lua_pop(L, 1);
    return UINT64_MAX;
  }
  lua_pushnil(L);
  while (lua_next(L, idx)) {
    lua_pop(L, 1);
    const struct gt_option *o =
        lua_type(L, -1) == LUA_TSTRING ? find(list, lua_tostring(L, -1)) : NULL;
    if (o) bits |= (uint64_t)1 << ((o - list) & 63);
  }
  return bits;
}

static bool may_have(uint64_t bits, const struct gt_option *o,
                     const struct gt_option *list)
{
  return bits >> ((o - list) & 63) & 1;
}

static bool in_group(const struct gt_option *o, const char *group)
{
  return o->wire && o->group && strcmp(o->group, group) == 0;
}

static void write_value(lua_State *L, const struct gt_option *o, struct gt_buf *out)
{
  size_t len;
  switch (o->type) {
  case GT_OPT_STRING: {
    const char *s = lua_tolstring(L, -1, &len);
    gt_codec_string(L, out, s, len, o->name);
    break;
  }
  case GT_OPT_NUMBER: gt_json_double(out, lua_tonumber(L, -1)); break;
  case GT_OPT_INTEGER:
    gt_json_int(out, lua_tointeger(L, -1));
    break;
    gt_json_int(out, lua_tointeger(L, -1));
    break;
  case GT_OPT_BOOLEAN: gt_buf_adds(out, lua_toboolean(L, -1) ? "true" : "false"); break;
  default: gt_codec_encode(L, -1, out, o->name, o->type == GT_OPT_LIST);
  }
}

void gt_options_write(lua_State *L, int idx, const struct gt_option *list,
                      const char *group, struct gt_buf *out, bool *first)
{
  if (lua_isnoneornil(L, idx)) return;
  idx = lua_absindex(L, idx);
  uint64_t bits = present(L, idx, list);
  for (const struct gt_option *o = list; o->name; o++) {
    if (!may_have(bits, o, list) || !in_group(o, group)) continue;
    if (lua_getfield(L, idx, o->name) != LUA_TNIL) {
      gt_buf_adds(out, *first ? "\"" : ",\"");
      gt_buf_adds(out, o->wire);
      gt_buf_adds(out, "\":");
      *first = false;
      write_value(L, o, out);
    }
    lua_pop(L, 1);
  }
}

bool gt_options_any(lua_State *L, int idx, const struct gt_option *list,
                    const char *group)
{
  if (lua_isnoneornil(L, idx)) return false;
  bool any = false;
  idx = lua_absindex(L, idx);
  uint64_t bits = present(L, idx, list);
  for (const struct gt_option *o = list; o->name && !any; o++) {
    if (!may_have(bits, o, list) || !in_group(o, group)) continue;
    any = lua_getfield(L, idx, o->name) != LUA_TNIL;
    lua_pop(L, 1);
  }
  return any;
}

double gt_options_number(lua_State *L, int idx, const char *name, double missing)
{
  double v = missing;
  if (lua_isnoneornil(L, idx)) return v;
  if (lua_getfield(L, idx, name) == LUA_TNUMBER) v = lua_tonumber(L, -1);
  lua_pop(L, 1);
  return v;
}

void gt_options_push(lua_State *L, const struct gt_option *list)
{
  static const char *const types[] = {"string", "number", "integer",      "boolean",
                                      "list",   "table",  "string|table", "any"};
  lua_newtable(L);
  for (int i = 1; list->name; list++, i++) {
    lua_createtable(L, 0, 6);
    lua_pushstring(L, list->name);
    lua_setfield(L, -2, "name");
    lua_pushstring(L, types[list->type]);
    lua_setfield(L, -2, "type");
    if (list->min != 0 || list->max != 0 || list->above_min) {
      lua_pushnumber(L, list->min);
      lua_setfield(L, -2, "min");
    }
    if (list->max != 0) {
      lua_pushnumber(L, list->max);
      lua_setfield(L, -2, "max");
    }
    lua_pushstring(L, list->wire);
    lua_setfield(L, -2, "wire");
    lua_pushstring(L, list->help);
    lua_setfield(L, -2, "help");
    lua_rawseti(L, -2, i);
  }
}

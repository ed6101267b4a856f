/* Option tables: one description for the checks, the wire mapping, the help, the stubs.
 *
 * A primitive declares an array of gt_option; gt_options_check goes over the script's
 * table once and refuses unknown names (naming the nearest), wrong types and values out
 * of range; gt_options_write appends the members that belong to one wire object. */
#ifndef GT_API_OPTIONS_H
#define GT_API_OPTIONS_H

#include "base/buf.h"

#include <lua.h>

enum gt_option_type {
  GT_OPT_STRING,
  GT_OPT_NUMBER,
  GT_OPT_INTEGER,
  GT_OPT_BOOLEAN,
  GT_OPT_LIST,    /* sent as a JSON list, also when empty */
  GT_OPT_TABLE,   /* sent as it is */
  GT_OPT_CONTENT, /* a string or a content table */
  GT_OPT_ANY,     /* the primitive looks at it itself */
};

struct gt_option {
  const char *name; /* as scripts write it; NULL ends the array */
  enum gt_option_type type;
  const char *group; /* wire object it goes into: "generationConfig", "" (top), NULL */
  const char *wire;  /* member name there */
  double min,
      max;        /* numbers; both 0: any. Strings: max code points. Lists: max items */
  bool above_min; /* min itself is not allowed */
  const char *help; /* one line: meaning, unit, default */
};

/* [-0, +0, e] The table at idx (nil: no options). `op` names the primitive. */
void gt_options_check(lua_State *L, int idx, const struct gt_option *list,
                      const char *op);
/* [-0, +0, e] Appends "member":value for every option of that group which is set, each
 * preceded by a comma unless it is the first (*first). */
void gt_options_write(lua_State *L, int idx, const struct gt_option *list,
                      const char *group, struct gt_buf *out, bool *first);
/* [-0, +0, -] Whether any option of the group is set. */
bool gt_options_any(lua_State *L, int idx, const struct gt_option *list,
                    const char *group);
/* [-0, +0, -] A number option that was checked before. */
double gt_options_number(lua_State *L, int idx, const char *name, double missing);

/* [-0, +1, m] The array as a Lua list of {name, type, min, max, help, wire}. */
void gt_options_push(lua_State *L, const struct gt_option *list);

#endif

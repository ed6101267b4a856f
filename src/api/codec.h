/* JSON between Lua values and the wire: read by lua-cjson, with exact integers; written
 * here, with sorted keys and every digit, so that the same table gives the same bytes
 * (lua-cjson writes keys in the order of the hash, and 14 digits).
 *
 * Used by the files of api/. It has a cjson of its own, so a script that changes the
 * settings of `require "cjson"` changes nothing here. Numbers without a fraction come
 * out as integers; null is cjson.null (a light userdata), as scripts know it. */
#ifndef GT_API_CODEC_H
#define GT_API_CODEC_H

#include "base/buf.h"

#include <lua.h>

/* [-0, +1, m] Decodes; false with the reason (a string) on the stack when the text is no
 * JSON. */
bool gt_codec_parse(lua_State *L, const char *json, size_t len);
/* [-0, +1, e] Decodes; raises INTERNAL when the text is no JSON. */
void gt_codec_decode(lua_State *L, const char *json, size_t len);
/* [-0, +0, e] Appends the JSON of the value at idx; `what` names it in errors. A table with
 * the keys 1..n is a list, an empty one {} unless as_list; cjson.null is null. */
void gt_codec_encode(lua_State *L, int idx, struct gt_buf *out, const char *what,
                     bool as_list);
/* [-0, +0, e] Appends a string value, raising when it is not valid UTF-8. */
void gt_codec_string(lua_State *L, struct gt_buf *out, const char *s, size_t len,
                     const char *what);

/* Readers for decoded tables: the field's value, or the given one when it is missing,
 * null or of another type. [-0, +0, -] */
int64_t gt_codec_int(lua_State *L, int idx, const char *key, int64_t missing);
double gt_codec_number(lua_State *L, int idx, const char *key, double missing);
/* Borrowed from the table. */
const char *gt_codec_text(lua_State *L, int idx, const char *key, const char *missing);
/* [-0, +1, -] Pushes the field when it is a table and returns true; else pushes nil. */
bool gt_codec_table(lua_State *L, int idx, const char *key);
/* [-0, +0, m] target[to] = source[from] when that is a string, number or boolean. */
void gt_codec_copy(lua_State *L, int target, const char *to, int source,
                   const char *from);

#endif

/* Rows of training data as the tables of scripts.
 *
 *   { text_input =, output =, line =, id = [, beside =] } and of a conversation also
 *   turns = { { role = "system" | "user" | "model", text = [, part = true] }, ... }
 *
 * part: the text continues the turn before it (a further part of the same content).
 * beside: what the row had in its file beside its texts, bits of enum gt_lost.
 * id: the first 16 hex digits of the SHA-256 over the turns of the row (of a pair: user
 * and model), each as its role, a NUL, its text, a NUL; so it is the same in every form
 * and file. Used by the other files of gt.core.data. */
#ifndef GT_BIND_DATA_ROW_H
#define GT_BIND_DATA_ROW_H

#include "base/err.h"
#include "data/row.h"

#include <lua.h>

/* [-0, +1, e] */
void gt_data_row_push(lua_State *L, const struct gt_row *row);
/* [-0, +1, e] The table at idx as a row that borrows its strings; pushes what holds
 * the row's turns. Raises INVALID_ARGUMENT when it is no row; `at` is its number. */
void gt_data_row_at(lua_State *L, int idx, lua_Integer at, struct gt_row *row);
/* [-0, +2, e] Makes text and output of a conversation from its turns, as the reader
 * does; the strings that are pushed hold them. */
void gt_data_row_join(lua_State *L, struct gt_row *row);
int gt_data_row_id(char id[17], const struct gt_row *row, struct gt_err *err);

/* Lua: complete(row, at) -> row, with text_input and output made from its turns if it
 * has any, and with its id. */
int gt_data_row_complete(lua_State *L);

#endif

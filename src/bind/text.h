/* gt.core.text: normal forms, n-grams, distances and figures of texts for
 * lua/gt/text.lua, where the checks of options are. */
#ifndef GT_BIND_TEXT_H
#define GT_BIND_TEXT_H

#include <lua.h>

int gt_open_text(lua_State *L);
/* near_duplicates(texts, { threshold =, threads =, index =, pairs_max =, memory_max =
 * })
 * -> { first =, a =, b =, jaccard =, left_out =, ... } */
int gt_text_near_duplicates(lua_State *L);

#endif

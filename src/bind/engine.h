/* gt.core.engine: the local trainer for Lua: jobs, models, text vectors. */
#ifndef GT_BIND_ENGINE_H
#define GT_BIND_ENGINE_H

#include "engine/engine.h"

#include <lua.h>

int gt_open_engine(lua_State *L);

/* [-0, +1, e] The list of { text_input =, output = } at idx as an array of borrowed
 * rows, which is a userdata on the stack. */
struct gt_engine_row *gt_engine_rows_at(lua_State *L, int idx, size_t *count);

/* The parts of the module that live in engine_model.c, engine_vector.c and
 * engine_suspects.c. */
int gt_engine_model_load(lua_State *L);
/* Makes the metatable of models. */
void gt_engine_model_open(lua_State *L);
int gt_engine_vector_embed(lua_State *L);
int gt_engine_vector_nearest(lua_State *L);
int gt_engine_suspects(lua_State *L);

#endif

/* gt.core.engine: the local trainer for Lua: jobs, models, text vectors. */
#ifndef GT_BIND_ENGINE_H
#define GT_BIND_ENGINE_H

#include <lua.h>

int gt_open_engine(lua_State *L);

/* The parts of the module that live in engine_model.c and engine_vector.c. */
int gt_engine_model_load(lua_State *L);
/* Makes the metatable of models. */
void gt_engine_model_open(lua_State *L);
int gt_engine_vector_embed(lua_State *L);
int gt_engine_vector_nearest(lua_State *L);

#endif

/* Tuned models: create, get, list, update, delete, cancel, and their Lua shape.
 *
 * States are normalised to CREATING TRAINING SUCCEEDED FAILED CANCELLED: the wire has
 * no TRAINING, so it is told from the operation's steps. */
#ifndef GT_API_TUNED_H
#define GT_API_TUNED_H

#include "api/options.h"
#include "api/request.h"

extern const struct gt_option GT_CREATE_OPTIONS[];

/* Lua: create_tuned_model{...} -> model */
int gt_tuned_create(lua_State *L);
/* Lua: get_tuned_model(name [, { raise = true, timeout = }]) -> model */
int gt_tuned_get(lua_State *L);

/* Lua: update_tuned_model(name, { display_name, description, temperature, top_p, top_k
 * })
 * -> model */
int gt_tuned_update(lua_State *L);
/* Lua: delete_tuned_model(name) */
int gt_tuned_delete(lua_State *L);
/* Lua: cancel_tuned_model(name): stops a running job, best effort */
int gt_tuned_cancel(lua_State *L);

#endif

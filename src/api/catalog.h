/* Base models and embeddings. */
#ifndef GT_API_CATALOG_H
#define GT_API_CATALOG_H

#include "api/options.h"

#include <lua.h>

extern const struct gt_option GT_EMBED_OPTIONS[];

/* [-1, +1, e] A wire Model -> { name, display_name, version, methods, can_tune,
 * input_token_limit, output_token_limit, temperature, top_p, top_k, raw }. */
void gt_catalog_shape(lua_State *L);

/* Lua: get_model(name) -> model description */
int gt_catalog_get(lua_State *L);
/* Lua: embed_content(model, text | list of texts [, options]) -> vector | list of them:
 * a vector is a list of numbers */
int gt_catalog_embed(lua_State *L);

#endif

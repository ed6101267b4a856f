/* generate_content, its stream, and count_tokens: the calls that take a prompt. */
#ifndef GT_API_GENERATE_H
#define GT_API_GENERATE_H

#include "api/options.h"
#include "api/request.h"

extern const struct gt_option GT_GENERATE_OPTIONS[];

/* [-0, +0, e] Appends the GenerateContentRequest for contents and options (stack
 * indices; the options must have been checked). */
void gt_generate_body(lua_State *L, struct gt_buf *out, int contents, int options,
                      const char *op);

/* Lua: generate_content(model, contents [, options]) -> response */
int gt_generate_content(lua_State *L);
/* Lua: count_tokens(model, contents [, options]) -> { total_tokens, raw } */
int gt_generate_count(lua_State *L);
/* Lua: stream_generate_content(model, contents [, options]) -> iterator of responses */
int gt_generate_stream(lua_State *L);

#endif

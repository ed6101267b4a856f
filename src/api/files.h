/* The Files API: upload, get, delete. */
#ifndef GT_API_FILES_H
#define GT_API_FILES_H

#include "api/options.h"

#include <lua.h>

extern const struct gt_option GT_UPLOAD_OPTIONS[];

/* [-1, +1, e] A wire File -> { name, uri, display_name, mime_type, size_bytes, state,
 * create_time, update_time, expiration_time, raw }. */
void gt_files_shape(lua_State *L);

/* Lua: upload(path | dataset [, options]) -> file, with `path` (or the data set's
 * `rows`), `sha256` (hex, of up to 64 MiB) and `row_count` (checked training rows) of
 * this side. Training rows (.jsonl) are checked first, all defects at once; nothing is
 * sent when there is one. */
int gt_files_upload(lua_State *L);
/* Lua: get_file(name | file) -> file */
int gt_files_get(lua_State *L);
/* Lua: delete_file(name | file) -> true */
int gt_files_delete(lua_State *L);

#endif

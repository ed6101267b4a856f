/* Between the files of gt.core.data: what each gives to data.c. */
#ifndef GT_BIND_DATA_PARTS_H
#define GT_BIND_DATA_PARTS_H

#include <lua.h>

/* Lua functions of the module */
int gt_data_open(lua_State *L);   /* data_reader.c */
int gt_data_create(lua_State *L); /* data_writer.c */
int gt_data_digest(lua_State *L); /* data_number.c */
int gt_data_random(lua_State *L);

/* [-0, +0, m] Make the metatables of their userdata. */
void gt_data_reader_type(lua_State *L);
void gt_data_writer_type(lua_State *L);
void gt_data_number_types(lua_State *L);

#endif

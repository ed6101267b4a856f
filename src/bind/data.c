/* gt.core.data: rows in and out of files, for lua/gt/dataset/ and lua/gt/split.lua.
 * data_reader.c reads, data_writer.c writes, data_row.c turns rows into tables and
 * back, data_number.c has digests and chance. */
#include "bind/data.h"

#include "bind/data_parts.h"
#include "bind/data_row.h"

#include <lauxlib.h>

int gt_open_data(lua_State *L)
{
  static const luaL_Reg functions[] = {
      {"open", gt_data_open},
      {"create", gt_data_create},
      {"complete", gt_data_row_complete},
      {"digest", gt_data_digest},
      {"random", gt_data_random},
      {NULL, NULL},
  };
  gt_data_reader_type(L);
  gt_data_writer_type(L);
  gt_data_number_types(L);
  luaL_newlib(L, functions);
  return 1;
}

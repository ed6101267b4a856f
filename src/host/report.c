/* The final error report. See report.h. */
#include "host/report.h"

#include "task/raise.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

/* Text from outside must not move the cursor or colour the terminal. */
static void print_visible(const char *s, size_t len)
{
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)s[i];
    if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F)
      fprintf(stderr, "\\x%02x", c);
    else
      fputc(c, stderr);
  }
}

/* [-0, +1 or +0, e] The text of a string, or what __tostring makes; nothing for any
 * other value: its address would tell nobody anything. */
static int to_text(lua_State *L)
{
  if (lua_isstring(L, 1)) return 1;
  return luaL_callmeta(L, 1, "__tostring") && lua_type(L, -1) == LUA_TSTRING;
}

int gt_report_error(lua_State *L, int idx, const char *traceback)
{
  struct gt_err err;
  idx = lua_absindex(L, idx);
  bool object = gt_raise_read(L, idx, &err);
  fflush(stdout);
  lua_pushcfunction(L, to_text);
  lua_pushvalue(L, idx);
  size_t len = 0;
  const char *text = NULL;
  if (lua_pcall(L, 1, 1, 0) == LUA_OK) text = lua_tolstring(L, -1, &len);
  if (!text) {
    text = lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, idx));
    len = strlen(text);
  }
  fputs("gtlua: ", stderr);
  print_visible(text, len);
  fputc('\n', stderr);
  lua_settop(L, idx);
  if (object && err.hint[0]) {
    fputs("  hint: ", stderr);
    print_visible(err.hint, strlen(err.hint));
    fputc('\n', stderr);
  }
  if (object && err.request_id[0]) fprintf(stderr, "  request: %s\n", err.request_id);
  if (traceback) {
    print_visible(traceback, strlen(traceback));
    fputc('\n', stderr);
  }
  return object ? gt_err_exit(&err) : GT_EXIT_SCRIPT;
}

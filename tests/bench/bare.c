/* The peer of the start-up benchmark: a host linked against the libraries that gtlua
 * uses, which initialises them, opens Lua's own libraries, runs one script and ends. It
 * checks nothing and knows no primitive. Used by scripts/bench startup. */
#include <curl/curl.h>
#include <lauxlib.h>
#include <lualib.h>
#include <microhttpd.h>
#include <openssl/crypto.h>
#include <stdio.h>

int main(int argc, char **argv)
{
  if (argc != 2 || curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK ||
      !OPENSSL_init_crypto(0, NULL) || !MHD_get_version())
    return 1;
  lua_State *L = luaL_newstate();
  if (!L) return 1;
  luaL_openlibs(L);
  if (luaL_dofile(L, argv[1]) != LUA_OK) {
    fprintf(stderr, "bare: %s\n", lua_tostring(L, -1));
    return 1;
  }
  lua_close(L);
  curl_global_cleanup();
  return 0;
}

/* gt.core.text, one text or two. See text.h. */
#include "bind/text.h"

#include "base/hash.h"
#include "base/utf8.h"
#include "data/edit_distance.h"
#include "data/grams.h"
#include "data/measure.h"
#include "data/normal.h"
#include "task/raise.h"

#include <lauxlib.h>
#include <string.h>

enum { GRAM_MAX = 64 };

static size_t gram_size(lua_State *L, int arg)
{
  lua_Integer n = luaL_optinteger(L, arg, 4);
  luaL_argcheck(L, n >= 1 && n <= GRAM_MAX, arg, "a whole number from 1 to 64");
  return (size_t)n;
}

/* [-0, +1, m] Pushes the normal form. */
static const char *push_normal(lua_State *L, int arg, size_t *normal_len)
{
  size_t len;
  const char *text = luaL_checklstring(L, arg, &len);
  luaL_Buffer out;
  char *room = luaL_buffinitsize(L, &out, len + 1);
  luaL_pushresultsize(&out, gt_normal_form(room, text, len));
  return lua_tolstring(L, -1, normal_len);
}

/* normalize(s) -> the normal form */
static int text_normalize(lua_State *L)
{
  size_t len;
  push_normal(L, 1, &len);
  return 1;
}

/* hash(s) -> 32 hex digits: equal for texts that are the same but for case, spaces and
 * punctuation */
static int text_hash(lua_State *L)
{
  size_t len, normal_len;
  const char *text = luaL_checklstring(L, 1, &len);
  const char *normal = push_normal(L, 1, &normal_len);
  struct gt_normal_hash h = gt_normal_key(normal, normal_len, text, len);
  unsigned char bytes[16];
  char hex[33];
  for (int i = 0; i < 8; i++) {
    bytes[i] = (unsigned char)(h.hi >> (56 - 8 * i));
    bytes[8 + i] = (unsigned char)(h.lo >> (56 - 8 * i));
  }
  gt_hex(hex, bytes, sizeof bytes);
  lua_pushlstring(L, hex, 32);
  return 1;
}

/* ngrams(s, n = 4) -> list of the distinct n-grams of the normal form, in its order */
static int text_ngrams(lua_State *L)
{
  size_t n = gram_size(L, 2), len;
  lua_settop(L, 2);
  const char *normal = push_normal(L, 1, &len), *end = normal + len;
  const char *starts[GRAM_MAX]; /* of the last n code points, in a ring */
  lua_newtable(L);              /* 4: the list */
  lua_newtable(L);              /* 5: what is in it */
  lua_Integer count = 0;
  size_t read = 0;
  for (const char *s = normal; s < end;) {
    uint32_t cp;
    starts[read++ % n] = s;
    s += gt_utf8_decode(&cp, s, end);
    if (read < n && s < end) continue;
    const char *from = read < n ? normal : starts[read % n];
    lua_pushlstring(L, from, (size_t)(s - from));
    lua_pushvalue(L, -1);
    if (lua_rawget(L, 5) == LUA_TNIL) {
      lua_pushvalue(L, -2);
      lua_pushboolean(L, 1);
      lua_rawset(L, 5);
      lua_pushvalue(L, -2);
      lua_rawseti(L, 4, ++count);
    }
    lua_pop(L, 2);
  }
  lua_settop(L, 4);
  return 1;
}

/* jaccard(a, b, n = 4) -> 0 to 1, over the sets of n-grams of the normal forms */
static int text_jaccard(lua_State *L)
{
  struct gt_err err;
  struct gt_grams x = {0}, y = {0};
  struct gt_grams_overlap overlap = {0};
  size_t a_len, b_len;
  const char *a = luaL_checklstring(L, 1, &a_len), *b = luaL_checklstring(L, 2, &b_len);
  int n = (int)gram_size(L, 3);
  double jaccard = 0;
  int rc = gt_grams_make(&x, a, a_len, n, &err);
  if (rc == 0) rc = gt_grams_make(&y, b, b_len, n, &err);
  if (rc == 0) rc = gt_grams_reserve(&overlap, x.count + y.count, &err);
  if (rc >= 0) {
    gt_grams_left(&overlap, &x);
    jaccard = gt_grams_jaccard(&overlap, &y);
  }
  gt_grams_clear(&x);
  gt_grams_clear(&y);
  gt_grams_overlap_clear(&overlap);
  if (rc < 0) return gt_raise(L, &err);
  lua_pushnumber(L, jaccard);
  return 1;
}

/* levenshtein(a, b [, max]) -> the distance in code points, at most max + 1 */
static int text_levenshtein(lua_State *L)
{
  struct gt_err err;
  size_t a_len, b_len, distance, longer;
  const char *a = luaL_checklstring(L, 1, &a_len), *b = luaL_checklstring(L, 2, &b_len);
  lua_Integer max = luaL_optinteger(L, 3, LUA_MAXINTEGER - 1);
  luaL_argcheck(L, max >= 0, 3, "a whole number from 0 on");
  if (gt_edit_distance(&distance, &longer, a, a_len, b, b_len, (size_t)max, &err) < 0)
    return gt_raise(L, &err);
  lua_pushinteger(L, (lua_Integer)distance);
  return 1;
}

/* similarity(a, b) -> 1 - distance / code points of the longer one */
static int text_similarity(lua_State *L)
{
  struct gt_err err;
  size_t a_len, b_len, distance, longer;
  const char *a = luaL_checklstring(L, 1, &a_len), *b = luaL_checklstring(L, 2, &b_len);
  if (gt_edit_distance(&distance, &longer, a, a_len, b, b_len, SIZE_MAX - 1, &err) < 0)
    return gt_raise(L, &err);
  lua_pushnumber(L, longer ? 1.0 - (double)distance / (double)longer : 1.0);
  return 1;
}

static void measure_at(lua_State *L, struct gt_measure *m)
{
  struct gt_err err;
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  if (gt_measure_text(m, text, len, &err) < 0) gt_raise(L, &err);
}

/* counts(s) -> characters, words, letters, upper, digits, spaces, symbols, invalid */
static int text_counts(lua_State *L)
{
  struct gt_measure m;
  measure_at(L, &m);
  const size_t counts[] = {m.characters, m.words,  m.letters, m.upper,
                           m.digits,     m.spaces, m.symbols, m.invalid};
  for (size_t i = 0; i < 8; i++) lua_pushinteger(L, (lua_Integer)counts[i]);
  return 8;
}

/* script(s) -> the script of most letters and its share of them; nil, 0 without one */
static int text_script(lua_State *L)
{
  struct gt_measure m;
  measure_at(L, &m);
  int most = 0;
  for (int i = 1; i < GT_SCRIPT_COUNT; i++)
    if (m.scripts[i] > m.scripts[most]) most = i;
  lua_pushstring(L, most ? gt_script_name((enum gt_script)most) : NULL);
  lua_pushnumber(L, most ? (double)m.scripts[most] / (double)m.letters : 0);
  return 2;
}

/* repetition(s, n = 3) -> the most frequent run of n words as a share of all runs */
static int text_repetition(lua_State *L)
{
  struct gt_err err;
  double share;
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  lua_Integer n = luaL_optinteger(L, 2, 3);
  luaL_argcheck(L, n >= 1, 2, "a whole number from 1 on");
  if (gt_measure_repetition(&share, text, len, (size_t)n, &err) < 0)
    return gt_raise(L, &err);
  lua_pushnumber(L, share);
  return 1;
}

/* repeated_lines(s) -> the share of lines that stood before */
static int text_repeated_lines(lua_State *L)
{
  struct gt_err err;
  double share;
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  if (gt_measure_repeated_lines(&share, text, len, &err) < 0) return gt_raise(L, &err);
  lua_pushnumber(L, share);
  return 1;
}

int gt_open_text(lua_State *L)
{
  static const luaL_Reg functions[] = {
      {"counts", text_counts},
      {"hash", text_hash},
      {"jaccard", text_jaccard},
      {"levenshtein", text_levenshtein},
      {"near_duplicates", gt_text_near_duplicates},
      {"ngrams", text_ngrams},
      {"normalize", text_normalize},
      {"repeated_lines", text_repeated_lines},
      {"repetition", text_repetition},
      {"script", text_script},
      {"similarity", text_similarity},
      {NULL, NULL},
  };
  luaL_newlib(L, functions);
  return 1;
}

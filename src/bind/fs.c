/* gt.core.fs: whole files, atomic writes, names, times and digests for the embedded
 * library. Used by lua/gt/local/. It checks no permissions, so scripts never see it;
 * whatever fails raises an error object, except "it is not there", which is nil. */
#include "bind/fs.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/hash.h"
#include "task/raise.h"

#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_READ ((lua_Integer)1 << 30)
#define MAX_ID 64

static int fail_sys(lua_State *L, int errnum, const char *what, const char *path)
{
  struct gt_err err;
  gt_err_sys(&err, errnum, "cannot %s %s", what, path);
  return gt_raise(L, &err);
}

/* Fills at most room bytes; -1 with errno. */
static ssize_t read_up_to(int fd, char *at, size_t room)
{
  size_t got = 0;
  while (got < room) {
    ssize_t n = read(fd, at + got, room - got);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    if (n == 0) break;
    got += (size_t)n;
  }
  return (ssize_t)got;
}

/* read(path) -> bytes, or nil when there is no such file. The memory is Lua's before
 * the file is opened: between open and close nothing can raise. */
static int fs_read(lua_State *L)
{
  const char *path = luaL_checkstring(L, 1);
  struct stat st = {0};
  for (size_t room = 4096;;) {
    lua_settop(L, 1);
    char *at = lua_newuserdatauv(L, room + 1, 0);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) return lua_pushnil(L), 1;
    if (fd < 0) return fail_sys(L, errno, "open", path);
    ssize_t got = -1;
    int saved = 0;
    if (fstat(fd, &st) < 0 || (got = read_up_to(fd, at, room + 1)) < 0) saved = errno;
    close(fd);
    if (saved) return fail_sys(L, saved, "read", path);
    if ((size_t)got <= room) return lua_pushlstring(L, at, (size_t)got), 1;
    if (st.st_size > MAX_READ) return fail_sys(L, EFBIG, "read", path);
    room = st.st_size > (off_t)room ? (size_t)st.st_size : room * 2;
  }
}

/* write_atomic(path, bytes [, mode = 0600]) */
static int fs_write_atomic(lua_State *L)
{
  struct gt_err err;
  size_t len;
  const char *path = luaL_checkstring(L, 1);
  const char *bytes = luaL_checklstring(L, 2, &len);
  unsigned mode = (unsigned)luaL_optinteger(L, 3, 0600);
  if (gt_fs_write_atomic(path, bytes, len, mode, &err) < 0) return gt_raise(L, &err);
  return 0;
}

/* write_new(path, bytes) -> true, or false when the name is taken: of two writers
 * exactly one wins, and readers never see half a file. */
static int fs_write_new(lua_State *L)
{
  struct gt_err err;
  size_t len;
  const char *path = luaL_checkstring(L, 1);
  const char *bytes = luaL_checklstring(L, 2, &len);
  const char *tmp = lua_pushfstring(L, "%s.new-%d", path, (int)getpid());
  if (gt_fs_write_atomic(tmp, bytes, len, 0600, &err) < 0) return gt_raise(L, &err);
  int saved = link(tmp, path) < 0 ? errno : 0;
  unlink(tmp);
  if (saved && saved != EEXIST) return fail_sys(L, saved, "write", path);
  lua_pushboolean(L, saved == 0);
  return 1;
}

/* write_at(path, offset, bytes): makes the file (0600) when it is not there. */
static int fs_write_at(lua_State *L)
{
  size_t len;
  const char *path = luaL_checkstring(L, 1);
  lua_Integer offset = luaL_checkinteger(L, 2);
  const char *bytes = luaL_checklstring(L, 3, &len);
  luaL_argcheck(L, offset >= 0, 2, "offset must not be negative");
  int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return fail_sys(L, errno, "open", path);
  int saved = 0;
  for (size_t done = 0; done < len && !saved;) {
    ssize_t n = pwrite(fd, bytes + done, len - done, (off_t)offset + (off_t)done);
    if (n >= 0)
      done += (size_t)n;
    else if (errno != EINTR)
      saved = errno;
  }
  if (close(fd) < 0 && !saved) saved = errno;
  if (saved) return fail_sys(L, saved, "write", path);
  return 0;
}

/* mkdirs(path): private folders (0700), parents included. */
static int fs_mkdirs(lua_State *L)
{
  struct gt_err err;
  if (gt_fs_mkdirs(luaL_checkstring(L, 1), 0700, &err) < 0) return gt_raise(L, &err);
  return 0;
}

static int fs_exists(lua_State *L)
{
  lua_pushboolean(L, gt_fs_exists(luaL_checkstring(L, 1)));
  return 1;
}

/* size(path) -> bytes or nil */
static int fs_size(lua_State *L)
{
  struct stat st;
  if (stat(luaL_checkstring(L, 1), &st) < 0) return lua_pushnil(L), 1;
  lua_pushinteger(L, (lua_Integer)st.st_size);
  return 1;
}

/* mode(path) -> permission bits or nil */
static int fs_mode(lua_State *L)
{
  struct stat st;
  if (stat(luaL_checkstring(L, 1), &st) < 0) return lua_pushnil(L), 1;
  lua_pushinteger(L, (lua_Integer)(st.st_mode & 0777));
  return 1;
}

/* modified(path) -> Unix time or nil */
static int fs_modified(lua_State *L)
{
  struct stat st;
  if (stat(luaL_checkstring(L, 1), &st) < 0) return lua_pushnil(L), 1;
  lua_pushnumber(L, (double)st.st_mtim.tv_sec + (double)st.st_mtim.tv_nsec / 1e9);
  return 1;
}

/* stamp(path) -> a string that changes when the file is replaced, or nil: cheaper than
 * reading it again. */
static int fs_stamp(lua_State *L)
{
  struct stat st;
  char text[96];
  if (stat(luaL_checkstring(L, 1), &st) < 0) return lua_pushnil(L), 1;
  snprintf(text, sizeof text, "%llu:%lld:%lld.%09ld", (unsigned long long)st.st_ino,
           (long long)st.st_size, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
  lua_pushstring(L, text);
  return 1;
}

/* remove(path) -> true, or false when there was nothing: a file or an empty folder. */
static int fs_remove(lua_State *L)
{
  const char *path = luaL_checkstring(L, 1);
  if (remove(path) < 0 && errno != ENOENT) return fail_sys(L, errno, "remove", path);
  lua_pushboolean(L, !gt_fs_exists(path));
  return 1;
}

/* rename(from, to) -> true, or false when `to` is a folder that is not empty or `from`
 * is gone. */
static int fs_rename(lua_State *L)
{
  const char *from = luaL_checkstring(L, 1), *to = luaL_checkstring(L, 2);
  int saved = rename(from, to) < 0 ? errno : 0;
  if (saved && saved != EEXIST && saved != ENOTEMPTY && saved != ENOENT)
    return fail_sys(L, saved, "rename", from);
  lua_pushboolean(L, saved == 0);
  return 1;
}

static int fs_state_dir(lua_State *L)
{
  struct gt_err err;
  char text[4096];
  struct gt_buf path;
  gt_buf_init(&path, sizeof text - 1);
  int rc = gt_fs_state_dir(&path, &err);
  snprintf(text, sizeof text, "%s", gt_buf_str(&path));
  gt_buf_clear(&path);
  if (rc < 0) return gt_raise(L, &err);
  lua_pushstring(L, text);
  return 1;
}

/* sha256(bytes) -> 64 hex digits */
static int fs_sha256(lua_State *L)
{
  struct gt_err err;
  char hex[65];
  size_t len;
  const char *bytes = luaL_checklstring(L, 1, &len);
  if (gt_sha256_hex(hex, bytes, len, &err) < 0) return gt_raise(L, &err);
  lua_pushstring(L, hex);
  return 1;
}

/* random_id(n) -> n characters of [a-z0-9] from the system's random source */
static int fs_random_id(lua_State *L)
{
  static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  unsigned char bytes[2 * MAX_ID];
  char id[MAX_ID];
  lua_Integer want = luaL_checkinteger(L, 1);
  luaL_argcheck(L, want > 0 && want <= MAX_ID, 1, "1 to 64");
  for (lua_Integer n = 0; n < want;) {
    ssize_t got = getrandom(bytes, sizeof bytes, 0);
    if (got < 0 && errno != EINTR) return fail_sys(L, errno, "read", "random bytes");
    for (ssize_t i = 0; i < got && n < want; i++)
      if (bytes[i] < 36 * 7) id[n++] = alphabet[bytes[i] % 36];
  }
  lua_pushlstring(L, id, (size_t)want);
  return 1;
}

/* now() -> Unix time with fractions */
static int fs_now(lua_State *L)
{
  lua_pushnumber(L, gt_clock_wall());
  return 1;
}

/* rfc3339(time) -> "2026-11-22T10:16:20.001Z" */
static int fs_rfc3339(lua_State *L)
{
  char text[32];
  gt_clock_rfc3339(text, sizeof text, luaL_checknumber(L, 1));
  lua_pushstring(L, text);
  return 1;
}

int gt_open_fs(lua_State *L)
{
  static const luaL_Reg functions[] = {
      {"read", fs_read},
      {"write_atomic", fs_write_atomic},
      {"write_new", fs_write_new},
      {"write_at", fs_write_at},
      {"mkdirs", fs_mkdirs},
      {"exists", fs_exists},
      {"size", fs_size},
      {"mode", fs_mode},
      {"modified", fs_modified},
      {"stamp", fs_stamp},
      {"remove", fs_remove},
      {"rename", fs_rename},
      {"state_dir", fs_state_dir},
      {"sha256", fs_sha256},
      {"random_id", fs_random_id},
      {"now", fs_now},
      {"rfc3339", fs_rfc3339},
      {"list", gt_fs_tree_list},
      {"remove_tree", gt_fs_tree_remove},
      {"lock", gt_fs_held_lock},
      {"digest", gt_fs_held_digest},
      {NULL, NULL},
  };
  gt_fs_held_open(L);
  luaL_newlib(L, functions);
  return 1;
}

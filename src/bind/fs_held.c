/* gt.core.fs, things that are held: file locks and running digests, as userdata.
 *
 * A lock is an flock: the kernel drops it when the process dies, so a lock that can be
 * taken means that its last holder is gone. */
#include "bind/fs.h"

#include "base/clock.h"
#include "base/hash.h"
#include "task/raise.h"

#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define LOCK "gt.core.fs.lock"
#define DIGEST "gt.core.fs.digest"

static int lock_release(lua_State *L)
{
  int *fd = luaL_checkudata(L, 1, LOCK);
  if (*fd >= 0) close(*fd);
  *fd = -1;
  return 0;
}

/* lock(path [, seconds = 0]) -> lock, or nil when another holder has it all that time
 * or the folder is gone. */
int gt_fs_held_lock(lua_State *L)
{
  const char *path = luaL_checkstring(L, 1);
  double until = gt_clock_mono() + luaL_optnumber(L, 2, 0);
  int *fd = lua_newuserdatauv(L, sizeof *fd, 0);
  *fd = -1;
  luaL_setmetatable(L, LOCK);
  *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (*fd < 0 && errno == ENOENT) return lua_pushnil(L), 1;
  while (*fd >= 0) {
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0) return 1;
    if (errno != EWOULDBLOCK && errno != EINTR) break;
    if (gt_clock_mono() >= until) {
      close(*fd);
      *fd = -1;
      return lua_pushnil(L), 1;
    }
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  struct gt_err err;
  gt_err_sys(&err, errno, "cannot lock %s", path);
  return gt_raise(L, &err);
}

static struct gt_sha256 **digest_at(lua_State *L)
{
  struct gt_sha256 **h = luaL_checkudata(L, 1, DIGEST);
  luaL_argcheck(L, *h, 1, "the digest has ended");
  return h;
}

static int digest_free(lua_State *L)
{
  struct gt_sha256 **h = luaL_checkudata(L, 1, DIGEST);
  gt_sha256_free(*h);
  *h = NULL;
  return 0;
}

static int digest_add(lua_State *L)
{
  struct gt_err err;
  size_t len;
  struct gt_sha256 **h = digest_at(L);
  const char *bytes = luaL_checklstring(L, 2, &len);
  if (gt_sha256_add(*h, bytes, len, &err) < 0) return gt_raise(L, &err);
  lua_settop(L, 1);
  return 1;
}

/* d:add_file(path): the whole file, in pieces. */
static int digest_add_file(lua_State *L)
{
  static char piece[65536]; /* one thread runs Lua */
  struct gt_err err;
  struct gt_sha256 **h = digest_at(L);
  const char *path = luaL_checkstring(L, 2);
  int fd = open(path, O_RDONLY | O_CLOEXEC), rc = 0;
  if (fd < 0) {
    gt_err_sys(&err, errno, "cannot open %s", path);
    return gt_raise(L, &err);
  }
  while (rc == 0) {
    ssize_t n = read(fd, piece, sizeof piece);
    if (n < 0 && errno == EINTR) continue;
    if (n == 0) break;
    rc = n < 0 ? gt_err_sys(&err, errno, "cannot read %s", path)
               : gt_sha256_add(*h, piece, (size_t)n, &err);
  }
  close(fd);
  if (rc < 0) return gt_raise(L, &err);
  lua_settop(L, 1);
  return 1;
}

/* d:finish() -> 64 hex digits, and the 32 bytes */
static int digest_finish(lua_State *L)
{
  struct gt_err err;
  unsigned char bytes[32];
  char hex[65];
  struct gt_sha256 **h = digest_at(L);
  int rc = gt_sha256_end(bytes, *h, &err);
  gt_sha256_free(*h);
  *h = NULL;
  if (rc < 0) return gt_raise(L, &err);
  gt_hex(hex, bytes, sizeof bytes);
  lua_pushlstring(L, hex, 64);
  lua_pushlstring(L, (const char *)bytes, sizeof bytes);
  return 2;
}

/* digest() -> a running SHA-256 */
int gt_fs_held_digest(lua_State *L)
{
  struct gt_err err;
  struct gt_sha256 **h = lua_newuserdatauv(L, sizeof *h, 0);
  *h = NULL;
  luaL_setmetatable(L, DIGEST);
  *h = gt_sha256_new(&err);
  if (!*h) return gt_raise(L, &err);
  return 1;
}

static void new_type(lua_State *L, const char *name, const luaL_Reg *methods,
                     lua_CFunction end)
{
  luaL_newmetatable(L, name);
  lua_newtable(L);
  luaL_setfuncs(L, methods, 0);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, end);
  lua_setfield(L, -2, "__gc");
  lua_pushcfunction(L, end);
  lua_setfield(L, -2, "__close");
  lua_pop(L, 1);
}

void gt_fs_held_open(lua_State *L)
{
  static const luaL_Reg lock[] = {{"release", lock_release}, {NULL, NULL}};
  static const luaL_Reg digest[] = {
      {"add", digest_add},
      {"add_file", digest_add_file},
      {"finish", digest_finish},
      {NULL, NULL},
  };
  new_type(L, LOCK, lock, lock_release);
  new_type(L, DIGEST, digest, digest_free);
}

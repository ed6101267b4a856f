/* gt.core.fs, folders: list and remove_tree. Removing never leaves the root it was
 * given and never follows a symbolic link. */
#include "bind/fs.h"

#include "task/raise.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_DEPTH 16

static int dot(const char *name)
{
  return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

/* All names of a folder, each ended by a NUL; NULL with errno. malloc'd. */
static char *names_of(size_t *size, const char *path)
{
  size_t cap = 4096, len = 0;
  DIR *dir = opendir(path);
  char *names = dir ? malloc(cap) : NULL;
  if (!names) goto fail;
  for (struct dirent *e; (e = readdir(dir));) {
    size_t n = strlen(e->d_name) + 1;
    if (dot(e->d_name)) continue;
    if (cap - len < n) {
      char *more = realloc(names, cap * 2); /* n <= 256 */
      if (!more) goto fail;
      names = more;
      cap *= 2;
    }
    memcpy(names + len, e->d_name, n);
    len += n;
  }
  closedir(dir);
  *size = len;
  return names;
fail:;
  int saved = dir && !names ? ENOMEM : errno;
  free(names);
  if (dir) closedir(dir);
  errno = saved;
  return NULL;
}

static int free_names(lua_State *L)
{
  char **names = lua_touserdata(L, 1);
  free(*names);
  *names = NULL;
  return 0;
}

/* list(path) -> names in no order; empty when there is no such folder. */
int gt_fs_tree_list(lua_State *L)
{
  const char *path = luaL_checkstring(L, 1);
  char **names = lua_newuserdatauv(L, sizeof *names, 0);
  size_t size = 0;
  *names = NULL;
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, free_names);
  lua_setfield(L, -2, "__gc");
  lua_setmetatable(L, -2);
  lua_newtable(L);
  *names = names_of(&size, path);
  if (!*names && errno != ENOENT) {
    struct gt_err err;
    gt_err_sys(&err, errno, "cannot list %s", path);
    return gt_raise(L, &err);
  }
  lua_Integer n = 0;
  for (size_t at = 0; at < size; at += strlen(*names + at) + 1) {
    lua_pushstring(L, *names + at);
    lua_rawseti(L, -2, ++n);
  }
  free(*names);
  *names = NULL;
  return 1;
}

static int remove_at(int parent, const char *name, int depth)
{
  if (unlinkat(parent, name, 0) == 0 || errno == ENOENT) return 0;
  if (errno != EISDIR && errno != EPERM) return -1;
  if (depth > MAX_DEPTH) return errno = ELOOP, -1;
  int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR *dir = fd < 0 ? NULL : fdopendir(fd);
  if (!dir) {
    if (fd >= 0) close(fd);
    return errno == ENOENT ? 0 : -1;
  }
  int rc = 0;
  for (struct dirent *e; rc == 0 && (e = readdir(dir));)
    if (!dot(e->d_name)) rc = remove_at(fd, e->d_name, depth + 1);
  int saved = errno;
  closedir(dir);
  errno = saved;
  if (rc == 0 && unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT) rc = -1;
  return rc;
}

/* remove_tree(path, root): everything below path, and path; path must be below root. */
int gt_fs_tree_remove(lua_State *L)
{
  size_t len;
  const char *path = luaL_checkstring(L, 1);
  const char *root = luaL_checklstring(L, 2, &len);
  bool below = len > 0 && strncmp(path, root, len) == 0 && path[len] == '/' &&
               path[len + 1] && !strstr(path + len, "/..");
  luaL_argcheck(L, below, 1, "not below the root");
  if (remove_at(AT_FDCWD, path, 0) < 0) {
    struct gt_err err;
    gt_err_sys(&err, errno, "cannot remove %s", path);
    return gt_raise(L, &err);
  }
  return 0;
}

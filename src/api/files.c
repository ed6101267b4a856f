/* upload, get_file, delete_file. See files.h. */
#include "api/files.h"

#include "api/codec.h"
#include "api/examples.h"
#include "api/request.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/json_value.h"
#include "base/log.h"
#include "call/upload.h"
#include "task/raise.h"
#include "task/task.h"

#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SMALL = 64 * 1024 * 1024, MAX_SIZE_GB = 2 };

const struct gt_option GT_UPLOAD_OPTIONS[] = {
    {"display_name", GT_OPT_STRING, NULL, NULL, 0, 512, false,
     "at most 512 characters; default: the file's name"},
    {"mime_type", GT_OPT_STRING, NULL, NULL, 0, 100, false,
     "default: by extension, text/plain for .jsonl"},
    {"name", GT_OPT_STRING, NULL, NULL, 0, 46, false,
     "files/{id} of your choice: 1 to 40 of a-z 0-9 -; default: a new one"},
    {"check", GT_OPT_BOOLEAN, NULL, NULL, 0, 0, false,
     "false: do not check .jsonl as training rows; default true"},
    {0},
};

static const char OP[] = "upload";

/* Types that the API takes; no type for JSON Lines works everywhere but text/plain. */
static const char *mime_of(const char *path)
{
  static const struct {
    const char *extension, *mime;
  } types[] = {
      {".jsonl", "text/plain"}, {".txt", "text/plain"},        {".md", "text/markdown"},
      {".csv", "text/csv"},     {".json", "application/json"}, {".html", "text/html"},
      {".xml", "text/xml"},     {".pdf", "application/pdf"},   {".png", "image/png"},
      {".jpg", "image/jpeg"},   {".jpeg", "image/jpeg"},       {".webp", "image/webp"},
      {".gif", "image/gif"},    {".mp3", "audio/mp3"},         {".wav", "audio/wav"},
      {".mp4", "video/mp4"},
  };
  const char *dot = strrchr(path, '.');
  for (size_t i = 0; dot && i < sizeof types / sizeof types[0]; i++)
    if (strcasecmp(dot, types[i].extension) == 0) return types[i].mime;
  return "application/octet-stream";
}

void gt_files_shape(lua_State *L)
{
  static const struct {
    const char *to, *from;
  } fields[] = {
      {"name", "name"},
      {"uri", "uri"},
      {"display_name", "displayName"},
      {"mime_type", "mimeType"},
      {"state", "state"},
      {"create_time", "createTime"},
      {"update_time", "updateTime"},
      {"expiration_time", "expirationTime"},
  };
  int raw = lua_gettop(L);
  lua_createtable(L, 0, 12);
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
    gt_codec_copy(L, raw + 1, fields[i].to, raw, fields[i].from);
  lua_pushinteger(L, gt_codec_int(L, raw, "sizeBytes", 0));
  lua_setfield(L, raw + 1, "size_bytes");
  lua_pushvalue(L, raw);
  lua_setfield(L, raw + 1, "raw");
  lua_replace(L, raw);
}

/* --- upload --- */

struct upload_op {
  struct gt_wait wait;
  struct gt_upload upload;
  char name[64];
  char sha256[65]; /* "" for large files */
  size_t rows;
  bool checked;
};

#define OP_OF(ptr, member)                                                             \
  ((struct upload_op *)((char *)(ptr)-offsetof(struct upload_op, member)))

static int upload_gc(lua_State *L)
{
  struct upload_op *o = lua_touserdata(L, 1);
  gt_upload_clear(&o->upload);
  if (o->upload.fd >= 0) close(o->upload.fd);
  o->upload.fd = -1;
  return 0;
}

static void on_cancel(struct gt_wait *w) { gt_upload_clear(&OP_OF(w, wait)->upload); }

static void on_done(struct gt_upload *u) { gt_task_wake(&OP_OF(u, upload)->wait); }

static struct upload_op *push_op(lua_State *L, struct gt_session *s)
{
  struct upload_op *o = lua_newuserdatauv(L, sizeof *o, 0);
  memset(o, 0, sizeof *o);
  gt_upload_init(&o->upload, gt_session_loop(s), gt_session_transport(s),
                 gt_session_provider_name(s));
  o->wait.cancel = on_cancel;
  if (luaL_newmetatable(L, "gt.upload")) {
    lua_pushcfunction(L, upload_gc);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  return o;
}

/* [-0, +0, e] Opens the file and looks at what it is. */
static void open_file(lua_State *L, struct upload_op *o, const char *path)
{
  struct gt_err err;
  struct stat st;
  o->upload.fd = open(path, O_RDONLY | O_CLOEXEC);
  if (o->upload.fd < 0 || fstat(o->upload.fd, &st) < 0) {
    gt_err_sys(&err, errno, "%s: cannot open %s", OP, path);
    gt_err_hint(&err, "paths are relative to the working folder");
    gt_raise(L, &err);
  }
  if (!S_ISREG(st.st_mode))
    gt_raisef(L, GT_INVALID_ARGUMENT, "pass the path of a file", "%s: %s is %s", OP,
              path, S_ISDIR(st.st_mode) ? "a folder" : "not a regular file");
  if (st.st_size == 0)
    gt_raisef(L, GT_INVALID_ARGUMENT, "write the rows first", "%s: %s is empty", OP,
              path);
  o->upload.size = st.st_size;
  if (o->upload.size > (int64_t)MAX_SIZE_GB << 30)
    gt_raisef(L, GT_INVALID_ARGUMENT, "split it", "%s: %s is larger than %d GB", OP,
              path, MAX_SIZE_GB);
}

static int bytes_gc(lua_State *L)
{
  gt_buf_clear(lua_touserdata(L, 1));
  return 0;
}

/* [-0, +0, e] The rows of a data set as a file in memory, so that libcurl reads them as
 * it reads any other. */
static void open_rows(lua_State *L, struct upload_op *o)
{
  struct gt_err err;
  struct gt_buf *bytes = lua_newuserdatauv(L, sizeof *bytes, 0);
  gt_buf_init(bytes, SMALL);
  if (luaL_newmetatable(L, "gt.upload.bytes")) {
    lua_pushcfunction(L, bytes_gc);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  lua_getfield(L, 1, "rows");
  o->rows = gt_examples_lines(L, -1, bytes, OP);
  lua_pop(L, 1);
  if (o->rows == 0 || bytes->failed)
    gt_raisef(L, GT_INVALID_ARGUMENT, "upload a data set of 1 row to 64 MiB",
              "%s: the data set is %s", OP, bytes->failed ? "too large" : "empty");
  if (gt_sha256_hex(o->sha256, bytes->data, bytes->len, &err) < 0) gt_raise(L, &err);
  o->checked = true;
  o->upload.fd = memfd_create("gtlua-rows", MFD_CLOEXEC);
  o->upload.size = (int64_t)bytes->len;
  for (size_t at = 0; o->upload.fd >= 0 && at < bytes->len;) {
    ssize_t n = write(o->upload.fd, bytes->data + at, bytes->len - at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    at += (size_t)n;
    if (at == bytes->len) {
      gt_buf_clear(bytes);
      lua_pop(L, 1);
      return;
    }
  }
  gt_err_sys(&err, errno, "%s: no room for the rows in memory", OP);
  gt_raise(L, &err);
}

/* The hash of what is sent, so that create_tuned_model can tell that it still is. */
static void hash_file(lua_State *L, struct upload_op *o, const char *path)
{
  struct gt_err err;
  struct gt_buf bytes;
  gt_buf_init(&bytes, SMALL);
  int rc = gt_fs_read(&bytes, path, &err);
  if (rc == 0) rc = gt_sha256_hex(o->sha256, gt_buf_str(&bytes), bytes.len, &err);
  gt_buf_clear(&bytes);
  if (rc < 0) gt_raise(L, &err);
}

static void choose_name(lua_State *L, struct upload_op *o, struct gt_loop *loop)
{
  static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  const char *name = lua_isnil(L, 2) ? NULL : gt_codec_text(L, 2, "name", NULL);
  if (name) {
    const char *id = strncmp(name, "files/", 6) == 0 ? name + 6 : name;
    size_t n = strlen(id);
    if (n < 1 || n > 40 || strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") != n ||
        id[0] == '-' || id[n - 1] == '-')
      gt_raisef(L, GT_INVALID_ARGUMENT,
                "files/ and 1 to 40 of a-z 0-9 -, no dash first or last",
                "%s: '%.60s' cannot be a file's name", OP, name);
    snprintf(o->name, sizeof o->name, "files/%s", id);
    return;
  }
  int at = snprintf(o->name, sizeof o->name, "files/gt-");
  for (int i = 0; i < 16; i++)
    o->name[at++] = alphabet[gt_random_next(gt_loop_random(loop)) % 36];
  o->name[at] = '\0';
}

static int on_uploaded(lua_State *L, int status, lua_KContext ctx)
{
  struct upload_op *o = (struct upload_op *)ctx;
  struct gt_upload *u = &o->upload;
  struct gt_json_slice file;
  (void)status;
  gt_task_resumed(L, &o->wait);
  if (u->failed) return gt_raise(L, &u->err);
  const struct gt_buf *reply = &u->call.x.reply;
  gt_json_find(&file, gt_buf_str(reply), reply->len, u->file_path);
  gt_codec_decode(L, file.at, file.len);
  gt_files_shape(L);
  int64_t size = gt_codec_int(L, -1, "size_bytes", u->size);
  if (size != u->size)
    return gt_raisef(L, GT_DATA_LOSS, "upload it again",
                     "%s: %d bytes were sent, the server has %d", OP, (int)u->size,
                     (int)size);
  if (lua_istable(L, 1)) {
    lua_getfield(L, 1, "rows");
    lua_setfield(L, -2, "rows");
  } else {
    char *full = realpath(lua_tostring(L, 1), NULL);
    lua_pushstring(L, full ? full : lua_tostring(L, 1));
    free(full);
    lua_setfield(L, -2, "path");
  }
  if (o->sha256[0]) {
    lua_pushstring(L, o->sha256);
    lua_setfield(L, -2, "sha256");
  }
  if (o->checked) {
    lua_pushinteger(L, (lua_Integer)o->rows);
    lua_setfield(L, -2, "row_count");
  }
  /* The descriptor and the buffers go back now, not when the collector comes. */
  gt_upload_clear(u);
  close(u->fd);
  u->fd = -1;
  return 1;
}

/* [-0, +0, e] Opens and checks what the first argument names; returns its label. */
static const char *take_source(lua_State *L, struct upload_op *o)
{
  if (lua_istable(L, 1)) {
    open_rows(L, o);
    return gt_codec_text(L, 1, "path", "rows.jsonl");
  }
  const char *path = lua_tostring(L, 1), *dot = strrchr(path, '.');
  open_file(L, o, path);
  if (o->upload.size > SMALL) return path;
  bool check = true;
  if (!lua_isnil(L, 2)) {
    lua_getfield(L, 2, "check");
    check = lua_isnil(L, -1) || lua_toboolean(L, -1);
    lua_pop(L, 1);
  }
  if (check && dot && strcasecmp(dot, ".jsonl") == 0) {
    o->rows = gt_examples_check_file(L, path, OP);
    o->checked = true;
  }
  hash_file(L, o, path);
  return path;
}

static bool is_source(lua_State *L)
{
  if (lua_type(L, 1) == LUA_TSTRING) return true;
  if (lua_type(L, 1) != LUA_TTABLE) return false;
  bool rows = lua_getfield(L, 1, "rows") == LUA_TTABLE;
  lua_pop(L, 1);
  return rows;
}

int gt_files_upload(lua_State *L)
{
  lua_settop(L, 2);
  if (!is_source(L))
    return gt_raisef(
        L, GT_INVALID_ARGUMENT, "upload(\"data.jsonl\", { display_name = ... })",
        "%s: expected a path or a gt.dataset, got a %s", OP, luaL_typename(L, 1));
  gt_options_check(L, 2, GT_UPLOAD_OPTIONS, OP);
  struct gt_session *s = gt_session_ready(L);
  gt_task_ready(L, OP);
  struct upload_op *o = push_op(L, s);
  const char *path = take_source(L, o), *slash = strrchr(path, '/');
  const char *label = slash ? slash + 1 : path, *mime = NULL, *display = label;
  if (!lua_isnil(L, 2)) {
    mime = gt_codec_text(L, 2, "mime_type", NULL);
    display = gt_codec_text(L, 2, "display_name", label);
  }
  choose_name(L, o, gt_session_loop(s));
  struct gt_upload *u = &o->upload;
  u->base_url = gt_session_base_url(s);
  u->version = "v1beta";
  u->mime = mime ? mime : mime_of(path);
  u->display_name = display;
  u->name = o->name;
  u->auth = gt_session_auth(s);
  u->auth_origin = u->base_url;
  u->done = on_done;
  gt_upload_start(u);
  return gt_task_wait(L, &o->wait, OP, (lua_KContext)o, on_uploaded);
}

/* --- get, delete --- */

static const char *push_file_name(lua_State *L, const char *op)
{
  const char *name = NULL;
  if (lua_type(L, 1) == LUA_TSTRING)
    name = lua_tostring(L, 1);
  else if (lua_type(L, 1) == LUA_TTABLE)
    name = gt_codec_text(L, 1, "name", NULL);
  if (!name || !*name)
    gt_raisef(L, GT_INVALID_ARGUMENT, "pass files/{id} or what upload() returned",
              "%s: no file named (got a %s)", op, luaL_typename(L, 1));
  return lua_pushfstring(L, strchr(name, '/') ? "%s" : "files/%s", name);
}

static int on_file(lua_State *L, int status, lua_KContext ctx)
{
  (void)status;
  gt_request_result(L, (struct gt_request *)ctx);
  gt_files_shape(L);
  return 1;
}

int gt_files_get(lua_State *L)
{
  lua_settop(L, 1);
  const char *name = push_file_name(L, "get_file");
  struct gt_request *r = gt_request_new(L, "get_file", NULL, 0, 60);
  gt_request_name(r, name);
  return gt_request_send(L, r, "GET", on_file);
}

static int on_deleted(lua_State *L, int status, lua_KContext ctx)
{
  struct gt_request *r = (struct gt_request *)ctx;
  (void)status;
  gt_request_resumed(L, r);
  /* A file that is not there is 403 as a rule. After an attempt without an answer that
   * means: deleted by it. */
  int http = r->call.failed ? r->call.err.status : 0;
  if (!r->call.doubtful || (http != 404 && http != 403)) gt_request_result(L, r);
  lua_pushboolean(L, 1);
  return 1;
}

int gt_files_delete(lua_State *L)
{
  lua_settop(L, 1);
  const char *name = push_file_name(L, "delete_file");
  struct gt_request *r = gt_request_new(L, "delete_file", NULL, 0, 60);
  gt_request_name(r, name);
  r->call.counted = true;
  return gt_request_send(L, r, "DELETE", on_deleted);
}

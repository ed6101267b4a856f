/* get_tuned_model and the other calls on tuned models. See tuned.h. */
#include "api/tuned.h"

#include "api/codec.h"
#include "api/contents.h"
#include "api/tuned_shape.h"
#include "task/raise.h"

#include <lauxlib.h>
#include <string.h>

static const struct gt_option GET_OPTIONS[] = {
    {"raise", GT_OPT_BOOLEAN, NULL, NULL, 0, 0, false,
     "false: FAILED and CANCELLED are returned, not raised; default true"},
    {"timeout", GT_OPT_NUMBER, NULL, NULL, 0, 0, true, "seconds; default 60"},
    {0},
};

enum { OPTIONS = 2, NAME = 3, REQUEST = 4, MODEL = 5 };
static const char GET[] = "get_tuned_model";

/* [-1, +1, e] The model at the top: raises when it FAILED or was CANCELLED. */
static int give_model(lua_State *L)
{
  const char *state = gt_codec_text(L, -1, "state", "");
  bool failed = strcmp(state, "FAILED") == 0,
       cancelled = strcmp(state, "CANCELLED") == 0;
  bool raise = true;
  if (!lua_isnil(L, OPTIONS)) {
    lua_getfield(L, OPTIONS, "raise");
    raise = lua_isnil(L, -1) || lua_toboolean(L, -1);
    lua_pop(L, 1);
  }
  if (!raise || (!failed && !cancelled)) return 1;
  struct gt_err err;
  const char *reason = "the provider gave no reason";
  int code = GT_FAILED_PRECONDITION;
  if (gt_codec_table(L, -1, "error")) {
    const char *name = gt_codec_text(L, -1, "code", "");
    reason = gt_codec_text(L, -1, "message", reason);
    if (gt_code_parse(name, strlen(name)) > 0) code = gt_code_parse(name, strlen(name));
  }
  gt_err_set(&err, cancelled ? GT_CANCELLED : (enum gt_code)code,
             "the tuning of %s %s: %s", lua_tostring(L, NAME),
             cancelled ? "was cancelled" : "failed", reason);
  gt_err_hint(&err,
              "get_tuned_model(name, { raise = false }) returns it as it is; start "
              "again under a new id");
  err.exit_code = GT_EXIT_JOB_FAILED;
  gt_err_copy(err.op, sizeof err.op, GET, strlen(GET));
  return gt_raise(L, &err);
}

enum { LOOK_MODEL, LOOK_OPERATION, LOOK_OPERATION_V1, LOOK_LIST };

/* [-0, +0, -] The operation's name when the caller has it: in the name that was passed
 * or in the model object. */
static const char *known_operation(lua_State *L)
{
  const char *name = NULL;
  if (lua_type(L, 1) == LUA_TSTRING)
    name = strstr(lua_tostring(L, 1), "/operations/") ? lua_tostring(L, 1) : NULL;
  else if (lua_type(L, 1) == LUA_TTABLE)
    name = gt_codec_text(L, 1, "operation", NULL);
  return name;
}

static int on_got(lua_State *L, int status, lua_KContext ctx);

static int ask_operation(lua_State *L, struct gt_request *r, int phase)
{
  const char *operation = known_operation(L);
  r->phase = operation ? phase : LOOK_LIST;
  gt_request_again(r, phase == LOOK_OPERATION_V1 ? "v1" : "v1beta");
  if (operation) {
    gt_request_name(r, operation);
  } else {
    gt_request_name(r, lua_tostring(L, NAME));
    gt_buf_adds(&r->url, "/operations?pageSize=1");
  }
  return gt_request_send(L, r, "GET", on_got);
}

/* A model under way is told by its operation: steps, losses, and how it failed. */
static bool wants_operation(lua_State *L, int model)
{
  const char *state = gt_codec_text(L, model, "state", "STATE_UNSPECIFIED");
  return strcmp(state, "ACTIVE") != 0;
}

static int on_got(lua_State *L, int status, lua_KContext ctx)
{
  struct gt_request *r = (struct gt_request *)ctx;
  (void)status;
  gt_request_resumed(L, r);
  if (r->phase == LOOK_MODEL) {
    gt_request_result(L, r);
    if (wants_operation(L, MODEL)) return ask_operation(L, r, LOOK_OPERATION);
    gt_tuned_shape(L, MODEL, 0);
    return give_model(L);
  }
  if (r->call.failed) {
    int http = r->call.err.status;
    bool unknown = http == 404 || http == 501;
    if (unknown && r->phase == LOOK_OPERATION)
      return ask_operation(L, r, LOOK_OPERATION_V1);
    /* The model itself was readable; its operation is an extra. */
    if (!unknown && http != 403) return gt_raise(L, &r->call.err);
    gt_tuned_shape(L, MODEL, 0);
    return give_model(L);
  }
  gt_request_result(L, r);
  int operation = lua_gettop(L);
  if (r->phase == LOOK_LIST) {
    if (gt_codec_table(L, operation, "operations")) lua_rawgeti(L, -1, 1);
    operation = lua_gettop(L);
  }
  gt_tuned_shape(L, MODEL, operation);
  return give_model(L);
}

int gt_tuned_get(lua_State *L)
{
  lua_settop(L, 2);
  gt_options_check(L, OPTIONS, GET_OPTIONS, GET);
  const char *name = gt_contents_model(L, 1, true, GET);
  struct gt_request *r = gt_request_new(L, GET, NULL, OPTIONS, 60);
  r->phase = LOOK_MODEL;
  gt_request_name(r, name);
  return gt_request_send(L, r, "GET", on_got);
}

/* --- delete, cancel, update --- */

static int on_empty(lua_State *L, int status, lua_KContext ctx)
{
  (void)status;
  gt_request_result(L, (struct gt_request *)ctx);
  lua_pushboolean(L, 1);
  return 1;
}

static int on_deleted(lua_State *L, int status, lua_KContext ctx)
{
  struct gt_request *r = (struct gt_request *)ctx;
  gt_request_resumed(L, r);
  /* Gone, and an attempt before this one had no answer: it was ours. */
  if (!r->call.failed || !r->call.doubtful || r->call.err.code != GT_NOT_FOUND)
    return on_empty(L, status, ctx);
  lua_pushboolean(L, 1);
  return 1;
}

int gt_tuned_delete(lua_State *L)
{
  static const char op[] = "delete_tuned_model";
  lua_settop(L, 1);
  const char *name = gt_contents_model(L, 1, true, op);
  struct gt_request *r = gt_request_new(L, op, NULL, 0, 60);
  gt_request_name(r, name);
  r->call.counted = true;
  return gt_request_send(L, r, "DELETE", on_deleted);
}

static int send_cancel(lua_State *L, struct gt_request *r, const char *operation)
{
  gt_request_again(r, "v1"); /* the only version that binds it */
  gt_request_name(r, operation);
  gt_buf_adds(&r->url, ":cancel");
  gt_buf_adds(&r->body, "{}");
  return gt_request_send(L, r, "POST", on_empty);
}

static int on_operations(lua_State *L, int status, lua_KContext ctx)
{
  struct gt_request *r = (struct gt_request *)ctx;
  const char *name = NULL;
  (void)status;
  gt_request_result(L, r);
  if (gt_codec_table(L, -1, "operations") && lua_rawgeti(L, -1, 1) == LUA_TTABLE)
    name = gt_codec_text(L, -1, "name", NULL);
  if (!name)
    return gt_raisef(L, GT_FAILED_PRECONDITION,
                     "gt.delete_tuned_model stops and removes it",
                     "cancel_tuned_model: no running operation of that model is known");
  return send_cancel(L, r, name);
}

int gt_tuned_cancel(lua_State *L)
{
  static const char op[] = "cancel_tuned_model";
  lua_settop(L, 1);
  const char *operation = known_operation(L);
  const char *name = gt_contents_model(L, 1, true, op);
  struct gt_request *r = gt_request_new(L, op, NULL, 0, 60);
  if (operation) return send_cancel(L, r, operation);
  gt_request_name(r, name);
  gt_buf_adds(&r->url, "/operations?pageSize=1");
  return gt_request_send(L, r, "GET", on_operations);
}

static const struct gt_option UPDATE_OPTIONS[] = {
    {"display_name", GT_OPT_STRING, "", "displayName", 0, 40, false,
     "at most 40 characters"},
    {"description", GT_OPT_STRING, "", "description", 0, 5000, false, "free text"},
    {"temperature", GT_OPT_NUMBER, "", "temperature", 0, 1, false, "0 to 1"},
    {"top_p", GT_OPT_NUMBER, "", "topP", 0, 1, false, "0 to 1"},
    {"top_k", GT_OPT_INTEGER, "", "topK", 1, 0, false, "at least 1"},
    {0},
};

static int on_updated(lua_State *L, int status, lua_KContext ctx)
{
  (void)status;
  gt_request_result(L, (struct gt_request *)ctx);
  gt_tuned_shape(L, -1, 0);
  return 1;
}

int gt_tuned_update(lua_State *L)
{
  static const char op[] = "update_tuned_model";
  char mask[128] = "";
  lua_settop(L, 2);
  gt_options_check(L, 2, UPDATE_OPTIONS, op);
  if (!gt_options_any(L, 2, UPDATE_OPTIONS, ""))
    return gt_raisef(L, GT_INVALID_ARGUMENT,
                     "pass at least one of display_name, "
                     "description, temperature, top_p, top_k",
                     "%s: nothing to change", op);
  const char *name = gt_contents_model(L, 1, true, op);
  struct gt_request *r = gt_request_new(L, op, NULL, 0, 60);
  gt_request_name(r, name);
  for (const struct gt_option *o = UPDATE_OPTIONS; o->name; o++) {
    if (lua_getfield(L, 2, o->name) != LUA_TNIL) {
      if (mask[0]) strcat(mask, ",");
      strcat(mask, o->wire); /* all names together fit */
    }
    lua_pop(L, 1);
  }
  gt_request_query(r, "updateMask", mask);
  bool first = true;
  gt_buf_addc(&r->body, '{');
  gt_options_write(L, 2, UPDATE_OPTIONS, "", &r->body, &first);
  gt_buf_addc(&r->body, '}');
  return gt_request_send(L, r, "PATCH", on_updated);
}

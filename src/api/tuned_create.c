/* create_tuned_model. See tuned.h.
 *
 * The id is always chosen on this side, so the create can be repeated: when an
 * attempt's answer was lost and the next is told ALREADY_EXISTS, the model of that id
 * is ours. */
#include "api/codec.h"
#include "api/contents.h"
#include "api/examples.h"
#include "api/tuned.h"
#include "api/tuned_shape.h"
#include "base/clock.h"
#include "base/json_value.h"
#include "base/json_write.h"
#include "base/log.h"
#include "task/raise.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

enum {
  BODY_MAX = 4 * 1024 * 1024, /* the service's ceiling for this request */
  FEW_EXAMPLES = 50,          /* below it tuning seldom pays; the guide's floor is 20 */
  ID_MAX = 40,
};

static const double DEADLINE = 300;
/* Between our clock and the server's. */
static const double CLOCK_SKEW = 300;

const struct gt_option GT_CREATE_OPTIONS[] = {
    {"source_model", GT_OPT_ANY, NULL, NULL, 0, 0, false,
     "model to tune: \"models/...\", or \"tunedModels/...\" to go on from one"},
    {"training_data", GT_OPT_ANY, NULL, NULL, 0, 0, false,
     "what upload() returned, a gt.dataset, a path, or a list of rows"},
    {"id", GT_OPT_STRING, NULL, NULL, 0, 40, false,
     "1 to 40 of a-z 0-9 -, a letter first, no dash last; default: made from the name"},
    {"display_name", GT_OPT_STRING, "", "displayName", 0, 40, false,
     "at most 40 characters"},
    {"description", GT_OPT_STRING, "", "description", 0, 5000, false, "free text"},
    {"temperature", GT_OPT_NUMBER, "", "temperature", 0, 1, false,
     "default temperature of the tuned model, 0 to 1"},
    {"top_p", GT_OPT_NUMBER, "", "topP", 0, 1, false, "default top_p, 0 to 1"},
    {"top_k", GT_OPT_INTEGER, "", "topK", 1, 0, false, "default top_k, at least 1"},
    {"epoch_count", GT_OPT_INTEGER, "hyperparameters", "epochCount", 1, 0, false,
     "passes over the data, at least 1; default 5"},
    {"batch_size", GT_OPT_INTEGER, "hyperparameters", "batchSize", 1, 0, false,
     "examples a step, 1 to the number of examples; default 4 (16 for large sets)"},
    {"learning_rate", GT_OPT_NUMBER, "hyperparameters", "learningRate", 0, 0, true,
     "above 0; default 0.001; not together with learning_rate_multiplier"},
    {"learning_rate_multiplier", GT_OPT_NUMBER, "hyperparameters",
     "learningRateMultiplier", 0, 0, true, "above 0; default 1.0"},
    {"validation_data", GT_OPT_ANY, NULL, NULL, 0, 0, false,
     "Vertex AI only: the Gemini API has no validation set"},
    {"adapter_size", GT_OPT_INTEGER, NULL, NULL, 1, 32, false, "Vertex AI only"},
    {"labels", GT_OPT_TABLE, NULL, NULL, 0, 0, false, "Vertex AI only"},
    {"timeout", GT_OPT_NUMBER, NULL, NULL, 0, 0, true,
     "seconds for the request (not for the training); default 300"},
    {0},
};

enum { OPTIONS = 1, ID = 2, REQUEST = 3, SOURCE = 4, REFUSAL = 5 };
static const char OP[] = "create_tuned_model";

static bool id_char(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static bool valid_id(const char *id)
{
  size_t n = strlen(id);
  if (n < 1 || n > ID_MAX || id[0] < 'a' || id[0] > 'z' || id[n - 1] == '-')
    return false;
  for (size_t i = 0; i < n; i++)
    if (!id_char(id[i])) return false;
  return true;
}

/* "My Model" -> "my-model-20260415-4f2k1q": unique, and says what and when. */
static void make_id(char id[ID_MAX + 1], const char *name, struct gt_loop *loop)
{
  static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  char date[32], slug[24];
  size_t n = 0;
  for (const char *p = name; *p && n < sizeof slug - 1; p++) {
    char c = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
    if ((c >= 'a' && c <= 'z') || (n && c >= '0' && c <= '9'))
      slug[n++] = c;
    else if (n && slug[n - 1] != '-')
      slug[n++] = '-';
  }
  while (n && slug[n - 1] == '-') n--;
  slug[n] = '\0';
  gt_clock_rfc3339(date, sizeof date, gt_loop_wall(loop));
  int at = snprintf(id, ID_MAX + 1, "%s-%.4s%.2s%.2s-", n ? slug : "tuned", date,
                    date + 5, date + 8);
  for (int i = 0; i < 6; i++)
    id[at++] = alphabet[gt_random_next(gt_loop_random(loop)) % 36];
  id[at] = '\0';
}

static void push_id(lua_State *L, struct gt_loop *loop)
{
  char made[ID_MAX + 1];
  const char *id = gt_codec_text(L, OPTIONS, "id", NULL);
  if (id && strncmp(id, "tunedModels/", 12) == 0) id += 12;
  if (id && !valid_id(id))
    gt_raisef(L, GT_INVALID_ARGUMENT,
              "1 to 40 of a-z 0-9 and -, a letter first and no dash last, for example "
              "sentiment-classifier-v1-20260415",
              "%s: '%.60s' cannot be an id", OP, id);
  if (!id) {
    const char *name = gt_codec_text(L, OPTIONS, "display_name", "");
    make_id(made, name, loop);
    id = made;
  }
  lua_pushstring(L, id);
}

static void refuse_for_gemini(lua_State *L, const char *name, const char *why)
{
  if (lua_getfield(L, OPTIONS, name) != LUA_TNIL)
    gt_raisef(L, GT_INVALID_ARGUMENT, "leave it out, or use --provider vertex",
              "%s: %s %s", OP, name, why);
  lua_pop(L, 1);
}

static void write_source(lua_State *L, struct gt_buf *out)
{
  if (lua_getfield(L, OPTIONS, "source_model") == LUA_TNIL)
    gt_raisef(
        L, GT_INVALID_ARGUMENT,
        "for example source_model = \"models/gemini-2.0-flash\"; gt.list_models() "
        "shows which can be tuned",
        "%s: source_model is missing", OP);
  const char *source = gt_contents_model(L, -1, false, OP);
  bool tuned = strncmp(source, "tunedModels/", 12) == 0;
  bool bare = lua_type(L, -2) == LUA_TSTRING && !strchr(lua_tostring(L, -2), '/');
  /* A bare id here is a base model: that is what is tuned as a rule. */
  if (bare && tuned) {
    source = lua_pushfstring(L, "models/%s", source + 12);
    tuned = false;
  }
  gt_buf_adds(out, tuned ? "\"tunedModelSource\":{\"tunedModel\":" : "\"baseModel\":");
  gt_codec_string(L, out, source, strlen(source), "source_model");
  if (tuned) gt_buf_addc(out, '}');
}

static void write_body(lua_State *L, struct gt_buf *out)
{
  int top = lua_gettop(L);
  bool first = false;
  gt_buf_addc(out, '{');
  write_source(L, out);
  gt_options_write(L, OPTIONS, GT_CREATE_OPTIONS, "", out, &first);
  gt_buf_adds(out, ",\"tuningTask\":{");
  if (gt_options_any(L, OPTIONS, GT_CREATE_OPTIONS, "hyperparameters")) {
    first = true;
    gt_buf_adds(out, "\"hyperparameters\":{");
    gt_options_write(L, OPTIONS, GT_CREATE_OPTIONS, "hyperparameters", out, &first);
    gt_buf_adds(out, "},");
  }
  gt_buf_adds(out, "\"trainingData\":{\"examples\":{\"examples\":[");
  if (lua_getfield(L, OPTIONS, "training_data") == LUA_TNIL)
    gt_raisef(L, GT_INVALID_ARGUMENT,
              "pass what upload() returned, a path, a gt.dataset or a list of rows",
              "%s: training_data is missing", OP);
  size_t n = gt_examples_write(L, -1, out, OP);
  gt_buf_adds(out, "]}}}}");
  if (out->failed)
    gt_raisef(L, GT_INVALID_ARGUMENT,
              "the API takes examples inline, at most 4 MiB: use fewer or shorter ones",
              "%s: %d examples are more than %d bytes", OP, (int)n, BODY_MAX);
  double batch = gt_options_number(L, OPTIONS, "batch_size", 1);
  if (batch > (double)n)
    gt_raisef(L, GT_INVALID_ARGUMENT, "a step cannot hold more examples than there are",
              "%s: batch_size is %d, but there are %d examples", OP, (int)batch,
              (int)n);
  if (n < FEW_EXAMPLES)
    gt_log(GT_LOG_WARN,
           "%zu training examples: fewer than 50 seldom teach a model "
           "more than a good prompt does",
           n);
  lua_settop(L, top);
}

/* [-0, +1, e] The source's name as it was sent. */
static void push_source(lua_State *L, const struct gt_request *r)
{
  struct gt_json_slice s;
  const char *body = gt_buf_str(&r->body);
  if (gt_json_find(&s, body, r->body.len, "baseModel") != GT_JSON_STRING)
    gt_json_find(&s, body, r->body.len, "tunedModelSource.tunedModel");
  lua_pushlstring(L, s.at, s.len);
}

/* [-0, +0, -] Whether the model at the top can be what our lost attempt started, rather
 * than one that had this id before: of the same source, and not older than the call. */
static bool is_ours(lua_State *L, const struct gt_request *r)
{
  double created;
  const char *source = gt_codec_text(L, -1, "baseModel", "");
  if (gt_codec_table(L, -1, "tunedModelSource"))
    source = gt_codec_text(L, -1, "tunedModel", source);
  lua_pop(L, 1);
  if (strcmp(source, lua_tostring(L, SOURCE)) != 0) return false;
  const char *time = gt_codec_text(L, -1, "createTime", "");
  return gt_clock_parse_rfc3339(&created, time) < 0 || created > r->until - CLOCK_SKEW;
}

static int on_adopted(lua_State *L, int status, lua_KContext ctx)
{
  struct gt_request *r = (struct gt_request *)ctx;
  (void)status;
  gt_request_resumed(L, r);
  if (r->call.failed) return gt_raise(L, &r->call.err);
  gt_request_result(L, r);
  if (!is_ours(L, r)) return gt_raise(L, lua_touserdata(L, REFUSAL));
  gt_log(GT_LOG_INFO, "tunedModels/%s was started by an attempt whose answer was lost",
         lua_tostring(L, ID));
  gt_tuned_shape(L, -1, 0);
  return 1;
}

static int on_created(lua_State *L, int status, lua_KContext ctx)
{
  struct gt_request *r = (struct gt_request *)ctx;
  (void)status;
  gt_request_resumed(L, r);
  push_source(L, r);
  if (r->call.failed && r->call.err.code == GT_ALREADY_EXISTS && r->call.doubtful) {
    struct gt_err *refusal = lua_newuserdatauv(L, sizeof *refusal, 0);
    *refusal = r->call.err;
    gt_request_again(r, "v1beta");
    gt_buf_addf(&r->url, "tunedModels/%s", lua_tostring(L, ID));
    return gt_request_send(L, r, "GET", on_adopted);
  }
  gt_request_result(L, r);
  /* No TunedModel yet: what was asked for, with the operation's facts. */
  int operation = lua_gettop(L);
  lua_createtable(L, 0, 4);
  lua_pushfstring(L, "tunedModels/%s", lua_tostring(L, ID));
  if (gt_codec_table(L, operation, "metadata"))
    gt_codec_copy(L, operation + 1, "name", -1, "tunedModel");
  lua_pop(L, 1);
  if (lua_getfield(L, operation + 1, "name") == LUA_TNIL) {
    lua_pushvalue(L, -2);
    lua_setfield(L, operation + 1, "name");
  }
  lua_settop(L, operation + 1);
  gt_codec_copy(L, -1, "displayName", OPTIONS, "display_name");
  gt_codec_copy(L, -1, "description", OPTIONS, "description");
  lua_pushvalue(L, SOURCE);
  lua_setfield(L, -2, "baseModel");
  gt_tuned_shape(L, operation + 1, operation);
  return 1;
}

int gt_tuned_create(lua_State *L)
{
  lua_settop(L, 1);
  if (!lua_istable(L, OPTIONS))
    return gt_raisef(L, GT_INVALID_ARGUMENT,
                     "create_tuned_model{ source_model = , training_data = , id = }",
                     "%s: expected one table, got a %s", OP, luaL_typename(L, 1));
  gt_options_check(L, OPTIONS, GT_CREATE_OPTIONS, OP);
  refuse_for_gemini(L, "validation_data", "is not known to the Gemini API");
  refuse_for_gemini(L, "adapter_size", "is not known to the Gemini API");
  refuse_for_gemini(L, "labels", "are not known to the Gemini API");
  lua_getfield(L, OPTIONS, "learning_rate");
  lua_getfield(L, OPTIONS, "learning_rate_multiplier");
  if (!lua_isnil(L, -1) && !lua_isnil(L, -2))
    return gt_raisef(
        L, GT_INVALID_ARGUMENT, "pass one of the two",
        "%s: learning_rate and learning_rate_multiplier exclude each other", OP);
  lua_settop(L, 1);
  struct gt_session *s = gt_session_ready(L);
  push_id(L, gt_session_loop(s));
  struct gt_request *r = gt_request_new(L, OP, NULL, OPTIONS, DEADLINE);
  r->call.counted = true;
  r->body.max = BODY_MAX;
  r->until = gt_loop_wall(gt_session_loop(s)); /* when it was asked for */
  write_body(L, &r->body);
  gt_buf_adds(&r->url, "tunedModels");
  gt_request_query(r, "tunedModelId", lua_tostring(L, ID));
  return gt_request_send(L, r, "POST", on_created);
}

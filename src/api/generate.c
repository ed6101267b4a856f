/* generate_content and count_tokens. See generate.h. */
#include "api/generate.h"

#include "api/codec.h"
#include "api/contents.h"
#include "api/response.h"
#include "base/clock.h"
#include "task/raise.h"

#include <lauxlib.h>
#include <string.h>

static const double DEADLINE = 600;
/* A model that has just become ACTIVE may answer 404 for some seconds. */
static const double GRACE = 60, GRACE_PAUSE = 2, FRESH = 180;

const struct gt_option GT_GENERATE_OPTIONS[] = {
    {"system_instruction", GT_OPT_CONTENT, NULL, NULL, 0, 0, false,
     "instruction that stands above the prompt: a string or { parts = {...} }"},
    {"temperature", GT_OPT_NUMBER, "generationConfig", "temperature", 0, 2, false,
     "0 to 2; 0 always takes the likeliest token; default: the model's"},
    {"top_p", GT_OPT_NUMBER, "generationConfig", "topP", 0, 1, false,
     "0 to 1: tokens that make up this share of the probability; default: the model's"},
    {"top_k", GT_OPT_INTEGER, "generationConfig", "topK", 1, 0, false,
     "at least 1: only the k likeliest tokens; default: the model's"},
    {"max_output_tokens", GT_OPT_INTEGER, "generationConfig", "maxOutputTokens", 1, 0,
     false, "at least 1; thinking counts too; default: the model's"},
    {"stop_sequences", GT_OPT_LIST, "generationConfig", "stopSequences", 0, 5, false,
     "at most 5 strings that end the answer"},
    {"candidate_count", GT_OPT_INTEGER, "generationConfig", "candidateCount", 1, 8,
     false, "1 to 8 answers; default 1"},
    {"seed", GT_OPT_INTEGER, "generationConfig", "seed", -2147483648.0, 2147483647.0,
     false, "32-bit whole number for repeatable sampling"},
    {"presence_penalty", GT_OPT_NUMBER, "generationConfig", "presencePenalty", -2, 2,
     false, "-2 to 2; default 0"},
    {"frequency_penalty", GT_OPT_NUMBER, "generationConfig", "frequencyPenalty", -2, 2,
     false, "-2 to 2; default 0"},
    {"response_mime_type", GT_OPT_STRING, "generationConfig", "responseMimeType", 0,
     100, false, "\"text/plain\" (default), \"application/json\" or \"text/x.enum\""},
    {"response_schema", GT_OPT_TABLE, "generationConfig", "responseSchema", 0, 0, false,
     "schema of the answer (types in upper case); needs a JSON or enum MIME type"},
    {"response_json_schema", GT_OPT_TABLE, "generationConfig", "responseJsonSchema", 0,
     0, false, "JSON Schema of the answer; instead of response_schema"},
    {"response_logprobs", GT_OPT_BOOLEAN, "generationConfig", "responseLogprobs", 0, 0,
     false, "true: log probabilities of the answer's tokens in raw"},
    {"logprobs", GT_OPT_INTEGER, "generationConfig", "logprobs", 0, 20, false,
     "0 to 20 alternatives a token; needs response_logprobs"},
    {"thinking_config", GT_OPT_TABLE, "generationConfig", "thinkingConfig", 0, 0, false,
     "{ thinkingBudget = n } or { thinkingLevel = \"LOW\" }, includeThoughts"},
    {"tools", GT_OPT_LIST, "", "tools", 0, 128, false,
     "list of tools in the wire's form"},
    {"tool_config", GT_OPT_TABLE, "", "toolConfig", 0, 0, false,
     "{ functionCallingConfig = { mode = \"AUTO\" } }"},
    {"safety_settings", GT_OPT_LIST, "", "safetySettings", 0, 16, false,
     "list of { category = , threshold = }"},
    {"cached_content", GT_OPT_STRING, "", "cachedContent", 0, 300, false,
     "cachedContents/{id} that stands before the prompt"},
    {"timeout", GT_OPT_NUMBER, NULL, NULL, 0, 0, true,
     "seconds for the whole call, attempts and waiting included; default 600"},
    {0},
};

void gt_generate_body(lua_State *L, struct gt_buf *out, int contents, int options,
                      const char *op)
{
  gt_buf_addc(out, '{');
  if (!lua_isnoneornil(L, options)) {
    if (lua_getfield(L, options, "system_instruction") != LUA_TNIL) {
      gt_buf_adds(out, "\"systemInstruction\":");
      gt_contents_write_one(L, -1, out, NULL, op);
      gt_buf_addc(out, ',');
    }
    lua_pop(L, 1);
  }
  gt_contents_write(L, contents, out, op);
  if (gt_options_any(L, options, GT_GENERATE_OPTIONS, "generationConfig")) {
    bool first = true;
    gt_buf_adds(out, ",\"generationConfig\":{");
    gt_options_write(L, options, GT_GENERATE_OPTIONS, "generationConfig", out, &first);
    gt_buf_addc(out, '}');
  }
  bool first = false;
  gt_options_write(L, options, GT_GENERATE_OPTIONS, "", out, &first);
  gt_buf_addc(out, '}');
}

enum { PHASE_GENERATE, PHASE_LOOK };
enum { MODEL = 4, REQUEST = 5 }; /* stack: model, contents, options, name, request */

static int on_generated(lua_State *L, int status, lua_KContext ctx);

static int send_generate(lua_State *L, struct gt_request *r)
{
  r->phase = PHASE_GENERATE;
  gt_request_name(r, lua_tostring(L, MODEL));
  gt_buf_adds(&r->url, ":generateContent");
  gt_generate_body(L, &r->body, 2, 3, "generate_content");
  return gt_request_send(L, r, "POST", on_generated);
}

/* A refusal that may only mean that the tuned model is not ready yet. */
static bool may_be_unready(const struct gt_request *r, const char *model)
{
  int status = r->call.err.status;
  return strncmp(model, "tunedModels/", 12) == 0 &&
         (status == 404 || status == 403 || status == 400);
}

static int on_pause_over(lua_State *L, int status, lua_KContext ctx)
{
  struct gt_request *r = (struct gt_request *)ctx;
  (void)status;
  gt_request_resumed(L, r);
  gt_request_again(r, "v1beta");
  return send_generate(L, r);
}

/* What the model itself says: not ready -> say so; just finished -> try again for a
 * while; anything else -> the refusal stands. */
static int on_looked(lua_State *L, int status, lua_KContext ctx)
{
  struct gt_request *r = (struct gt_request *)ctx;
  struct gt_err *refusal = lua_touserdata(L, REQUEST + 1);
  (void)status;
  gt_request_resumed(L, r);
  if (r->call.failed) return gt_raise(L, refusal);
  gt_request_result(L, r);
  const char *state = gt_codec_text(L, -1, "state", "STATE_UNSPECIFIED");
  if (strcmp(state, "CREATING") == 0)
    return gt_raisef(L, GT_FAILED_PRECONDITION,
                     "wait for it first: job:wait(), or loop on get_tuned_model until "
                     "state is SUCCEEDED",
                     "%s is not ready: its state is %s", lua_tostring(L, MODEL), state);
  if (strcmp(state, "FAILED") == 0)
    return gt_raisef(
        L, GT_FAILED_PRECONDITION,
        "its tuning failed: get_tuned_model(name, { raise = false }).error "
        "says why",
        "%s cannot answer: its state is FAILED", lua_tostring(L, MODEL));
  double updated = 0, now = gt_loop_wall(gt_session_loop(r->session));
  gt_clock_parse_rfc3339(&updated, gt_codec_text(L, -1, "updateTime", ""));
  double mono = gt_loop_now(gt_session_loop(r->session));
  bool fresh = now - updated < FRESH && refusal->status != 400;
  if (r->until <= 0) r->until = mono + GRACE;
  if (!fresh || mono > r->until) return gt_raise(L, refusal);
  lua_settop(L, REQUEST);
  return gt_request_pause(L, r, GRACE_PAUSE, on_pause_over);
}

static int on_generated(lua_State *L, int status, lua_KContext ctx)
{
  struct gt_request *r = (struct gt_request *)ctx;
  (void)status;
  gt_request_resumed(L, r);
  const char *model = lua_tostring(L, MODEL);
  if (r->call.failed && may_be_unready(r, model)) {
    struct gt_err *refusal = lua_newuserdatauv(L, sizeof *refusal, 0);
    *refusal = r->call.err;
    r->phase = PHASE_LOOK;
    gt_request_again(r, "v1beta");
    gt_request_name(r, model);
    return gt_request_send(L, r, "GET", on_looked);
  }
  gt_request_result(L, r);
  gt_request_recycle(L, REQUEST);
  gt_response_shape(L);
  return 1;
}

int gt_generate_content(lua_State *L)
{
  lua_settop(L, 3);
  gt_options_check(L, 3, GT_GENERATE_OPTIONS, "generate_content");
  const char *model = gt_contents_model(L, 1, false, "generate_content");
  struct gt_request *r = gt_request_new(L, "generate_content", model, 3, DEADLINE);
  return send_generate(L, r);
}

static int on_counted(lua_State *L, int status, lua_KContext ctx)
{
  (void)status;
  gt_request_result(L, (struct gt_request *)ctx);
  lua_createtable(L, 0, 2);
  lua_pushinteger(L, gt_codec_int(L, -2, "totalTokens", 0));
  lua_setfield(L, -2, "total_tokens");
  lua_pushvalue(L, -2);
  lua_setfield(L, -2, "raw");
  return 1;
}

int gt_generate_count(lua_State *L)
{
  static const char op[] = "count_tokens";
  lua_settop(L, 3);
  gt_options_check(L, 3, GT_GENERATE_OPTIONS, op);
  const char *model = gt_contents_model(L, 1, false, op);
  if (strncmp(model, "tunedModels/", 12) == 0)
    return gt_raisef(
        L, GT_INVALID_ARGUMENT,
        "count with its base model: gt.count_tokens(job.source_model, ...)",
        "count_tokens: the API cannot count for the tuned model %s", model);
  struct gt_request *r = gt_request_new(L, op, model, 3, 60);
  gt_request_name(r, model);
  gt_buf_adds(&r->url, ":countTokens");
  if (lua_isnil(L, 3)) {
    gt_buf_addc(&r->body, '{');
    gt_contents_write(L, 2, &r->body, op);
  } else {
    gt_buf_adds(&r->body, "{\"generateContentRequest\":{\"model\":");
    gt_codec_string(L, &r->body, model, strlen(model), "the model's name");
    gt_buf_addc(&r->body, ',');
    struct gt_buf *out = &r->body;
    size_t at = out->len;
    gt_generate_body(L, out, 2, 3, op);
    /* {...} -> its members: the request object was opened above, to hold the model. */
    if (!out->failed) out->data[at] = ' ';
  }
  gt_buf_addc(&r->body, '}');
  return gt_request_send(L, r, "POST", on_counted);
}

/* A GenerateContentResponse -> the response table of scripts.
 *
 *   text           what the model wrote (thoughts left out), nil when there is nothing
 *   finish_reason  "STOP", "MAX_TOKENS", "SAFETY", ...; "BLOCKED" for a refused prompt
 *   block_reason   why the prompt was refused, or nil
 *   usage          { input_tokens, output_tokens, total_tokens, thought_tokens,
 *                    cached_tokens }
 *   model_version, response_id, avg_logprobs
 *   function_calls list of { name, args, id } when the model calls functions
 *   raw            the decoded answer as it came */
#ifndef GT_API_RESPONSE_H
#define GT_API_RESPONSE_H

#include <lua.h>

/* [-1, +1, e] Replaces the decoded answer on top of the stack by the response table. */
void gt_response_shape(lua_State *L);

#endif

-- The GenerateContentResponse for an answer of the engine.
--
-- What the engine knows beyond the text stands in the response header x-gtlua-answer, a
-- JSON object: mode (classify, retrieve, baseline); probability and top, a list of
-- { text, probability }; or similarity, cost, near and example (the training example's
-- place, from 1); or rule (how the baseline picked). In the body, where the schema has
-- room: avgLogprobs and logprobsResult (classify), citationMetadata with the source
-- example, and finishMessage when none is near (retrieve). All candidates are equal.

local fs = require "gt.core.fs"
local json = require "gt.local.json"
local structured = require "gt.local.structured"
local tokens = require "gt.local.tokens"

local response = {}

--- Stop sequences, then the output limit.
local function limit(text, config)
  local reason = "STOP"
  for _, stop in ipairs(config.stopSequences or {}) do
    local at = stop ~= "" and text:find(stop, 1, true)
    if at then text = text:sub(1, at - 1) end
  end
  local last = config.maxOutputTokens and tokens.cut(text, config.maxOutputTokens)
  if last then text, reason = text:sub(1, last), "MAX_TOKENS" end
  return text, reason
end

local function log_of(probability) return math.log(math.max(probability, 1e-30)) end

local function token(label)
  return { token = label.text, logProbability = log_of(label.probability) }
end

--- One decoding step: the label is the token.
local function logprobs(found, config)
  local chosen, top = {}, {}
  chosen[1] = token(found)
  for i = 1, math.min(config.logprobs or 0, #found.top) do top[i] = token(found.top[i]) end
  return {
    chosenCandidates = chosen, topCandidates = #top > 0 and { { candidates = top } } or nil,
    logProbabilitySum = chosen[1].logProbability,
  }
end

--- The value of x-gtlua-answer: JSON in ASCII.
function response.facts(found)
  local facts = { mode = found.mode, rule = found.rule, probability = found.probability,
    similarity = found.similarity, cost = found.cost, near = found.near, example = found.row }
  local top = {}
  for i = 1, math.min(5, #(found.top or {})) do
    local text = found.top[i].text:sub(1, 200)
    top[i] = { text = utf8.len(text) and text or text:gsub("[\128-\255]", "?"), probability = found.top[i].probability }
  end
  facts.top = #top > 0 and top or nil
  return (json.encode(facts):gsub("[\128-\255]+", function(bytes)
    local out = {}
    for _, code in utf8.codes(bytes) do
      if code > 0xFFFF then
        code = code - 0x10000
        out[#out + 1] = ("\\u%04x\\u%04x"):format(0xD800 + (code >> 10), 0xDC00 + (code & 0x3FF))
      else
        out[#out + 1] = ("\\u%04x"):format(code)
      end
    end
    return table.concat(out)
  end))
end

local function candidate(index, found, text, reason, config)
  local out = {
    content = { role = "model", parts = text ~= "" and { { text = text } } or nil },
    finishReason = reason, index = index > 0 and index or nil,
  }
  if found.probability then
    out.avgLogprobs = log_of(found.probability)
    if config.responseLogprobs then out.logprobsResult = logprobs(found, config) end
  elseif found.source and text ~= "" then
    out.citationMetadata = { citationSources = { { endIndex = #text, uri = found.source } } }
    if not found.near then out.finishMessage = "No training example is near this text." end
  end
  return out
end

function response.usage(prompt, answer)
  return {
    promptTokenCount = prompt > 0 and prompt or nil, candidatesTokenCount = answer > 0 and answer or nil,
    totalTokenCount = prompt + answer,
    promptTokensDetails = { { modality = "TEXT", tokenCount = prompt > 0 and prompt or nil } },
  }
end

--- The message, and its text.
---@param body table GenerateContentRequest
---@param found table what the engine or the baseline answered; version: modelVersion
---@return table message
---@return string text
function response.message(body, found)
  local config = body.generationConfig or {}
  local text, reason = limit(structured.form(found.text, found.probability, config), config)
  local candidates, count = {}, config.candidateCount or 1
  for i = 1, count do candidates[i] = candidate(i - 1, found, text, reason, config) end
  return {
    candidates = candidates, modelVersion = found.version, responseId = fs.random_id(16),
    usageMetadata = response.usage(tokens.of_request(body), count * tokens.count(text)),
  }, text
end

return response

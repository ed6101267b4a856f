-- generateContent and streamGenerateContent, on tuned models (the engine answers) and on
-- base models (baseline.lua). Always as at temperature 0: the same request has the same
-- answer; all candidates are equal.
--
-- What the engine knows beyond the text stands in the response header x-gtlua-answer, a
-- JSON object: mode (classify, retrieve, baseline); probability and top, a list of
-- { text, probability }; or similarity, cost, near and example (the training example's
-- place, from 1); or rule (how the baseline picked). In the body, where the schema has
-- room: avgLogprobs and logprobsResult (classify), citationMetadata (retrieve).

local fs = require "gt.core.fs"
local engine = require "gt.core.engine"
local baseline = require "gt.local.baseline"
local check = require "gt.local.generate_check"
local errors = require "gt.local.errors"
local json = require "gt.local.json"
local models = require "gt.local.models"
local requests = require "gt.local.requests"
local shape = require "gt.local.shape"
local structured = require "gt.local.structured"
local tokens = require "gt.local.tokens"
local training = require "gt.local.training"
local tuned_models = require "gt.local.tuned_models"

local generate = {}

local MAX_BODY = 20971520
local MAX_LOADED = 8

local loaded = {} -- newest last: { path =, stamp =, model = }

--- The trained engine of a tuned model, from a small cache.
local function load_model(path)
  local stamp = fs.stamp(path)
  for i, entry in ipairs(loaded) do
    if entry.path == path then
      table.remove(loaded, i)
      if entry.stamp == stamp then
        loaded[#loaded + 1] = entry
        return entry.model
      end
      entry.model:close()
      break
    end
  end
  if #loaded == MAX_LOADED then table.remove(loaded, 1).model:close() end
  local model = engine.load(path)
  loaded[#loaded + 1] = { path = path, stamp = stamp, model = model }
  return model
end

local function ready_model(id)
  local record, result = tuned_models.find(id)
  local name = "tunedModels/" .. id
  if not result then
    errors.precondition("MODEL_STATE", name, ("Tuned model %s is not ready: its state is CREATING. Wait "
      .. "until it is ACTIVE."):format(name))
  elseif result.error then
    errors.precondition("MODEL_STATE", name, ("Tuned model %s cannot be used: its state is FAILED (%s).")
      :format(name, result.error.message))
  end
  return load_model(training.engine_path(id, record))
end

local function tuned_answer(id, body)
  local model = ready_model(id)
  local config = body.generationConfig or {}
  local top = math.max(5, config.responseLogprobs and config.logprobs or 0)
  local found = model:predict(tokens.text_of(body.contents[#body.contents]), { top = top })
  found.version = ("local/%s-1"):format(found.mode)
  found.source = found.row and ("tunedModels/%s/examples/%d"):format(id, found.row)
  return found
end

local function base_answer(id, body)
  models.require(id, "generateContent")
  local found = baseline.answer(body)
  found.version = "local/baseline-1"
  return found
end

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

local function facts_header(found)
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

local function usage(prompt, answer)
  return {
    promptTokenCount = prompt > 0 and prompt or nil, candidatesTokenCount = answer > 0 and answer or nil,
    totalTokenCount = prompt + answer,
    promptTokensDetails = { { modality = "TEXT", tokenCount = prompt > 0 and prompt or nil } },
  }
end

--- Reads the request and answers it: the message, its text, and the headers.
local function answer(req, kind, id)
  if #req.body > MAX_BODY then
    errors.raise("INVALID_ARGUMENT", ("Request payload size exceeds the limit: %d bytes."):format(MAX_BODY))
  end
  local body = shape.body(requests.generate_content, req.body, "")
  check.request(body)
  local config = body.generationConfig or {}
  local found = kind == "tunedModels" and tuned_answer(id, body) or base_answer(id, body)
  local text, reason = limit(structured.form(found.text, found.probability, config), config)
  local candidates, count = {}, config.candidateCount or 1
  for i = 1, count do candidates[i] = candidate(i - 1, found, text, reason, config) end
  return {
    candidates = candidates, modelVersion = found.version, responseId = fs.random_id(16),
    usageMetadata = usage(tokens.of_request(body), count * tokens.count(text)),
  }, text, { ["x-gtlua-answer"] = facts_header(found) }
end

--- POST {models|tunedModels}/{id}:generateContent
function generate.once(req, kind, id)
  local message, _, headers = answer(req, kind, id)
  return { status = 200, headers = headers, body = message }
end

--- The text in pieces of whole tokens: the first alone, then eight at a time.
local function pieces(text)
  local out, step = {}, 1
  while text ~= "" do
    local last = tokens.cut(text, step) or #text
    out[#out + 1] = text:sub(1, last)
    text, step = text:sub(last + 1), 8
  end
  return out
end

--- The messages of a stream: deltas, then the last one with everything else.
local function deltas(message, text)
  local out, parts = {}, pieces(text)
  for i = 1, #parts - 1 do
    local candidates = {}
    for k, whole in ipairs(message.candidates) do
      candidates[k] = { content = { role = "model", parts = { { text = parts[i] } } }, index = whole.index }
    end
    out[i] = {
      candidates = candidates, modelVersion = message.modelVersion, responseId = message.responseId,
      usageMetadata = usage(message.usageMetadata.promptTokenCount or 0, 0),
    }
  end
  for _, whole in ipairs(message.candidates) do
    if #parts > 0 then whole.content.parts = { { text = parts[#parts] } } end
  end
  out[#out + 1] = message
  return out
end

--- POST {models|tunedModels}/{id}:streamGenerateContent
function generate.stream(req, kind, id)
  local message, text, headers = answer(req, kind, id)
  local messages, chunks = deltas(message, text), {}
  local sse = req.query.alt == "sse"
  for i, delta in ipairs(messages) do
    local written = json.encode(delta)
    if sse then
      chunks[i] = "data: " .. written .. "\r\n\r\n"
    else
      chunks[i] = (i == 1 and "[" or ",\r\n") .. written .. (i == #messages and "]" or "")
    end
  end
  headers["content-type"] = sse and "text/event-stream" or "application/json; charset=UTF-8"
  return { status = 200, headers = headers, chunks = chunks }
end

return generate

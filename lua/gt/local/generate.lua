-- generateContent and streamGenerateContent, on tuned models (the engine answers) and on
-- base models (baseline.lua). Always as at temperature 0: the same request has the same
-- answer. response.lua says where the engine's own facts stand.

local fs = require "gt.core.fs"
local engine = require "gt.core.engine"
local baseline = require "gt.local.baseline"
local check = require "gt.local.generate_check"
local errors = require "gt.local.errors"
local json = require "gt.local.json"
local models = require "gt.local.models"
local requests = require "gt.local.requests"
local response = require "gt.local.response"
local shape = require "gt.local.shape"
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

--- Reads the request and answers it: the message, its text, and the headers.
local function answer(req, kind, id)
  if #req.body > MAX_BODY then
    errors.raise("INVALID_ARGUMENT", ("Request payload size exceeds the limit: %d bytes."):format(MAX_BODY))
  end
  local body = shape.body(requests.generate_content, req.body, "")
  check.request(body)
  local found = kind == "tunedModels" and tuned_answer(id, body) or base_answer(id, body)
  local message, text = response.message(body, found)
  return message, text, { ["x-gtlua-answer"] = response.facts(found) }
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
      usageMetadata = response.usage(message.usageMetadata.promptTokenCount or 0, 0),
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

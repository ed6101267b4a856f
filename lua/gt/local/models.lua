-- Base models of the local API. Every models/gemini-* can be named, listed or not, so
-- that a script written for the service runs here; what answers is the same for all.

local errors = require "gt.local.errors"
local paging = require "gt.local.paging"

local models = {}

local LISTED = {
  "gemini-1.0-pro-001", "gemini-1.5-flash-001-tuning", "gemini-2.0-flash", "gemini-2.0-flash-lite",
  "gemini-2.5-flash", "gemini-2.5-flash-lite", "gemini-2.5-pro", "gemini-3.1-flash-lite",
  "gemini-3.5-flash", "gemini-3.6-flash", "gemini-embedding-001", "text-embedding-004",
}

local EMBEDDING_SIZES = { ["text-embedding-004"] = 768 }
models.MAX_DIMENSIONS = 3072

local TUNABLE = {
  "generateContent", "streamGenerateContent", "countTokens", "createTunedModel",
}

local function title(id)
  return (id:gsub("-", " "):gsub("%f[%w]%l", string.upper))
end

local function embeds(id) return id:find "embedding" ~= nil end

--- A base model as the API shows it, or nil when nobody would know that name.
---@param id string without "models/"
function models.find(id)
  local known = EMBEDDING_SIZES[id] or id:find "^gemini%-[a-z0-9][a-z0-9.-]*$"
  if not known or #id > 64 then return nil end
  local model = {
    name = "models/" .. id, baseModelId = id, version = "local", displayName = title(id),
    description = "Answered by the local engine, which has no base language model: it can be "
      .. "tuned; untuned it only picks among labels that the prompt names.",
    inputTokenLimit = 1048576, outputTokenLimit = 8192,
  }
  if embeds(id) then
    model.description = "Hashed word and character n-grams of the local engine."
    model.outputTokenLimit = 1
    model.supportedGenerationMethods = { "embedContent", "countTokens" }
    model.dimensions = EMBEDDING_SIZES[id] or models.MAX_DIMENSIONS
  else
    model.supportedGenerationMethods = TUNABLE
    model.temperature, model.topP, model.topK, model.maxTemperature = 1, 0.95, 64, 2
  end
  return model
end

local function supports(model, method)
  for _, name in ipairs(model.supportedGenerationMethods) do
    if name == method then return true end
  end
  return false
end

--- Whether a base model lists createTunedModel.
function models.is_tunable(model) return supports(model, "createTunedModel") end

--- The model that a call names, or NOT_FOUND in the API's words.
function models.require(id, method)
  local model = models.find(id)
  if not model or not supports(model, method) then
    errors.not_found(("models/%s is not found for API version v1beta, or is not supported for %s. "
      .. "Call ListModels to see the list of available models and their supported methods.")
      :format(id, method))
  end
  return model
end

local function shown(model)
  model.dimensions = nil
  return model
end

function models.get(_, id)
  local model = models.find(id)
  if not model then errors.not_found(("Model is not found: models/%s for api version v1beta"):format(id)) end
  return shown(model)
end

function models.list(req)
  local all = {}
  for i, id in ipairs(LISTED) do all[i] = shown(models.find(id)) end
  local page, next_token = paging.cut(all, req.query, {
    default = 50, max = 1000, ascending = true, key = function(model) return model.name end,
  })
  return { models = #page > 0 and page or nil, nextPageToken = next_token }
end

return models

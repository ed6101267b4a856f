-- What the API demands of a GenerateContentRequest, beyond its shape.

local errors = require "gt.local.errors"
local shape = require "gt.local.shape"

local check = {}

local RANGES = {
  { "temperature", 0, 2 }, { "topP", 0, 1 }, { "topK", 1, math.huge }, { "candidateCount", 1, 8 },
  { "maxOutputTokens", 1, math.huge }, { "logprobs", 0, 20 },
  { "presencePenalty", -2, 2 }, { "frequencyPenalty", -2, 2 },
}

local MIME_TYPES = { ["text/plain"] = true, ["application/json"] = true, ["text/x.enum"] = true }
local ROLES = { user = true, model = true, ["function"] = true }

local function add(faults, field, text, ...)
  faults[#faults + 1] = { field = field, description = text:format(...) }
end

local function check_config(faults, config)
  for _, range in ipairs(RANGES) do
    local name, low, high = range[1], range[2], range[3]
    local value = config[name]
    if value and (value < low or value > high) then
      local limit = high == math.huge and ("at least %s"):format(low) or ("from %s to %s"):format(low, high)
      add(faults, "generation_config." .. shape.snake(name),
        "* GenerateContentRequest.generation_config.%s: %s must be %s.", shape.snake(name),
        shape.snake(name), limit)
    end
  end
  if config.stopSequences and #config.stopSequences > 5 then
    add(faults, "generation_config.stop_sequences",
      "* GenerateContentRequest.generation_config.stop_sequences: at most 5 are allowed.")
  end
  if config.logprobs and not config.responseLogprobs then
    add(faults, "generation_config.logprobs", "logprobs needs response_logprobs to be true.")
  end
  local thinking = config.thinkingConfig
  if thinking and thinking.thinkingBudget and thinking.thinkingLevel then
    add(faults, "generation_config.thinking_config",
      "You can only set only one of thinking budget and thinking level.")
  end
end

local function check_format(faults, config)
  local mime, schema = config.responseMimeType, config.responseSchema
  local any = schema or config.responseJsonSchema or config._responseJsonSchema
  if mime and not MIME_TYPES[mime] then
    add(faults, "generation_config.response_mime_type", "* GenerateContentRequest.generation_config."
      .. "response_mime_type: allowed mimetypes are `text/plain`, `application/json` and `text/x.enum`.")
  elseif any and (mime == nil or mime == "text/plain") then
    add(faults, "generation_config.response_schema", "* GenerateContentRequest.generation_config."
      .. "response_schema: only allowed when response_mime_type is `application/json` or `text/x.enum`.")
  end
  if schema and config.responseJsonSchema then
    add(faults, "generation_config.response_json_schema",
      "Only one of response_schema and response_json_schema may be set.")
  end
end

local function check_content(faults, content, at)
  if content.role and content.role ~= "" and not ROLES[content.role] then
    add(faults, at .. ".role", "Please use a valid role: user, model.")
  end
  if not content.parts or #content.parts == 0 then
    add(faults, at .. ".parts", "* GenerateContentRequest.%s.parts: contents.parts must not be empty.", at)
  end
  for i, part in ipairs(content.parts or {}) do
    local place = ("%s.parts[%d]"):format(at, i - 1)
    if part.inlineData or part.fileData then
      add(faults, place, "The local engine reads text parts only.")
    elseif next(part) == nil then
      add(faults, place .. ".data", "* GenerateContentRequest.%s.data: required oneof field 'data' must "
        .. "have one initialized field", place)
    end
  end
end

--- Raises one error that names every broken rule.
function check.request(body)
  local faults = {}
  if not body.contents or #body.contents == 0 then
    add(faults, "contents", "* GenerateContentRequest.contents: contents is not specified\n")
  end
  for i, content in ipairs(body.contents or {}) do
    check_content(faults, content, ("contents[%d]"):format(i - 1))
  end
  check_config(faults, body.generationConfig or {})
  check_format(faults, body.generationConfig or {})
  if #faults > 0 then errors.bad_request(faults) end
  if body.cachedContent then
    errors.raise("PERMISSION_DENIED", "CachedContent not found (or permission denied)")
  end
end

return check

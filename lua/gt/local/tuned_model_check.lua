-- What the API demands of a tuned model at create and patch. All broken rules of one
-- request are reported together.

local errors = require "gt.local.errors"
local models = require "gt.local.models"
local shape = require "gt.local.shape"

local check = {}

local MAX_TEXT_INPUT = 40000
local MAX_OUTPUT = 5000
local MAX_DISPLAY_NAME = 40
local MAX_REPORTED = 20

local PATCHABLE = {
  displayName = true, description = true, temperature = true, topP = true, topK = true,
  readerProjectNumbers = true,
}

local function add(faults, field, text, ...)
  if #faults < MAX_REPORTED then
    faults[#faults + 1] = { field = field, description = text:format(...) }
  end
end

local function check_id(faults, id)
  local ok = #id <= 40 and id:find "^[a-z][a-z0-9-]*$" and not id:find "%-$"
  if not ok then
    add(faults, "tuned_model_id", "Invalid tuned model id '%s': it must have 1 to 40 characters and "
      .. "match [a-z]([a-z0-9-]{0,38}[a-z0-9])?", id)
  end
end

local function check_settings(faults, body)
  local name = body.displayName
  if name and utf8.len(name) > MAX_DISPLAY_NAME then
    add(faults, "tuned_model.display_name", "The display name must be up to %d characters in length; "
      .. "it has %d.", MAX_DISPLAY_NAME, utf8.len(name))
  end
  for _, field in ipairs { "temperature", "topP" } do
    local value = body[field]
    if value and (value < 0 or value > 1) then
      add(faults, "tuned_model." .. shape.snake(field), "%s must be in the range [0.0, 1.0].",
        shape.snake(field))
    end
  end
  if body.topK and body.topK < 1 then
    add(faults, "tuned_model.top_k", "top_k must be a positive integer.")
  end
end

local function check_base(faults, body)
  local base, source = body.baseModel, body.tunedModelSource
  if base and source then
    add(faults, "tuned_model", "oneof field 'source_model' is already set. Cannot set 'tunedModelSource'")
  elseif source then
    add(faults, "tuned_model.tuned_model_source", "Tuning a tuned model is not supported by the local "
      .. "engine; tune its base model with the examples of both.")
  elseif not base or base == "" then
    add(faults, "tuned_model.base_model", "base_model must be set.")
  else
    local id = base:match "^models/([a-z0-9][a-z0-9.-]*)$"
    local model = id and models.find(id)
    if not id then
      add(faults, "tuned_model.base_model", "Invalid base_model '%s': expected 'models/{model}'.", base)
    elseif not model or not models.is_tunable(model) then
      add(faults, "tuned_model.base_model", "%s does not support createTunedModel. Call ListModels to "
        .. "see the models that do.", base)
    end
  end
end

local function check_hyperparameters(faults, hyper, row_count)
  local at = "tuned_model.tuning_task.hyperparameters"
  if hyper.learningRate and hyper.learningRateMultiplier then
    add(faults, at, "oneof field 'learning_rate_option' is already set. Cannot set "
      .. "'learningRateMultiplier'")
  end
  for _, field in ipairs { "epochCount", "batchSize", "learningRate", "learningRateMultiplier" } do
    if hyper[field] and hyper[field] <= 0 then
      add(faults, at .. "." .. shape.snake(field), "%s must be greater than 0.", shape.snake(field))
    end
  end
  if hyper.batchSize and row_count > 0 and hyper.batchSize > row_count then
    add(faults, at .. ".batch_size", "batch_size %d is larger than the number of examples (%d).",
      hyper.batchSize, row_count)
  end
end

local function check_text(faults, at, name, text, max)
  if text == nil or text == "" then
    add(faults, at .. "." .. name, "%s must not be empty.", name)
  elseif #text > max and utf8.len(text) > max then
    add(faults, at .. "." .. name, "%s has %d characters; the limit is %d.", name, utf8.len(text), max)
  end
end

local function check_examples(faults, task)
  local at = "tuned_model.tuning_task.training_data.examples"
  local data = task.trainingData and task.trainingData.examples or {}
  local examples, rows = data.examples or {}, {}
  if data.multiturnExamples then
    add(faults, at .. ".multiturn_examples", "multiturn_examples are not supported for this model.")
  elseif #examples == 0 then
    add(faults, at, "The training data must hold at least one example.")
  end
  for i, example in ipairs(examples) do
    local place = ("%s.examples[%d]"):format(at, i - 1)
    check_text(faults, place, "text_input", example.textInput, MAX_TEXT_INPUT)
    check_text(faults, place, "output", example.output, MAX_OUTPUT)
    rows[i] = { text_input = example.textInput, output = example.output }
  end
  return rows
end

local function finish(faults)
  if #faults > 0 then errors.bad_request(faults) end
end

--- Checks a create request; returns its examples as the engine's rows.
---@param body table
---@param id string|nil
---@return { text_input: string, output: string }[]
function check.create(body, id)
  local faults = {}
  if id then check_id(faults, id) end
  check_base(faults, body)
  check_settings(faults, body)
  body.tuningTask = body.tuningTask or {}
  local rows = check_examples(faults, body.tuningTask)
  check_hyperparameters(faults, body.tuningTask.hyperparameters or {}, #rows)
  finish(faults)
  return rows
end

--- Checks a patch; returns the names of the members it changes.
---@param body table
---@param mask string|nil
---@return string[]
function check.patch(body, mask)
  local faults, fields = {}, {}
  if mask and mask ~= "" and mask ~= "*" then
    for path in mask:gmatch "[^,%s]+" do
      local field = shape.camel(path)
      fields[#fields + 1] = field
      if not PATCHABLE[field] then
        add(faults, "update_mask", "Field '%s' of a tuned model cannot be updated.", path)
      end
    end
  else
    for field in pairs(PATCHABLE) do
      if body[field] ~= nil or mask == "*" then fields[#fields + 1] = field end
    end
  end
  check_settings(faults, body)
  finish(faults)
  return fields
end

--- Project numbers in their wire form: decimal strings; nil when there are none.
function check.project_numbers(body)
  local out = {}
  for i, number in ipairs(body.readerProjectNumbers or {}) do out[i] = tostring(number) end
  return #out > 0 and out or nil
end

return check

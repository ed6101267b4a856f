-- Long-running operations of the local API: one a tuned model, its tuning.

local errors = require "gt.local.errors"
local training = require "gt.local.training"
local tuned_models = require "gt.local.tuned_models"
local view = require "gt.local.tuned_model_view"

local operations = {}

local function find(id, operation)
  local record, result, progress = training.look(id)
  if not record or record.operation ~= operation then
    errors.not_found(("Operation tunedModels/%s/operations/%s does not exist."):format(id, operation))
  end
  return record, result, progress
end

function operations.get(_, id, operation)
  return view.operation(id, find(id, operation))
end

function operations.list(_, id)
  return { operations = { view.operation(id, tuned_models.find(id)) } }
end

function operations.cancel(_, id, operation)
  find(id, operation)
  training.cancel(id)
  return {}
end

return operations

-- Long-running operations of the local API: one a tuned model, its tuning.

local errors = require "gt.local.errors"
local training = require "gt.local.training"
local tuned_models = require "gt.local.tuned_models"

local operations = {}

local function find(id, operation)
  local record, result, progress = training.look(id)
  if not record or record.operation ~= operation then
    errors.not_found(("Operation tunedModels/%s/operations/%s does not exist."):format(id, operation))
  end
  return record, result, progress
end

function operations.get(_, id, operation)
  return tuned_models.operation(id, find(id, operation))
end

function operations.list(_, id)
  return { operations = { tuned_models.operation(id, tuned_models.find(id)) } }
end

function operations.cancel(_, id, operation)
  find(id, operation)
  training.cancel(id)
  return {}
end

return operations

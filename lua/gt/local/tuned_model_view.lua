-- A tuned model and its tuning as the API shows them, from what training.look returns.

local view = {}

local TYPE = "type.googleapis.com/google.ai.generativelanguage.v1beta."

local SHOWN = {
  "displayName", "description", "baseModel", "temperature", "topP", "topK", "readerProjectNumbers",
  "createTime",
}

--- A model as the API shows it.
function view.model(id, record, result, progress)
  local state = "CREATING"
  if result then state = result.error and "FAILED" or "ACTIVE" end
  local facts = result or progress or {}
  local out = { name = "tunedModels/" .. id, state = state }
  for _, field in ipairs(SHOWN) do out[field] = record[field] end
  local changed = result and result.completeTime or record.createTime
  out.updateTime = changed > record.updateTime and changed or record.updateTime
  out.tuningTask = {
    startTime = result and result.startTime or progress and progress.started,
    completeTime = result and result.completeTime, snapshots = facts.snapshots,
    hyperparameters = record.hyperparameters,
  }
  return out
end

--- Its tuning as a long-running operation.
function view.operation(id, record, result, progress)
  local done = result and not result.error and record.totalSteps
    or result and result.completedSteps or progress and progress.completed_steps or 0
  local operation = {
    name = ("tunedModels/%s/operations/%s"):format(id, record.operation),
    metadata = {
      ["@type"] = TYPE .. "CreateTunedModelMetadata", tunedModel = "tunedModels/" .. id,
      totalSteps = record.totalSteps, completedSteps = done > 0 and done or nil,
      completedPercent = done > 0 and 100.0 * done / record.totalSteps or nil,
      snapshots = (result or progress or {}).snapshots,
    },
  }
  if result then
    operation.done = true
    operation.error = result.error
    if not result.error then
      operation.response = view.model(id, record, result)
      operation.response["@type"] = TYPE .. "TunedModel"
    end
  end
  return operation
end

return view

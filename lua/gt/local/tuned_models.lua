-- tunedModels of the local API: create, get, list, patch, delete.

local engine = require "gt.core.engine"
local fs = require "gt.core.fs"
local check = require "gt.local.tuned_model_check"
local errors = require "gt.local.errors"
local json = require "gt.local.json"
local models = require "gt.local.models"
local paging = require "gt.local.paging"
local requests = require "gt.local.requests"
local shape = require "gt.local.shape"
local store = require "gt.local.store"
local training = require "gt.local.training"
local view = require "gt.local.tuned_model_view"

local tuned_models = {}

local MAX_BODY = 4194304
local MAX_RUNNING = 5

--- The words of the display name and random characters, at most 40 in all.
local function new_id(display_name)
  local words = (display_name or ""):lower():gsub("[^a-z0-9]+", "-"):gsub("^[^a-z]+", "")
  words = words:sub(1, 27):gsub("%-+$", "")
  return (words == "" and "tuned" or words) .. "-" .. fs.random_id(12)
end

--- A number that only the rows decide, unless the caller sends x-gtlua-seed: the same
--- data and settings give the same model under any name, on any machine.
local function seed_of(rows, headers)
  local asked = headers["x-gtlua-seed"]
  if not asked then
    local texts = {}
    for _, row in ipairs(rows) do
      texts[#texts + 1] = ("%d:%s%d:%s"):format(#row.text_input, row.text_input, #row.output, row.output)
    end
    return tonumber(fs.sha256(table.concat(texts)):sub(1, 12), 16)
  end
  local seed = math.tointeger(tonumber(asked))
  if not seed or seed < 0 or seed >= 1 << 53 then
    errors.invalid("x-gtlua-seed", "x-gtlua-seed must be an integer from 0 to 2^53 - 1.")
  end
  return seed
end

local function new_record(body, headers, rows)
  local row_count = #rows
  local hyper = body.tuningTask.hyperparameters or {}
  local base = models.find(body.baseModel:match "^models/(.*)$")
  local now = fs.rfc3339(fs.now())
  local record = {
    displayName = body.displayName, description = body.description, baseModel = body.baseModel,
    temperature = body.temperature or base.temperature, topP = body.topP or base.topP,
    topK = body.topK or base.topK, readerProjectNumbers = check.project_numbers(body),
    createTime = now, updateTime = now, operation = fs.random_id(12),
    seed = seed_of(rows, headers), exampleCount = row_count,
    hyperparameters = {
      epochCount = hyper.epochCount or 5,
      batchSize = hyper.batchSize or math.min(row_count, engine.batch_size(row_count)),
      learningRate = not hyper.learningRateMultiplier and (hyper.learningRate or 0.001) or nil,
      learningRateMultiplier = hyper.learningRateMultiplier,
    },
  }
  local steps = row_count * record.hyperparameters.epochCount
  record.totalSteps = (steps + record.hyperparameters.batchSize - 1) // record.hyperparameters.batchSize
  return record
end

local function check_quota()
  if training.count() >= MAX_RUNNING then
    errors.quota("ConcurrentTuningJobsPerProject", MAX_RUNNING, "5s",
      "Resource has been exhausted (e.g. check quota): " .. MAX_RUNNING .. " tuning jobs are running.")
  end
end

local function already_exists(id)
  errors.raise("ALREADY_EXISTS", ("Tuned model tunedModels/%s already exists."):format(id))
end

local function store_new(id, record, rows)
  local lock
  local made = store.create("models", id, function(folder)
    local lines = {}
    for i, row in ipairs(rows) do lines[i] = json.encode(row) end
    lines[#lines + 1] = ""
    fs.write_atomic(folder .. "/examples.jsonl", table.concat(lines, "\n"))
    fs.write_atomic(folder .. "/model.json", json.encode(record))
    lock = fs.lock(folder .. "/lock")
  end)
  if not made then already_exists(id) end
  return lock
end

function tuned_models.create(req)
  if #req.body > MAX_BODY then
    errors.raise("INVALID_ARGUMENT",
      ("Request payload size exceeds the limit: %d bytes."):format(MAX_BODY))
  end
  local body = shape.body(requests.tuned_model, req.body, "tuned_model")
  local rows = check.create(body, req.query.tunedModelId)
  local id = req.query.tunedModelId or new_id(body.displayName)
  local turn <close> = fs.lock(store.path("models") .. "/.create", 2)
  if not turn then errors.raise("UNAVAILABLE", "Another process is creating a model; try again.") end
  if store.read("models", id, "model.json") then already_exists(id) end
  check_quota()
  local record = new_record(body, req.headers, rows)
  local lock = store_new(id, record, rows)
  local ok, problem = pcall(training.start, id, record, rows, lock)
  if not ok then
    lock:release()
    store.drop("models", id)
    error(problem, 0)
  end
  return view.operation(id, record)
end

--- The model, looked at now; NOT_FOUND when there is none.
function tuned_models.find(id)
  local record, result, progress = training.look(id)
  if not record then errors.not_found(("Tuned model tunedModels/%s does not exist."):format(id)) end
  return record, result, progress
end

function tuned_models.get(_, id) return view.model(id, tuned_models.find(id)) end

local function matches(record, filter)
  local text = ((record.displayName or "") .. " " .. (record.description or "")):lower()
  for word in filter:gmatch "%S+" do
    local right, who = word:match "^(%a+):(%a+)$"
    if right == "readers" and who == "everyone" then return false end
    local mine = who == "me" and (right == "owner" or right == "writers" or right == "readers")
    if not mine and not text:find(word:lower(), 1, true) then return false end
  end
  return true
end

function tuned_models.list(req)
  local found = {}
  for _, id in ipairs(store.ids "models") do
    local record, result, progress = training.look(id)
    if record and matches(record, req.query.filter or "") then
      found[#found + 1] = view.model(id, record, result, progress)
    end
  end
  local page, next_token = paging.cut(found, req.query, {
    default = 10, max = 1000, key = function(model) return model.createTime .. model.name end,
  })
  return { tunedModels = #page > 0 and page or nil, nextPageToken = next_token }
end

function tuned_models.patch(req, id)
  local record, result, progress = tuned_models.find(id)
  local body = shape.body(requests.tuned_model, req.body, "tuned_model")
  local fields = check.patch(body, req.query.updateMask)
  local changed = {}
  for key, value in pairs(record) do changed[key] = value end
  for _, field in ipairs(fields) do changed[field] = body[field] end
  changed.readerProjectNumbers = changed.readerProjectNumbers and check.project_numbers(changed)
  changed.updateTime = fs.rfc3339(fs.now())
  store.write("models", id, "model.json", changed)
  return view.model(id, changed, result, progress)
end

function tuned_models.delete(_, id)
  if not training.delete(id) then
    errors.not_found(("Tuned model tunedModels/%s does not exist."):format(id))
  end
  return {}
end

return tuned_models

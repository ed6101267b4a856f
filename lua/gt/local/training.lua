-- Training jobs of the local API: start, look, settle, cancel, and take over what a dead
-- process left. Nothing here waits: the engine trains in threads, and a job's end is
-- written down when somebody looks.
--
-- models/<id>/ holds model.json (what the caller said), examples.jsonl (until trained),
-- lock (held by the process that trains), engine-<operation>.bin (written by the engine
-- when it is done) and result.json (written once: how it ended). A model without a
-- result whose lock is free was left by a dead process: whoever looks trains it again
-- from its examples; the seed is kept, so the outcome is the same.

local engine = require "gt.core.engine"
local fs = require "gt.core.fs"
local errors = require "gt.local.errors"
local json = require "gt.local.json"
local store = require "gt.local.store"

local training = {}

local MAX_SNAPSHOTS = 1000

local running = {} -- id -> { operation =, job =, lock =, started =, guard = }

-- Finalised before the job and the lock of its training, since it is made after them:
-- when the Lua state closes, what has ended is written down while that is possible.
local Guard = {}
function Guard:__gc()
  if self.armed then pcall(training.close) end
end

local function engine_file(record) return ("engine-%s.bin"):format(record.operation) end

--- The path of the trained engine of a model.
function training.engine_path(id, record) return store.path("models", id, engine_file(record)) end

local function stop(id)
  local live = running[id]
  if not live then return end
  running[id] = nil
  live.guard.armed = false
  live.job:close()
  live.lock:release()
end

--- At most MAX_SNAPSHOTS, evenly picked, the last one always.
local function snapshots_of(job)
  local list, all = {}, job:snapshots()
  local count = math.min(#all, MAX_SNAPSHOTS)
  for i = 1, count do
    local s = all[(i * #all + count - 1) // count]
    list[i] = {
      step = s.step, epoch = s.epoch > 0 and s.epoch or nil, meanLoss = s.mean_loss,
      computeTime = fs.rfc3339(s.compute_time),
    }
  end
  return #list > 0 and list or nil
end

--- Writes down how a training ended; the first writer wins.
local function write_result(id, result)
  result.completeTime = result.completeTime or fs.rfc3339(fs.now())
  if not store.write_once("models", id, "result.json", result) then
    local first = store.read("models", id, "result.json")
    if first then return first end
    store.write("models", id, "result.json", result) -- the first one was damaged
  end
  fs.remove(store.path("models", id, "examples.jsonl"))
  return store.read("models", id, "result.json")
end

local function start(id, record, rows, lock)
  local hyper = record.hyperparameters
  local job = engine.train {
    rows = rows, epoch_count = hyper.epochCount, batch_size = hyper.batchSize,
    learning_rate = hyper.learningRate, learning_rate_multiplier = hyper.learningRateMultiplier,
    seed = record.seed, save_to = training.engine_path(id, record),
  }
  running[id] = {
    operation = record.operation, job = job, lock = lock, started = fs.rfc3339(fs.now()),
    guard = setmetatable({ armed = true }, Guard),
  }
  return running[id]
end

--- Starts a new model's training. The lock is that of its folder.
---@param id string
---@param record table what model.json holds
---@param rows { text_input: string, output: string }[]
---@param lock userdata
function training.start(id, record, rows, lock) start(id, record, rows, lock) end

local function kept_rows(id)
  local rows = {}
  local text = fs.read(store.path("models", id, "examples.jsonl"))
  if not text then return nil end
  for line in text:gmatch "[^\n]+" do rows[#rows + 1] = json.decode(line) end
  return rows
end

--- Takes over a training whose process died. Nil when another process trains it.
local function adopt(id, record)
  local lock = fs.lock(store.path("models", id, "lock"))
  if not lock then return nil end
  local result = store.read("models", id, "result.json")
  if result then
    lock:release()
    return nil, result
  end
  local rows = kept_rows(id)
  local ok, raised
  if rows then
    ok, raised = pcall(start, id, record, rows, lock)
    if ok then return raised end
  end
  local status = rows and errors.status(raised)
    or { code = "DATA_LOSS", message = "The training examples of the model are gone." }
  result = write_result(id, { error = { code = errors.number(status.code), message = status.message } })
  lock:release()
  return nil, result
end

local function settle(id, record, live, progress)
  local saved = fs.modified(training.engine_path(id, record))
  local result = {
    completeTime = saved and fs.rfc3339(saved),
    startTime = live.started, snapshots = snapshots_of(live.job), mode = progress.mode,
    completedSteps = progress.completed_steps,
  }
  if progress.phase ~= "done" then
    local problem = progress.error or { code = "CANCELLED", message = "The operation was cancelled." }
    result.error = { code = errors.number(problem.code), message = problem.message }
  end
  result = write_result(id, result)
  stop(id)
  return result
end

--- What another process has trained but not yet written down.
local function trained_elsewhere(id, record)
  local time = fs.modified(training.engine_path(id, record))
  return time and { completeTime = fs.rfc3339(time) } or nil
end

--- The model as it is now, or nil when there is none. result: how its training ended.
--- progress: how far it is, when this process trains it.
---@param id string
---@return table|nil record
---@return table|nil result
---@return table|nil progress
function training.look(id)
  local record = store.is_id(id) and store.read("models", id, "model.json")
  local live = running[id]
  if live and (not record or live.operation ~= record.operation) then
    stop(id)
    live = nil
  end
  if not record then return nil end
  local result = store.read("models", id, "result.json")
  if result then
    stop(id)
    return record, result
  end
  if not live then
    live, result = adopt(id, record)
    if not live then return record, result or trained_elsewhere(id, record) end
  end
  local progress = live.job:progress()
  if progress.phase == "done" or progress.phase == "failed" or progress.phase == "cancelled" then
    return record, settle(id, record, live, progress)
  end
  progress.started = live.started
  progress.snapshots = snapshots_of(live.job)
  return record, nil, progress
end

--- Ends a training as cancelled; a training that has ended stays as it is.
function training.cancel(id)
  local record, result = training.look(id)
  if record and not result then
    write_result(id, { error = { code = errors.number "CANCELLED", message = "The operation was cancelled." } })
    stop(id)
  end
end

--- Removes a model and stops its training; false when there was none.
function training.delete(id)
  stop(id)
  return store.is_id(id) and store.drop("models", id)
end

--- How many models are being trained, in all processes that share the folder.
function training.count()
  local count = 0
  for _, id in ipairs(store.ids "models") do
    local record, result = training.look(id)
    if record and not result then count = count + 1 end
  end
  return count
end

--- Writes down what this process has finished; to be called now and then, and at exit.
---@return integer running trainings that go on
function training.settle()
  local ids, count = {}, 0
  for id in pairs(running) do ids[#ids + 1] = id end
  for _, id in ipairs(ids) do
    local _, _, progress = training.look(id)
    if progress then count = count + 1 end
  end
  return count
end

--- Writes down what has ended and stops the rest: the next process that looks at them
--- trains them again.
function training.close()
  training.settle()
  local ids = {}
  for id in pairs(running) do ids[#ids + 1] = id end
  for _, id in ipairs(ids) do stop(id) end
end

return training

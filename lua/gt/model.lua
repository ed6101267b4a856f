-- The methods of the tables that create_tuned_model and get_tuned_model return.

local arguments = require "gt.arguments"
local api = require "gt.core.api"
local core = require "gt.core.host"
local task = require "gt.core.task"
local progress = require "gt.progress"

local methods = {}

local function copy(into, from)
  for key in pairs(into) do into[key] = nil end
  for key, value in pairs(from) do into[key] = value end
  return into
end

--- Asks the provider again and updates this table.
---@param options { raise: boolean?, timeout: number? }?
function methods:refresh(options)
  return copy(self, api.get_tuned_model(self, options))
end

local WAIT_OPTIONS = {
  poll = "positive", timeout = "positive", stuck_after = "positive", raise = "boolean", on_progress = "any",
}

local terminal = { SUCCEEDED = true, FAILED = true, CANCELLED = true }

--- What must change for a job to be alive: the provider's update time moves with the
--- state only, so steps and losses count as well.
local function pulse(model)
  local p = model.progress
  return table.concat({ model.state, tostring(model.update_time),
    tostring(p and p.completed_steps), #model.tuning_task.snapshots }, "|")
end

--- Waits until the job has ended; shows its progress on stderr.
--- poll: seconds between looks, growing to six times that (default 10; local engine 0.1).
--- timeout: seconds after which DEADLINE_EXCEEDED is raised, the job going on (default
--- none). raise = false returns FAILED and CANCELLED instead of raising them.
--- stuck_after: seconds without a change after which it warns (default 1800).
---@param options gt.WaitOptions?
---@return table self
function methods:wait(options)
  options = arguments.check("model:wait", options, WAIT_OPTIONS)
  local is_local = api.provider() == "local"
  local poll = options.poll or (is_local and 0.1 or 10)
  local timeout = options.timeout or math.huge
  local stuck_after = options.stuck_after or 1800
  local longest, started = poll * 6, task.now()
  local changed, last, warned = started, nil, false
  local bar <close> = progress.new(self.name)
  while true do
    self:refresh { raise = options.raise }
    bar:update(self)
    if options.on_progress then options.on_progress(self) end
    if terminal[self.state] then return self end
    local now, beat = task.now(), pulse(self)
    if beat ~= last then
      last, changed, warned = beat, now, false
    elseif now - changed > stuck_after and not warned then
      warned = true
      core.log("warn", ("%s has not changed since %s (state %s): it may be stuck")
        :format(self.name, self.update_time or "it began", self.state))
    end
    if now - started + poll > timeout then
      core.raise("DEADLINE_EXCEEDED",
        ("%s is still %s after %g s"):format(self.name, self.state, timeout),
        "the job goes on: wait again later with get_tuned_model(name):wait(), or cancel it",
        { op = "wait", retryable = true })
    end
    task.sleep(poll)
    poll = math.min(longest, poll * 1.5)
  end
end

--- Stops a running job, best effort.
function methods:cancel()
  return api.cancel_tuned_model(self)
end

--- Removes the model; a job that still runs is stopped.
function methods:delete()
  return api.delete_tuned_model(self)
end

--- The answer of this model; see generate_content.
function methods:generate(contents, options)
  return api.generate_content(self, contents, options)
end

return { methods = methods }

-- Tasks: what a script says about time and concurrency. Policy over gt.core.task; the
-- verbs that must survive any error (scopes, joining) are there, in C.

local arguments = require "gt.arguments"
local core = require "gt.core.task"

local task = {
  sleep = core.sleep,
  within = core.within,
  shield = core.shield,
  now = core.now,
  time = core.time,
}

local function invalid(message, ...)
  core.raise("INVALID_ARGUMENT", message:format(...))
end

local function check_callable(what, f)
  local mt = getmetatable(f)
  if type(f) == "function" or (type(mt) == "table" and mt.__call) then return end
  invalid("%s takes a function, not %s", what, type(f))
end

local GROUP_OPTIONS = { limit = arguments.whole(1), on_error = { "cancel", "collect" } }
local MAP_OPTIONS = { concurrency = arguments.whole(1), on_error = { "raise", "collect" } }

---Runs f(g) and every task that it spawns with g:spawn(f, ...); returns when all have
---ended: what f returned, or else the list of the tasks' first results (with
---on_error = "collect" also a map from index to error). The first failure stops the
---others and is raised here, further ones are in err.others.
---@param opts? {limit?: integer, on_error?: "cancel"|"collect"}
---@param f fun(g: gt.group): ...
---@overload fun(f: fun(g: gt.group): ...): ...
function task.group(opts, f)
  if f == nil then opts, f = {}, opts end
  arguments.check("gt.group", opts, GROUP_OPTIONS)
  check_callable("gt.group", f)
  return core.group(opts.on_error == "collect", opts.limit, f)
end

-- A function that returns the next item and its index, nil at the end. An iterator may
-- wait on the host, so only one worker at a time is inside it.
local function puller(items)
  local i = 0
  if type(items) == "table" then
    local n = #items
    return function()
      if i >= n then return nil end
      i = i + 1
      return items[i], i
    end, n
  end
  local gate, inside, ended = core.gate(), false, false
  return function()
    while inside do core.gate_wait(gate) end
    local item
    if not ended then
      inside = true
      item = items()
      inside = false
      ended = item == nil
    end
    core.gate_open(gate) -- at the end too: it is passed on to all
    if ended then return nil end
    i = i + 1
    return item, i
  end, math.huge
end

local function raising_worker(pull, f, results)
  for item, i in pull do results[i] = f(item, i) end
end

-- pcall's answer for one item.
local function settle(results, errors, i, ok, value)
  if ok then
    results[i] = value
  elseif core.stopped() then
    error(value, 0)
  else
    errors[i] = core.wrap_error(value)
  end
end

local function collecting_worker(pull, f, results, errors)
  for item, i in pull do settle(results, errors, i, pcall(f, item, i)) end
end

---Calls f(item, index) for every item of a list or an iterator function, up to
---`concurrency` at a time, and returns the results in order. An iterator is read only
---as fast as items are taken up. With on_error = "collect" nothing is raised for an
---item: the second result maps the index of each failed one to its error.
---@param items table|fun(): any
---@param f fun(item: any, index: integer): any
---@param opts? {concurrency?: integer, on_error?: "raise"|"collect"}
---@return any[] results
---@return table<integer, table>? errors
function task.map(items, f, opts)
  opts = opts or {}
  if type(items) ~= "table" then check_callable("gt.map: items", items) end
  check_callable("gt.map", f)
  arguments.check("gt.map", opts, MAP_OPTIONS)
  local collect = opts.on_error == "collect"
  local results, errors = {}, collect and {} or nil
  local pull, n = puller(items)
  local worker = collect and collecting_worker or raising_worker
  core.group(false, nil, function(g)
    for _ = 1, math.min(opts.concurrency or 64, n) do
      core.spawn(g, worker, pull, f, results, errors)
    end
  end)
  return results, errors
end

local function outcome(ok, ...)
  if ok then return ... end
  local err = ...
  if core.stopped() and core.is_error(err) and (err.code == "CANCELLED"
      or err.code == "DEADLINE_EXCEEDED") then
    error(err, 0)
  end
  return nil, core.wrap_error(err)
end

---Calls f(...) and returns its results, or nil and an error object. A cancellation of
---the running task is not an answer: it is raised again.
function task.try(f, ...)
  check_callable("gt.try", f)
  return outcome(pcall(f, ...))
end

---The same as gt.map for the items of a list, in the tasks of this group: returns one
---task each, in order.
---@class gt.group
---@field spawn fun(self: gt.group, f: function, ...): gt.task
---@field cancel fun(self: gt.group)
function core.group_methods:map(list, f)
  if type(list) ~= "table" then invalid("map takes a list, not %s", type(list)) end
  check_callable("map", f)
  local tasks = {}
  for i, item in ipairs(list) do tasks[i] = core.spawn(self, f, item, i) end
  return tasks
end

return task

-- The methods of data sets that give another one. Used by gt.dataset; they are added to
-- the class when this is loaded.

local arguments = require "gt.arguments"
local pipeline = require "gt.dataset.pipeline"
local steps = require "gt.dataset.steps"

local Dataset = pipeline.Dataset
local refuse = pipeline.refuse

local function check_function(op, f)
  local mt = getmetatable(f)
  if type(f) == "function" or type(mt) == "table" and mt.__call then return end
  refuse(("%s: expected a function, got a %s"):format(op, type(f)))
end

local function check_count(op, n)
  if math.type(n) == "integer" and n >= 0 then return end
  refuse(("%s: expected a whole number from 0 on, got %s"):format(op, tostring(n)))
end

local CONCURRENT = { concurrency = arguments.whole(1) }

local function concurrency_of(op, options)
  local n = arguments.check(op, options, CONCURRENT).concurrency
  if n and n < 1 then refuse(op .. ": concurrency is a whole number from 1 on, not 0") end
  return n
end

--- The rows for which f(row) is true; with a rule of gt.rules those that it lets pass.
---@param f fun(row: gt.Row): any
---@return gt.Dataset
function Dataset:filter(f, options)
  if type(f) == "table" and f.apply then return (f:apply(self, options)) end
  check_function("dataset:filter", f)
  return pipeline.apply(self, steps.filter(f, concurrency_of("dataset:filter", options)))
end

--- Removes the rows for which f(row) is true; what it returns is the reason if it is a
--- string.
---@param f fun(row: gt.Row): any
---@param reason string?
---@return gt.Dataset
function Dataset:drop(f, reason, options)
  check_function("dataset:drop", f)
  reason = reason or "dropped"
  if type(reason) ~= "string" then refuse("dataset:drop: the reason is a string, not a " .. type(reason)) end
  return pipeline.apply(self, steps.drop(f, reason, concurrency_of("dataset:drop", options)))
end

--- A data set of what f makes of a copy of each row.
---@param f fun(row: gt.Row): gt.Row
---@return gt.Dataset
function Dataset:map(f, options)
  check_function("dataset:map", f)
  return pipeline.apply(self, steps.map(f, concurrency_of("dataset:map", options)))
end

--- The first n rows.
---@param n integer
---@return gt.Dataset
function Dataset:take(n)
  check_count("dataset:take", n)
  return pipeline.apply(self, steps.take(n))
end

--- n rows by chance, in their order; the same for the same seed.
---@param n integer
---@param seed integer? default 1
---@return gt.Dataset
function Dataset:sample(n, seed)
  check_count("dataset:sample", n)
  seed = seed or 1
  if math.type(seed) ~= "integer" then refuse("dataset:sample: the seed is a whole number") end
  return pipeline.apply(self, steps.sample(n, seed))
end

--- The rows of this one, then those of the other.
---@param other gt.Dataset
---@return gt.Dataset
function Dataset:concat(other)
  pipeline.check(other, "dataset:concat")
  local form = self.form == other.form and self.form or nil
  if not self.origin and not other.origin then
    local rows = table.move(self.rows, 1, #self.rows, 1, {})
    table.move(other.rows, 1, #other.rows, #rows + 1, rows)
    return pipeline.new(rows, { form = form,
      history = pipeline.extend(self.history, table.unpack(other.history)) })
  end
  return pipeline.stream(function(sink)
    local first, close_first = pipeline.open(self, sink)
    local second, close_second = pipeline.open(other, sink)
    return function() return first() or second() end, function()
      close_first()
      close_second()
    end
  end, {}, { form = form })
end

--- Takes out rows that are the same as one before them, but for case, spaces and
--- punctuation, or nearly the same.
---@param options? { threshold: number?, field: string? }
---@return gt.Dataset
function Dataset:dedupe(options)
  return pipeline.apply(self, require "gt.dataset.dedupe".step(options))
end

--- Cuts into parts; see gt.split for what stays where.
---@param options gt.SplitOptions
---@return gt.Dataset|table<string, gt.Dataset>
---@return gt.Dataset?
function Dataset:split(options)
  return require "gt.dataset.parts".split(self, options)
end

return Dataset

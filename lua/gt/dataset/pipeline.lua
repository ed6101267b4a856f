-- What a data set is: a list of rows with a history, or, as a stream, an origin and the
-- steps that its rows go through each time they are read. Used by gt.dataset, which
-- gives the class its methods, and by gt.rules.
--
-- A step is { name =, open = function(pull, note) -> pull }: pull() gives the next row,
-- nil at the end and ever after; note is a record of notes.lua.

local host = require "gt.core.host"
local notes = require "gt.dataset.notes"

local pipeline = {}

local function refuse(message, hint) host.raise("INVALID_ARGUMENT", message, hint) end
pipeline.refuse = refuse

local function listing(list)
  local i = 0
  return function()
    i = i + 1
    return list[i], i
  end
end

-- data.rows is the list of rows, and data:rows() goes through it.
local Rows = { __name = "gt.rows", __call = function(list) return listing(list) end }

---@class gt.Dataset
local Dataset = {}
Dataset.__index = Dataset
Dataset.__name = "gt.dataset"
pipeline.Dataset = Dataset

function Dataset:__len()
  if self.origin then
    refuse("a stream has no length before it is read", "#data:collect(), or data:stats().rows")
  end
  return #self.rows
end

--- A data set in memory; takes the list over.
function pipeline.new(rows, fields)
  local self = fields or {}
  self.rows, self.history = setmetatable(rows, Rows), self.history or {}
  return setmetatable(self, Dataset)
end

--- A stream: origin(sink) opens a pass and returns pull and close.
function pipeline.stream(origin, steps, fields)
  local self = fields or {}
  self.origin, self.steps = origin, steps
  return setmetatable(self, Dataset)
end

function pipeline.is(value) return getmetatable(value) == Dataset end

function pipeline.check(value, op)
  if not pipeline.is(value) then refuse(("%s: expected a data set, got a %s"):format(op, type(value))) end
end

-- History of rows in memory, told again to a pass that begins with them.
local function tell_history(history, sink)
  for _, record in ipairs(history) do
    local note = sink:at(record.step)
    for _, entry in ipairs(record.removed) do note:remove(entry.row, entry.reason) end
    for i = 1, #record.changed, 2 do
      note:change({ id = record.changed[i] }, { id = record.changed[i + 1] })
    end
    for i = 1, #record.left, 3 do
      note:leave({ id = record.left[i], line = record.left[i + 1] }, record.left[i + 2])
    end
  end
end

--- Opens a pass over the rows: pull() gives the next one, close() ends it early.
---@return fun(): gt.Row?, integer? pull
---@return fun() close
function pipeline.open(self, sink)
  sink = sink or notes.none
  if not self.origin then
    if sink ~= notes.none then tell_history(self.history, sink) end
    return listing(self.rows), function() end
  end
  local pull, close = self.origin(sink)
  for _, step in ipairs(self.steps) do pull = step.open(pull, sink:at(step.name)) end
  return pull, close
end

--- For `local _ <close> = pipeline.closing(close)`.
function pipeline.closing(close) return setmetatable({}, { __close = close }) end

--- All rows of a pass as a list; f(row) instead when it is given.
function pipeline.drain(self, sink, f)
  local pull, close = pipeline.open(self, sink)
  local _ <close> = pipeline.closing(close)
  local rows = {}
  for row in pull do
    if f then f(row) else rows[#rows + 1] = row end
  end
  return rows
end

--- The data set behind one more step.
function pipeline.apply(self, step)
  if self.origin then
    local steps = table.move(self.steps, 1, #self.steps, 1, {})
    steps[#steps + 1] = step
    return pipeline.stream(self.origin, steps, { form = self.form, known = self.known })
  end
  local record, rows = notes.record(step.name), {}
  record.all = true -- the rows are at hand: what is left out can be noted
  for row in step.open(listing(self.rows), record) do rows[#rows + 1] = row end
  return pipeline.new(rows, { history = pipeline.extend(self.history, record), form = self.form })
end

function pipeline.extend(history, ...)
  local longer = table.move(history, 1, #history, 1, {})
  for _, record in ipairs { ... } do longer[#longer + 1] = record end
  return longer
end

return pipeline

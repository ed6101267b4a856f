-- gt.dataset: labelled rows, checked when they are read; in memory, or as a stream that
-- is read again for every question and holds a few rows at a time.
--
--   local data = gt.dataset.load("reviews.jsonl")
--   local train, test = data:drop(is_spam, "spam"):split { test = 0.25 }
--   gt.dataset.stream("big.jsonl.gz"):filter(good):write("good.jsonl")
--
-- Data sets do not change: a method returns a new one and shares the rows.

local arguments = require "gt.arguments"
local notes = require "gt.dataset.notes"
local pipeline = require "gt.dataset.pipeline"
local row = require "gt.dataset.row"

local dataset = {}
local Dataset = pipeline.Dataset
local refuse = pipeline.refuse

require "gt.dataset.chain" -- filter, drop, map, ...: what gives another data set

local ROWS_MAX = 10000000

local READING = {
  form = "string", text_max = "count", output_max = "count", line_max = "count",
  max_rows = "count", on_bad = { "error", "skip" }, quiet = "boolean",
}

local function check_reading(op, path, options)
  if type(path) ~= "string" then refuse(("%s: expected a path, got a %s"):format(op, type(path))) end
  return arguments.check(op, options, READING)
end

--- Reads a file of training rows into memory.
---@param path string
---@param options? gt.ReadOptions
---@return gt.Dataset
function dataset.load(path, options)
  options = check_reading("gt.dataset.load", path, options)
  local known, rows = { max_rows = ROWS_MAX }, {}
  local pull, close = require "gt.dataset.source".open(path, options, known)
  local _ <close> = pipeline.closing(close)
  for one in pull do rows[#rows + 1] = one end
  return pipeline.new(rows, {
    path = path, form = known.totals.form, bad_rows = known.totals.bad_rows,
  })
end

--- A file of training rows that is read when its rows are asked for, each time anew.
---@param path string
---@param options? gt.ReadOptions
---@return gt.Dataset
function dataset.stream(path, options)
  options = check_reading("gt.dataset.stream", path, options)
  local known = {}
  local function origin() return require "gt.dataset.source".open(path, options, known) end
  local _, close = origin() -- what cannot be opened is told here
  close()
  return pipeline.stream(origin, {}, { path = path, known = known })
end

--- A data set of copies of rows at hand.
---@param rows gt.Row[]
---@return gt.Dataset
function dataset.from(rows)
  if type(rows) ~= "table" then refuse("gt.dataset.from: expected a list of rows, got a " .. type(rows)) end
  local list = {}
  for i, one in ipairs(rows) do list[i] = row.new(one, i, "gt.dataset.from") end
  return pipeline.new(list)
end

--- The rows one after the other; data.rows is their list when they are in memory.
---@return fun(): gt.Row?, integer?
function Dataset:rows()
  local pull, close = pipeline.open(self)
  local i = 0
  return function()
    i = i + 1
    local one = pull()
    return one, one and i
  end, nil, nil, pipeline.closing(close)
end

--- The data set in memory.
---@return gt.Dataset
function Dataset:collect()
  if not self.origin then return self end
  local sink = notes.keep()
  local rows = pipeline.drain(self, sink)
  return pipeline.new(rows, { path = self.path, form = self.form or self.known and self.known.form,
    history = sink.records, bad_rows = self.known and self.known.totals and self.known.totals.bad_rows })
end

--- How many rows each output has.
---@return table<string, integer>
function Dataset:counts() return require "gt.dataset.figures".counts(self) end

--- The outputs that occur, sorted.
---@return string[]
function Dataset:labels()
  local labels = {}
  for label in pairs(self:counts()) do labels[#labels + 1] = label end
  table.sort(labels)
  return labels
end

--- Rows, lengths, labels, and an estimate of the tokens.
---@return gt.DatasetStats
function Dataset:stats() return require "gt.dataset.figures".stats(self) end

--- SHA-256 over the ids of the rows in order, each followed by a line feed.
---@return string
function Dataset:hash() return require "gt.dataset.figures".hash(self) end

local WRITING = { form = "string", quiet = "boolean", removed = "string" }

--- Writes the rows to a file that appears whole or not at all.
---@param path string
---@param options? gt.WriteOptions
---@return gt.Dataset self
---@return table<string, integer> lost
function Dataset:write(path, options)
  options = arguments.check("dataset:write", options, WRITING)
  return self, (require "gt.dataset.write".rows(self, path, options))
end

--- The rows that were removed on the way here.
---@return gt.Removed[]
function Dataset:removed()
  local list = {}
  local function add(entry) list[#list + 1] = entry end
  if self.origin then
    pipeline.drain(self, notes.each_removed(add), function() end)
    return list
  end
  for _, record in ipairs(self.history) do table.move(record.removed, 1, #record.removed, #list + 1, list) end
  return list
end

--- Writes the rows that were removed, with their reasons; returns how many.
---@param path string
---@return integer
function Dataset:write_removed(path) return require "gt.dataset.write".removed(self, path) end

--- Tells in a sentence what became of the row with that id.
---@param id string|gt.Row
---@return string
function Dataset:explain(id)
  if type(id) == "table" then id = id.id end
  if type(id) ~= "string" then refuse("dataset:explain: expected the id of a row") end
  if not self.origin then return notes.explain(id, self.history, (pipeline.open(self))) end
  local sink, kept = notes.about(id), {}
  pipeline.drain(self, sink, function(one)
    if sink.tracked[one.id] then kept[#kept + 1] = one end
  end)
  local i = 0
  return notes.explain(id, sink.records, function()
    i = i + 1
    return kept[i]
  end)
end

return dataset

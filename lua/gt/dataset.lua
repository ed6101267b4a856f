-- gt.dataset: labelled rows in memory, checked when they are read.
--
--   local data = gt.dataset.load("reviews.jsonl")
--   local train, test = data:split { test = 0.25 }
--   print(#train, train:counts().positive)

local core = require "gt.core.host"
local data = require "gt.core.data"

local dataset = {}

---@class gt.Row
---@field text_input string
---@field output string
---@field line integer? line of the file it came from

---@class gt.Dataset
---@field rows gt.Row[]
---@field path string? the file it was read from
local Dataset = {}
Dataset.__index = Dataset
Dataset.__name = "gt.dataset"
Dataset.__len = function(self) return #self.rows end

local function new(rows, path)
  return setmetatable({ rows = rows, path = path }, Dataset)
end

local function refuse(message, hint)
  core.raise("INVALID_ARGUMENT", message, hint)
end

local function place(path, finding)
  local hint = finding.hint and (" (" .. finding.hint .. ")") or ""
  return ("%s:%d:%d: %s: %s: %s%s"):format(path, finding.line, finding.column,
    finding.severity, finding.rule, finding.message, hint)
end

--- Reads a JSON Lines file of training rows ({text_input, output}, {input, output},
--- {prompt, completion}, ...). Every defect of the file is printed on stderr with its
--- place, and the load fails if one of them is an error.
---@param path string
---@return gt.Dataset
function dataset.load(path)
  if type(path) ~= "string" then
    refuse("gt.dataset.load: expected a path, got a " .. type(path))
  end
  local rows, findings, errors = data.read_rows(path)
  for _, finding in ipairs(findings) do
    io.stderr:write(place(path, finding), "\n")
  end
  if errors > 0 then
    core.raise("INVALID_ARGUMENT",
      ("%s has %d defect%s"):format(path, errors, errors == 1 and "" or "s"),
      "mend the lines named above", { exit_code = 10 })
  end
  return new(rows, path)
end

--- A data set from rows at hand.
---@param rows gt.Row[]
---@return gt.Dataset
function dataset.from(rows)
  for i, row in ipairs(rows) do
    if type(row) ~= "table" or type(row.text_input) ~= "string" or type(row.output) ~= "string" then
      refuse(("gt.dataset.from: row %d is not { text_input = ..., output = ... }"):format(i))
    end
  end
  return new(rows)
end

--- The rows for which f(row) is true.
---@param f fun(row: gt.Row): boolean
---@return gt.Dataset
function Dataset:filter(f)
  local kept = {}
  for _, row in ipairs(self.rows) do
    if f(row) then kept[#kept + 1] = row end
  end
  return new(kept)
end

--- A data set of what f makes of each row.
---@param f fun(row: gt.Row): gt.Row
---@return gt.Dataset
function Dataset:map(f)
  local made = {}
  for i, row in ipairs(self.rows) do made[i] = f(row) end
  return dataset.from(made)
end

--- The first n rows.
---@param n integer
---@return gt.Dataset
function Dataset:take(n)
  return new(table.move(self.rows, 1, math.min(n, #self.rows), 1, {}))
end

--- How many rows each output has.
---@return table<string, integer>
function Dataset:counts()
  local counts = {}
  for _, row in ipairs(self.rows) do
    counts[row.output] = (counts[row.output] or 0) + 1
  end
  return counts
end

--- The outputs that occur, sorted.
---@return string[]
function Dataset:labels()
  local labels = {}
  for label in pairs(self:counts()) do labels[#labels + 1] = label end
  table.sort(labels)
  return labels
end

--- Cuts in two by a stable hash of the input: a row stays on its side when others come
--- or go, and equal inputs are never on both sides.
---@param options { test: number, seed: integer? } test: share of the second part, 0 to 1
---@return gt.Dataset train
---@return gt.Dataset test
function Dataset:split(options)
  local test_share = type(options) == "table" and options.test
  if type(test_share) ~= "number" or test_share <= 0 or test_share >= 1 then
    refuse("dataset:split: test must be a number above 0 and below 1",
      "for example data:split { test = 0.25 }")
  end
  local train, test = {}, {}
  for _, row in ipairs(self.rows) do
    local side = data.share(row.text_input, options.seed or 0) < test_share and test or train
    side[#side + 1] = row
  end
  return new(train), new(test)
end

--- Writes JSON Lines ({text_input, output}); the file appears whole or not at all.
---@param path string
---@return gt.Dataset self
function Dataset:write(path)
  data.write_rows(path, self.rows)
  return self
end

return dataset

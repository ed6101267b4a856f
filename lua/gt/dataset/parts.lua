-- Cutting a data set into parts. Used by gt.dataset; which row goes where is decided by
-- gt.split, or for the plain cut in two by a hash of the text alone.

local host = require "gt.core.host"
local notes = require "gt.dataset.notes"
local pipeline = require "gt.dataset.pipeline"
local steps = require "gt.dataset.steps"

local parts = {}

local function is_plain(options)
  for name in pairs(options) do
    if name ~= "test" and name ~= "seed" then return false end
  end
  return true
end

-- One data set a name; the history of each says where the other rows are.
local function cut(data, names, where)
  local made = {}
  if data.origin then
    for _, name in ipairs(names) do made[name] = pipeline.apply(data, steps.part(name, where)) end
    return made
  end
  for _, name in ipairs(names) do made[name] = { rows = {}, note = notes.record "split" } end
  for i, row in ipairs(data.rows) do
    local mine = where(row, i)
    for name, part in pairs(made) do
      if name == mine then
        part.rows[#part.rows + 1] = row
      else
        part.note:leave(row, ("the split put it into the part %q"):format(mine))
      end
    end
  end
  for name, part in pairs(made) do
    made[name] = pipeline.new(part.rows,
      { history = pipeline.extend(data.history, part.note), form = data.form })
  end
  return made
end

--- In two by a stable hash of the input: a row stays on its side when others come or go,
--- and equal inputs are never on both sides.
local function in_two(data, options)
  local share_of, seed = require "gt.core.split".share, options.seed or 0
  local made = cut(data, { "train", "test" }, function(row)
    return share_of(row.text_input, seed) < options.test and "test" or "train"
  end)
  return made.train, made.test
end

local SETTINGS = { seed = true, group = true, clusters = true, stratify = true, exact = true, parts = true }

-- The options of gt.split.assign: what is no setting is the share of a part.
local function settings_of(options)
  local settings, shares, only_test = {}, {}, true
  for name, value in pairs(options) do
    if SETTINGS[name] then
      settings[name] = value
    else
      shares[name] = value
      only_test = only_test and name == "test"
    end
  end
  if next(shares) then
    if settings.parts then pipeline.refuse("dataset:split: shares stand beside parts or in it, not both") end
    settings.parts = shares
  end
  return settings, only_test and next(shares) ~= nil
end

local function in_parts(data, options)
  if data.origin then
    pipeline.refuse("dataset:split: a stream is cut by { test =, seed = } only",
      "data:collect():split{...} reads it into memory")
  end
  local settings, only_test = settings_of(options)
  local assigned, names = require "gt.split".assign(data.rows, settings), {}
  for name in pairs(assigned.counts) do names[#names + 1] = name end
  for _, warning in ipairs(assigned.warnings) do host.log("warn", "split: " .. warning) end
  local made = cut(data, names, function(_, i) return assigned[i] end)
  if only_test then return made.train, made.test end
  return made
end

function parts.split(data, options)
  if type(options) ~= "table" or is_plain(options) then
    local share = type(options) == "table" and options.test
    if type(share) ~= "number" or share <= 0 or share >= 1 then
      pipeline.refuse("dataset:split: test must be a number above 0 and below 1",
        "for example data:split { test = 0.25 }")
    end
    return in_two(data, options)
  end
  return in_parts(data, options)
end

return parts

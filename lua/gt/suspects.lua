-- gt.suspects: rows whose label is likely wrong, by confident learning. Each row is judged
-- by models of the local engine that have not seen it. It names rows, it never drops one:
-- on a clean set the first suspects are the hard rows, and dropping those costs accuracy.
--
--   local found = gt.suspects.find(gt.dataset.load("intents.jsonl"))
--   print(gt.suspects.table(found, 20))

local arguments = require "gt.arguments"
local core = require "gt.core.host"
local engine = require "gt.core.engine"

local suspects = {}

---@class gt.Suspect
---@field row integer its place in the list of rows
---@field line integer? its line in the file
---@field text_input string
---@field label string the label that it has
---@field suggested string the likeliest label
---@field confidence number probability of its label, by a model that has not seen the row
---@field suggested_confidence number
---@field margin number confidence - suggested_confidence, below 0

---@class gt.Suspects
---@field [integer] gt.Suspect most suspect first
---@field rows integer rows that were looked at
---@field estimated integer how many labels are off, by the confident joint
---@field estimated_rate number
---@field too_noisy boolean more than 20 % are off: no tool can filter that
---@field classes integer labels that at least two rows have
---@field skipped integer rows whose label no other row has: they cannot be judged

local OPTIONS = {
  folds = arguments.whole(2), top = "count", epoch_count = arguments.whole(1), batch_size = arguments.whole(1),
  threads = arguments.whole(1), seed = "integer", order = { "margin", "self_confidence" },
}

local function refuse(message, ...)
  core.raise("INVALID_ARGUMENT", "gt.suspects.find: " .. message:format(...))
end

local function rows_of(data)
  local rows = data
  if type(data) == "table" and getmetatable(data) and data.rows then
    rows = data.rows
    if type(rows) == "function" then
      rows = {}
      for row in data:rows() do rows[#rows + 1] = row end
    end
  end
  if type(rows) ~= "table" then refuse("expected a data set or a list of rows, got a %s", type(rows)) end
  for i, row in ipairs(rows) do
    if type(row) ~= "table" or type(row.text_input) ~= "string" or type(row.output) ~= "string" then
      refuse("row %d is not { text_input = ..., output = ... }", i)
    end
  end
  return rows
end

--- The rows whose label another one beats, most suspect first; nothing is changed or
--- dropped. Other tasks run meanwhile. The same rows, options and seed find the same.
---@param data gt.Dataset|gt.Row[]
---@param options gt.SuspectOptions?
---@return gt.Suspects
function suspects.find(data, options)
  options = arguments.check("gt.suspects.find", options, OPTIONS)
  local rows = rows_of(data)
  local found = engine.suspects(rows, options)
  found.rows = #rows
  for i = #found, (options.top or #found) + 1, -1 do found[i] = nil end
  for _, item in ipairs(found) do
    local row = rows[item.row]
    item.line, item.text_input, item.label = row.line, row.text_input, row.output
    item.suggested, item.suggested_row = rows[item.suggested_row].output, nil
  end
  return found
end

local function plural(n, word) return ("%d %s%s"):format(n, word, n == 1 and "" or "s") end

local function head(found)
  local lines = { ("about %d of %s may be wrong (%.1f %%)"):format(found.estimated,
    plural(found.rows, "label"), 100 * found.estimated_rate) }
  if found.skipped > 0 then
    lines[2] = plural(found.skipped, "row") .. " not judged: no other row has the label"
  end
  if found.too_noisy then
    lines[#lines + 1] = "above 20 % no tool can tell the wrong ones: look at how the labels came about"
  end
  return lines
end

local function cut(text, width)
  text = require "gt.show".visible(text)
  local stop = utf8.offset(text, width + 1)
  if not stop or stop > #text then return text end
  return text:sub(1, utf8.offset(text, width) - 1) .. "…"
end

local function pad(text, width) return text .. (" "):rep(width - (utf8.len(text) or #text)) end

--- The first n suspects as a table for the terminal, under what is estimated of all.
---@param found gt.Suspects
---@param n integer? 20 if left out
---@return string
function suspects.table(found, n)
  local lines, rows, widths = head(found), {}, { 0, 0, 0, 0, 0 }
  for i = 1, math.min(n or 20, #found) do
    local item = found[i]
    rows[#rows + 1] = {
      item.line and "line " .. item.line or "row " .. item.row,
      cut(item.label, 30), ("%.2f"):format(item.confidence), "-> " .. cut(item.suggested, 30),
      ("%.2f"):format(item.suggested_confidence), cut(item.text_input, 60),
    }
  end
  for _, row in ipairs(rows) do
    for c, width in ipairs(widths) do widths[c] = math.max(width, utf8.len(row[c]) or #row[c]) end
  end
  for _, row in ipairs(rows) do
    for c, width in ipairs(widths) do row[c] = pad(row[c], width) end
    lines[#lines + 1] = table.concat(row, "  ")
  end
  if #found > #rows then lines[#lines + 1] = ("... and %d more"):format(#found - #rows) end
  return table.concat(lines, "\n")
end

return suspects

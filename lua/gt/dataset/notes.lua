-- What the steps of a data set did to its rows. A step notes on a record that it
-- removed a row and why, changed it, or left it out without a fault; the list of records
-- is the data set's history. A stream has none: what is asked makes a pass over it.
--
-- Used by gt.dataset. A record: { step =, removed = { { id, line, reason, step, row } },
-- changed = { old id, new id, ... }, left = { id, line, why, ... } }.

local notes = {}

local Record = {}
Record.__index = Record

function notes.record(step)
  return setmetatable({ step = step, removed = {}, changed = {}, left = {} }, Record)
end

function Record:remove(row, reason)
  self.removed[#self.removed + 1] = {
    id = row.id, line = row.line, reason = reason, step = self.step, row = row,
  }
end

function Record:change(old, new)
  if old.id == new.id then return end
  local n = #self.changed
  self.changed[n + 1], self.changed[n + 2] = old.id, new.id
end

function Record:leave(row, why)
  local n = #self.left
  self.left[n + 1], self.left[n + 2], self.left[n + 3] = row.id, row.line or 0, why
end

local function ignore() end
local SILENT = { remove = ignore, change = ignore, leave = ignore }

--- For a pass that only wants the rows.
notes.none = { at = function() return SILENT end }

--- Keeps everything: what a stream's history becomes when it is collected.
function notes.keep()
  local records = {}
  return { records = records, at = function(_, step)
    local record = notes.record(step)
    records[#records + 1] = record
    return record
  end }
end

--- Calls f(entry) for every row that is removed.
function notes.each_removed(f)
  return { at = function(_, step)
    return {
      change = ignore, leave = ignore,
      remove = function(_, row, reason)
        f { id = row.id, line = row.line, reason = reason, step = step, row = row }
      end,
    }
  end }
end

--- Keeps what concerns the row with that id and what became of it; `all` asks steps to
--- read on where they could stop.
function notes.about(id)
  local records, tracked = {}, { [id] = true }
  local About = { all = true }
  About.__index = About
  function About:remove(row, reason)
    if tracked[row.id] then Record.remove(self, row, reason) end
  end
  function About:change(old, new)
    if tracked[old.id] then tracked[new.id] = true end
    if tracked[old.id] or tracked[new.id] then Record.change(self, old, new) end
  end
  function About:leave(row, why)
    if tracked[row.id] then Record.leave(self, row, why) end
  end
  return { records = records, tracked = tracked, at = function(_, step)
    local record = setmetatable(notes.record(step), About)
    records[#records + 1] = record
    return record
  end }
end

local function place(line) return line and line > 0 and (" (line %d)"):format(line) or "" end

local function read_record(record, tracked, say)
  for _, entry in ipairs(record.removed) do
    if tracked[entry.id] then
      say("row %s%s was removed by %s: %s", entry.id, place(entry.line), entry.step, entry.reason)
    end
  end
  for i = 1, #record.left, 3 do
    if tracked[record.left[i]] then
      say("row %s%s is not in: %s", record.left[i], place(record.left[i + 1]), record.left[i + 2])
    end
  end
  for i = 1, #record.changed, 2 do
    local old, new = record.changed[i], record.changed[i + 1]
    if tracked[new] and not tracked[old] then
      say("row %s was made by %s out of row %s", new, record.step, old)
    elseif tracked[old] and not tracked[new] then
      say("row %s was changed by %s into row %s", old, record.step, new)
      tracked[new] = true
    end
  end
end

--- Tells in a sentence what became of the row with that id.
---@param id string
---@param records table[] the history
---@param rows fun(): table? the rows that are in
---@return string
function notes.explain(id, records, rows)
  local said, seen, tracked = {}, {}, { [id] = true }
  local function say(format, ...)
    local text = format:format(...)
    if not seen[text] then said[#said + 1] = text end
    seen[text] = true
  end
  for _, record in ipairs(records) do read_record(record, tracked, say) end
  for row in rows do
    if tracked[row.id] then say("row %s%s is in", row.id, place(row.line)) end
  end
  if #said == 0 then return ("no row with the id %s was ever in this data set"):format(id) end
  return table.concat(said, "; ")
end

return notes

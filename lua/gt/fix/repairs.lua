-- The safe repairs of a data file, as a list of changed lines: a byte order mark, CR LF,
-- white space around outputs, exact copies of rows, a missing last line end. Safe means that
-- no row gets another meaning; a line that is no row keeps its text. Used by gtlua fix.
--
-- An edit is { number, from, to, new }: the line's number, its bytes with the line end, and
-- what takes their place (nil: nothing).

local fs = require "gt.core.fs"
local spans = require "gt.fix.spans"

local repairs = {}

repairs.KINDS = { "bom", "crlf", "outer-space", "duplicate", "final-newline" }

--- Whether the backslash at i is one that escapes: an even number stands in front.
local function escapes(raw, i)
  local before = raw:sub(1, i - 1):match "\\*$"
  return #before % 2 == 0
end

--- The inside of a JSON string without the white space around it, escaped or not; nil when
--- there is none, or nothing else.
local function trimmed(raw)
  local from, to = 1, #raw
  while from <= to do
    if raw:find("^[ \t]", from) then from = from + 1
    elseif raw:find("^\\[ntr]", from) then from = from + 2
    else break end
  end
  while to >= from do
    if raw:find("^[ \t]", to) then to = to - 1
    elseif to > from and raw:find("^\\[ntr]", to - 1) and escapes(raw, to - 1) then to = to - 2
    else break end
  end
  if from > to or (from == 1 and to == #raw) then return nil end
  return raw:sub(from, to)
end

--- The line with its outputs trimmed, or nil.
local function trim_outputs(line, members)
  local out, at = {}, 1
  for _, span in ipairs(spans.outputs(line, members)) do
    local text = trimmed(line:sub(span.from + 1, span.to - 1))
    if text then
      out[#out + 1] = line:sub(at, span.from) .. text
      at = span.to
    end
  end
  if at == 1 then return nil end
  return table.concat(out) .. line:sub(at)
end

--- The same text for rows with the same members, whatever their order and spacing.
local function identity(line, members)
  local parts = {}
  for i, member in ipairs(members) do
    parts[i] = '"' .. member.key .. '":' .. line:sub(member.from, member.to)
  end
  table.sort(parts)
  return fs.sha256(table.concat(parts, "\n"))
end

--- Repairs one line of JSON (without line end): the new text, or nil for a copy.
local function repair_row(line, seen, number, count)
  local members = spans.row(line)
  if not members then return line end
  local better = trim_outputs(line, members)
  if better then
    line, members = better, spans.row(better)
  end
  local id = identity(line, members)
  if seen[id] then
    count.duplicate = count.duplicate + 1
    return nil
  end
  seen[id] = number
  if better then count["outer-space"] = count["outer-space"] + 1 end
  return line
end

--- What is to be changed in a file.
---@param text string the file
---@param csv boolean only the byte order mark and the last line end of it are repaired
---@return table[] edits in order
---@return table<string, integer> count by kind
function repairs.plan(text, csv)
  local edits, count, seen = {}, {}, {}
  for _, kind in ipairs(repairs.KINDS) do count[kind] = 0 end
  local from, number = 1, 0
  while from <= #text do
    number = number + 1
    local stop = text:find("\n", from, true)
    local to = stop or #text
    local whole = text:sub(from, to)
    local line, ending = whole:sub(1, stop and -2 or -1), "\n"
    if number == 1 and line:sub(1, 3) == "\xEF\xBB\xBF" then
      count.bom = 1
      line = line:sub(4)
    end
    if line:sub(-1) == "\r" then
      if csv then ending = "\r\n" else count.crlf = count.crlf + 1 end
      line = line:sub(1, -2)
    end
    if not stop then count["final-newline"] = 1 end
    local new = line
    if not csv and line:find "%S" then new = repair_row(line, seen, number, count) end
    if new then new = new .. ending end
    if new ~= whole then edits[#edits + 1] = { number = number, from = from, to = to, new = new } end
    from = to + 1
  end
  return edits, count
end

--- The file with the edits made.
---@param text string
---@param edits table[]
---@return string
function repairs.apply(text, edits)
  local out, at = {}, 1
  for _, edit in ipairs(edits) do
    out[#out + 1] = text:sub(at, edit.from - 1)
    out[#out + 1] = edit.new
    at = edit.to + 1
  end
  out[#out + 1] = text:sub(at)
  return table.concat(out)
end

return repairs

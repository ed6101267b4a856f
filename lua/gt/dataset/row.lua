-- Rows: copies, completion, and what a change to a conversation means. Used by
-- gt.dataset; the fields of a row are written down in src/bind/data_row.h.

local host = require "gt.core.host"
local core = require "gt.core.data"

local row = {}

local function refuse(message, hint) host.raise("INVALID_ARGUMENT", message, hint) end

--- A copy that may be changed without changing the row.
function row.copy(old)
  local new = {}
  for key, value in pairs(old) do new[key] = value end
  if old.turns then
    new.turns = {}
    for i, turn in ipairs(old.turns) do
      new.turns[i] = { role = turn.role, text = turn.text, part = turn.part }
    end
  end
  return new
end

--- A row of a script as a row of a data set: a copy with its id.
function row.new(given, at, op)
  local ok = type(given) == "table" and (type(given.turns) == "table"
    or type(given.text_input) == "string" and type(given.output) == "string")
  if not ok then
    refuse(("%s: row %d is not { text_input = ..., output = ... }"):format(op, at),
      "a conversation is { turns = { { role = \"user\", text = ... }, ... } }")
  end
  return core.complete(row.copy(given), at)
end

local function same_turns(a, b)
  if #a ~= #b then return false end
  for i, turn in ipairs(a) do
    local other = b[i]
    if turn.role ~= other.role or turn.text ~= other.text or turn.part ~= other.part then
      return false
    end
  end
  return true
end

-- The first turn of the model's last answer: further ones are parts of it.
local function answer_at(turns)
  local at = #turns
  while at > 1 and turns[at].part do at = at - 1 end
  return at
end

-- text_input and output of a conversation were made from its turns; a new value of one
-- of them goes back into the turn that it came from.
local function put_back(before, after, at)
  local turns = after.turns
  local answer = answer_at(turns)
  if after.output and after.output ~= before.output then
    for i = #turns, answer + 1, -1 do turns[i] = nil end
    turns[answer].text = after.output
  end
  if after.text_input and after.text_input ~= before.text_input then
    if answer ~= 2 then
      refuse(("map: row %d is a conversation, its text_input is made of %d turns"):format(at, answer - 1),
        "change row.turns[i].text instead")
    end
    turns[1].text = after.text_input
  end
end

--- What f made of the copy of `before`, as a row of a data set.
function row.mapped(before, after, at)
  if type(after) ~= "table" then
    refuse(("map: row %d: the function returned a %s, not a row"):format(at, type(after)),
      "leave rows out with :filter or :drop")
  end
  if type(before.turns) == "table" and type(after.turns) == "table"
      and same_turns(before.turns, after.turns) then
    put_back(before, after, at)
  end
  local made = row.new(after, at, "map")
  made.line = made.line or before.line
  return made
end

--- "line 12" or the id of a row that has no line.
function row.place(one)
  return one.line and ("line %d"):format(one.line) or ("row " .. tostring(one.id))
end

return row

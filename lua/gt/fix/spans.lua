-- Where the values of one line of JSON stand: first and last byte of each, so that a repair
-- can change a text without writing the rest again. Used by gt.fix.repairs. It looks at the
-- shape only; of a line that is not one object it knows nothing.

local spans = {}

local find, byte, sub = string.find, string.byte, string.sub

local QUOTE, OPEN_OBJECT, OPEN_LIST = byte '"', byte "{", byte "["

local function skip_space(text, i) return find(text, "[^ \t\r\n]", i) or #text + 1 end

--- The closing quote of the string that opens at i.
local function string_end(text, i)
  while true do
    local at = find(text, '["\\]', i + 1)
    if not at then return nil end
    if byte(text, at) == QUOTE then return at end
    i = at + 1
  end
end

local CLOSES = { ["}"] = "{", ["]"] = "[" }

--- The bracket that closes the one at i.
local function bracket_end(text, i)
  local open, depth = { sub(text, i, i) }, 1
  while depth > 0 do
    i = find(text, '["{}%[%]]', i + 1)
    if not i then return nil end
    local c = sub(text, i, i)
    if c == '"' then
      i = string_end(text, i)
      if not i then return nil end
    elseif CLOSES[c] then
      if open[depth] ~= CLOSES[c] then return nil end
      depth = depth - 1
    else
      depth = depth + 1
      open[depth] = c
    end
  end
  return i
end

local function value_end(text, i)
  local c = byte(text, i)
  if c == QUOTE then return string_end(text, i) end
  if c == OPEN_OBJECT or c == OPEN_LIST then return bracket_end(text, i) end
  local _, last = find(text, "^[%w+.-]+", i)
  return last
end

--- Goes over "a, b, c" up to the closing byte; each(i) takes what begins at i and returns
--- its last byte.
local function sequence(text, i, close, each)
  i = skip_space(text, i + 1)
  if byte(text, i) == close then return i end
  while true do
    local last = each(i)
    if not last then return nil end
    i = skip_space(text, last + 1)
    if byte(text, i) == close then return i end
    if byte(text, i) ~= 44 then return nil end -- a comma
    i = skip_space(text, i + 1)
  end
end

--- The members of the object that opens at i: a list of { key, from, to } with the key as it
--- is written and the bytes of the value, by key too; then its closing byte. nil when it is
--- not an object or a key stands twice.
---@param text string
---@param i integer
---@return table|nil members
---@return integer|nil last
function spans.members(text, i)
  if byte(text, i) ~= OPEN_OBJECT then return nil end
  local list = {}
  local last = sequence(text, i, 125, function(at)
    local stop = byte(text, at) == QUOTE and string_end(text, at)
    if not stop then return nil end
    local key = sub(text, at + 1, stop - 1)
    at = skip_space(text, stop + 1)
    if byte(text, at) ~= 58 or list[key] then return nil end -- a colon
    at = skip_space(text, at + 1)
    stop = value_end(text, at)
    if not stop then return nil end
    local member = { key = key, from = at, to = stop }
    list[#list + 1], list[key] = member, member
    return stop
  end)
  if last then return list, last end
end

--- The first byte of each value of the list that opens at i.
---@return integer[]|nil
function spans.items(text, i)
  if byte(text, i) ~= OPEN_LIST then return nil end
  local list = {}
  local last = sequence(text, i, 93, function(at)
    list[#list + 1] = at
    return value_end(text, at)
  end)
  return last and list
end

--- The members of a line that is one object and nothing else.
---@param line string
---@return table|nil
function spans.row(line)
  local first = skip_space(line, 1)
  local members, last = spans.members(line, first)
  if members and skip_space(line, last + 1) > #line then return members end
end

local function text_member(line, members, key)
  local member = members and members[key]
  return member and byte(line, member.from) == QUOTE and member or nil
end

local function value_of(line, member) return member and sub(line, member.from + 1, member.to - 1) end

--- The text of the last turn when it is the model's.
local function last_turn(line, list, role, find_text)
  local items = list and spans.items(line, list.from)
  local members = items and #items > 0 and spans.members(line, items[#items])
  if not members or value_of(line, text_member(line, members, "role")) ~= role then return nil end
  return find_text(members)
end

--- The strings of a row that the model should answer: of a pair its output, of a
--- conversation the last turn. A list of { from, to } with their quotes.
---@param line string
---@param members table of spans.row
---@return table[]
function spans.outputs(line, members)
  local found = {}
  for _, key in ipairs { "output", "completion", "response" } do
    found[#found + 1] = text_member(line, members, key)
  end
  found[#found + 1] = last_turn(line, members.messages, "assistant", function(turn)
    return text_member(line, turn, "content")
  end)
  found[#found + 1] = last_turn(line, members.contents, "model", function(turn)
    local parts = turn.parts and spans.items(line, turn.parts.from)
    if not parts or #parts ~= 1 then return nil end
    return text_member(line, spans.members(line, parts[1]), "text")
  end)
  table.sort(found, function(a, b) return a.from < b.from end)
  return found
end

return spans

-- Writes JSON that is the same bytes for the same value: members sorted, or in the order
-- that the writer chose, lists that stay lists when they are empty. Used by the local API
-- and by the check's JSON, SARIF and baselines. Requests of the primitives are written in C.

local codec = require("cjson").new()

local json = {}

local OBJECT, LIST = {}, {}

--- An object from { name, value } pairs in that order; a nil value leaves its member out.
---@param members table[]
function json.object(members) return setmetatable(members, OBJECT) end

--- A list, also when it is empty.
---@param items any[]
function json.list(items) return setmetatable(items, LIST) end

json.null = codec.null

--- The text with U+FFFD for every byte that is not UTF-8.
---@param text string
---@return string
function json.valid(text)
  if utf8.len(text) then return text end
  local out, i = {}, 1
  while i <= #text do
    local good, bad = utf8.len(text, i)
    out[#out + 1] = text:sub(i, good and #text or bad - 1)
    if good then break end
    out[#out + 1] = "\u{FFFD}"
    i = bad + 1
  end
  return table.concat(out)
end

--- The codec writes "\/" for "/", which nobody needs.
local function write_string(text)
  local written = codec.encode(json.valid(text))
  return written:find("/", 1, true) and (written:gsub("\\/", "/")) or written
end

local known_keys, known_count = {}, 0
local MAX_KNOWN = 1000

--- '"name":', from a table: the same few names make up most of every answer.
local function written_key(name)
  local text = known_keys[name]
  if not text then
    if known_count == MAX_KNOWN then known_keys, known_count = {}, 0 end
    text = write_string(name) .. ":"
    known_keys[name] = text
    known_count = known_count + 1
  end
  return text
end

local write

local function write_object(out, members)
  local first = true
  out[#out + 1] = "{"
  for _, member in ipairs(members) do
    if member[2] ~= nil then
      if not first then out[#out + 1] = "," end
      first = false
      out[#out + 1] = written_key(member[1])
      write(out, member[2])
    end
  end
  out[#out + 1] = "}"
end

local function write_list(out, items)
  out[#out + 1] = "["
  for i, item in ipairs(items) do
    if i > 1 then out[#out + 1] = "," end
    write(out, item)
  end
  out[#out + 1] = "]"
end

local function write_map(out, map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys)
  out[#out + 1] = "{"
  for i, key in ipairs(keys) do
    if i > 1 then out[#out + 1] = "," end
    out[#out + 1] = written_key(key)
    write(out, map[key])
  end
  out[#out + 1] = "}"
end

function write(out, value)
  if type(value) == "string" then
    out[#out + 1] = write_string(value)
  elseif math.type(value) == "integer" then
    out[#out + 1] = tostring(value)
  elseif type(value) ~= "table" then
    out[#out + 1] = codec.encode(value)
  elseif getmetatable(value) == OBJECT then
    write_object(out, value)
  elseif getmetatable(value) == LIST or #value > 0 then
    write_list(out, value)
  else
    write_map(out, value)
  end
end

--- The value as one line of JSON. A table that was marked neither object nor list is a
--- list when it has items, else an object with sorted members.
---@return string
function json.encode(value)
  local out = {}
  write(out, value)
  return table.concat(out)
end

return json

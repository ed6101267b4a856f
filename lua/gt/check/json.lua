-- JSON with the order of members that the writer chose, lists that stay lists when they are
-- empty, and text that is valid whatever bytes a file's name has. Used by the check's JSON,
-- SARIF and baselines.

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

local function write_string(text)
  local written = codec.encode(json.valid(text))
  return written:find("/", 1, true) and (written:gsub("\\/", "/")) or written
end

local write

local function write_object(out, members)
  local first = true
  out[#out + 1] = "{"
  for _, member in ipairs(members) do
    if member[2] ~= nil then
      if not first then out[#out + 1] = "," end
      first = false
      out[#out + 1] = write_string(member[1]) .. ":"
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

--- A table of neither kind is written as an object with sorted keys.
local function write_map(out, map)
  local members = {}
  for key, value in pairs(map) do members[#members + 1] = { key, value } end
  table.sort(members, function(a, b) return a[1] < b[1] end)
  write_object(out, members)
end

function write(out, value)
  local kind = getmetatable(value)
  if type(value) == "string" then
    out[#out + 1] = write_string(value)
  elseif math.type(value) == "integer" then
    out[#out + 1] = tostring(value)
  elseif type(value) ~= "table" then
    out[#out + 1] = codec.encode(value)
  elseif kind == LIST then
    write_list(out, value)
  else
    (kind == OBJECT and write_object or write_map)(out, value)
  end
end

--- The value as one line of JSON.
---@return string
function json.encode(value)
  local out = {}
  write(out, value)
  return table.concat(out)
end

return json

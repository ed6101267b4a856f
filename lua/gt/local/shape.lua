-- Shapes of request bodies: unknown members, wrong types and unknown enum values are
-- refused with the API's texts; snake_case members are renamed to camelCase.
--
-- A shape is a type name ("string", "bool", "float", "int32", "int64", "any", "struct"),
-- { list = shape }, { enum = { NAME = true } } or { fields = { name = shape } }.

local errors = require "gt.local.errors"
local json = require "gt.local.json"

local shape = {}

local function snake(name)
  return (name:gsub("%u", function(letter) return "_" .. letter:lower() end))
end
shape.snake = snake

local function camel(name)
  return (name:gsub("(.)_(%l)", function(before, letter) return before .. letter:upper() end))
end
shape.camel = camel

local function fault(faults, path, description)
  faults[#faults + 1] = { field = path, description = description }
end

local function wrong_type(faults, path, wire_type, value)
  local shown = type(value) == "table" and "a message or list"
    or type(value) == "string" and json.encode(value) or tostring(value)
  fault(faults, path, ("Invalid value at '%s' (%s), %s"):format(path, wire_type, shown))
end

local function integer(value, low, high)
  local number = math.tointeger(tonumber(value))
  return number and number >= low and number <= high and number or nil
end

local scalar = {
  string = function(value) return type(value) == "string" and value or nil end,
  bool = function(value) if type(value) == "boolean" then return value end end,
  float = function(value)
    local number = tonumber(value)
    return number and number == number and math.abs(number) ~= math.huge and number or nil
  end,
  int32 = function(value) return integer(value, -2147483648, 2147483647) end,
  int64 = function(value) return integer(value, math.mininteger, math.maxinteger) end,
  struct = function(value) return type(value) == "table" and #value == 0 and value or nil end,
  any = function(value) return value end,
}

local read

local function read_fields(fields, value, path, faults)
  local out = {}
  for key, member in pairs(value) do
    local name = type(key) == "string" and (fields[key] and key or camel(key)) or nil
    local kind = name and fields[name]
    if not kind then
      local at = path == "" and "" or (" at '%s'"):format(path)
      fault(faults, path, ("Invalid JSON payload received. Unknown name \"%s\"%s: Cannot find field.")
        :format(key, at))
    else
      out[name] = read(kind, member, path == "" and snake(name) or path .. "." .. snake(name), faults)
    end
  end
  return out
end

local function read_list(kind, value, path, faults)
  local out = {}
  for i, member in ipairs(value) do
    out[i] = read(kind, member, ("%s[%d]"):format(path, i - 1), faults)
  end
  return out
end

read = function(kind, value, path, faults)
  if type(kind) == "string" then
    local out = scalar[kind](value)
    if out == nil then wrong_type(faults, path, "TYPE_" .. kind:upper(), value) end
    return out
  elseif kind.enum then
    if type(value) == "string" and kind.enum[value] then return value end
    return wrong_type(faults, path, "TYPE_ENUM", value)
  elseif type(value) ~= "table" or (kind.fields and #value > 0)
    or (kind.list and #value == 0 and next(value) ~= nil) then
    return wrong_type(faults, path, kind.list and "TYPE_LIST" or "TYPE_MESSAGE", value)
  elseif kind.list then
    return read_list(kind.list, value, path, faults)
  end
  return read_fields(kind.fields, value, path, faults)
end

--- Reads a JSON body of that shape; raises one error that names every fault.
---@param kind table
---@param body string
---@param path string snake_case name of the message in the texts, or ""
---@return table
function shape.body(kind, body, path)
  local value, problem = json.decode(body == "" and "{}" or body)
  if not value then
    errors.raise("INVALID_ARGUMENT", "Invalid JSON payload received. " .. problem)
  end
  local faults = {}
  local out = read(kind, value, path, faults)
  if #faults > 0 then
    table.sort(faults, function(a, b) return a.description < b.description end)
    errors.bad_request(faults)
  end
  return out
end

--- A set for enum shapes.
function shape.enum(names)
  local set = {}
  for name in names:gmatch("%S+") do set[name] = true end
  return { enum = set }
end

return shape

-- Structured output: which closed set a response schema offers, and an answer in the
-- form that the request asks for (plain text, one enum value, JSON).

local json = require "gt.local.json"

local structured = {}

local function schema_of(config)
  local schema = config.responseSchema or config.responseJsonSchema or config._responseJsonSchema
  return type(schema) == "table" and schema or nil
end

local function kind_of(schema) return tostring(schema.type or ""):lower() end

--- Names of an object schema's properties in their order.
local function property_names(schema)
  local names, seen = {}, {}
  for _, name in ipairs(schema.propertyOrdering or schema.required or {}) do
    if (schema.properties or {})[name] and not seen[name] then
      names[#names + 1], seen[name] = name, true
    end
  end
  local rest = {}
  for name in pairs(schema.properties or {}) do
    if not seen[name] then rest[#rest + 1] = name end
  end
  table.sort(rest)
  return table.move(rest, 1, #rest, #names + 1, names)
end

local function enum_of(schema)
  local list = schema.enum
  if type(list) ~= "table" or #list == 0 then return nil end
  for _, value in ipairs(list) do
    if type(value) ~= "string" then return nil end
  end
  return list
end

--- The labels that a schema offers: its own enum, or that of its first property with one.
---@return string[]|nil
function structured.labels(config)
  local schema = schema_of(config)
  if not schema then return nil end
  if enum_of(schema) then return enum_of(schema) end
  if type(schema.items) == "table" and enum_of(schema.items) then return enum_of(schema.items) end
  for _, name in ipairs(property_names(schema)) do
    local member = schema.properties[name]
    if type(member) == "table" and enum_of(member) then return enum_of(member) end
  end
  return nil
end

local function has(list, value)
  for _, member in ipairs(list) do
    if member == value then return true end
  end
  return false
end

--- JSON text for a value under a schema, or nil where nothing sensible can be said.
local function write(schema, text, probability)
  local kind = kind_of(schema)
  local enum = enum_of(schema)
  if enum then return has(enum, text) and json.encode(text) or nil end
  if kind == "number" then
    return probability and (schema.maximum or 1) >= 1 and json.encode(probability) or json.encode(tonumber(text))
  elseif kind == "integer" then
    local number = math.tointeger(tonumber(text))
    return number and json.encode(number) or nil
  elseif kind == "boolean" then
    return (text == "true" or text == "false") and text or nil
  elseif kind == "array" and type(schema.items) == "table" then
    local item = write(schema.items, text, probability)
    return item and "[" .. item .. "]" or "[]"
  elseif kind == "object" then
    local members = {}
    for _, name in ipairs(property_names(schema)) do
      local member = write(schema.properties[name], text, probability)
      if member and member ~= "null" then members[#members + 1] = json.encode(name) .. ":" .. member end
    end
    return "{" .. table.concat(members, ",") .. "}"
  end
  return json.encode(text)
end

--- The answer in the form that was asked for. A text that is JSON already stays as it is.
---@param text string
---@param probability number|nil
---@param config table GenerationConfig
---@return string
function structured.form(text, probability, config)
  if config.responseMimeType ~= "application/json" then return text end
  if json.decode(text) then return text end
  local schema = schema_of(config)
  if not schema then return json.encode(text) end
  return write(schema, text, probability) or json.encode(text)
end

return structured

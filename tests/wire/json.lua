-- A JSON decoder that keeps what a schema check has to see: whether [] or {} was
-- written, and which names came twice. Used by discovery.lua; not for anything quick.

local json = {}

json.null = setmetatable({}, { __tostring = function() return "null" end })

-- Tables carry their kind: json.kind(value) is "array" or "object".
local array, object = { kind = "array" }, { kind = "object" }

function json.kind(value)
  local mt = type(value) == "table" and getmetatable(value)
  return mt and mt.kind
end

local ESCAPES = {
  ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t",
}

local value

local function fail(text, at, what)
  error(("JSON, byte %d: %s near %q"):format(at, what, text:sub(at, at + 20)), 0)
end

local function blank(text, at) return text:find("[^ \t\r\n]", at) or #text + 1 end

local function string_at(text, at)
  local parts, i = {}, at + 1
  while true do
    local stop = text:find('["\\%c]', i) or fail(text, at, "string without end")
    parts[#parts + 1] = text:sub(i, stop - 1)
    local c = text:sub(stop, stop)
    if c == '"' then return table.concat(parts), stop + 1 end
    if c ~= "\\" then fail(text, stop, "control character") end
    local e = text:sub(stop + 1, stop + 1)
    if e == "u" then
      local hex = text:match("^%x%x%x%x", stop + 2) or fail(text, stop, "bad \\u")
      parts[#parts + 1] = utf8.char(tonumber(hex, 16))
      i = stop + 6
    else
      parts[#parts + 1] = ESCAPES[e] or fail(text, stop, "bad escape")
      i = stop + 2
    end
  end
end

local function array_at(text, at)
  local list, n = setmetatable({}, array), 0
  at = blank(text, at + 1)
  if text:sub(at, at) == "]" then return list, at + 1 end
  while true do
    n = n + 1
    list[n], at = value(text, at)
    at = blank(text, at)
    local c = text:sub(at, at)
    if c == "]" then return list, at + 1 end
    if c ~= "," then fail(text, at, "expected , or ]") end
    at = at + 1
  end
end

local function object_at(text, at)
  local map = setmetatable({}, object)
  at = blank(text, at + 1)
  if text:sub(at, at) == "}" then return map, at + 1 end
  while true do
    local key
    at = blank(text, at)
    if text:sub(at, at) ~= '"' then fail(text, at, "expected a name") end
    key, at = string_at(text, at)
    if map[key] ~= nil then fail(text, at, "the name " .. key .. " came before") end
    at = blank(text, at)
    if text:sub(at, at) ~= ":" then fail(text, at, "expected :") end
    map[key], at = value(text, at + 1)
    at = blank(text, at)
    local c = text:sub(at, at)
    if c == "}" then return map, at + 1 end
    if c ~= "," then fail(text, at, "expected , or }") end
    at = at + 1
  end
end

function value(text, at)
  at = blank(text, at)
  local c = text:sub(at, at)
  if c == '"' then return string_at(text, at) end
  if c == "[" then return array_at(text, at) end
  if c == "{" then return object_at(text, at) end
  for word, v in pairs { ["true"] = true, ["false"] = false, ["null"] = json.null } do
    if text:sub(at, at + #word - 1) == word then return v, at + #word end
  end
  local number = text:match("^-?%d+%.?%d*[eE]?[+-]?%d*", at)
  local n = number and tonumber(number)
  if not n then fail(text, at, "no value") end
  return n, at + #number
end

---The value of a text; raises a string that says where it is no JSON.
---@param text string
function json.decode(text)
  local v, at = value(text, 1)
  at = blank(text, at)
  if at <= #text then fail(text, at, "more than one value") end
  return v
end

return json

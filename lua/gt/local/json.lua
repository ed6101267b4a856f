-- JSON of the local API: strict reading, and writing with sorted keys, so that the same
-- answer is the same bytes in every process.

local writer = require "gt.json"
local codec = require("cjson").new()
codec.decode_invalid_numbers(false)

local json = {}

--- Removes members that are null: in a request that is the same as leaving them out.
local function strip(value)
  for key, member in pairs(value) do
    if member == codec.null then
      value[key] = nil
    elseif type(member) == "table" then
      strip(member)
    end
  end
  return value
end

--- Reads one JSON object.
---@param text string
---@return table|nil value
---@return string|nil problem
function json.decode(text)
  if not utf8.len(text) then return nil, "the body is not valid UTF-8" end
  local ok, value = pcall(codec.decode, text)
  if not ok then return nil, (tostring(value):gsub("^.-:%d+: ", "")) end
  if type(value) ~= "table" then return nil, "Root element must be a message." end
  return strip(value)
end

--- Writes a value. An empty table is an object: members that are empty lists are left
--- out by the callers, as proto3 does.
json.encode = writer.encode

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

--- Standard base64 with padding, for short things (digests, page tokens).
---@param bytes string
---@return string
function json.base64(bytes)
  local out = {}
  for at = 1, #bytes, 3 do
    local a, b, c = bytes:byte(at, at + 2)
    local bits = a << 16 | (b or 0) << 8 | (c or 0)
    for shift = 18, 0, -6 do
      local digit = (bits >> shift & 63) + 1
      out[#out + 1] = ALPHABET:sub(digit, digit)
    end
    if not c then out[#out] = "=" end
    if not b then out[#out - 1] = "=" end
  end
  return table.concat(out)
end

--- The bytes of base64 text, or nil when it is none.
---@param text string
---@return string|nil
function json.unbase64(text)
  local digits = text:gsub("-", "+"):gsub("_", "/"):gsub("=+$", "")
  if digits:find "[^%w+/]" or #digits % 4 == 1 then return nil end
  local out, bits, count = {}, 0, 0
  for digit in digits:gmatch "." do
    bits = bits << 6 | (ALPHABET:find(digit, 1, true) - 1)
    count = count + 6
    if count >= 8 then
      count = count - 8
      out[#out + 1] = string.char(bits >> count & 255)
    end
  end
  return table.concat(out)
end

return json

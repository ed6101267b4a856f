-- Completion at the prompt: names that may follow what has been typed. It looks with raw
-- access only and calls no metamethod, so that a Tab changes and raises nothing; the
-- exception are names of gt, which load on first use anyway.

local complete = {}

-- Modules of gt that are there for the library itself.
local INTERNAL = { globals = true, model = true, progress = true, show = true, help = true }

local KEYWORDS = {
  "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if",
  "in", "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
}

local modules = {}

--- The files inside the binary ("lua/gt/dataset.lua"), told by the host.
---@param files string[]
function complete.set_files(files)
  modules = {}
  for _, file in ipairs(files) do
    local name = file:match "^lua/gt/([%w_]+)%.lua$"
    if name and not INTERNAL[name] then modules[name] = true end
  end
end

local function metafield(value, key)
  local mt = debug.getmetatable(value)
  return type(mt) == "table" and rawget(mt, key) or nil
end

--- Where the names of gt live that have not been used yet.
local function lazy_names(gt)
  return metafield(gt, "home") or {}
end

-- Tables that say what else may be asked of a value: itself, then its __index tables.
local function sources(value)
  local list, at = {}, value
  for _ = 1, 16 do
    if type(at) == "table" then list[#list + 1] = at end
    local index = metafield(at, "__index")
    if metafield(at, "__name") == "gt.model" then index = require "gt.model".methods end
    if type(index) ~= "table" then break end
    at = index
  end
  return list
end

local function is_gt(value)
  return type(value) == "table" and rawequal(value, rawget(_G, "gt"))
end

local function get(value, key)
  if is_gt(value) and rawget(value, key) == nil
      and (lazy_names(value)[key] or modules[key]) then
    local ok, found = pcall(function() return value[key] end)
    return ok and found or nil
  end
  for _, source in ipairs(sources(value)) do
    local found = rawget(source, key)
    if found ~= nil then return found end
  end
end

local function callable(value)
  return type(value) == "function" or metafield(value, "__call") ~= nil
end

--- All names behind `value.` or `value:` as a set.
local function names_of(value, methods)
  local names = {}
  for _, source in ipairs(sources(value)) do
    for key, field in next, source do
      if type(key) == "string" and (not methods or callable(field)) then names[key] = true end
    end
  end
  if is_gt(value) then
    for key in next, lazy_names(value) do names[key] = true end
    for key in next, modules do names[key] = true end
  end
  return names
end

--- Walks "a.b.c" from the globals; nil when it leads nowhere.
local function walk(path)
  local value = _G
  for key in path:gmatch "[%w_]+" do
    value = get(value, key)
    if value == nil then return nil end
  end
  return value
end

local function matching(names, base, prefix)
  local found = {}
  for name in next, names do
    local wanted = name:sub(1, #prefix) == prefix and name:find "^[%a_][%w_]*$"
    if wanted and (prefix ~= "" or name:sub(1, 1) ~= "_") then found[#found + 1] = base .. name end
  end
  table.sort(found)
  return found
end

--- Every word that may stand where `word` ("gt.sl", "job:w", "pri") does, sorted.
---@param word string
---@return string[]
function complete.words(word)
  local path, separator, prefix = word:match "^([%a_][%w_.]*)([.:])([%w_]*)$"
  if path then
    local value = walk(path)
    if value == nil then return {} end
    return matching(names_of(value, separator == ":"), path .. separator, prefix)
  end
  if not word:find "^[%w_]*$" then return {} end
  local names = names_of(_G)
  for _, keyword in ipairs(KEYWORDS) do names[keyword] = true end
  return matching(names, "", word)
end

return complete

-- Everything gtlua can explain, by topic. The texts are data in lua/gt/help/; used by
-- gt.cli.help and by scripts/stubs.lua. Nothing here prints.

local help = {}

local distance = require "gt.core.text".levenshtein

local SETS = { "calls", "siblings", "tasks", "datasets", "curation", "objects", "scores", "check", "suspects", "text" }

--- Every function and method, in reading order.
---@return table[] entries as described in lua/gt/help/calls.lua
function help.functions()
  local all = {}
  for _, set in ipairs(SETS) do
    for _, entry in ipairs(require("gt.help." .. set)) do all[#all + 1] = entry end
  end
  return all
end

--- The classes of the tables that scripts get.
function help.types() return require "gt.help.types" end

--- The options of an entry as a list of { name, type, help, min, max, values }, or nil.
function help.options(entry)
  if type(entry.options) ~= "string" then return entry.options end
  return require "gt.core.api".option_tables()[entry.options]
end

--- The type of an option in the words of LuaCATS.
function help.option_type(entry, option)
  local special = entry.types and entry.types[option.name]
  if special then return special end
  if option.values then return '"' .. table.concat(option.values, '"|"') .. '"' end
  return option.type == "list" and "any[]" or option.type
end

--- An entry as scripts write it: "gt.sleep", "upload", "model:wait".
function help.full_name(entry)
  if entry.global or entry.name:find(":", 1, true) then return entry.name end
  return "gt." .. entry.name
end

--- The topics in groups, for the overview: { { title, { name, ... } }, ... }.
function help.groups()
  local groups = { { "the four primitives", {} }, { "functions of gt", {} }, { "methods", {} },
    { "tables", {} }, { "more", {} } }
  for _, entry in ipairs(help.functions()) do
    local group = entry.global and 1 or entry.name:find(":", 1, true) and 3 or 2
    table.insert(groups[group][2], entry.name)
  end
  for _, class in ipairs(help.types()) do table.insert(groups[4][2], class.topic) end
  groups[5][2] = { "errors", "tasks", "states", "local", "check", "fix", "rule-ids", "profiles",
    "exit-codes", "environment" }
  return groups
end

--- Every topic's name.
---@return string[]
function help.topics()
  local names, seen = {}, {}
  for _, group in ipairs(help.groups()) do
    for _, name in ipairs(group[2]) do
      if not seen[name] then names[#names + 1] = name end
      seen[name] = true
    end
  end
  return names
end

-- Pages whose text is made when it is asked for.
local MADE = {
  check = function() return require "gt.cli.check".HELP end,
  fix = function() return require "gt.cli.fix".HELP end,
  ["rule-ids"] = function() return require "gt.help.rules".text() end,
  profiles = function() return require "gt.help.profiles"() end,
}

local function made_page(name)
  if MADE[name] then return { text = MADE[name]() } end
  local rule = require "gt.check.rules".find(name)
  return rule and { text = require "gt.help.rules".one(rule) }
end

local function normal(topic)
  return (topic:lower():gsub("^gt%.", ""):gsub("%s*%(.*$", ""):gsub("^job:", "model:")
    :gsub("^data:", "dataset:"))
end

--- What a topic names: a list of { kind = "function"|"type"|"page"|"errors", value }; a
--- function and a table may share a name, and "wait" is a method of two.
---@param topic string
---@return table[] found empty when nothing has that name
function help.find(topic)
  local name, found = normal(topic), {}
  local function add(kind, value) found[#found + 1] = { kind = kind, value = value } end
  if name == "errors" then add("errors", require "gt.help.errors") end
  for _, error_code in ipairs(require "gt.help.errors") do
    if error_code[1]:lower() == name then add("errors", { error_code }) end
  end
  local page = require "gt.help.pages"[name] or made_page(name)
  if page then add("page", page) end
  for _, entry in ipairs(help.functions()) do
    if entry.name == name then add("function", entry) end
  end
  for _, class in ipairs(help.types()) do
    if class.topic == name or class.class:lower() == "gt." .. name then add("type", class) end
  end
  if #found > 0 then return found end
  for _, entry in ipairs(help.functions()) do
    if entry.name:match "[.:]([%w_]+)$" == name then add("function", entry) end
  end
  return found
end

--- The topic whose name is most like that one; one that begins so counts as near.
---@param topic string
---@return string
function help.nearest(topic)
  local wanted, nearest, best = normal(topic):sub(1, 60), nil, math.huge
  for _, name in ipairs(help.topics()) do
    local d = distance(wanted, name)
    local last = name:match "[.:]([%w_]+)$"
    if last then d = math.min(d, distance(wanted, last)) end
    if #wanted > 2 and name:find(wanted, 1, true) then d = math.min(d, 1) end
    if d < best then nearest, best = name, d end
  end
  return nearest
end

return help

-- Waivers: one line, with a reason, that says a finding is meant. They stand in a file
-- .gtcheck beside the data or behind --waive:
--
--   RULE[@FILE[:LINE]] = REASON        # FILE is seen from the folder of the .gtcheck
--
-- RULE may end in "*" (personal-*). Used by gt.check.run. A waived finding is counted, not
-- shown; a waiver without a reason is refused, one that matches nothing is a warning.

local core = require "gt.core.host"
local fs = require "gt.core.fs"
local nearest = require "gt.nearest"
local rules = require "gt.check.rules"
local visible = require "gt.show".visible

local waivers = {}

waivers.FILE = ".gtcheck"

local function usage(message, hint) core.raise("INVALID_ARGUMENT", message, hint, { exit_code = 2 }) end

local function trim(text) return (text:match "^%s*(.-)%s*$") end

local function folder_of(path) return path:match "^(.*/)[^/]*$" or "" end

--- The same name for the same file, however it was written.
local function normal(path)
  path = path:gsub("/+", "/"):gsub("/%./", "/")
  while path:sub(1, 2) == "./" do path = path:sub(3) end
  return path
end

--- Reads "RULE[@FILE[:LINE]]=REASON"; `place` stands before what is wrong with it.
local function parse(text, place)
  local target, reason = text:match "^([^=]*)=(.*)$"
  target, reason = trim(target or text), trim(reason or "")
  local rule, where = target:match "^([^@%s]+)@(.+)$"
  rule = rule or target
  if rule == "" then usage(place .. ": a waiver is RULE[@FILE[:LINE]]=REASON") end
  if not rules.known(rule) then
    usage(("%s: no rule '%s'"):format(place, visible(rule)), ("did you mean %s? gtlua help rule-ids lists them")
      :format(nearest.of(rule, rules.ids())))
  end
  if reason == "" then
    usage(("%s: the waiver of %s has no reason"):format(place, visible(target)),
      ("write %s = why this is meant"):format(target))
  end
  local waiver = { rule = rule, reason = reason, target = target, used = 0 }
  if where then
    local file, line = where:match "^(.+):(%d+)$"
    waiver.file, waiver.line = normal(file or where), math.tointeger(tonumber(line))
  end
  return waiver
end

local function read_file(list, path)
  local text = fs.read(path)
  if not text then return end
  local number = 0
  for line in (text .. "\n"):gmatch "(.-)\r?\n" do
    number = number + 1
    if not line:find "^%s*#" and line:find "%S" then
      local waiver = parse(line, ("%s:%d"):format(path, number))
      waiver.path, waiver.at, waiver.folder = path, number, normal(folder_of(path))
      if waiver.file then waiver.file = normal(waiver.folder .. waiver.file) end
      list[#list + 1] = waiver
    end
  end
end

--- All waivers that may concern these files.
---@param paths string[] the files of the check
---@param words string[]? what stood behind --waive
---@return table[]
function waivers.load(paths, words)
  local list, seen = {}, {}
  for i, word in ipairs(words or {}) do
    list[i] = parse(word, "--waive")
  end
  for _, path in ipairs(paths) do
    local file = folder_of(path) .. waivers.FILE
    if not seen[file] then read_file(list, file) end
    seen[file] = true
  end
  return list
end

local function concerns(waiver, path)
  if waiver.folder and folder_of(path) ~= waiver.folder then return false end
  if not waiver.file then return true end
  if path == waiver.file then return true end
  return not waiver.path and not waiver.file:find("/", 1, true) and path:match "[^/]*$" == waiver.file
end

--- Marks findings (their `path` set) that a waiver names with waived = reason.
function waivers.apply(list, findings)
  if #list == 0 then return end
  local by_path = {}
  for _, finding in ipairs(findings) do
    local path = finding.path
    if not by_path[path] then
      local own = {}
      for _, waiver in ipairs(list) do
        if concerns(waiver, normal(path)) then own[#own + 1] = waiver end
      end
      by_path[path] = own
    end
    for _, waiver in ipairs(by_path[path]) do
      if rules.matches(waiver.rule, finding.rule) and (not waiver.line or waiver.line == finding.line) then
        waiver.used = waiver.used + 1
        finding.waived = finding.waived or waiver.reason
      end
    end
  end
end

--- Waivers that matched nothing though this check looked for what they name.
---@param list table[]
---@param paths string[]
---@param looked fun(rule: table): boolean whether anybody looked for that rule
---@return table[] findings, with path instead of file
function waivers.unused(list, paths, looked)
  local found = {}
  for i, waiver in ipairs(list) do
    local here = not waiver.path
    for _, path in ipairs(paths) do here = here or concerns(waiver, normal(path)) end
    local rule = rules.find(waiver.rule)
    if waiver.used == 0 and here and (not rule or looked(rule)) then
      found[#found + 1] = {
        path = waiver.path or paths[1], line = waiver.at or 1, column = 1, rule = "unused-waiver",
        severity = "warning", order = i,
        message = ("the waiver of %s (%s) matches no finding"):format(visible(waiver.target), visible(waiver.reason)),
        hint = waiver.path and "remove the line" or "remove the --waive",
      }
    end
  end
  return found
end

return waivers

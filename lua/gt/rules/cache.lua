-- Verdicts and answers that need not be asked for twice: in memory, and on request below
-- the state folder. Used by gt.rules. What failed is never kept.

local fs = require "gt.core.fs"
local task = require "gt.core.task"
local json = require "cjson"

local cache = {}

local MEMORY_MAX = 1000000 -- entries; what comes after them is asked for each time

local Memory = {}
Memory.__index = Memory

function cache.memory() return setmetatable({ of = {}, count = 0, pending = {} }, Memory) end

local function file_of(key)
  local name = fs.sha256(key)
  local folder = ("%s/rules/%s"):format(fs.state_dir(), name:sub(1, 2))
  return folder .. "/" .. name .. ".json", folder
end

local function read_disk(key)
  local bytes = fs.read((file_of(key)))
  if not bytes then return nil end
  local ok, entry = pcall(json.decode, bytes)
  -- A damaged file counts as none: it is written again.
  if ok and type(entry) == "table" and entry.key == key then return entry.value end
  return nil
end

local function write_disk(key, value)
  local path, folder = file_of(key)
  fs.mkdirs(folder)
  fs.write_atomic(path, json.encode { key = key, value = value })
end

function Memory:get(key, disk)
  local value = self.of[key]
  if value == nil and disk then
    value = read_disk(key)
    if value ~= nil then self:keep(key, value) end
  end
  return value
end

function Memory:keep(key, value)
  if self.of[key] == nil then
    if self.count >= MEMORY_MAX then return end
    self.count = self.count + 1
  end
  self.of[key] = value
end

--- What is kept under the key, or what compute() returns, which is kept then. A task that
--- wants what another one is just computing waits for it.
---@param parts string[] what the value depends on
function Memory:through(parts, disk, compute)
  local key = table.concat(parts, "\0")
  while true do
    local value = self:get(key, disk)
    if value ~= nil then return value end
    local gate = self.pending[key]
    if not gate then break end
    task.gate_wait(gate)
    task.gate_open(gate) -- on to the next in line
  end
  local gate = task.gate()
  self.pending[key] = gate
  local ok, value = pcall(compute)
  self.pending[key] = nil
  if ok and value ~= nil then
    self:keep(key, value)
    if disk then write_disk(key, value) end
  end
  task.gate_open(gate)
  if not ok then error(value, 0) end
  return value
end

return cache

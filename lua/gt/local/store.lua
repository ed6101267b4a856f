-- The local API's folders: <state folder>/local/{models,files,uploads}/<id>/. A resource
-- appears and goes by one rename, so that another process sees all of it or nothing.

local fs = require "gt.core.fs"
local json = require "gt.local.json"

local store = {}

local KINDS = { models = true, files = true, uploads = true }
local STALE_SECONDS = 3600 -- half-made folders of processes that died

local root
local seen = {} -- path -> { stamp =, value = }: what was read last

local function sweep(folder)
  for _, name in ipairs(fs.list(folder)) do
    local path = folder .. "/" .. name
    local old = name:sub(1, 1) == "." and fs.modified(path)
    if old and fs.now() - old > STALE_SECONDS then fs.remove_tree(path, folder) end
  end
end

local function base()
  if not root then
    local path = fs.state_dir() .. "/local"
    for kind in pairs(KINDS) do
      fs.mkdirs(path .. "/" .. kind)
      sweep(path .. "/" .. kind)
    end
    root = path
  end
  return root
end

--- The path of a resource or of one of its files.
---@param kind "models"|"files"|"uploads"
---@param id? string
---@param name? string
function store.path(kind, id, name)
  assert(KINDS[kind] and (id == nil or id:find "^[a-z0-9][a-z0-9-]*$"), "no such resource name")
  local path = base() .. "/" .. kind
  if id then path = path .. "/" .. id end
  if name then path = path .. "/" .. name end
  return path
end

--- Whether a string can be the id of a stored resource.
function store.is_id(id) return #id <= 64 and id:find "^[a-z0-9][a-z0-9-]*$" ~= nil end

--- A JSON file of a resource, or nil when it is not there or damaged. The table is
--- shared: nobody changes it.
function store.read(kind, id, name)
  local path = store.path(kind, id, name)
  local stamp = fs.stamp(path)
  local known = seen[path]
  if known and known.stamp == stamp then return known.value end
  seen[path] = nil
  local text = stamp and fs.read(path)
  if not text then return nil end
  local value = json.decode(text)
  seen[path] = { stamp = stamp, value = value }
  return value
end

function store.write(kind, id, name, value)
  fs.write_atomic(store.path(kind, id, name), json.encode(value))
end

--- Writes a file that is written once; false when it was there already.
function store.write_once(kind, id, name, value)
  return fs.write_new(store.path(kind, id, name), json.encode(value))
end

--- All ids of a kind, sorted.
function store.ids(kind)
  local ids = {}
  for _, name in ipairs(fs.list(store.path(kind))) do
    if store.is_id(name) then ids[#ids + 1] = name end
  end
  table.sort(ids)
  return ids
end

--- Makes a resource: fill(folder) writes its files before the name exists. False, and
--- nothing is left, when the name is taken.
---@param kind string
---@param id string
---@param fill fun(folder: string)
---@return boolean
function store.create(kind, id, fill)
  local folder = store.path(kind)
  local staging = ("%s/.new-%s"):format(folder, fs.random_id(16))
  fs.mkdirs(staging)
  local ok, problem = pcall(fill, staging)
  local made = ok and fs.rename(staging, store.path(kind, id))
  if not made then fs.remove_tree(staging, folder) end
  if not ok then error(problem, 0) end
  return made
end

--- Removes a resource; false when there was none.
function store.drop(kind, id)
  local folder = store.path(kind)
  local gone = ("%s/.gone-%s"):format(folder, fs.random_id(16))
  if not fs.rename(store.path(kind, id), gone) then return false end
  fs.remove_tree(gone, folder)
  for path in pairs(seen) do
    if path:find(store.path(kind, id) .. "/", 1, true) == 1 then seen[path] = nil end
  end
  return true
end

return store

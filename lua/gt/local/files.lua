-- Files of the local API: get, list, delete, and the making of a file from bytes that
-- have arrived. files/<id>/ holds file.json and data.

local fs = require "gt.core.fs"
local errors = require "gt.local.errors"
local json = require "gt.local.json"
local paging = require "gt.local.paging"
local store = require "gt.local.store"

local files = {}

local KEPT_SECONDS = 48 * 3600
files.MAX_BYTES = 2147483648

local function forbidden(id)
  errors.raise("PERMISSION_DENIED",
    ("You do not have permission to access the File %s or it may not exist."):format(id))
end

--- A stored file's record; one that has expired is removed.
local function find(id)
  local record = store.is_id(id) and store.read("files", id, "file.json")
  if record and record.expires <= fs.now() then
    store.drop("files", id)
    return nil
  end
  return record
end

--- Removes the files that have expired.
function files.sweep()
  for _, id in ipairs(store.ids "files") do find(id) end
end

local function view(id, record, origin)
  return {
    name = "files/" .. id, displayName = record.displayName, mimeType = record.mimeType,
    sizeBytes = ("%d"):format(record.sizeBytes), createTime = record.createTime,
    updateTime = record.createTime, expirationTime = fs.rfc3339(record.expires),
    sha256Hash = record.sha256Hash, uri = ("%s/v1beta/files/%s"):format(origin, id),
    state = "ACTIVE", source = "UPLOADED",
  }
end

--- Checks what a request says of the new file; returns its id or nil.
---@param file table File members of the request
---@param mime_type string
---@return string|nil id
function files.check(file, mime_type)
  if #mime_type > 255 or mime_type:find "[^\32-\126]" then
    errors.raise("INVALID_ARGUMENT", "Unsupported MIME type: it is not printable ASCII.")
  end
  if file.displayName and utf8.len(file.displayName) > 512 then
    errors.invalid("file.display_name", "display_name must have at most 512 characters.")
  end
  if not file.name or file.name == "" then return nil end
  local id = file.name:gsub("^files/", "")
  if #id > 40 or not id:find "^[a-z0-9][a-z0-9-]*$" or id:find "%-$" then
    errors.invalid("file.name", ("Invalid file name '%s': expected 'files/' and 1 to 40 of [a-z0-9-], no "
      .. "dash first or last."):format(file.name))
  end
  if find(id) then
    errors.raise("ALREADY_EXISTS", ("Requested entity already exists: files/%s"):format(id))
  end
  return id
end

--- Makes a file of data that lies at a path (it is moved) and whose digest is known.
---@param options table { id or nil, display_name or nil, mime_type, data (path), sha256 (bytes), origin }
---@return table file as the API shows it
function files.create(options)
  local id = options.id or fs.random_id(12)
  local now = fs.now()
  local record = {
    displayName = options.display_name, mimeType = options.mime_type, createTime = fs.rfc3339(now),
    expires = math.floor(now) + KEPT_SECONDS, -- whole, so that it reads back the same
    sizeBytes = fs.size(options.data),
    sha256Hash = json.base64(options.sha256),
  }
  local made = store.create("files", id, function(folder)
    fs.write_atomic(folder .. "/file.json", json.encode(record))
    if not fs.rename(options.data, folder .. "/data") then error("the uploaded bytes are gone", 0) end
  end)
  if not made then
    errors.raise("ALREADY_EXISTS", ("Requested entity already exists: files/%s"):format(id))
  end
  return view(id, record, options.origin)
end

function files.get(req, id) return view(id, find(id) or forbidden(id), req.origin) end

function files.list(req)
  local found = {}
  for _, id in ipairs(store.ids "files") do
    local record = find(id)
    if record then found[#found + 1] = view(id, record, req.origin) end
  end
  local page, next_token = paging.cut(found, req.query, {
    default = 10, max = 100, key = function(file) return file.createTime .. file.name end,
  })
  return { files = #page > 0 and page or nil, nextPageToken = next_token }
end

function files.delete(_, id)
  if not store.is_id(id) or not store.drop("files", id) then forbidden(id) end
  return {}
end

return files

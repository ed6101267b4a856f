-- Uploads of the local API: the resumable protocol (X-Goog-Upload-*); upload_whole.lua
-- has the two that send a file in one request. uploads/<id>/ holds upload.json and the
-- bytes that have arrived; their number is the offset, so a session survives a restart.

local fs = require "gt.core.fs"
local errors = require "gt.local.errors"
local files = require "gt.local.files"
local json = require "gt.local.json"
local requests = require "gt.local.requests"
local shape = require "gt.local.shape"
local store = require "gt.local.store"
local whole = require "gt.local.upload_whole"

local uploads = {}

local GRANULARITY = 262144
local KEPT_SECONDS = 48 * 3600

-- upload id -> { size =, digest = }: the running SHA-256 of what arrived in this
-- process, so that finalize need not read the file again.
local digests = {}

local function answer(status, headers, body)
  headers["X-Goog-Upload-Status"] = status
  return { status = 200, headers = headers, body = body }
end

local function refuse(received, message)
  errors.raise("INVALID_ARGUMENT", message, { headers = {
    ["X-Goog-Upload-Status"] = "active", ["X-Goog-Upload-Size-Received"] = tostring(received),
  } })
end

--- Sessions that nobody ended, and files past their time.
local function sweep()
  files.sweep()
  for _, id in ipairs(store.ids "uploads") do
    local time = fs.modified(store.path("uploads", id))
    if time and fs.now() - time > KEPT_SECONDS then store.drop("uploads", id) end
  end
end

local function data_path(id) return store.path("uploads", id, "data") end

local function start(req)
  sweep()
  local body = shape.body(requests.create_file, req.body, "")
  local file = body.file or {}
  local announced = req.headers["x-goog-upload-header-content-length"]
  local size = announced and math.tointeger(tonumber(announced))
  if announced and (not size or size < 0 or size > files.MAX_BYTES) then
    errors.invalid("x-goog-upload-header-content-length",
      ("Invalid content length '%s': at most %d bytes."):format(announced, files.MAX_BYTES))
  end
  local id = fs.random_id(32)
  local mime_type = file.mimeType or req.headers["x-goog-upload-header-content-type"]
    or "application/octet-stream"
  local record = {
    file_id = files.check(file, mime_type), display_name = file.displayName, size = size,
    mime_type = mime_type,
  }
  store.create("uploads", id, function(folder)
    fs.write_at(folder .. "/data", 0, "")
    fs.write_atomic(folder .. "/upload.json", json.encode(record))
  end)
  digests[id] = { size = 0, digest = fs.digest() }
  local url = ("%s/upload/v1beta/files?upload_id=%s&upload_protocol=resumable"):format(req.origin, id)
  return answer("active", {
    ["X-Goog-Upload-URL"] = url, ["X-Goog-Upload-Control-URL"] = url,
    ["X-Goog-Upload-Chunk-Granularity"] = tostring(GRANULARITY),
  })
end

local function append(req, id, record, received, last)
  local offset = math.tointeger(tonumber(req.headers["x-goog-upload-offset"]))
  if offset ~= received then
    refuse(received, ("The upload offset is %s, but %d bytes have been received.")
      :format(req.headers["x-goog-upload-offset"] or "missing", received))
  end
  local size = received + #req.body
  if size > (record.size or files.MAX_BYTES) then
    refuse(received, ("%d bytes are more than the %d that were announced.")
      :format(size, record.size or files.MAX_BYTES))
  end
  if last and record.size and size ~= record.size then
    refuse(received, ("%d bytes were announced, but the upload ends at %d."):format(record.size, size))
  elseif not last and size ~= record.size and #req.body % GRANULARITY ~= 0 then
    refuse(received, ("A chunk of %d bytes is not a multiple of the granularity %d.")
      :format(#req.body, GRANULARITY))
  end
  fs.write_at(data_path(id), received, req.body)
  local running = digests[id]
  if running and running.size == received then
    running.digest:add(req.body)
    running.size = size
  end
  return size
end

local function digest_of(id, size)
  local running = digests[id]
  digests[id] = nil
  local digest = running and running.size == size and running.digest
    or fs.digest():add_file(data_path(id))
  local _, bytes = digest:finish()
  return bytes
end

local function finalize(req, id, record, received)
  if record.size and received ~= record.size then
    refuse(received, ("%d bytes were announced, but %d have been received."):format(record.size, received))
  end
  local file = files.create {
    id = record.file_id, display_name = record.display_name, mime_type = record.mime_type,
    data = data_path(id), sha256 = digest_of(id, received), origin = req.origin,
  }
  store.write("uploads", id, "upload.json", { final = file.name:match "^files/(.*)$", size = received })
  return answer("final", {}, { file = file })
end

--- After the end: a repeated finalize gets the same answer, since its first one may
--- have been lost on the way.
local function ended(req, record, commands)
  if commands.query then
    return answer("final", { ["X-Goog-Upload-Size-Received"] = ("%d"):format(record.size) })
  elseif commands.finalize then
    return answer("final", {}, { file = files.get(req, record.final) })
  end
  errors.raise("INVALID_ARGUMENT", "The upload has been finalized already.",
    { headers = { ["X-Goog-Upload-Status"] = "final" } })
end

local function go_on(req, id, commands)
  local record = store.is_id(id) and store.read("uploads", id, "upload.json")
  if not record then errors.not_found "The upload session does not exist or has expired." end
  if record.final then return ended(req, record, commands) end
  local received = fs.size(data_path(id)) or 0
  if commands.cancel then
    digests[id] = nil
    store.drop("uploads", id)
    return answer("cancelled", {})
  elseif commands.query then
    return answer("active", { ["X-Goog-Upload-Size-Received"] = tostring(received) })
  end
  if commands.upload then received = append(req, id, record, received, commands.finalize) end
  if commands.finalize then return finalize(req, id, record, received) end
  if not commands.upload then
    errors.invalid("x-goog-upload-command", "The upload command is missing or unknown.")
  end
  return answer("active", { ["X-Goog-Upload-Size-Received"] = tostring(received) })
end

--- POST /upload/v1beta/files, in all its forms.
function uploads.handle(req)
  local commands = {}
  for word in (req.headers["x-goog-upload-command"] or ""):gmatch "%a+" do commands[word] = true end
  local protocol = req.headers["x-goog-upload-protocol"] or req.query.uploadType
  if req.query.upload_id then return go_on(req, req.query.upload_id, commands) end
  if protocol == "multipart" then return whole.multipart(req) end
  if protocol == "raw" or protocol == "media" then
    return whole.raw(req)
  elseif protocol == "resumable" and commands.start then
    return start(req)
  elseif req.query.uploadType == "resumable" then
    errors.raise("UNIMPLEMENTED", "Resumable uploads need the X-Goog-Upload-* headers here.")
  end
  errors.invalid("x-goog-upload-protocol", "The upload protocol or command is missing or unknown.")
end

return uploads

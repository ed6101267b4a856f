-- Uploads in one request: raw (the body is the file) and multipart/related.

local fs = require "gt.core.fs"
local errors = require "gt.local.errors"
local files = require "gt.local.files"
local requests = require "gt.local.requests"
local shape = require "gt.local.shape"
local store = require "gt.local.store"

local whole = {}

local UNKNOWN_TYPE = "application/octet-stream"

--- A whole file in one request.
local function make(req, file, mime_type, bytes)
  local file_id = files.check(file, mime_type)
  local id = fs.random_id(32)
  store.create("uploads", id, function(folder) fs.write_at(folder .. "/data", 0, bytes) end)
  local made = files.create {
    id = file_id, display_name = file.displayName, mime_type = mime_type, data = store.path("uploads", id, "data"),
    sha256 = select(2, fs.digest():add(bytes):finish()), origin = req.origin,
  }
  store.drop("uploads", id)
  return { file = made }
end

--- Metadata and bytes as the two parts of one body.
function whole.multipart(req)
  local boundary = (req.headers["content-type"] or ""):match 'boundary="?([^";]+)"?'
  local parts = {}
  local text, mark = "\r\n" .. req.body, boundary and "\r\n--" .. boundary
  local at = mark and select(2, text:find(mark, 1, true))
  while at and text:sub(at + 1, at + 2) ~= "--" do
    local first, last = text:find("\r\n\r\n", at + 1, true)
    local stop, next_at = text:find(mark, last or at + 1, true)
    if not first or not stop then break end
    parts[#parts + 1] = { head = text:sub(at + 1, first + 1), body = text:sub(last + 1, stop - 1) }
    at = next_at
  end
  if #parts ~= 2 then
    errors.raise("INVALID_ARGUMENT", "A multipart upload needs a JSON part and a data part.")
  end
  local body = shape.body(requests.create_file, parts[1].body, "")
  local mime_type = parts[2].head:match "[Cc]ontent%-[Tt]ype:%s*([^\r\n]+)"
  return make(req, body.file or {}, mime_type or UNKNOWN_TYPE, parts[2].body)
end

--- The body is the file; nothing else is known of it but its type.
function whole.raw(req)
  return make(req, {}, req.headers["content-type"] or UNKNOWN_TYPE, req.body)
end

return whole

-- The local API: files and uploads, paths, and the engine module below.

local helper = assert(loadfile("tests/spec/local_helper.lua", "t", _ENV))()
local fs = require "gt.core.fs"
local gt = require "gt.task"
local engine = require "gt.core.engine"
local send = helper.send
local refused = helper.refused
local BASE = helper.BASE

after_each(helper.clean)

describe("files", function()
  local UNIT = 262144

  local function start(body, size)
    local status, answer, res = send("POST", "/upload/v1beta/files", { body = body or {}, headers = {
      ["x-goog-upload-protocol"] = "resumable", ["x-goog-upload-command"] = "start",
      ["x-goog-upload-header-content-length"] = size and tostring(size),
      ["x-goog-upload-header-content-type"] = "text/plain",
    } })
    local url = res.headers["X-Goog-Upload-URL"]
    return url and url:match "upload_id=(%w+)", status, answer, res
  end

  local function put(id, command, offset, bytes)
    return send("POST", "/upload/v1beta/files", {
      query = { upload_id = id, upload_protocol = "resumable" }, body = bytes,
      headers = { ["x-goog-upload-command"] = command, ["x-goog-upload-offset"] = offset and tostring(offset) },
    })
  end

  it("arrive in chunks and go on where a break left them", function()
    local data = ("0123456789abcdef"):rep(UNIT // 16) .. "tail"
    local id, status, _, res = start({ file = { displayName = "rows", name = "files/rows-1" } }, #data)
    expect.equal(status, 200)
    expect.equal(res.body, "")
    expect.equal(res.headers["X-Goog-Upload-Status"], "active")
    expect.equal(res.headers["X-Goog-Upload-Chunk-Granularity"], tostring(UNIT))
    put(id, "upload", 0, data:sub(1, UNIT))
    _, _, res = put(id, "query")
    expect.equal(res.headers["X-Goog-Upload-Size-Received"], tostring(UNIT))
    local body
    status, body, res = put(id, "upload, finalize", UNIT, "tail")
    expect.equal(status, 200)
    expect.equal(res.headers["X-Goog-Upload-Status"], "final")
    local file = body.file
    expect.equal(file.name, "files/rows-1")
    expect.equal(file.sizeBytes, tostring(#data))
    expect.equal(file.mimeType, "text/plain")
    expect.equal(file.state, "ACTIVE")
    expect.equal(file.uri, "http://local/v1beta/files/rows-1")
    local hex = fs.sha256(data)
    local bytes = hex:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end)
    expect.equal(file.sha256Hash, require("gt.local.json").base64(bytes))
    local _, again = put(id, "upload, finalize", UNIT, "tail") -- the first answer was lost
    expect.same(again.file, file)
    local _, got = send("GET", "/v1beta/files/rows-1")
    expect.same(got, file)
  end)

  it("keep to the protocol", function()
    local id = start(nil, UNIT + 3)
    put(id, "upload", 0, ("x"):rep(UNIT))
    local status, body, res = put(id, "upload", 5, "abc")
    expect.match(refused(400, "INVALID_ARGUMENT", status, body), "offset")
    expect.equal(res.headers["X-Goog-Upload-Status"], "active")
    expect.equal(res.headers["X-Goog-Upload-Size-Received"], tostring(UNIT))
    expect.match(refused(400, "INVALID_ARGUMENT", put(id, "upload", UNIT, "ab")), "granularity")
    expect.match(refused(400, "INVALID_ARGUMENT", put(id, "upload, finalize", UNIT, "ab")), "announced")
    expect.match(refused(400, "INVALID_ARGUMENT", put(id, "upload, finalize", UNIT, "abcd")), "announced")
    status, body, res = put(id, "cancel")
    expect.equal(status, 200)
    expect.equal(body, "")
    expect.equal(res.headers["X-Goog-Upload-Status"], "cancelled")
    refused(404, "NOT_FOUND", put(id, "query"))
    local _, too_large = start(nil, 2147483649)
    expect.equal(too_large, 400)
    local _, bad_name = start { file = { name = "files/A_b" } }
    expect.equal(bad_name, 400)
  end)

  it("take their name once", function()
    put(start { file = { name = "files/one" } }, "upload, finalize", 0, "x")
    local _, status, body = start { file = { name = "files/one" } }
    refused(409, "ALREADY_EXISTS", status, body)
  end)

  it("arrive in one request too", function()
    local _, body = send("POST", "/upload/v1beta/files", { query = { uploadType = "media" }, body = "bytes",
      headers = { ["content-type"] = "text/csv" } })
    expect.equal(body.file.mimeType, "text/csv")
    _, body = send("POST", "/upload/v1beta/files", { query = { uploadType = "multipart" },
      headers = { ["content-type"] = "multipart/related; boundary=B" },
      body = '--B\r\nContent-Type: application/json\r\n\r\n{"file":{"displayName":"two"}}\r\n'
        .. "--B\r\nContent-Type: text/plain\r\n\r\nthe\r\nbytes\r\n--B--\r\n" })
    expect.equal(body.file.displayName, "two")
    expect.equal(body.file.sizeBytes, "10")
    local _, list = send("GET", "/v1beta/files", { query = { pageSize = "1" } })
    expect.equal(#list.files, 1)
    expect.truthy(list.nextPageToken)
    expect.equal(send("POST", "/upload/v1beta/files", { query = { uploadType = "media" }, body = "bytes",
      headers = { ["content-type"] = "text/\xff" } }), 400)
  end)

  it("that are missing or have expired are forbidden, not missing", function()
    put(start { file = { name = "files/old" } }, "upload, finalize", 0, "x")
    local path = fs.state_dir() .. "/local/files/old/file.json"
    fs.write_atomic(path, (fs.read(path):gsub('"expires":[%d.]+', '"expires":1')))
    refused(403, "PERMISSION_DENIED", send("GET", "/v1beta/files/old"))
    expect.falsy(fs.exists(path))
    refused(403, "PERMISSION_DENIED", send("DELETE", "/v1beta/files/never"))
    refused(403, "PERMISSION_DENIED", send("GET", "/v1beta/files/..%2fx"))
  end)
end)

describe("paths", function()
  it("that do not exist, or not with that method, are refused", function()
    for _, path in ipairs { "/", "/v2/models", "/v1beta/", "/v1beta/nothing", "/v1beta/files/a/b", "/upload/v1beta/x",
      "/v1beta/other/x:generateContent" } do
      refused(404, "NOT_FOUND", send("GET", path))
    end
    local status, body, res = send("PUT", "/v1beta/tunedModels/x")
    refused(405, "UNIMPLEMENTED", status, body)
    expect.equal(res.headers.allow, "DELETE, GET, PATCH")
    expect.equal(send("POST", "/v1beta/" .. BASE .. ":batchGenerateContent", { body = {} }), 501)
    expect.match(refused(400, "INVALID_ARGUMENT", send("GET", "/v1beta/models", { query = { foo = "1" } })), "foo")
    expect.match(refused(400, "INVALID_ARGUMENT", send("GET", "/v1beta/models",
      { query = { key = "k" }, headers = { ["x-goog-api-key"] = "k" } })), "Multiple authentication")
  end)
end)

describe("the engine module", function()
  it("refuses rows that are not rows, and closed handles", function()
    expect.raises("row 1", engine.train, { rows = { 7 } })
    expect.raises("output must be a string", engine.train, { rows = { { text_input = "a" } } })
    expect.raises("INVALID_ARGUMENT", engine.train, { rows = {} })
    local job = engine.train { rows = { { text_input = "a", output = "b" } } }
    job:close()
    expect.raises("closed", job.progress, job)
    expect.raises("NOT_FOUND", engine.load, fs.state_dir() .. "/nothing.bin")
  end)

  it("scores validation rows and answers with as many labels as asked", function()
    local list = {}
    for i = 1, 40 do list[i] = { text_input = "number " .. i % 8, output = "label " .. i % 8 } end
    local path = fs.state_dir() .. "/spec.bin"
    local job = engine.train { rows = list, validation = { list[1], list[2] }, epoch_count = 3, save_to = path }
    repeat gt.sleep(0.002) until job:progress().phase == "done"
    local progress = job:progress()
    expect.equal(progress.completed_steps, progress.total_steps)
    expect.equal(progress.mode, "classify")
    expect.equal(#job:validations(), 3)
    expect.equal(job:validations()[3].accuracy, 1)
    job:close()
    local model <close> = engine.load(path)
    local found = model:predict("number 3", { top = 8 })
    expect.equal(found.text, "label 3")
    expect.equal(#found.top, 8)
    local sum = 0
    for i, label in ipairs(found.top) do
      sum = sum + label.probability
      expect.truthy(i == 1 or label.probability <= found.top[i - 1].probability)
    end
    expect.between(sum, 0.999, 1.001)
    expect.equal(#model:predict("number 3", { top = 2 }).top, 2)
    fs.remove(path)
  end)

  it("keeps removing below its root", function()
    local root = fs.state_dir() .. "/spec"
    fs.mkdirs(root .. "/a/b")
    expect.raises("root", fs.remove_tree, root, root)
    expect.raises("root", fs.remove_tree, root .. "/../spec/a", root)
    expect.raises("root", fs.remove_tree, root .. "/a/../../x", root)
    fs.remove_tree(root .. "/a", root)
    expect.falsy(fs.exists(root .. "/a"))
    fs.remove(root)
  end)
end)

-- From a request to the function that answers it: paths, methods, query members, and the
-- statuses of what does not exist. Nothing raised gets past it.

local embed = require "gt.local.embed"
local errors = require "gt.local.errors"
local files = require "gt.local.files"
local generate = require "gt.local.generate"
local json = require "gt.local.json"
local models = require "gt.local.models"
local operations = require "gt.local.operations"
local tokens = require "gt.local.tokens"
local tuned_models = require "gt.local.tuned_models"
local uploads = require "gt.local.uploads"

local router = {}

local STANDARD = {
  key = true, alt = true, fields = true, prettyPrint = true, quotaUser = true, uploadType = true,
  upload_protocol = true, upload_id = true, access_token = true, callback = true, oauth_token = true,
  ["$.xgafv"] = true, ["$alt"] = true, ["$callback"] = true, ["$prettyPrint"] = true,
}

local PAGE = { pageSize = true, pageToken = true }
local FILTERED_PAGE = { pageSize = true, pageToken = true, filter = true }

local function absent(what)
  return function() errors.raise("UNIMPLEMENTED", what .. " is not implemented by the local API.") end
end

-- { pattern of the path behind the version, { METHOD = function }, query members }
local ROUTES = {
  { "^files$", { GET = files.list }, PAGE },
  { "^files/([^/:]+)$", { GET = files.get, DELETE = files.delete } },
  { "^files/([^/:]+):download$", { GET = absent "files.download" } },
  { "^files:register$", { POST = absent "files.register" } },
  { "^tunedModels$", { GET = tuned_models.list, POST = tuned_models.create },
    { pageSize = true, pageToken = true, filter = true, tunedModelId = true } },
  { "^tunedModels/([^/:]+)$",
    { GET = tuned_models.get, PATCH = tuned_models.patch, DELETE = tuned_models.delete },
    { updateMask = true } },
  { "^tunedModels/([^/:]+)/operations$", { GET = operations.list }, FILTERED_PAGE },
  { "^tunedModels/([^/:]+)/operations/([^/:]+)$", { GET = operations.get } },
  { "^tunedModels/([^/:]+)/operations/([^/:]+):cancel$", { POST = operations.cancel } },
  { "^tunedModels/([^/:]+):transferOwnership$", { POST = absent "tunedModels.transferOwnership" } },
  { "^tunedModels/[^/:]+/permissions", {
    GET = absent "permissions", POST = absent "permissions", PATCH = absent "permissions",
    DELETE = absent "permissions",
  } },
  { "^models$", { GET = models.list }, PAGE },
  { "^models/([^/:]+)$", { GET = models.get } },
  { "^models/([^/:]+):countTokens$", { POST = tokens.handle } },
  { "^models/([^/:]+):embedContent$", { POST = embed.one } },
  { "^models/([^/:]+):batchEmbedContents$", { POST = embed.batch } },
  { "^(models)/([^/:]+):generateContent$", { POST = generate.once } },
  { "^(tunedModels)/([^/:]+):generateContent$", { POST = generate.once } },
  { "^(models)/([^/:]+):streamGenerateContent$", { POST = generate.stream } },
  { "^(tunedModels)/([^/:]+):streamGenerateContent$", { POST = generate.stream } },
  { "^models/[^/:]+:batchGenerateContent$", { POST = absent "batchGenerateContent" } },
  { "^tunedModels/[^/:]+:batchGenerateContent$", { POST = absent "batchGenerateContent" } },
  { "^models/[^/:]+:asyncBatchEmbedContent$", { POST = absent "asyncBatchEmbedContent" } },
  { "^batches", { GET = absent "batches", POST = absent "batches", DELETE = absent "batches" } },
  { "^cachedContents", {
    GET = absent "cachedContents", POST = absent "cachedContents", PATCH = absent "cachedContents",
    DELETE = absent "cachedContents",
  } },
}

local UPLOAD = { "^/upload/v1beta/files$", { POST = uploads.handle } }

--- The route of a path, and the path without its version.
local function find_route(path)
  if path:find(UPLOAD[1]) then return UPLOAD, path end
  local rest = path:match "^/v1beta/(.+)$" or path:match "^/v1/(.+)$"
  for _, route in ipairs(ROUTES) do
    if rest and rest:find(route[1]) then return route, rest end
  end
  return nil
end

local function check_query(query, allowed)
  for name in pairs(query) do
    if not STANDARD[name] and not (allowed and allowed[name]) then
      errors.invalid("", ("Invalid JSON payload received. Unknown name \"%s\": Cannot bind query "
        .. "parameter. Field '%s' could not be found in request message."):format(name, name))
    end
  end
end

local function check_credentials(req)
  local count = (req.headers["x-goog-api-key"] and 1 or 0) + (req.query.key and 1 or 0)
    + (req.headers.authorization and 1 or 0)
  if count > 1 then
    errors.raise("INVALID_ARGUMENT",
      "Multiple authentication credentials received. Please pass only one.")
  end
end

local function dispatch(req)
  local route, rest = find_route(req.path)
  if not route then
    errors.not_found(("Requested entity was not found: %s %s"):format(req.method, req.path))
  end
  local run = route[2][req.method]
  if not run then
    local allowed = {}
    for method in pairs(route[2]) do allowed[#allowed + 1] = method end
    table.sort(allowed)
    errors.raise("UNIMPLEMENTED", ("Method %s is not allowed for %s"):format(req.method, req.path),
      { http = 405, headers = { allow = table.concat(allowed, ", ") } })
  end
  check_credentials(req)
  check_query(req.query, route[3])
  local res = run(req, rest:match(route[1]))
  return res.status and res or { status = 200, headers = {}, body = res }
end

local function complete(res)
  if type(res.body) == "table" then res.body = json.encode(res.body) end
  if not res.chunks and not res.body then res.body = "" end
  if not res.headers["content-type"] and res.body ~= "" then
    res.headers["content-type"] = "application/json; charset=UTF-8"
  end
  return res
end

--- Answers a request; never raises.
---@param req table method, path (decoded), query (decoded), headers (lower-case names), body, origin
---@return { status: integer, headers: table<string, string>, body: string|nil, chunks: string[]|nil }
function router.handle(req)
  local ok, res = pcall(function() return complete(dispatch(req)) end)
  if ok then return res end
  local in_list = req.path:find ":streamGenerateContent$" and req.query.alt ~= "sse"
  local told, written = pcall(errors.response, res, in_list)
  return told and written or { status = 500, headers = {}, body = "" }
end

return router

-- Errors of the local API: google.rpc.Status with the API's own codes, texts and details.
-- A handler raises one; the router turns it into an answer.

local json = require "gt.local.json"

local errors = {}

local HTTP = {
  CANCELLED = 499, UNKNOWN = 500, INVALID_ARGUMENT = 400, DEADLINE_EXCEEDED = 504,
  NOT_FOUND = 404, ALREADY_EXISTS = 409, PERMISSION_DENIED = 403, UNAUTHENTICATED = 401,
  RESOURCE_EXHAUSTED = 429, FAILED_PRECONDITION = 400, ABORTED = 409, OUT_OF_RANGE = 400,
  UNIMPLEMENTED = 501, INTERNAL = 500, UNAVAILABLE = 503, DATA_LOSS = 500,
}

local NUMBERS = {
  CANCELLED = 1, UNKNOWN = 2, INVALID_ARGUMENT = 3, DEADLINE_EXCEEDED = 4, NOT_FOUND = 5,
  ALREADY_EXISTS = 6, PERMISSION_DENIED = 7, RESOURCE_EXHAUSTED = 8, FAILED_PRECONDITION = 9,
  ABORTED = 10, OUT_OF_RANGE = 11, UNIMPLEMENTED = 12, INTERNAL = 13, UNAVAILABLE = 14,
  DATA_LOSS = 15, UNAUTHENTICATED = 16,
}

local Status = {}
Status.__index = Status
function Status:__tostring() return self.code .. ": " .. self.message end

local function detail(kind, members)
  members["@type"] = "type.googleapis.com/google.rpc." .. kind
  return members
end

--- Raises a status. options: details (list), http (when it is not the usual one of the
--- code), headers.
---@param code string canonical name
---@param message string
---@param options? { details?: table[], http?: integer, headers?: table }
function errors.raise(code, message, options)
  options = options or {}
  error(setmetatable({
    code = code, message = message, details = options.details,
    http = options.http or HTTP[code], headers = options.headers,
  }, Status), 0)
end

--- INVALID_ARGUMENT with one BadRequest violation for each { field, description }.
---@param violations table[]
---@param message? string
function errors.bad_request(violations, message)
  local texts = {}
  for i, violation in ipairs(violations) do texts[i] = violation.description end
  errors.raise("INVALID_ARGUMENT", message or table.concat(texts, "\n"), {
    details = { detail("BadRequest", { fieldViolations = violations }) },
  })
end

--- One violated rule of one request field.
function errors.invalid(field, description)
  errors.bad_request { { field = field, description = description } }
end

function errors.not_found(message) errors.raise("NOT_FOUND", message) end

--- FAILED_PRECONDITION naming what is in the way.
function errors.precondition(kind, subject, message)
  errors.raise("FAILED_PRECONDITION", message, {
    details = { detail("PreconditionFailure", {
      violations = { { type = kind, subject = subject, description = message } },
    }) },
  })
end

--- RESOURCE_EXHAUSTED with the quota that is used up and when to try again.
function errors.quota(quota, value, retry_delay, message)
  errors.raise("RESOURCE_EXHAUSTED", message, {
    details = {
      detail("QuotaFailure", { violations = { {
        subject = "local", description = message, quotaId = quota, quotaValue = tostring(value),
      } } }),
      detail("RetryInfo", { retryDelay = retry_delay }),
    },
  })
end

--- The canonical number of a code: what operations carry.
function errors.number(code) return NUMBERS[code] or NUMBERS.UNKNOWN end

-- Errors of the C side that would read as the API's own: a state folder that cannot be
-- written is neither a missing permission nor a missing model.
local ON_DISK = { PERMISSION_DENIED = true, NOT_FOUND = true, ALREADY_EXISTS = true,
  RESOURCE_EXHAUSTED = true }

--- Whatever was raised, as a Status. Errors of the C side have code and message too.
function errors.status(raised)
  if getmetatable(raised) == Status then return raised end
  local status = { code = "INTERNAL", message = "An internal error has occurred: " .. tostring(raised) }
  if type(raised) == "table" and HTTP[raised.code] and type(raised.message) == "string" then
    status.code = ON_DISK[raised.code] and "FAILED_PRECONDITION" or raised.code
    status.message = raised.message
  end
  status.http = HTTP[status.code]
  return status
end

--- The answer for a raised value. in_list: the form of a stream without alt=sse.
function errors.response(raised, in_list)
  local status = errors.status(raised)
  local body = { error = {
    code = status.http, message = status.message, status = status.code, details = status.details,
  } }
  local headers = { ["content-type"] = "application/json; charset=UTF-8" }
  for name, value in pairs(status.headers or {}) do headers[name] = value end
  return { status = status.http, headers = headers, body = json.encode(in_list and { body } or body) }
end

return errors

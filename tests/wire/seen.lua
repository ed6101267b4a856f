-- What the server saw: faultd's log as a list of requests, the rules that every request
-- keeps, and a request as text. Used by run.lua.

local cjson = require "cjson"

local seen = {}

---The requests in the order they came, and all events.
---@param text string? the log
function seen.read(text)
  local requests, events = {}, {}
  for line in (text or ""):gmatch("[^\n]+") do
    local event = cjson.decode(line)
    events[#events + 1] = event
    if event.event == "request" then
      event.body = event.body ~= cjson.null and event.body or nil
      requests[#requests + 1] = event
    end
  end
  table.sort(requests, function(a, b) return a.seq < b.seq end)
  return requests, events
end

-- Headers that vary are checked by a rule and not shown: Host is this server,
-- User-Agent is gtlua/VERSION, Content-Length is the body's length, Accept is */* and
-- Accept-Encoding names gzip.
function seen.check_hidden(r, port)
  local h = r.headers
  if h.host ~= "127.0.0.1:" .. port then return "Host is " .. tostring(h.host) end
  if not (h["user-agent"] or ""):find("^gtlua/%d[%w.-]*$") then
    return "User-Agent is " .. tostring(h["user-agent"])
  end
  if not (h["accept-encoding"] or ""):find("gzip", 1, true) then return "no gzip is accepted" end
  local length = math.tointeger(tonumber(h["content-length"] or "0"))
  if r.complete and length ~= r.body_length then
    return ("Content-Length is %s, the body has %d bytes"):format(length, r.body_length)
  end
  if h.expect then return "Expect is sent" end
end

-- The key is in its header on the API's own calls, and nowhere else.
function seen.check_key(r)
  local key, is_api = r.headers["x-goog-api-key"], r.path:find("^/v1") or r.path:find("^/upload/v1")
  if r.path:find("test-key", 1, true) then return "the key is in the URL" end
  if is_api and key ~= "test-key" then return "x-goog-api-key is " .. tostring(key) end
  if not is_api and key then return "the key was sent to " .. r.path end
  for name, value in pairs(r.headers) do
    if name ~= "x-goog-api-key" and value:find("test-key", 1, true) then return "the key is in " .. name end
  end
  if (r.body or ""):find("test-key", 1, true) then return "the key is in the body" end
end

local HIDDEN = { host = true, ["user-agent"] = true, ["content-length"] = true, ["accept-encoding"] = true }

---@return string
function seen.request(r)
  local out = { ("> %s %s"):format(r.method, r.path) }
  local names = {}
  for name, value in pairs(r.headers) do
    if not HIDDEN[name] and not (name == "accept" and value == "*/*") then names[#names + 1] = name end
  end
  table.sort(names)
  for _, name in ipairs(names) do out[#out + 1] = name .. ": " .. r.headers[name] end
  if not r.complete then out[#out + 1] = "(the body did not come to its end)" end
  if r.body and r.body ~= "" then
    out[#out + 1] = ""
    out[#out + 1] = (r.body:gsub("\n$", ""))
  elseif r.body_length > 0 then
    out[#out + 1] = ""
    out[#out + 1] = ("(%d bytes, FNV-1a 64 %s)"):format(r.body_length, r.body_fnv)
  end
  out[#out + 1] = "\n"
  return table.concat(out, "\n")
end

---All of them, each shown by `how`.
function seen.all(requests, how)
  local parts = {}
  for i, r in ipairs(requests) do parts[i] = how(r) end
  return table.concat(parts)
end

function seen.line(r) return ("%s %s\n"):format(r.method, r.path) end

return seen

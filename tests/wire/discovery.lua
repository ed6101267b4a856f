-- Requests against Google's machine-readable API description: is there such a method,
-- does it know the query's parameters, does the body fit its schema?
--
-- Used by run.lua for every request that it sees, when the description is there: in the
-- folder named by GTLUA_DISCOVERY or in ../shared/reference/discovery beside the
-- checkout. What the description cannot say (required members, which members exclude
-- each other, lengths) is not checked here.

local FILE = "generativelanguage-v1beta.merged-20260822.json"

local function discovery(json, folder)
  local self = {}

  local file = folder and io.open(folder .. "/" .. FILE, "rb")
  if not file then return nil end
  local doc = json.decode(file:read("a"))
  file:close()
  local schemas, methods = doc.schemas, {}

  -- What a flat path with {braces} matches: one segment each, a resource's id.
  local function as_pattern(path)
    path = path:gsub("[%-%.%+%*%?%[%]%^%$%(%)%%]", "%%%0"):gsub("{[^}]*}", "[^/:]+")
    return "^/" .. path .. "$"
  end

  local function collect(resource)
    for _, method in pairs(resource.methods or {}) do
      methods[#methods + 1] = {
        verb = method.httpMethod, pattern = as_pattern(method.flatPath),
        request = method.request and method.request["$ref"],
        parameters = method.parameters or {},
      }
    end
    for _, child in pairs(resource.resources or {}) do collect(child) end
  end
  collect(doc)

  local function find(verb, path)
    -- Uploads have the method's path behind /upload; cancel is bound in v1 only, and
    -- described with the other operations' messages.
    path = path:gsub("^/upload/", "/")
    for _, method in ipairs(methods) do
      if method.verb == verb and path:find(method.pattern) then return method end
    end
    if verb == "POST" and path:find("^/v1/tunedModels/[^/]+/operations/[^/:]+:cancel$") then
      return { parameters = {}, empty = true }
    end
    if path:find("^/v1/") then return find(verb, (path:gsub("^/v1/", "/v1beta/"))) end
  end

  local check

  local function check_string(v, node, path, say)
    local format = node.format
    local whole = format == "int64" or format == "uint64"
    if whole and math.type(v) == "integer" then return end
    if type(v) ~= "string" then return say(path, "expected a string") end
    if whole and not v:find("^-?%d+$") then say(path, "no decimal 64-bit number") end
    if format == "google-duration" and not v:find("^-?%d+%.?%d*s$") then
      say(path, "no duration such as 3.5s")
    end
    if node.enum then
      for _, allowed in ipairs(node.enum) do
        if v == allowed then return end
      end
      say(path, "unknown enum value " .. v)
    end
  end

  local function check_object(v, node, path, say)
    if json.kind(v) ~= "object" then return say(path, "expected an object") end
    local known, extra = node.properties or {}, node.additionalProperties
    for key, item in pairs(v) do
      local here = path == "" and key or path .. "." .. key
      local property = known[key]
      if property then
        if property.readOnly then say(here, "output only") end
        check(item, property, here, say)
      elseif extra then
        check(item, extra, here, say)
      else
        say(here, "unknown member")
      end
    end
  end

  function check(v, node, path, say)
    while node["$ref"] do
      node = schemas[node["$ref"]] or error("no schema " .. node["$ref"])
    end
    local kind = node.type or "any"
    if kind == "any" then return end
    if kind == "object" then return check_object(v, node, path, say) end
    if kind == "string" then return check_string(v, node, path, say) end
    if kind == "array" then
      if json.kind(v) ~= "array" then return say(path, "expected an array") end
      for i, item in ipairs(v) do check(item, node.items, ("%s[%d]"):format(path, i - 1), say) end
    elseif kind == "boolean" then
      if type(v) ~= "boolean" then say(path, "expected true or false") end
    elseif type(v) ~= "number" then
      say(path, "expected a number")
    elseif kind == "integer" and v ~= math.floor(v) then
      say(path, "expected a whole number")
    end
  end

  local function check_query(method, query, say)
    for name in query:gmatch("([^&=]+)=") do
      if not method.parameters[name] and not doc.parameters[name] then
        say("?" .. name, "unknown parameter")
      end
      if name == "key" or name == "access_token" then say("?" .. name, "a credential in the URL") end
    end
  end

  ---The findings about one request, a list of strings that is empty when all is well.
  ---@param verb string
  ---@param target string path and query
  ---@param body string "" for none
  ---@return string[]
  function self.check(verb, target, body)
    local findings = {}
    local function say(path, text) findings[#findings + 1] = ("%s: %s"):format(path, text) end
    local path, query = target:match("^([^?]*)%??(.*)$")
    local method = find(verb, path)
    if not method then
      say(verb .. " " .. path, "no such method")
      return findings
    end
    check_query(method, query, say)
    if body == "" then
      if method.request then say("body", "missing, expected a " .. method.request) end
      return findings
    end
    local ok, v = pcall(json.decode, body)
    if not ok then
      say("body", v)
    elseif method.empty then
      if next(v) ~= nil then say("body", "expected {}") end
    elseif not method.request then
      say("body", "this method takes none")
    else
      check(v, { ["$ref"] = method.request }, "", say)
    end
    return findings
  end

  return self
end

return discovery

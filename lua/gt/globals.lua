-- The rules of the global table: naming anything undeclared is an error at its line
-- instead of a nil that fails later.

local core = require "gt.core.host"
local api = require "gt.core.api"
local getinfo = debug.getinfo

local function undeclared(what, name)
  core.raise("INVALID_ARGUMENT", ("%s the undeclared global '%s'"):format(what, tostring(name)),
    "declare it with `local`, or run gtlua with --lax for plain Lua's rules")
end

--- A global may be created by the main chunk of a file (that declares it) and by C.
local function may_declare()
  local info = getinfo(3, "S")
  return info == nil or info.what == "main" or info.what == "C"
end

local strict = {}

function strict.__index(_, name)
  undeclared("use of", name)
end

function strict.__newindex(globals, name, value)
  if not may_declare() then undeclared("assignment to", name) end
  rawset(globals, name, value)
end

return function(gt, lax)
  rawset(_G, "gt", gt)
  for _, name in ipairs { "upload", "create_tuned_model", "get_tuned_model", "generate_content" } do
    rawset(_G, name, api[name])
  end
  if not lax then setmetatable(_G, strict) end
end

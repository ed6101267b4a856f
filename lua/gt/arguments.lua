-- Checks the option tables of functions written in Lua: one wording for all of them. The
-- primitives' options are checked in C. Used by the modules beside it; it fills in nothing.
--
--   arguments.check("gt.map", options, { concurrency = arguments.whole(1), on_error = { "raise", "collect" } })

local host = require "gt.core.host"

local arguments = {}

local function refuse(message, hint) host.raise("INVALID_ARGUMENT", message, hint) end

local function range(lowest, highest)
  return highest and ("from %g to %g"):format(lowest, highest) or ("from %g on"):format(lowest)
end

--- A whole number; highest may be nil.
function arguments.whole(lowest, highest)
  return {
    says = "a whole number " .. range(lowest, highest),
    fits = function(v) return math.type(v) == "integer" and v >= lowest and v <= (highest or v) end,
  }
end

--- Any number, neither NaN nor infinite; highest may be nil.
function arguments.number(lowest, highest)
  return {
    says = "a number " .. range(lowest, highest),
    fits = function(v) return type(v) == "number" and v >= lowest and v <= (highest or math.maxinteger) end,
  }
end

local WHOLE = arguments.whole(0)
local KINDS = {
  any = { says = "anything", fits = function() return true end },
  integer = { says = "a whole number", fits = function(v) return math.type(v) == "integer" end },
  count = WHOLE,
  positive = { says = "a number above 0", fits = function(v) return type(v) == "number" and v > 0 end },
  path = { says = "a path", fits = function(v) return type(v) == "string" and v ~= "" end },
}

local function fits(kind, value)
  if type(kind) == "string" then
    local known = KINDS[kind]
    if known then return known.fits(value), known.says end
    return type(value) == kind, "a " .. kind
  end
  if kind.fits then return kind.fits(value), kind.says end
  local found = false
  for _, each in ipairs(kind) do found = found or value == each end
  return found, '"' .. table.concat(kind, '" or "') .. '"'
end

local function shown(value) return type(value) == "string" and ("%q"):format(value) or tostring(value) end

--- Raises for a name that is not known and for a value that does not fit. known maps a
--- name to a type, to "any", "integer", "count" (a whole number from 0 on), "positive" or "path", to a
--- list of values, or to what whole() and number() give.
---@param op string the function, as scripts write it
---@param options table? nil: no options
---@param known table<string, any>
---@return table options never nil
function arguments.check(op, options, known)
  if options == nil then return {} end
  if type(options) ~= "table" then refuse(("%s: options must be a table, not a %s"):format(op, type(options))) end
  for name, value in pairs(options) do
    local kind = known[name]
    if kind == nil then
      local names = {}
      for each in pairs(known) do names[#names + 1] = each end
      table.sort(names)
      local nearest = require "gt.nearest" -- seldom needed
      refuse(("%s has no option '%s'"):format(op, tostring(name)),
        ("did you mean %s? it has %s"):format(nearest.of(tostring(name), names), table.concat(names, ", ")))
    end
    local good, says = fits(kind, value)
    if not good then refuse(("%s: %s must be %s, not %s"):format(op, name, says, shown(value))) end
  end
  return options
end

return arguments

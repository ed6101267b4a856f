-- Reads the words behind a verb written in Lua: --name VALUE, --name=VALUE, flags, the
-- rest. It says what is wrong with them and decides nothing else.
--
--   local o = options.parse("check", { json = "flag", ["max-errors"] = "integer" }, ...)
--   o.json, o.max_errors, o.words
--
-- Kinds: "flag", "text", "integer" (of at least 0), "number", "list" (may be repeated,
-- gives a list), "list+" (takes all words up to the next option).

local nearest = require "gt.nearest"
local visible = require "gt.show".visible

local options = {}

--- Raises a usage error: the verb prints it and ends with exit code 2.
---@param message string
---@param hint string?
function options.usage(message, hint)
  error({ message = message, hint = hint, exit_code = 2 }, 0)
end

local function field(name) return (name:gsub("-", "_")) end

local function number_of(name, kind, text)
  local number = tonumber(text)
  if kind == "integer" then
    number = text:find "^%d+$" and math.tointeger(number) or nil
    if not number then options.usage(("--%s needs a whole number, not '%s'"):format(name, visible(text))) end
  elseif not number or number ~= number then
    options.usage(("--%s needs a number, not '%s'"):format(name, visible(text)))
  end
  return number
end

local function unknown(verb, name, spec)
  local names = {}
  for known in pairs(spec) do names[#names + 1] = "--" .. known end
  table.sort(names)
  options.usage(("%s has no option '%s'"):format(verb, visible(name)),
    ("did you mean %s? gtlua %s --help lists the options"):format(nearest.of(name, names), verb))
end

local SHORT = { ["-h"] = "--help", ["-q"] = "--quiet" }

local function is_option(word) return word:find "^%-" ~= nil and word ~= "-" end

--- Takes the words of one "list+" option; returns the index of the last.
local function take_list(list, name, words, i)
  local first = i
  while words[i + 1] and not is_option(words[i + 1]) do
    i = i + 1
    list[#list + 1] = words[i]
  end
  if i == first then options.usage("--" .. name .. " needs a value") end
  return i
end

--- Sets the option at words[i]; returns the index of the last word it took.
local function take(result, verb, spec, words, i)
  local word = SHORT[words[i]] or words[i]
  local name, value = word:match "^%-%-([%w-]+)=(.*)$"
  name = name or word:match "^%-%-([%w-]+)$"
  local kind = name and spec[name]
  if not kind then unknown(verb, word:match "^[^=]*", spec) end
  local key = field(name)
  if kind == "flag" then
    if value then options.usage(("--%s takes no value"):format(name)) end
    result[key] = true
    return i
  end
  if kind == "list+" and not value then
    result[key] = result[key] or {}
    return take_list(result[key], name, words, i)
  end
  if not value then i, value = i + 1, words[i + 1] end
  if not value or value == "" then options.usage(("--%s needs a value"):format(name)) end
  if kind == "list" or kind == "list+" then
    result[key] = result[key] or {}
    table.insert(result[key], value)
  elseif kind == "text" then
    result[key] = value
  else
    result[key] = number_of(name, kind, value)
  end
  return i
end

--- The options by name ("-" is "_") and the other words as `words`.
---@param verb string
---@param spec table<string, string> name -> kind; --help is a flag of every verb
---@param ... string
---@return table
function options.parse(verb, spec, ...)
  local known = setmetatable({ help = "flag" }, { __index = spec })
  for name, kind in pairs(spec) do known[name] = kind end
  local result, words, i = { words = {} }, { ... }, 1
  while words[i] do
    if words[i] == "--" then
      table.move(words, i + 1, #words, #result.words + 1, result.words)
      break
    elseif is_option(words[i]) then
      i = take(result, verb, known, words, i)
    else
      result.words[#result.words + 1] = words[i]
    end
    i = i + 1
  end
  return result
end

-- Exit codes of errors that do not name one (design: the command line); others are 1.
local EXIT = { PERMISSION_DENIED = 15, UNAUTHENTICATED = 15, UNAVAILABLE = 17 }

--- Runs a verb: f(...) returns its exit code. Errors that a person can act on are printed
--- without a traceback: it would show this library's lines only.
---@param verb string
---@param f fun(...): integer?
---@param ... string
---@return integer exit code
function options.run(verb, f, ...)
  local ok, result = pcall(f, ...)
  if ok then return result or 0 end
  if type(result) ~= "table" or not result.message or result.code == "CANCELLED" then error(result, 0) end
  local hint = result.hint
  if result.exit_code == 2 then hint = hint or ("gtlua %s --help lists the options"):format(verb) end
  io.stdout:flush()
  io.stderr:write("gtlua: ", visible(result.message), "\n")
  if hint then io.stderr:write("  hint: ", visible(hint), "\n") end
  return result.exit_code or EXIT[result.code] or 1
end

return options

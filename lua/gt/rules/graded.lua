-- Rules that a model decides. Used by gt.rules. An answer is kept under everything that
-- it depends on, the prompt included, so a changed prompt asks again by itself.

local arguments = require "gt.arguments"
local host = require "gt.core.host"
local pipeline = require "gt.dataset.pipeline"

local graded = {}

local OPTIONS = {
  model = "string", prompt = "function", reject = "function", generate = "table",
  severity = { "error", "warning" }, reason = "string", version = "string",
}

-- A value as text that is the same for the same value.
local function serial(value)
  if type(value) ~= "table" then return ("%s:%s"):format(type(value), tostring(value)) end
  local keys = {}
  for key in pairs(value) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  for i, key in ipairs(keys) do keys[i] = ("%q=%q"):format(tostring(key), serial(value[key])) end
  return "{" .. table.concat(keys, ",") .. "}"
end

local function ask(model, contents, generate)
  local response = require "gt.core.api".generate_content(model, contents, generate)
  if response.text and response.text ~= "" then return response.text end
  host.raise("FAILED_PRECONDITION", ("%s gave no answer (%s)"):format(model, response.finish_reason or "empty"),
    "a row without a verdict is no row that passed: on_error = \"keep\" counts it apart")
end

function graded.rule(name, options, new_rule)
  local op = "gt.rules.graded"
  if type(options) == "table" and type(options.model) == "table" and type(options.model.name) == "string" then
    options = setmetatable({ model = options.model.name }, { __index = options })
    local plain = {}
    for key in pairs(OPTIONS) do plain[key] = options[key] end
    options = plain
  end
  options = arguments.check(op, options, OPTIONS)
  for _, needed in ipairs { "model", "prompt", "reject" } do
    if not options[needed] then pipeline.refuse(('%s: "%s" needs %s'):format(op, tostring(name), needed)) end
  end
  local generate = options.generate or { temperature = 0 }
  local settings = serial(generate)
  local rule = new_rule(op, name, function(row, through)
    local contents = options.prompt(row)
    if contents == nil then return false end
    local parts = { row.id, name, options.version or "", options.model, settings, serial(contents) }
    local answer = through(parts, function() return ask(options.model, contents, generate) end)
    return options.reject(answer, row)
  end, options)
  return rule
end

return graded

-- gt.rules: what a row must not be, as code.
--
--   local rule = gt.rules.rule
--   local rules = gt.rules {
--     rule("too long", function(row) return #row.output > 5000 end),
--     rule("shouting", function(row) return row.text_input:upper() == row.text_input end,
--       { severity = "warning" }),
--     gt.rules.graded("off topic", { model = "models/gemini-2.5-flash",
--       prompt = function(row) return "Is this about food? Answer yes or no.\n" .. row.text_input end,
--       reject = function(answer) return answer:lower():find "no" end }),
--   }
--   rules:check(data):print()
--   local good = rules:apply(data)
--
-- A rule's function may wait on the host: rows are then judged side by side.

local arguments = require "gt.arguments"
local host = require "gt.core.host"
local task = require "gt.core.task"
local pipeline = require "gt.dataset.pipeline"
local report = require "gt.rules.report"
local steps = require "gt.dataset.steps"

local rules = {}
local refuse = pipeline.refuse

---@class gt.Rule
---@field name string
---@field severity "error"|"warning"
---@field reason string? what a removed row is said to be; default the name
---@field version string? verdicts are kept under it; without one they are not kept
local Rule = { __name = "gt.rule" }
Rule.__index = Rule

local SEVERITIES = { "error", "warning" }
local RULE = { severity = SEVERITIES, reason = "string", version = "string" }

local function new_rule(op, name, f, options)
  if type(name) ~= "string" or name == "" then refuse(op .. ": a rule's name is a text") end
  if type(f) ~= "function" then refuse(('%s: rule "%s": expected a function, got a %s'):format(op, name, type(f))) end
  return setmetatable({ name = name, judge = f, severity = options.severity or "error",
    reason = options.reason, version = options.version }, Rule)
end

--- A rule: f(row) is true, or a text that says why, for rows that break it.
---@param name string
---@param f fun(row: gt.Row): any
---@param options? { severity: string?, reason: string?, version: string? }
---@return gt.Rule
function rules.rule(name, f, options)
  options = arguments.check("gt.rules.rule", options, RULE)
  local judge = f
  if options.version and type(f) == "function" then
    judge = function(row, through)
      return through({ row.id, name, options.version }, function() return f(row) or false end)
    end
  end
  return new_rule("gt.rules.rule", name, judge, options)
end

--- A rule that a model decides: reject(answer, row) is true for rows that break it.
---@param name string
---@param options gt.GradedOptions
---@return gt.Rule
function rules.graded(name, options)
  return require "gt.rules.graded".rule(name, options, new_rule)
end

---@class gt.Rules
---@field list gt.Rule[]
local Rules = { __name = "gt.rules" }
Rules.__index = Rules

local function new_set(_, list)
  if type(list) ~= "table" then refuse("gt.rules: expected a list of rules, got a " .. type(list)) end
  local all, seen = {}, {}
  local function add(one)
    if getmetatable(one) == Rules then
      for _, inner in ipairs(one.list) do add(inner) end
      return
    end
    if getmetatable(one) ~= Rule then
      refuse(("gt.rules: item %d is a %s, not a rule"):format(#all + 1, type(one)),
        'gt.rules.rule("name", function(row) return ... end)')
    end
    if seen[one.name] then refuse(('gt.rules: two rules have the name "%s"'):format(one.name)) end
    seen[one.name] = true
    all[#all + 1] = one
  end
  for _, one in ipairs(list) do add(one) end
  return setmetatable({ list = all, memory = require "gt.rules.cache".memory() }, Rules)
end

local OPTIONS = {
  concurrency = arguments.whole(1), samples = "count", cache = "boolean", on_error = { "raise", "keep" },
}

local function read_options(op, options)
  options = arguments.check(op, options, OPTIONS)
  local concurrency = options.concurrency or 16
  if concurrency < 1 then refuse(op .. ": concurrency is a whole number from 1 on, not 0") end
  return { concurrency = concurrency, samples = options.samples or 3, cache = options.cache,
    on_error = options.on_error or "raise" }
end

-- An error of a rule, with the rule's name and the row's place in front; cancellation
-- stays what it is.
local function blame(rule, row, err)
  if task.stopped() then error(err, 0) end
  local cause = task.wrap_error(err)
  local place = row.line and ("line %d, row %s"):format(row.line, row.id) or ("row " .. row.id)
  local _, named = pcall(host.raise, cause.code, ('rule "%s", %s: %s'):format(rule.name, place, cause.message),
    cause.hint, { exit_code = cause.exit_code, retryable = cause.retryable, provider = cause.provider })
  named.cause, named.where = cause, cause.where or named.where
  return named
end

-- The rule's verdict about a row: a reason or false; nil and an error with "keep".
local function judge(set, rule, row, options)
  local ok, verdict = pcall(rule.judge, row, function(parts, compute)
    return set.memory:through(parts, options.cache, compute)
  end)
  if not ok then
    local named = blame(rule, row, verdict)
    if options.on_error == "raise" then error(named, 0) end
    return nil, named
  end
  if not verdict then return false end
  return type(verdict) == "string" and verdict or rule.reason or rule.name
end

--- Looks at every row with every rule and changes nothing.
---@param data gt.Dataset
---@param options? gt.RulesOptions
---@return gt.RulesReport
function Rules:check(data, options)
  options = read_options("rules:check", options)
  pipeline.check(data, "rules:check")
  local made = report.new(self.list, options.samples)
  local pull, close = pipeline.open(data)
  local _ <close> = pipeline.closing(close)
  local function look(row, at)
    local verdicts = {}
    for i, rule in ipairs(self.list) do
      local reason, err = judge(self, rule, row, options)
      verdicts[i] = err or reason
    end
    made:add(row, verdicts, at)
  end
  if options.concurrency == 1 then -- no tasks: also where Lua cannot yield
    for row in pull do look(row) end
  else
    require "gt.task".map(pull, look, { concurrency = options.concurrency })
  end
  return made
end

-- The first error rule that the row breaks decides; the others are not asked.
local function verdicts_of(set, row, options)
  local verdicts = {}
  for i, rule in ipairs(set.list) do
    local reason, err = judge(set, rule, row, options)
    verdicts[i] = err or reason
    if reason and rule.severity == "error" then
      verdicts.removed = reason
      break
    end
  end
  return verdicts
end

--- The data set without the rows that break a rule of severity "error"; the reasons are
--- in data:removed(). Rules of severity "warning" only count.
---@param data gt.Dataset
---@param options? gt.RulesOptions
---@return gt.Dataset
---@return gt.RulesReport report of a stream: what was read so far in its last pass
function Rules:apply(data, options)
  options = read_options("rules:apply", options)
  pipeline.check(data, "rules:apply")
  local made = report.new(self.list, options.samples)
  local applied = pipeline.apply(data, { name = "rules", open = function(pull, note)
    made:reset()
    local work = steps.working(pull, function(row) return verdicts_of(self, row, options) end,
      options.concurrency)
    return function()
      for row, verdicts in work do
        made:add(row, verdicts)
        if not verdicts.removed then return row end
        note:remove(row, verdicts.removed)
      end
    end
  end })
  return applied, made
end

--- A rule by itself does as a set of one: data:filter(rule).
function Rule:apply(data, options) return new_set(nil, { self }):apply(data, options) end

return setmetatable(rules, { __call = new_set })

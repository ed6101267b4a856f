-- What rules found in a data set: counts, shares, the first rows of each. Used by
-- gt.rules; it keeps a few samples a rule, whatever the number of rows.

local report = {}

---@class gt.RulesReport
---@field rows integer rows that were looked at
---@field removed integer rows that break a rule of severity "error"
---@field warned integer rows that break a rule of severity "warning" only
---@field rules gt.RuleResult[] in the order of the rules
local Report = { __name = "gt.rules.report" }
Report.__index = Report

function report.new(list, samples)
  local self = setmetatable({ samples_max = samples }, Report)
  self.rules = {}
  for i, rule in ipairs(list) do self.rules[i] = { name = rule.name, severity = rule.severity } end
  self:reset()
  return self
end

function Report:reset()
  self.rows, self.removed, self.warned = 0, 0, 0
  for _, result in ipairs(self.rules) do
    result.count, result.failed, result.samples, result.first_error = 0, 0, {}, nil
  end
end

-- Rows may come in any order; the first ones of the data set are kept.
local function sample(samples, max, at, row, reason)
  local place = #samples + 1
  while place > 1 and samples[place - 1].at > at do place = place - 1 end
  if place > max then return end
  table.insert(samples, place, {
    at = at, id = row.id, line = row.line, reason = reason,
    text_input = row.text_input, output = row.output,
  })
  samples[max + 1] = nil
end

--- verdicts[i] of rule i: the reason for which the row breaks it, false, an error object,
--- or nil when it was not asked.
function Report:add(row, verdicts, at)
  self.rows = self.rows + 1
  local broken = {}
  for i, result in ipairs(self.rules) do
    local verdict = verdicts[i]
    if type(verdict) == "table" then
      result.failed = result.failed + 1
      result.first_error = result.first_error or verdict
    elseif verdict then
      result.count = result.count + 1
      broken[result.severity] = true
      sample(result.samples, self.samples_max, at or self.rows, row, verdict)
    end
  end
  if broken.error then
    self.removed = self.removed + 1
  elseif broken.warning then
    self.warned = self.warned + 1
  end
end

local function width_of(text) return utf8.len(text) or #text end

local function pad(text, width) return text .. (" "):rep(width - width_of(text)) end

local function cut(text, width)
  text = require "gt.show".visible(text)
  if width_of(text) <= width then return text end
  local stop = utf8.offset(text, width)
  return (stop and text:sub(1, stop - 1) or text:sub(1, width - 1)) .. "…"
end

local function sample_line(one, name)
  local reason = one.reason ~= name and " (" .. cut(one.reason, 40) .. ")" or ""
  local place = one.line and "line " .. one.line or one.id
  return ("    %s: %s -> %s%s"):format(place, cut(one.text_input, 50), cut(one.output, 24), reason)
end

--- The report as a table for people.
---@return string
function Report:text()
  local lines, width = {}, 4
  for _, result in ipairs(self.rules) do width = math.max(width, width_of(result.name)) end
  lines[1] = ("%s  %-8s  %7s  %6s"):format(pad("rule", width), "severity", "rows", "share")
  for _, result in ipairs(self.rules) do
    local share = self.rows > 0 and 100 * result.count / self.rows or 0
    lines[#lines + 1] = ("%s  %-8s  %7d  %5.1f%%"):format(pad(result.name, width), result.severity,
      result.count, share)
    for _, one in ipairs(result.samples) do lines[#lines + 1] = sample_line(one, result.name) end
    if result.failed > 0 then
      lines[#lines + 1] = ("    %d not judged: %s"):format(result.failed, tostring(result.first_error.message))
    end
  end
  lines[#lines + 1] = ("%d rows: %d to remove, %d with warnings only"):format(self.rows, self.removed, self.warned)
  return table.concat(lines, "\n")
end

--- Prints it on stdout.
function Report:print() print(self:text()) end

return report

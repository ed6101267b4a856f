-- The rules of `gtlua check` as text, from the table that the check itself uses.

local rules = require "gt.check.rules"

local WIDTH, INDENT = 88, "      "

local texts = {}

local function wrap(out, text)
  local line = INDENT
  for word in text:gmatch "%S+" do
    if #line + #word > WIDTH and line ~= INDENT then
      out[#out + 1] = line
      line = INDENT
    end
    line = line .. (line == INDENT and "" or " ") .. word
  end
  if line ~= INDENT then out[#out + 1] = line end
end

local function add(out, rule)
  out[#out + 1] = ("  %s (%s): %s"):format(rule.id, rule.severity, rule.title)
  wrap(out, rule.why)
  wrap(out, "-> " .. rule.fix)
end

--- One rule, for `gtlua help RULE`.
---@param rule table
---@return string
function texts.one(rule)
  local out = {}
  add(out, rule)
  return table.concat(out, "\n") .. "\n"
end

--- All rules, for `gtlua check --rules` and `gtlua help rule-ids`.
---@return string
function texts.text()
  local out = { "The rules of gtlua check: id (usual severity), why it matters, what to do.",
    "An id that ends in * stands for all that begin so; waivers may be written so too." }
  for _, group in ipairs(rules.groups) do
    out[#out + 1] = "\n" .. group[1]
    for _, rule in ipairs(group[2]) do add(out, rule) end
  end
  return table.concat(out, "\n") .. "\n"
end

return texts

-- The check as SARIF 2.1.0, for code scanning services. Columns are counted in code points,
-- as the log says; a column in bytes stands in the properties. Findings that a baseline has
-- are told as "unchanged", waived ones with their reason as a suppression.

local json = require "gt.json"
local rules = require "gt.check.rules"
local object, list = json.object, json.list

local SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

--- A path as a URI reference: relative to the working folder, or file:///...
local function uri(path)
  local text = path:gsub("^%./", ""):gsub("[^%w%-._~/]", function(c) return ("%%%02X"):format(c:byte()) end)
  return path:sub(1, 1) == "/" and "file://" .. text or text
end

local function rule_facts(id)
  local rule = rules.find(id)
  if not rule then return object { { "id", id } } end
  return object {
    { "id", id },
    { "shortDescription", object { { "text", rule.title } } },
    { "fullDescription", object { { "text", rule.why } } },
    { "help", object { { "text", rule.fix } } },
    { "defaultConfiguration", object { { "level", rule.severity } } },
  }
end

local function location(path, line, column)
  return object { { "physicalLocation", object {
    { "artifactLocation", object { { "uri", uri(path) } } },
    { "region", object { { "startLine", line }, { "startColumn", column } } },
  } } }
end

local function result(finding, index, has_baseline)
  local message = finding.message
  if finding.hint and finding.hint ~= "" then message = ("%s (%s)"):format(message, finding.hint) end
  local related = finding.related and list {}
  for i, place in ipairs(finding.related or {}) do related[i] = location(place.path, place.line) end
  local suppressions = finding.waived
    and list { object { { "kind", "external" }, { "justification", finding.waived } } } or nil
  return object {
    { "ruleId", finding.rule }, { "ruleIndex", index }, { "level", finding.severity },
    { "message", object { { "text", message } } },
    { "locations", list { location(finding.path, finding.line, finding.character_column) } },
    { "relatedLocations", related },
    { "partialFingerprints", object { { "gtluaRow/v1", finding.fingerprint } } },
    { "baselineState", has_baseline and (finding.known and "unchanged" or "new") or nil },
    { "suppressions", suppressions },
    { "properties", object { { "byteColumn", finding.column }, { "pointer", finding.pointer } } },
  }
end

--- The report as one line of JSON. Its findings have fingerprints.
---@param report table of gt.check.run
---@param shown table[] the findings to write, in order
---@param version string
---@return string
return function(report, shown, version)
  local used, index_of, results = list {}, {}, list {}
  for i, finding in ipairs(shown) do
    if not index_of[finding.rule] then
      used[#used + 1] = rule_facts(finding.rule)
      index_of[finding.rule] = #used - 1
    end
    results[i] = result(finding, index_of[finding.rule], report.has_baseline)
  end
  return json.encode(object {
    { "$schema", SCHEMA }, { "version", "2.1.0" },
    { "runs", list { object {
      { "tool", object { { "driver", object {
        { "name", "gtlua" }, { "version", version }, { "rules", used } } } } },
      { "columnKind", "unicodeCodePoints" },
      { "results", results },
    } } },
  })
end

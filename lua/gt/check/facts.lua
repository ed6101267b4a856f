-- The check as JSON: { files, findings, summary }, the same members always, lists that are
-- empty as [].

local json = require "gt.json"
local object, list = json.object, json.list

local function or_null(value) return value == nil and json.null or value end

local function file_facts(file)
  local characters = file.characters or {}
  return object {
    { "path", file.path }, { "role", file.role }, { "split", file.split }, { "form", or_null(file.form) },
    { "rows", file.rows }, { "bad_rows", file.bad_rows or 0 }, { "lines", file.lines or 0 },
    { "bytes", file.bytes or 0 },
    { "gzip", file.gzip == true },
    { "characters", object { { "input", characters.input or 0 }, { "output", characters.output or 0 } } },
    { "tokens", file.tokens or 0 }, { "longest", file.longest or 0 },
  }
end

local function finding_facts(finding)
  local related = list {}
  for i, place in ipairs(finding.related or {}) do
    related[i] = object { { "file", place.path }, { "line", place.line } }
  end
  return object {
    { "file", finding.path }, { "line", finding.line }, { "column", finding.column }, { "rule", finding.rule },
    { "severity", finding.severity }, { "message", finding.message }, { "hint", or_null(finding.hint) },
    { "pointer", or_null(finding.pointer) }, { "related", related },
  }
end

local function tokens_facts(e)
  return object {
    { "estimate", e.tokens }, { "low", e.tokens_low }, { "high", e.tokens_high },
    { "epochs", or_null(e.epochs) }, { "trained", e.trained_tokens }, { "assumption", e.assumption },
  }
end

local function cost_facts(e)
  return object {
    { "estimate", or_null(e.cost) }, { "low", or_null(e.cost_low) }, { "high", or_null(e.cost_high) },
    { "currency", "USD" }, { "price_per_million", or_null(e.price) }, { "source", e.price_source },
    { "warning", or_null(e.price_warning) },
  }
end

local function summary_facts(report, hidden)
  local s, by_rule, too_long, remarks = report.summary, object {}, list {}, list {}
  for i, rule in ipairs(s.rules) do by_rule[i] = { rule.rule, rule.count } end
  for i, row in ipairs(report.too_long_rows) do
    too_long[i] = object { { "file", report.files[row.file].path }, { "line", row.line }, { "tokens", row.tokens } }
  end
  for i, remark in ipairs(report.remarks) do remarks[i] = remark end
  local labels
  if report.labels then
    labels = list {}
    for i, label in ipairs(report.labels) do
      labels[i] = object { { "label", label.label }, { "count", label.count } }
    end
  end
  return object {
    { "profile", report.profile.name }, { "profile_date", report.profile.date }, { "errors", s.errors },
    { "warnings", s.warnings }, { "notes", s.notes }, { "waived", s.waived }, { "in_baseline", s.known },
    { "not_shown", hidden + s.left_out }, { "by_rule", by_rule }, { "rows_over_limit", too_long },
    { "labels", or_null(labels) }, { "tokens", tokens_facts(report.estimate) },
    { "cost", cost_facts(report.estimate) }, { "remarks", remarks },
  }
end

--- The report as one line of JSON.
---@param report table of gt.check.run
---@param shown table[] the findings to print
---@param hidden integer how many were not printed for their number
---@return string
return function(report, shown, hidden)
  local files, findings = list {}, list {}
  for i, file in ipairs(report.files) do files[i] = file_facts(file) end
  for i, finding in ipairs(shown) do findings[i] = finding_facts(finding) end
  return json.encode(object {
    { "files", files }, { "findings", findings }, { "summary", summary_facts(report, hidden) },
  })
end

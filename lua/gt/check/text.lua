-- The check for people: a line a finding, and a summary. Colours only when asked for. What
-- stands in files reaches the terminal with its control characters visible.

local estimate = require "gt.estimate"
local visible = require "gt.show".visible

local text = {}

local CODES = { error = "1;31", warning = "1;33", note = "1;36", path = "1", rule = "36", dim = "2" }

local function painter(colour)
  return function(kind, s)
    return colour and CODES[kind] and "\27[" .. CODES[kind] .. "m" .. s .. "\27[0m" or s
  end
end

local function one_line(s)
  if not s:find "[^ -~]" then return s end -- nearly always
  return (visible(s):gsub("[\n\t]", { ["\n"] = "\\n", ["\t"] = "\\t" }))
end

--- "file:line:column: severity: rule: message (hint)"
---@param finding table
---@param colour boolean?
---@return string
function text.line(finding, colour)
  local paint = painter(colour)
  local hint = finding.hint and finding.hint ~= "" and paint("dim", (" (%s)"):format(one_line(finding.hint))) or ""
  return ("%s %s %s: %s%s"):format(
    paint("path", ("%s:%d:%d:"):format(one_line(finding.path), finding.line, finding.column)),
    paint(finding.severity, finding.severity .. ":"), paint("rule", finding.rule), one_line(finding.message), hint)
end

local function plural(n, word)
  return ("%s %s%s"):format(estimate.thousands(n), word, n == 1 and "" or "s")
end

local function file_words(file)
  local extra = file.role == "against" and ", to compare with" or ""
  if (file.bad_rows or 0) > 0 then extra = (", %d bad%s"):format(file.bad_rows, extra) end
  return ("%s (%s%s)"):format(one_line(file.path), plural(file.rows, "row"), extra)
end

local function totals(summary)
  local parts = { plural(summary.errors, "error"), plural(summary.warnings, "warning") }
  if summary.notes > 0 then parts[#parts + 1] = plural(summary.notes, "note") end
  if summary.waived > 0 then parts[#parts + 1] = plural(summary.waived, "waived finding") end
  if summary.known > 0 then parts[#parts + 1] = plural(summary.known, "finding") .. " in the baseline, hidden" end
  if summary.left_out > 0 then parts[#parts + 1] = plural(summary.left_out, "finding") .. " counted only" end
  return table.concat(parts, ", ")
end

--- The rows that a provider would cut or drop, the first of them by line.
local function too_long(report)
  local rows = report.too_long_rows
  if #rows == 0 then return nil end
  local names = {}
  for i = 1, math.min(#rows, 5) do
    names[i] = ("%s:%d"):format(one_line(report.files[rows[i].file].path), rows[i].line)
  end
  return ("%s would be cut or dropped: %s%s"):format(plural(#rows, "row"), table.concat(names, ", "),
    #rows > 5 and (" and %d more"):format(#rows - 5) or "")
end

--- The summary, line by line.
---@param report table of gt.check.run
---@param colour boolean?
---@return string[]
function text.summary(report, colour)
  local paint, out, files = painter(colour), {}, {}
  local facts, summary = report.profile, report.summary
  for i, file in ipairs(report.files) do files[i] = file_words(file) end
  out[1] = ("checked %s for %s (profile of %s%s)"):format(table.concat(files, ", "), facts.name, facts.date,
    report.profile_from and "; " .. report.profile_from or "")
  local worst = summary.errors > 0 and "error" or summary.warnings > 0 and "warning" or "path"
  out[2] = paint(worst, totals(summary))
  for _, rule in ipairs(summary.rules) do
    out[#out + 1] = ("  %6s  %s %s"):format(estimate.thousands(rule.count), paint("rule", rule.rule),
      rule.severity ~= "error" and "(" .. rule.severity .. ")" or "")
  end
  out[#out + 1] = too_long(report)
  for _, line in ipairs(estimate.lines(report.estimate)) do out[#out + 1] = line end
  for _, note in ipairs(report.remarks) do out[#out + 1] = "note: " .. one_line(note) end
  if facts.note then out[#out + 1] = ("note: %s: %s"):format(facts.name, facts.note) end
  for i, line in ipairs(out) do out[i] = (line:gsub("%s+$", "")) end
  return out
end

return text

-- One check: what the core finds in the files, what the provider's profile adds, less what
-- is waived or was there before. Gives a report as plain data; prints nothing, decides no
-- exit code. The core is a parameter so that specs can put their own in its place.

local baseline = require "gt.check.baseline"
local counts = require "gt.check.counts"
local estimate = require "gt.estimate"
local lines = require "gt.check.lines"
local waivers = require "gt.check.waivers"

local RANK = { error = 1, warning = 2, note = 3 }

local function core_options(o, facts)
  return {
    files = o.files, against = o.against and #o.against > 0 and o.against or nil,
    limits = counts.core_limits(facts), near = o.near, index = o.index, labels = o.labels,
  }
end

--- Whether this check looked for a rule: an unused waiver of another one says nothing.
local function looked_for(o, result)
  return function(rule)
    if (result.left_out or 0) > 0 then return false end
    if rule.needs == "against" then return o.against ~= nil and #o.against > 0 end
    if rule.needs == "near" then return o.near ~= false end
    if rule.needs == "labels" then return o.labels == true end
    if rule.needs then return o[rule.needs] ~= nil end
    return true
  end
end

local function before(a, b)
  if a.file ~= b.file then return a.file < b.file end
  if a.line ~= b.line then return a.line < b.line end
  if a.column ~= b.column then return a.column < b.column end
  if a.rule ~= b.rule then return a.rule < b.rule end
  return a.order < b.order
end

--- All findings in order, with the path of their file.
local function collect(o, facts, result, list)
  local findings, paths = {}, {}
  for i, finding in ipairs(result.findings) do findings[i] = finding end
  for i, file in ipairs(result.files) do paths[i] = file.path end
  counts.add(findings, facts, result, o)
  for i, finding in ipairs(findings) do
    finding.path, finding.order = paths[finding.file], i
    for _, place in ipairs(finding.related or {}) do place.path = paths[place.file] end
  end
  waivers.apply(list, findings)
  for i, finding in ipairs(waivers.unused(list, paths, looked_for(o, result))) do
    finding.file = finding.path == paths[1] and 1 or #paths + 1
    finding.order = i
    findings[#findings + 1] = finding
  end
  table.sort(findings, before)
  return findings
end

--- Counts of what is neither waived nor known.
local function count(findings)
  local summary = { errors = 0, warnings = 0, notes = 0, waived = 0, known = 0 }
  local by_rule, rules = {}, {}
  for _, finding in ipairs(findings) do
    if finding.waived then
      summary.waived = summary.waived + 1
    elseif finding.known then
      summary.known = summary.known + 1
    else
      local plural = finding.severity .. "s"
      summary[plural] = summary[plural] + 1
      local rule = by_rule[finding.rule]
      if not rule then
        rule = { rule = finding.rule, count = 0, severity = finding.severity }
        by_rule[finding.rule] = rule
        rules[#rules + 1] = rule
      end
      rule.count = rule.count + 1
      if RANK[finding.severity] < RANK[rule.severity] then rule.severity = finding.severity end
    end
  end
  table.sort(rules, function(a, b)
    if a.severity ~= b.severity then return RANK[a.severity] < RANK[b.severity] end
    if a.count ~= b.count then return a.count > b.count end
    return a.rule < b.rule
  end)
  summary.rules = rules
  return summary
end

--- What the core found but did not keep is counted with its severities' totals.
local function add_left_out(summary, result)
  local kept = { errors = 0, warnings = 0, notes = 0 }
  for _, finding in ipairs(result.findings) do
    local plural = finding.severity .. "s"
    kept[plural] = kept[plural] + 1
  end
  for plural, number in pairs(kept) do
    summary[plural] = summary[plural] + math.max((result[plural] or number) - number, 0)
  end
  summary.left_out = result.left_out or 0
end

--- Tokens of the files to train on, or of all when none is called so; of providers with a
--- known default the epochs too.
local function estimated(result, facts, o)
  local training, all = nil, 0
  for _, file in ipairs(result.files) do
    local tokens = file.role ~= "against" and file.tokens or 0
    all = all + tokens
    if file.split == "training" and file.role ~= "against" then training = (training or 0) + tokens end
  end
  local tokens = training or all
  local epochs = o.epochs or facts.epochs.default
  if epochs and epochs < 1 then epochs = nil end -- told as a finding
  return estimate.from_tokens(tokens, { model = facts.model or facts.name, epochs = epochs, price = o.price })
end

---@param o { files: string[], against: string[]?, near: number|false|nil, labels: any, index: string?,
---  batch_size: integer?, epochs: integer?, price: number?, waive: string[]?, baseline: string?,
---  write_baseline: string?, fingerprints: boolean? }
---@param facts table a profile
---@param core { run: fun(options: table): table }
---@return table report { files, findings, profile, summary, estimate, too_long_rows, remarks, labels, has_baseline }
return function(o, facts, core)
  local known = o.baseline and baseline.read(o.baseline)
  local paths = table.move(o.files, 1, #o.files, 1, {})
  table.move(o.against or {}, 1, #(o.against or {}), #paths + 1, paths)
  local list = waivers.load(paths, o.waive) -- what is wrong with them is told before the work
  local result = core.run(core_options(o, facts))
  local findings = collect(o, facts, result, list)
  if known or o.write_baseline or o.fingerprints then lines.fingerprint(findings) end
  if known then baseline.apply(known, findings) end
  local summary = count(findings)
  add_left_out(summary, result)
  if o.write_baseline then summary.written = baseline.write(o.write_baseline, findings) end
  return {
    files = result.files, findings = findings, profile = facts, summary = summary,
    estimate = estimated(result, facts, o), too_long_rows = result.too_long_rows or {},
    remarks = result.remarks or {}, labels = result.labels, has_baseline = known ~= nil,
  }
end

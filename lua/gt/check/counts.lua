-- What a provider says about files as a whole and the core does not know: their form, the
-- size of one request, batch size and epochs, how large a validation file may be beside its
-- training file. Also says where the core's limits come from. Used by gt.check.run.

local profile = require "gt.check.profile"
local thousands = require "gt.estimate".thousands

local counts = {}

local CORE_FEW_ROWS = 50 -- below that the core warns by itself

local FORM_WORDS = {
  pairs = "pairs of input and output", messages = "OpenAI messages", contents = "Vertex contents", csv = "CSV",
}

local function few_rows(add, facts, rows)
  local min, source = profile.limit(facts, "rows_min")
  if min and rows >= CORE_FEW_ROWS and rows < min then
    add("too-few-rows", "warning", ("%d rows; for %s at least %d are advised"):format(rows, facts.name, min),
      "models tuned on few rows repeat them instead of learning the task; see " .. source)
  end
end

local function request_size(add, facts, bytes)
  local max, source = profile.limit(facts, "request_bytes_max")
  if not max or bytes <= max then return end
  local sure = bytes > max * 1.1 -- other fields and spaces are not sent
  add("file-too-large", sure and "error" or "warning", ("all rows go into one request: %s bytes, %s takes at most %s")
    :format(thousands(bytes), facts.name, thousands(max)), "take fewer or shorter rows; see " .. source)
end

--- The command that writes the file in another form; of an odd name only its pattern.
local function conversion(path, form)
  local from, to = "FILE", "NEW"
  if path:find "^[%w._/-]+$" then
    from, to = path, path:gsub("%.gz$", ""):gsub("%.%w+$", "") .. "." .. form .. ".jsonl"
  end
  return ("gtlua -e 'gt.dataset.load(%q):write(%q, { form = %q })' writes the form that it takes")
    :format(from, to, form)
end

local function form(add, facts, file)
  local kind = profile.kind_of(file.form)
  if not kind or facts.forms[kind] then return end
  add("unsupported-form", "error", ("%s does not take %s"):format(facts.name, FORM_WORDS[kind]),
    conversion(file.path, facts.form_to_write))
end

local function batch_size(add, facts, rows, value)
  local known = facts.batch_size
  if known.taken == false then
    add("batch-size", "warning", ("%s takes no batch size, %d would be left out"):format(facts.name, value),
      "leave the option away; see " .. facts.sources[known.source])
  elseif value < known.min then
    add("batch-size", "error", ("a batch size of %d, the least is %d"):format(value, known.min))
  elseif known.at_most_rows and rows > 0 and value > rows then
    add("batch-size", "warning", ("a batch size of %d is more than the %d rows"):format(value, rows),
      "leave the option away: the default follows the number of rows")
  end
end

local function epochs(add, facts, value)
  if value < facts.epochs.min then
    add("epoch-count", "error", ("an epoch count of %d, the least is %d"):format(value, facts.epochs.min))
  end
end

--- The core judges the number of rows of files that are checked, not of those compared with.
local function validation(add, facts, file, training_rows)
  local max, source = profile.limit(facts, "validation_rows_max")
  if not max then return end
  local share, from = profile.limit(facts, "validation_share"), profile.limit(facts, "validation_share_from")
  if file.rows > max then
    if file.role ~= "against" then return end
    add("too-many-rows", "error", ("%s validation rows, %s takes at most %s"):format(thousands(file.rows),
      facts.name, thousands(max)), "see " .. source)
  elseif file.rows > from and file.rows > share * training_rows then
    add("too-many-rows", "error", ("%s validation rows, %s takes at most %d %% of the %s training rows"):format(
      thousands(file.rows), facts.name, math.floor(share * 100), thousands(training_rows)), "see " .. source)
  end
end

-- The limits behind the core's findings.
local LIMITS = {
  ["too-few-rows"] = "rows_floor", ["too-many-rows"] = "rows_max", ["file-too-large"] = "file_bytes_max",
  ["tokens-over-limit"] = "tokens_max",
}

local function name_source(facts, finding)
  local limit = LIMITS[finding.rule]
  if not limit or finding.rule == "too-few-rows" and finding.severity ~= "error" then return end
  local _, source = profile.limit(facts, limit)
  if source then finding.hint = (finding.hint and finding.hint .. "; " or "") .. "see " .. source end
end

--- What the core is asked to look at.
---@param facts table a profile
---@return table limits
function counts.core_limits(facts)
  local limits = {}
  for name, key in pairs { text_max = "text_max", output_max = "output_max", rows_min = "rows_floor",
    rows_max = "rows_max", tokens_max = "tokens_max", file_bytes_max = "file_bytes_max",
    validation_rows_max = "validation_rows_max" } do
    limits[name] = profile.limit(facts, key)
  end
  return limits
end

--- Rows and bytes to train on, and the number of the first such file.
local function training(result)
  local rows, bytes, first = 0, 0, nil
  for number, file in ipairs(result.files) do
    if file.role ~= "against" and file.split == "training" then
      rows, bytes, first = rows + file.rows, bytes + file.bytes, first or number
    end
  end
  return rows, bytes, first
end

--- Appends the findings on whole files to `findings` (files by number, as the core's).
---@param findings table[]
---@param facts table a profile
---@param result table what gt.core.check.run gave
---@param options { batch_size: integer?, epochs: integer? }
function counts.add(findings, facts, result, options)
  local function adder(number)
    return function(rule, severity, message, hint)
      findings[#findings + 1] = {
        file = number, line = 1, column = 1, rule = rule, severity = severity, message = message, hint = hint,
      }
    end
  end
  for _, finding in ipairs(findings) do name_source(facts, finding) end
  local rows, bytes, first = training(result)
  for number, file in ipairs(result.files) do
    if file.role ~= "against" then form(adder(number), facts, file) end
    if file.split == "validation" then validation(adder(number), facts, file, rows) end
  end
  if first then
    few_rows(adder(first), facts, rows)
    request_size(adder(first), facts, bytes)
  end
  if options.batch_size then batch_size(adder(first or 1), facts, rows, options.batch_size) end
  if options.epochs then epochs(adder(first or 1), facts, options.epochs) end
end

return counts

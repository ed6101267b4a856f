-- gt.score: how often the answers are right, with the uncertainty that a test set of this
-- size leaves.
--
--   local s = gt.score.labels(pairs_of_truth_and_answer)
--   print(s.accuracy, s.low, s.high)
--   print(gt.score.confusion_table(s))

local core = require "gt.core.host"

local score = {}

local Z95 = 1.959963984540054 -- the normal quantile for 95 %

--- The 95 % interval of a share (Wilson's score interval).
---@param right integer
---@param n integer
---@return number low
---@return number high
function score.wilson(right, n)
  if n == 0 then return 0, 1 end
  local p, z2 = right / n, Z95 * Z95
  local middle = (p + z2 / (2 * n)) / (1 + z2 / n)
  local half = Z95 / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
  return math.max(0, middle - half), math.min(1, middle + half)
end

---@class gt.Score
---@field n integer rows that were answered
---@field right integer
---@field failed integer rows without a usable answer: apart from wrong ones
---@field accuracy number right / (n + failed): a failed row is not a right one
---@field low number lower end of the 95 % interval of the accuracy
---@field high number
---@field labels string[] the true labels, sorted
---@field counts table<string, table<string, integer>> counts[truth][answer]

--- Scores label answers. An answer is compared after white space and case are trimmed;
--- nil counts as failed, an answer that is no label as "other".
---@param rows { truth: string, answer: string? }[]
---@return gt.Score
function score.labels(rows)
  if type(rows) ~= "table" then
    core.raise("INVALID_ARGUMENT", "gt.score.labels: expected a list of { truth =, answer = }")
  end
  local known, counts, labels = {}, {}, {}
  for _, row in ipairs(rows) do
    local truth = row.truth
    if not known[truth:lower()] then
      known[truth:lower()] = truth
      labels[#labels + 1] = truth
      counts[truth] = {}
    end
  end
  table.sort(labels)
  local result = { n = 0, right = 0, failed = 0, labels = labels, counts = counts }
  for _, row in ipairs(rows) do
    if row.answer == nil then
      result.failed = result.failed + 1
    else
      local answer = known[row.answer:match("^%s*(.-)%s*$"):lower()] or "other"
      result.n = result.n + 1
      if answer == row.truth then result.right = result.right + 1 end
      counts[row.truth][answer] = (counts[row.truth][answer] or 0) + 1
    end
  end
  local all = result.n + result.failed
  result.accuracy = all > 0 and result.right / all or 0
  result.low, result.high = score.wilson(result.right, all)
  return result
end

local function width_of(text) return utf8.len(text) or #text end

local function pad(text, width) return text .. (" "):rep(width - width_of(text)) end

--- The confusion table as text: a line a true label, a column an answer.
---@param s gt.Score
---@return string
function score.confusion_table(s)
  local columns = table.move(s.labels, 1, #s.labels, 1, {})
  for _, truth in ipairs(s.labels) do
    if s.counts[truth].other then
      columns[#columns + 1] = "other"
      break
    end
  end
  local first = #"true \\ answered"
  for _, label in ipairs(s.labels) do first = math.max(first, width_of(label)) end
  local lines = { pad("true \\ answered", first) }
  for _, column in ipairs(columns) do lines[1] = lines[1] .. "  " .. column end
  for _, truth in ipairs(s.labels) do
    local line = pad(truth, first)
    for _, column in ipairs(columns) do
      line = line .. ("  %" .. width_of(column) .. "d"):format(s.counts[truth][column] or 0)
    end
    lines[#lines + 1] = line
  end
  return table.concat(lines, "\n")
end

--- One line: "accuracy 0.867 (0.779 to 0.923 at 95 %), 78 of 90 right".
---@param s gt.Score
---@return string
function score.line(s)
  local failed = s.failed > 0 and (", %d without an answer"):format(s.failed) or ""
  return ("accuracy %.3f (%.3f to %.3f at 95 %%), %d of %d right%s")
    :format(s.accuracy, s.low, s.high, s.right, s.n + s.failed, failed)
end

return score

-- The step that takes out rows which repeat an earlier one. Used by gt.dataset. A row
-- goes only when an earlier row that stays has a like input and the same output; rows
-- with the same input and another output stay, for they contradict and people decide.

local arguments = require "gt.arguments"
local host = require "gt.core.host"
local pipeline = require "gt.dataset.pipeline"
local row = require "gt.dataset.row"
local text = require "gt.core.text"

local dedupe = {}

local OPTIONS = { threshold = arguments.number(0, 1), by = { "input", "both" }, index = "string" }

-- The same text only: a hash for each row that stays is all that is kept.
local function exact(pull, note, output_key)
  local kept = {}
  return function()
    for one in pull do
      local key = text.hash(one.text_input) .. output_key(one)
      if not kept[key] then
        kept[key] = row.place(one)
        return one
      end
      note:remove(one, "duplicate of " .. kept[key])
    end
  end
end

-- For each text those that are near it: { other, jaccard, ... }.
local function neighbours(found)
  local near = {}
  for i, a in ipairs(found.a) do
    local b, jaccard = found.b[i], found.jaccard[i]
    for _, side in ipairs { { a, b }, { b, a } } do
      local list = near[side[1]] or {}
      near[side[1]] = list
      list[#list + 1], list[#list + 2] = side[2], jaccard
    end
  end
  return near
end

local function find(rows, threshold, index)
  local texts = {}
  for i, one in ipairs(rows) do texts[i] = one.text_input end
  local found = text.near_duplicates(texts, { threshold = threshold, index = index })
  local missed = found.left_out + found.not_compared
  if missed > 0 then
    host.log("warn", ("dedupe: %d pairs of very many were not looked at; dedupe the result again"):format(missed))
  end
  return found.first, neighbours(found)
end

-- kept[group][output]: the row that stays for texts of this normal form.
local function why_not(kept, near, group, output)
  local same = kept[group] and kept[group][output]
  if same then return "duplicate of " .. row.place(same) end
  local list, best, best_jaccard = near[group] or {}, nil, 0
  for i = 1, #list, 2 do
    local other = kept[list[i]] and kept[list[i]][output]
    if other and list[i + 1] > best_jaccard then best, best_jaccard = other, list[i + 1] end
  end
  return best and ("near duplicate of %s (%.2f)"):format(row.place(best), best_jaccard)
end

local function near(pull, note, output_key, threshold, index)
  local rows, first, near_of, at, kept = nil, nil, nil, 0, {}
  return function()
    if not rows then
      rows = {}
      for one in pull do rows[#rows + 1] = one end
      first, near_of = find(rows, threshold, index)
    end
    while at < #rows do
      at = at + 1
      local one, group = rows[at], first[at]
      local output = output_key(one)
      local reason = why_not(kept, near_of, group, output)
      if not reason then
        kept[group] = kept[group] or {}
        kept[group][output] = one
        return one
      end
      note:remove(one, reason)
    end
  end
end

function dedupe.step(options)
  options = arguments.check("dataset:dedupe", options, OPTIONS)
  local threshold = options.threshold or 0.8
  if threshold < 0.3 then pipeline.refuse("dataset:dedupe: threshold is from 0.3 to 1, not " .. threshold) end
  local function output_key(one) return options.by == "input" and "" or text.hash(one.output) end
  return { name = "dedupe", open = function(pull, note)
    if threshold == 1 then return exact(pull, note, output_key) end
    return near(pull, note, output_key, threshold, options.index)
  end }
end

return dedupe

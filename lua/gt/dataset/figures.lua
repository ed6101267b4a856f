-- Figures of a data set: counts of outputs, lengths, the digest of its ids. Used by
-- gt.dataset. Each is one pass; memory is bounded, whatever the number of rows.

local core = require "gt.core.data"
local pipeline = require "gt.dataset.pipeline"
local row = require "gt.dataset.row"

local figures = {}

local MAX_LABELS = 10000 -- different outputs; with more they are no labels
local BYTES, BYTES_FEW, BYTES_MANY = 4, 3, 5 -- a token; the range is what texts differ by

--- How many rows each output has.
function figures.counts(data)
  local counts = {}
  pipeline.drain(data, nil, function(one) counts[one.output] = (counts[one.output] or 0) + 1 end)
  return counts
end

--- SHA-256 over the ids in order, each followed by a line feed.
function figures.hash(data)
  local digest = core.digest()
  pipeline.drain(data, nil, function(one)
    -- A row that a script has put into data.rows has no id yet.
    digest:add(one.id or row.new(one, 1, "dataset:hash").id):add("\n")
  end)
  return digest:hex()
end

-- How often each length occurs: enough for exact quantiles, and lengths repeat.
local Lengths = {}
Lengths.__index = Lengths

local function lengths() return setmetatable({ n = 0, total = 0, bytes = 0, of = {} }, Lengths) end

function Lengths:add(text)
  local length = utf8.len(text) or #text
  self.n, self.total, self.bytes = self.n + 1, self.total + length, self.bytes + #text
  self.of[length] = (self.of[length] or 0) + 1
end

function Lengths:figures()
  local sorted = {}
  for length in pairs(self.of) do sorted[#sorted + 1] = length end
  table.sort(sorted)
  local function quantile(share)
    local wanted, seen = math.max(1, math.ceil(share * self.n)), 0
    for _, length in ipairs(sorted) do
      seen = seen + self.of[length]
      if seen >= wanted then return length end
    end
    return 0
  end
  return {
    total = self.total, mean = self.n > 0 and self.total / self.n or 0,
    min = sorted[1] or 0, median = quantile(0.5), p95 = quantile(0.95), max = sorted[#sorted] or 0,
  }
end

-- Outputs are labels when those that repeat make up half of the rows.
local function labels_of(counts, rows)
  if not counts then return nil end
  local repeated, list = 0, {}
  for label, count in pairs(counts) do
    if count > 1 then repeated = repeated + count end
    list[#list + 1] = { label = label, count = count }
  end
  if rows == 0 or repeated * 2 < rows then return nil end
  table.sort(list, function(a, b)
    if a.count ~= b.count then return a.count > b.count end
    return a.label < b.label
  end)
  return list
end

local function tokens_of(input, output)
  local function guess(bytes, by) return (bytes + by - 1) // by end
  return {
    input = guess(input, BYTES), output = guess(output, BYTES), total = guess(input + output, BYTES),
    low = guess(input + output, BYTES_MANY), high = guess(input + output, BYTES_FEW),
    assumption = ("%d bytes a token, the range is %d to %d"):format(BYTES, BYTES_MANY, BYTES_FEW),
  }
end

--- Rows, lengths in characters, an estimate of the tokens, labels.
function figures.stats(data)
  local input, output = lengths(), lengths()
  local counts, different, rows, conversations = {}, 0, 0, 0
  pipeline.drain(data, nil, function(one)
    rows = rows + 1
    if one.turns then conversations = conversations + 1 end
    input:add(one.text_input)
    output:add(one.output)
    if not counts then return end
    if not counts[one.output] then different = different + 1 end
    counts[one.output] = (counts[one.output] or 0) + 1
    if different > MAX_LABELS then counts = nil end
  end)
  return {
    rows = rows, conversations = conversations,
    characters = { input = input:figures(), output = output:figures() },
    tokens = tokens_of(input.bytes, output.bytes),
    labels = labels_of(counts, rows),
  }
end

return figures

-- gt.text.near_duplicates: the search of gt.core.text with its options checked, and pairs
-- put together to groups.

local arguments = require "gt.arguments"
local host = require "gt.core.host"
local core = require "gt.core.text"

local function refuse(message, ...)
  host.raise("INVALID_ARGUMENT", "gt.text.near_duplicates: " .. message:format(...))
end

local OPTIONS = {
  threshold = arguments.number(0.3, 1), index = "path", threads = arguments.whole(1, 8),
  pairs_max = arguments.whole(1, 100000000), memory_max = arguments.whole(1, 1 << 50),
}

local function strings_of(texts)
  if type(texts) ~= "table" then refuse("expected a list of texts, got a %s", type(texts)) end
  local rows = texts.rows or texts
  if type(rows) == "function" then refuse "a stream must be read first: stream:collect()" end
  local strings = {}
  for i, item in ipairs(rows) do
    local s = type(item) == "table" and item.text_input or item
    if type(s) ~= "string" then refuse("text %d is a %s", i, type(s)) end
    strings[i] = s
  end
  return strings
end

local function root(up, i)
  while up[i] ~= i do
    up[i] = up[up[i]]
    i = up[i]
  end
  return i
end

--- Lists of two or more texts that hang together, by their first.
local function groups_of(found)
  local up, members, groups = {}, {}, {}
  for i, first in ipairs(found.first) do up[i] = first end
  for i, a in ipairs(found.a) do
    local x, y = root(up, a), root(up, found.b[i])
    up[math.max(x, y)] = math.min(x, y)
  end
  for i = 1, #up do
    local r = root(up, i)
    if r ~= i then
      if not members[r] then
        members[r] = { r }
        groups[#groups + 1] = members[r]
      end
      table.insert(members[r], i)
    end
  end
  table.sort(groups, function(a, b) return a[1] < b[1] end)
  return groups
end

---@class gt.NearDuplicates
---@field groups integer[][] texts that are equal or hang together by pairs; each list ascending
---@field pairs { a: integer, b: integer, jaccard: number }[] between the first of equal ones
---@field first integer[] for each text the first that equals it, but for case, spaces and punctuation
---@field left_out integer pairs beyond pairs_max
---@field not_compared integer comparisons left out where very many texts are alike
---@field too_long integer texts over 1 MiB, compared for equality only
---@field hashed integer texts whose signature was not in the index
---@field index_rebuilt boolean the index file was of no use and was written anew

---@class gt.NearDuplicateOptions
---@field threshold number? Jaccard index from which two texts are a pair; default 0.8
---@field index string? a file that keeps signatures, so that new texts alone are hashed
---@field threads integer? default 2 where there are two processors
---@field pairs_max integer? default 1000000
---@field memory_max integer? bytes; default 1 GiB

--- Finds texts that are equal or nearly equal.
---@param texts string[]|gt.Row[]|gt.Dataset
---@param options gt.NearDuplicateOptions?
---@return gt.NearDuplicates
return function(texts, options)
  options = arguments.check("gt.text.near_duplicates", options, OPTIONS)
  local found = core.near_duplicates(strings_of(texts), options)
  local list = {}
  for i, a in ipairs(found.a) do list[i] = { a = a, b = found.b[i], jaccard = found.jaccard[i] } end
  local groups = groups_of(found)
  found.a, found.b, found.jaccard = nil, nil, nil
  found.pairs, found.groups = list, groups
  return found
end

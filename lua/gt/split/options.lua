-- What gt.split.assign is asked for, checked and made ready: parts, strata, groups,
-- clusters. Used by gt.split only.

local arguments = require "gt.arguments"
local core = require "gt.core.host"
local native = require "gt.core.split"

local options = {}

local DEFAULT = { train = 0.8, validation = 0.1, test = 0.1 }
local KNOWN = { -- "any" is looked at where it is used
  clusters = "any", group = "any", parts = "any", stratify = "any", exact = "boolean", seed = "integer",
}

local function refuse(message, ...)
  core.raise("INVALID_ARGUMENT", "gt.split.assign: " .. message:format(...))
end

-- The test part lies first on [0, 1) and train last, so that taking a validation part
-- out of train later moves no row of the test part.
local RANK = { test = 1, validation = 2, train = 4 }

local function in_order(a, b)
  local ra, rb = RANK[a] or 3, RANK[b] or 3
  if ra ~= rb then return ra < rb end
  return a < b
end

--- The parts' names in order, their shares, and where each ends on [0, 1).
function options.parts(parts)
  if parts == nil then parts = DEFAULT end
  if type(parts) ~= "table" then refuse("parts must be a table of shares by name") end
  local shares, names, sum = {}, {}, 0
  for name, share in pairs(parts) do
    if type(name) ~= "string" or not name:find "^[%w_%-%.]+$" then
      refuse("the part's name %s is not made of letters, digits, '_', '-' and '.'", tostring(name))
    end
    if type(share) ~= "number" or not (share > 0 and share <= 1) then
      refuse("the share of %s must be a number above 0 and up to 1, not %s", name, tostring(share))
    end
    shares[name], sum = share, sum + share
    names[#names + 1] = name
  end
  if not shares.train and sum < 1 - 1e-9 then
    names[#names + 1], shares.train, sum = "train", 1 - sum, 1
  end
  if math.abs(sum - 1) > 1e-9 then refuse("the shares add up to %g, not to 1", sum) end
  if #names > 64 then refuse("%d parts are too many", #names) end
  table.sort(names, in_order)
  local ends, at = {}, 0
  for i, name in ipairs(names) do
    at = at + shares[name]
    ends[i] = at
  end
  return names, shares, ends
end

--- A function of a row from the option's value: a field's name or a function.
local function getter(name, value)
  if type(value) == "function" then return value end
  if type(value) ~= "string" then refuse("%s must be a field's name or a function", name) end
  return function(row) return row[value] end
end

--- What get says of each row; false for nil and false.
local function values(name, rows, get)
  local list = {}
  for i, row in ipairs(rows) do
    local value = get(row)
    if value ~= value then refuse("%s of row %d is not a number", name, i) end
    list[i] = value or false
  end
  return list
end

local NEAR = 0.8 -- the share of common character 4-grams from which texts count as one

local function check_clusters(rows, clusters)
  if clusters == nil or type(clusters) == "boolean" then return end
  if type(clusters) == "number" then
    if clusters >= 0.5 and clusters <= 1 then return end
    refuse("clusters must lie between 0.5 and 1, not at %g", clusters)
  end
  if type(clusters) ~= "table" or #clusters ~= #rows then
    refuse("clusters must be true, a number or a list with a value for each of the %d rows", #rows)
  end
end

--- Clusters as a value for each row, the texts that the rows' places are taken from, and
--- how many pairs were left out.
function options.clusters(rows, clusters)
  check_clusters(rows, clusters)
  local keys = {}
  for i, row in ipairs(rows) do keys[i] = row.text_input end
  if not clusters or type(clusters) == "table" then return clusters or nil, keys, 0 end
  local ids, left_out = native.clusters(keys, clusters == true and NEAR or clusters)
  for i, key in ipairs(keys) do keys[i] = native.normal(key) end
  return ids, keys, left_out
end

--- A group's name is what its place is taken from, so it must be the same in every run.
local function name_groups(groups, keys)
  for i, group in ipairs(groups) do
    if group then
      if type(group) ~= "string" and type(group) ~= "number" then
        refuse("the group of row %d is a %s, not a string or a number", i, type(group))
      end
      groups[i] = type(group) == "number" and math.tointeger(group) or group
      keys[i] = tostring(groups[i])
    end
  end
end

--- What the option stratify says of each row, nil without it.
function options.strata(rows, stratify)
  if not stratify then return nil end
  return values("stratify", rows, getter("stratify", stratify == true and "output" or stratify))
end

--- The group of each row, nil without the option; keys of grouped rows become its name.
function options.groups(rows, group, keys)
  if not group then return nil end
  local groups = values("group", rows, getter("group", group))
  name_groups(groups, keys)
  return groups
end

--- Refuses rows and options that cannot be meant.
function options.check(rows, given)
  if type(rows) ~= "table" then refuse("expected a list of rows, got a %s", type(rows)) end
  arguments.check("gt.split.assign", given, KNOWN)
  for i, row in ipairs(rows) do
    if type(row) ~= "table" or type(row.text_input) ~= "string" then
      refuse("row %d has no text_input", i)
    end
  end
end

return options

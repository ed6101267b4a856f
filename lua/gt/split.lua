-- gt.split: which part of a split each row belongs to. A row's place is a stable hash of
-- its text: it stays there when other rows come or go, and equal texts stay together.
--
--   local part = gt.split.assign(rows, { parts = { train = 0.8, validation = 0.1, test = 0.1 },
--     group = "customer", clusters = true, stratify = true })
--   print(part[1], part.counts.test, table.concat(part.warnings, "\n"))

local native = require "gt.core.split"
local read = require "gt.split.options"
local report = require "gt.split.report"

local split = {}

---@class gt.AssignOptions
---@field parts table<string, number>? shares by name; what they leave of 1 is "train"
---@field seed integer? another cut of the same rows
---@field group string|fun(row: gt.Row): any? rows with the same value of this field stay together
---@field clusters true|number|any[]? true: near duplicates stay together; or a value for each row
---@field stratify true|string|fun(row: gt.Row): any? count by this (true: by output) and warn of what is uneven
---@field exact boolean? cut each stratum exactly, by rank; then a new row can move others

---@class gt.Split
---@field [integer] string the part of each row
---@field counts table<string, integer> rows of each part
---@field strata table<any, table<string, integer>>? rows of each part by stratum
---@field warnings string[] empty parts, sizes far from the shares, strata missing from a part

--- The part of each row.
---
--- Stability: a row's place on [0, 1) is the hash of its text and the seed, that of a
--- group the hash of the group's name; so rows never move when others come or go. What is
--- cut this way has the shares up to sampling error, in every stratum alike: a label of
--- 100 rows with a share of .1 has 10, give or take 6. `stratify` counts by stratum and
--- warns; it moves nothing, as no cut can be exact and stable at once. `exact` prefers the
--- other: each stratum is cut to the row, and a new row can move those next to a cut.
--- Equal texts stay together, unless groups or a list of clusters part them.
--- With clusters a unit's place is that of its first row: rows that are added behind move
--- nothing, unless one of them joins two clusters.
---@param rows gt.Row[]
---@param options gt.AssignOptions?
---@return gt.Split
function split.assign(rows, options)
  options = options or {}
  rows = type(rows) == "table" and type(rows.rows) == "table" and rows.rows or rows
  read.check(rows, options)
  local names, shares, ends = read.parts(options.parts)
  local strata = read.strata(rows, options.stratify)
  local clusters, keys, left_out = read.clusters(rows, options.clusters)
  local groups = read.groups(rows, options.group, keys)
  -- ranks, unlike hashes, can part equal texts
  if options.exact and not clusters and not groups then clusters = keys end
  local ranked = options.exact and (strata or read.strata(rows, function() return true end)) or nil
  local result = native.assign(keys, ends, options.seed or 0, groups, clusters, ranked)
  for i, part in ipairs(result) do result[i] = names[part] end
  report.count(result, names, strata)
  report.warn(result, names, shares)
  if left_out > 0 then
    table.insert(result.warnings, ("about %d pairs of near duplicates were left out: too many"):format(left_out))
  end
  return result
end

return split

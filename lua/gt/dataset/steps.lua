-- The steps of data sets: each takes rows one after the other and gives rows on. Used
-- by gt.dataset. The functions of scripts may wait on the host, so nothing here may call
-- them where Lua cannot yield.

local core = require "gt.core.data"
local row = require "gt.dataset.row"

local steps = {}

local AHEAD = 4 -- rows in work for each that may wait at once

-- pull() gives a row and work(row)'s result, in order; with concurrency some rows ahead.
local function working(pull, work, concurrency)
  if not concurrency or concurrency == 1 then -- no tasks: also where Lua cannot yield
    return function()
      local one = pull()
      if one then return one, work(one) end
    end
  end
  local rows, results, at = {}, {}, 0
  return function()
    at = at + 1
    if not rows[at] then
      rows, at = {}, 1
      while #rows < concurrency * AHEAD do
        local one = pull()
        if not one then break end
        rows[#rows + 1] = one
      end
      if #rows == 0 then return nil end
      results = require "gt.task".map(rows, work, { concurrency = concurrency })
    end
    return rows[at], results[at]
  end
end
steps.working = working

function steps.filter(keep, concurrency)
  return { name = "filter", open = function(pull, note)
    local work = working(pull, keep, concurrency)
    return function()
      for one, kept in work do
        if kept then return one end
        note:remove(one, "the filter's function was not true for it")
      end
    end
  end }
end

--- A reason that the function itself returns wins over the fixed one.
function steps.drop(is_bad, reason, concurrency)
  return { name = "drop", open = function(pull, note)
    local work = working(pull, is_bad, concurrency)
    return function()
      for one, bad in work do
        if not bad then return one end
        note:remove(one, type(bad) == "string" and bad or reason)
      end
    end
  end }
end

function steps.map(f, concurrency)
  return { name = "map", open = function(pull, note)
    local at = 0
    local work = working(pull, function(one) return f(row.copy(one)) end, concurrency)
    return function()
      local one, made = work()
      if not one then return nil end
      at = at + 1
      local new = row.mapped(one, made, at)
      note:change(one, new)
      return new
    end
  end }
end

function steps.take(n)
  return { name = "take", open = function(pull, note)
    local taken = 0
    local function leave_rest()
      if not note.all then return end
      for one in pull do note:leave(one, ("it is not among the first %d"):format(n)) end
    end
    return function()
      if taken >= n then return leave_rest() end
      local one = pull()
      if one then taken = taken + 1 end
      return one
    end
  end }
end

-- n rows of a pass, each as likely (algorithm R), in their order: { at, row } each.
local function reservoir(pull, n, seed, note)
  local random, picked, at = core.random(seed), {}, 0
  local why = ("it was not drawn by sample(%d, %d)"):format(n, seed)
  for one in pull do
    at = at + 1
    local place = at <= n and at or random(at)
    if place <= n then
      if picked[place] then note:leave(picked[place][2], why) end
      picked[place] = { at, one }
    else
      note:leave(one, why)
    end
  end
  table.sort(picked, function(a, b) return a[1] < b[1] end)
  return picked
end

function steps.sample(n, seed)
  return { name = "sample", open = function(pull, note)
    local picked, at
    return function()
      picked = picked or reservoir(pull, n, seed, note)
      at = (at or 0) + 1
      return picked[at] and picked[at][2]
    end
  end }
end

--- Keeps the rows for which part(row) is `name`.
function steps.part(name, part)
  return { name = "split", open = function(pull, note)
    return function()
      for one in pull do
        local where = part(one)
        if where == name then return one end
        note:leave(one, ("the split put it into the part %q"):format(where))
      end
    end
  end }
end

return steps

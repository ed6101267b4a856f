-- Tasks: sleep, groups, map, try, errors, deadlock.

local gt = require "gt.task"
local core = require "gt.core.task"

local function elapsed(f, ...)
  local started = gt.now()
  f(...)
  return gt.now() - started
end

describe("sleep", function()
  it("lasts", function() expect.between(elapsed(gt.sleep, 0.02), 0.02, 0.5) end)

  it("of a thousand tasks lasts as long as one", function()
    expect.between(elapsed(gt.group, function(g)
      for _ = 1, 1000 do g:spawn(gt.sleep, 0.05) end
    end), 0.05, 0.5)
  end)

  it("of 0 lets others run, in turn", function()
    local log = {}
    gt.group(function(g)
      for _, name in ipairs { "a", "b" } do
        g:spawn(function()
          for _ = 1, 3 do
            log[#log + 1] = name
            gt.sleep(0)
          end
        end)
      end
    end)
    expect.equal(table.concat(log), "ababab")
  end)

  it("checks its argument", function()
    expect.match(expect.raises("INVALID_ARGUMENT", gt.sleep, -1).message, "0 seconds or more, not %-1")
    expect.raises("INVALID_ARGUMENT", gt.sleep, 0 / 0)
    expect.match(expect.raises("INVALID_ARGUMENT", gt.sleep, "1").message, "not string")
    expect.raises("INVALID_ARGUMENT", gt.sleep)
    local err = expect.raises("INVALID_ARGUMENT", function() gt.sleep(-1) end)
    expect.match(err.where, "task_spec.lua:%d+$")
    expect.match(tostring(err), "^.*task_spec.lua:%d+: INVALID_ARGUMENT: gt.sleep takes")
  end)
end)

describe("group", function()
  it("returns when all tasks have ended, with their results in order", function()
    local results = gt.group(function(g)
      for i = 1, 3 do
        g:spawn(function()
          gt.sleep(0.003 * (4 - i))
          return i * 10
        end)
      end
    end)
    expect.same(results, { 10, 20, 30 })
  end)

  it("returns what its function returns", function()
    local n, list = gt.group(function(g)
      local list = g:map({ "a", "b" }, function(item, i) gt.sleep(0) return item .. i end)
      return #list, list
    end)
    expect.equal(n, 2)
    expect.same({ list[1]:wait(), list[2]:wait() }, { "a1", "b2" })
  end)

  it("raises the first failure as it was and cancels the others", function()
    for _, value in ipairs { "text", 12, true, { "table" } } do
      local closed, cancelled = false, nil
      local ok, err = pcall(gt.group, function(g)
        g:spawn(function()
          local _ <close> = setmetatable({}, { __close = function(_, e)
            closed, cancelled = true, e
          end })
          gt.sleep(10)
        end)
        g:spawn(function()
          gt.sleep(0.001)
          error(value, 0)
        end)
        gt.sleep(10)
      end)
      expect.equal(ok, false)
      expect.equal(err, value)
      expect.equal(closed, true)
      expect.equal(cancelled.code, "CANCELLED")
    end
  end)

  it("raises even nil", function()
    local ok, err = pcall(gt.group, function(g) g:spawn(function() error(nil) end) end)
    expect.equal(ok, false)
    expect.equal(err, nil)
  end)

  it("puts further failures into err.others", function()
    local function failing(code, cleanup)
      return function()
        local _ <close> = setmetatable({}, { __close = cleanup })
        gt.sleep(0.001)
        core.raise(code, "failed")
      end
    end
    local err = expect.raises("NOT_FOUND", gt.group, function(g)
      g:spawn(failing("NOT_FOUND", function() end))
      g:spawn(function()
        local _ <close> = setmetatable({}, { __close = function() core.raise("ABORTED", "cleanup") end })
        gt.sleep(10)
      end)
    end)
    expect.equal(#err.others, 1)
    expect.equal(err.others[1].code, "ABORTED")
  end)

  it("cancels the tasks when its own function fails", function()
    local err
    expect.raises("^body$", gt.group, function(g)
      g:spawn(function() err = select(2, pcall(gt.sleep, 10)) end)
      gt.sleep(0.001)
      error("body", 0)
    end)
    expect.equal(err.code, "CANCELLED")
  end)

  it("does not start tasks that were cancelled before", function()
    local ran = false
    expect.raises("^body$", gt.group, function(g)
      g:spawn(function() ran = true end)
      error("body", 0)
    end)
    expect.equal(ran, false)
  end)

  it("collects errors when told", function()
    local results, errors = gt.group({ on_error = "collect" }, function(g)
      g:spawn(function() error("one", 0) end)
      g:spawn(function() gt.sleep(0.002) return 2 end)
      g:spawn(function() core.raise("NOT_FOUND", "three") end)
    end)
    expect.same(results, { [2] = 2 })
    expect.equal(errors[1].code, "UNKNOWN")
    expect.equal(errors[1].message, "one")
    expect.equal(errors[3].code, "NOT_FOUND")
  end)

  it("keeps to its limit", function()
    local now, most = 0, 0
    gt.group({ limit = 3 }, function(g)
      for _ = 1, 20 do
        g:spawn(function()
          now = now + 1
          most = math.max(most, now)
          gt.sleep(0.001)
          now = now - 1
        end)
      end
    end)
    expect.equal(most, 3)
  end)

  it("with a limit of 1 runs its tasks one after another", function()
    local log = {}
    gt.group({ limit = 1 }, function(g)
      for i = 1, 3 do
        g:spawn(function()
          log[#log + 1] = i
          gt.sleep(0.001)
          log[#log + 1] = -i
        end)
      end
    end)
    expect.same(log, { 1, -1, 2, -2, 3, -3 })
  end)

  it("may be cancelled by its function", function()
    local err
    local results = gt.group(function(g)
      g:spawn(function() return "kept" end)
      g:spawn(function() err = select(2, pcall(gt.sleep, 10)) end)
      gt.sleep(0.002)
      g:cancel()
    end)
    expect.same(results, { "kept" })
    expect.equal(err.code, "CANCELLED")
  end)

  it("takes no task after its end", function()
    local kept
    gt.group(function(g) kept = g end)
    expect.match(expect.raises("FAILED_PRECONDITION", kept.spawn, kept, print).message, "has ended")
  end)

  it("lets tasks spawn into it", function()
    local n = 0
    gt.group(function(g)
      local function grow(depth)
        n = n + 1
        if depth > 0 then
          g:spawn(grow, depth - 1)
          g:spawn(grow, depth - 1)
        end
      end
      g:spawn(grow, 6)
    end)
    expect.equal(n, 127)
  end)

  it("nests, also deeply", function()
    local function nest(n)
      if n == 0 then
        gt.sleep(0.001)
        return "deep"
      end
      return gt.group(function(g) g:spawn(nest, n - 1) end)[1]
    end
    expect.equal(nest(500), "deep")
    expect.raises("DEADLINE_EXCEEDED", gt.within, 0.01, function()
      local function hang(n)
        if n == 0 then gt.sleep(10) end
        gt.group(function(g) g:spawn(hang, n - 1) end)
      end
      hang(500)
    end)
  end)

  it("checks its options and functions", function()
    expect.match(expect.raises("INVALID_ARGUMENT", gt.group, { limits = 1 }, print).message,
      "no option 'limits'")
    expect.raises("INVALID_ARGUMENT", gt.group, { limit = 0 }, print)
    expect.raises("INVALID_ARGUMENT", gt.group, { on_error = "ignore" }, print)
    expect.raises("INVALID_ARGUMENT", gt.group, {}, 12)
    gt.group(function(g) expect.raises("INVALID_ARGUMENT", g.spawn, g, 12) end)
  end)
end)

describe("handles", function()
  it("give results to all who wait, then and later", function()
    gt.group(function(g)
      local h = g:spawn(function()
        gt.sleep(0.002)
        return 1, nil, 3
      end)
      expect.equal(h.done, false)
      local waiters = g:map({ 1, 2 }, function() return select("#", h:wait()) end)
      expect.same({ waiters[1]:wait(), waiters[2]:wait() }, { 3, 3 })
      expect.equal(h.done, true)
      expect.equal(h.error, nil)
      expect.same({ h:wait() }, { 1, nil, 3 })
    end)
  end)

  it("raise the task's error", function()
    local results, errors = gt.group({ on_error = "collect" }, function(g)
      local h = g:spawn(function() error({ "e" }) end)
      local ok, err = pcall(h.wait, h)
      expect.equal(ok, false)
      expect.same(err, { "e" })
      expect.equal(h.error, err)
    end)
    expect.same(results, {})
    expect.equal(errors[1].code, "UNKNOWN")
    expect.same(errors[1].cause, { "e" })
  end)

  it("refuse a task that waits for itself", function()
    expect.raises("FAILED_PRECONDITION", gt.group, function(g)
      local h
      h = g:spawn(function() h:wait() end)
    end)
  end)
end)

describe("map", function()
  local function double(x)
    gt.sleep(0.001 * (x % 3))
    return x * 2
  end

  it("keeps the order of a list", function()
    local items, want = {}, {}
    for i = 1, 100 do items[i], want[i] = i, i * 2 end
    expect.same(gt.map(items, double), want)
    expect.same(gt.map(items, double, { concurrency = 3 }), want)
    expect.same(gt.map({}, double), {})
  end)

  it("passes the index", function()
    expect.same(gt.map({ "a", "b" }, function(s, i) return s .. i end), { "a1", "b2" })
  end)

  it("pulls from an iterator no further than concurrency, also one that waits", function()
    local taken, finished, ahead = 0, 0, 0
    local function items()
      gt.sleep(0)
      if taken == 30 then return nil end
      taken = taken + 1
      ahead = math.max(ahead, taken - finished)
      return taken
    end
    local results = gt.map(items, function(x)
      gt.sleep(0.001)
      finished = finished + 1
      return x
    end, { concurrency = 4 })
    expect.equal(#results, 30)
    expect.equal(results[30], 30)
    expect.between(ahead, 4, 4)
  end)

  it("takes a generator that waits", function()
    local results = gt.map(coroutine.wrap(function()
      for i = 1, 10 do
        gt.sleep(0.001)
        coroutine.yield(i)
      end
    end), double)
    expect.equal(#results, 10)
    expect.equal(results[10], 20)
  end)

  it("works with concurrency", function()
    local items = {}
    for i = 1, 64 do items[i] = i end
    expect.between(elapsed(gt.map, items, function() gt.sleep(0.02) end), 0.02, 0.3)
  end)

  it("raises the first error and stops", function()
    local started = 0
    local err = expect.raises("boom", gt.map, { 1, 2, 3, 4, 5, 6 }, function(x)
      started = started + 1
      gt.sleep(0.001)
      if x == 2 then error("boom", 0) end
    end, { concurrency = 2 })
    expect.equal(err, "boom")
    expect.between(started, 2, 3)
  end)

  it("collects errors by index", function()
    local results, errors = gt.map({ 1, 2, 3 }, function(x)
      gt.sleep(0)
      if x == 2 then error("bad row") end
      return x
    end, { on_error = "collect" })
    expect.same(results, { 1, nil, 3 })
    expect.equal(errors[1], nil)
    expect.equal(errors[2].code, "UNKNOWN")
    expect.equal(errors[2].message, "bad row")
    expect.match(errors[2].where, "task_spec.lua:%d+$")
  end)

  it("raises an iterator's own error, also while collecting", function()
    expect.raises("torn", gt.map, function() error("torn", 0) end, print, { on_error = "collect" })
  end)

  it("is stopped by a deadline, also while collecting", function()
    local items = {}
    for i = 1, 1000 do items[i] = i end
    expect.raises("DEADLINE_EXCEEDED", gt.within, 0.01, gt.map, items,
      function() gt.sleep(0.002) end, { concurrency = 2, on_error = "collect" })
  end)

  it("nests", function()
    local rows = gt.map({ 1, 2, 3 }, function(x) return gt.map({ x, x + 1 }, double) end)
    expect.same(rows, { { 2, 4 }, { 4, 6 }, { 6, 8 } })
  end)

  it("checks its arguments", function()
    expect.raises("INVALID_ARGUMENT", gt.map, 12, print)
    expect.raises("INVALID_ARGUMENT", gt.map, {}, nil)
    expect.raises("INVALID_ARGUMENT", gt.map, {}, print, { concurrency = 0 })
    expect.raises("INVALID_ARGUMENT", gt.map, {}, print, { concurrent = 1 })
  end)
end)

describe("try", function()
  it("returns results, or nil and an error object", function()
    expect.same({ gt.try(function(...) return ... end, 1, 2) }, { 1, 2 })
    local r, err = gt.try(error, "plain", 0)
    expect.equal(r, nil)
    expect.equal(err.code, "UNKNOWN")
    expect.equal(err.message, "plain")
    local _, object = gt.try(core.raise, "NOT_FOUND", "gone", "look elsewhere")
    expect.equal(object.code, "NOT_FOUND")
    expect.equal(object.hint, "look elsewhere")
    local _, placed = gt.try(function() error("here") end)
    expect.match(placed.where, "task_spec.lua:%d+$")
    expect.equal(placed.message, "here")
    local _, null = gt.try(error)
    expect.equal(null.message, "nil")
  end)

  it("lets an answer CANCELLED pass as an answer", function()
    local _, err = gt.try(core.raise, "CANCELLED", "the server said so")
    expect.equal(err.code, "CANCELLED")
  end)

  it("does not swallow the task's own cancellation", function()
    local after = false
    expect.raises("DEADLINE_EXCEEDED", gt.within, 0.005, function()
      gt.try(gt.sleep, 10)
      after = true
    end)
    expect.equal(after, false)
  end)
end)

describe("deadlock", function()
  it("is an error that lists every waiting task", function()
    local err = expect.raises("FAILED_PRECONDITION", function()
      gt.group(function(g)
        local a, b
        a = g:spawn(function() b:wait() end)
        b = g:spawn(function()
          for _ in coroutine.wrap(function() a:wait() end) do
          end
        end)
        a:wait()
      end)
    end)
    expect.match(err.message, "^deadlock")
    expect.match(err.waiting, "the main task waits for task:wait\nstack traceback:")
    local _, tasks = err.waiting:gsub("\ntask %d+ waits for task:wait\nstack traceback:", "")
    expect.equal(tasks, 2)
    expect.match(err.waiting, "task_spec.lua:%d+: in function <")
  end)
end)

describe("tasks", function()
  it("recurse as deep as the main one", function()
    local function deep(n) return n == 0 and 0 or 1 + deep(n - 1) end
    local results = gt.group(function(g)
      g:spawn(deep, 150000)
      g:spawn(function() return select(2, pcall(deep, 1e7)) end)
    end)
    expect.equal(results[1], 150000)
    expect.match(results[2], "stack overflow")
  end)

  it("leave nothing: ten thousand", function()
    local function once()
      gt.group(function(g)
        for _ = 1, 10000 do g:spawn(gt.sleep, 0) end
      end)
    end
    once()
    collectgarbage()
    collectgarbage()
    local before = collectgarbage("count")
    once()
    collectgarbage()
    collectgarbage()
    expect.between(collectgarbage("count") - before, -100, 4)
  end)

  it("take many arguments and give many results", function()
    local results = gt.group(function(g)
      g:spawn(function(...) return select("#", ...) end, table.unpack({}, 1, 1000))
      local h = g:spawn(table.unpack, {}, 1, 2000)
      g:spawn(function() return select("#", h:wait()) end)
    end)
    expect.equal(results[1], 1000)
    expect.equal(results[3], 2000)
  end)
end)

describe("error objects", function()
  it("print as one line, whatever a script did to them", function()
    local _, err = gt.try(core.raise, "ABORTED", "two\nlines")
    expect.match(tostring(err), "ABORTED: two lines$")
    err.message, err.code, err.where = nil, {}, nil
    expect.equal(tostring(err), "")
    expect.equal(getmetatable(err).__name, "gt.error")
  end)
end)

describe("after a deadlock", function()
  it("the script may go on", function()
    local function stuck(g)
      local a, b
      a = g:spawn(function() b:wait() end)
      b = g:spawn(function() a:wait() end)
    end
    for _ = 1, 3 do expect.raises("FAILED_PRECONDITION", gt.group, stuck) end
    expect.raises("FAILED_PRECONDITION", gt.shield, 1, gt.group, stuck)
    gt.sleep(0.001)
    expect.same(gt.map({ 1 }, function(x) gt.sleep(0) return x end), { 1 })
  end)
end)

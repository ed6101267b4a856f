-- Cancellation: deadlines, shields, swallowed cancellations.

local gt = require "gt.task"
local core = require "gt.core.task"

describe("within", function()
  it("returns the results of a function in time", function()
    expect.same({ gt.within(1, function(...) gt.sleep(0) return ... end, 1, nil, 3) }, { 1, nil, 3 })
    expect.equal(gt.within(math.huge, function() return 5 end), 5)
  end)

  it("raises DEADLINE_EXCEEDED naming the seconds", function()
    local started = gt.now()
    local err = expect.raises("DEADLINE_EXCEEDED", gt.within, 0.02, gt.sleep, 10)
    expect.between(gt.now() - started, 0.02, 0.5)
    expect.match(err.message, "0%.02 seconds")
    expect.equal(err.retryable, true)
    expect.truthy(err.hint)
  end)

  it("passes other errors through as they are", function()
    local object = {}
    expect.same({ pcall(gt.within, 1, error, object) }, { false, object })
    expect.same({ pcall(gt.within, 1, error, "text", 0) }, { false, "text" })
  end)

  it("lets the earlier of two deadlines win", function()
    expect.match(expect.raises("DEADLINE_EXCEEDED", gt.within, 0.01, gt.within, 5, gt.sleep, 10).message, "0%.01 ")
    local outer_goes_on = gt.within(5, function()
      expect.match(expect.raises("DEADLINE_EXCEEDED", gt.within, 0.01, gt.sleep, 10).message, "0%.01 ")
      gt.sleep(0.001)
      return true
    end)
    expect.equal(outer_goes_on, true)
  end)

  it("of 0 seconds stops at the first wait", function()
    expect.raises("DEADLINE_EXCEEDED", gt.within, 0, gt.sleep, 0)
    expect.equal(gt.within(0, function() return "no wait" end), "no wait")
  end)

  it("notices a deadline that passed while the script computed", function()
    local started
    expect.raises("DEADLINE_EXCEEDED", gt.within, 0.01, function()
      local stop = gt.now() + 0.02
      while gt.now() < stop do
      end
      started = gt.now()
      gt.sleep(10)
    end)
    expect.between(gt.now() - started, 0, 0.2)
  end)

  it("reaches tasks that were started inside", function()
    local codes = {}
    expect.raises("DEADLINE_EXCEEDED", gt.within, 0.01, gt.group, function(g)
      for i = 1, 3 do
        g:spawn(function()
          local ok, err = pcall(gt.sleep, 10)
          codes[i] = err.code
          if not ok then error(err, 0) end
        end)
      end
    end)
    expect.same(codes, { "DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED" })
  end)

  it("inside a child task is that task's failure", function()
    local after = false
    local err = expect.raises("DEADLINE_EXCEEDED", gt.group, function(g)
      g:spawn(gt.within, 0.005, gt.sleep, 10)
      gt.sleep(10)
      after = true
    end)
    expect.match(err.message, "0%.005 ")
    expect.equal(after, false)
  end)

  it("ends a wait for room in a group", function()
    expect.raises("DEADLINE_EXCEEDED", gt.within, 0.01, gt.group, { limit = 1 }, function(g)
      g:spawn(gt.sleep, 10)
      g:spawn(gt.sleep, 10)
    end)
  end)

  it("does not spoil results that were there before", function()
    expect.equal(gt.within(0.005, function()
      pcall(gt.sleep, 10)
      return "paid for"
    end), "paid for")
  end)

  it("checks its arguments", function()
    expect.raises("INVALID_ARGUMENT", gt.within, -1, print)
    expect.raises("INVALID_ARGUMENT", gt.within, 0 / 0, print)
    expect.raises("INVALID_ARGUMENT", gt.within, "1", print)
    expect.raises("INVALID_ARGUMENT", gt.within, 1)
    expect.raises("INVALID_ARGUMENT", gt.shield, 1, 2)
  end)
end)

describe("cancellation", function()
  it("is raised at every later wait", function()
    local raised = 0
    expect.raises("DEADLINE_EXCEEDED", gt.within, 0.005, function()
      pcall(gt.sleep, 10)
      for _ = 1, 5 do
        if not pcall(gt.sleep, 0) then raised = raised + 1 end
      end
      gt.sleep(0)
    end)
    expect.equal(raised, 5)
  end)

  it("ends a loop that swallows it", function()
    local rounds = 0
    expect.raises("DEADLINE_EXCEEDED", gt.within, 0.005, function()
      while true do
        rounds = rounds + 1
        pcall(gt.sleep, 1)
      end
    end)
    expect.between(rounds, 16, 17)
  end)

  it("ends such a loop inside another one, and inside coroutines", function()
    expect.raises("DEADLINE_EXCEEDED", gt.within, 0.005, function()
      while true do
        pcall(function() while true do pcall(gt.sleep, 1) end end)
      end
    end)
    expect.raises("DEADLINE_EXCEEDED", gt.within, 0.005, function()
      while true do
        coroutine.resume(coroutine.create(function()
          while true do pcall(gt.sleep, 1) end
        end))
      end
    end)
  end)

  it("ends a loop of shields, of scopes and of groups", function()
    for _, f in ipairs {
      function() gt.shield(1, gt.sleep, 0) end,
      function() gt.shield(1, gt.within, 1, gt.sleep, 0) end,
      function() gt.within(1, gt.sleep, 0) end,
      function() gt.group(function(g) g:spawn(gt.sleep, 0) end) end,
    } do
      expect.raises("DEADLINE_EXCEEDED", gt.within, 0.005, function()
        while true do pcall(f) end
      end)
    end
  end)

  it("leaves the task as it was once the scope is left", function()
    pcall(gt.within, 0.002, function() while true do pcall(gt.sleep, 1) end end)
    expect.equal(debug.gethook(), nil)
    local x = 0
    for i = 1, 100 do
      x = x + i
      gt.sleep(0)
    end
    expect.equal(x, 5050)
  end)

  it("runs <close> variables of every task, once", function()
    local closed = 0
    pcall(gt.within, 0.005, gt.group, function(g)
      for _ = 1, 100 do
        g:spawn(function()
          local _ <close> = setmetatable({}, { __close = function() closed = closed + 1 end })
          gt.sleep(10)
        end)
      end
    end)
    expect.equal(closed, 100)
  end)
end)

describe("shield", function()
  it("lets waits work in a cancelled scope", function()
    local cleaned = false
    expect.raises("DEADLINE_EXCEEDED", gt.within, 0.005, function()
      local _ <close> = setmetatable({}, { __close = function()
        gt.shield(1, function()
          gt.sleep(0.005)
          cleaned = true
        end)
      end })
      gt.sleep(10)
    end)
    expect.equal(cleaned, true)
  end)

  it("is bounded from the cancellation on", function()
    local started, err = gt.now(), nil
    expect.raises("DEADLINE_EXCEEDED", gt.within, 0.01, gt.shield, 0.02, function()
      local _
      _, err = pcall(gt.sleep, 10)
      error(err, 0)
    end)
    expect.equal(err.code, "DEADLINE_EXCEEDED")
    expect.between(gt.now() - started, 0.03, 0.3)
  end)

  it("does not limit anything while nothing is cancelled", function()
    expect.equal(gt.shield(0.001, function()
      gt.sleep(0.01)
      return "done"
    end), "done")
  end)

  it("keeps its own deadlines and groups working", function()
    local inner
    expect.raises("DEADLINE_EXCEEDED", gt.within, 0.005, function()
      pcall(gt.sleep, 10)
      gt.shield(1, function()
        inner = expect.raises("DEADLINE_EXCEEDED", gt.within, 0.005, gt.sleep, 10)
        expect.same(gt.map({ 1, 2 }, function(x) gt.sleep(0.001) return x end), { 1, 2 })
      end)
      gt.sleep(0)
    end)
    expect.match(inner.message, "0%.005 ")
  end)
end)

describe("a shared coroutine", function()
  it("that is cancelled under its owner is dead afterwards", function()
    local co = coroutine.create(function() gt.sleep(10) end)
    expect.raises("DEADLINE_EXCEEDED", gt.within, 0.005, function()
      local ok, err = coroutine.resume(co)
      expect.equal(ok, false)
      error(err, 0)
    end)
    expect.equal(coroutine.status(co), "dead")
  end)
end)

describe("stopped", function()
  it("tells", function()
    expect.equal(core.stopped(), false)
    pcall(gt.within, 0, function()
      pcall(gt.sleep, 0)
      expect.equal(core.stopped(), true)
    end)
    expect.equal(core.stopped(), false)
  end)
end)

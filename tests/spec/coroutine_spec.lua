-- The replaced coroutine library: stock behaviour, and waits that pass through.

local gt = require "gt.task"

local function closer(f) return setmetatable({}, { __close = f }) end

describe("stock", function()
  it("shows the base of a task as the main thread", function()
    local co, main = coroutine.running()
    expect.equal(type(co), "thread")
    expect.equal(main, true)
    expect.equal(coroutine.isyieldable(), false)
    expect.equal(coroutine.isyieldable(co), false)
    expect.equal(coroutine.status(co), "running")
    local ok, err = pcall(coroutine.yield)
    expect.equal(ok, false)
    expect.equal(err, "attempt to yield from outside a coroutine")
    expect.same({ coroutine.resume(co) }, { false, "cannot resume non-suspended coroutine" })
    expect.raises("cannot close a running coroutine", coroutine.close, co)
  end)

  it("shows it as normal from inside a coroutine", function()
    local main = coroutine.running()
    coroutine.wrap(function()
      local co, is_main = coroutine.running()
      expect.truthy(co ~= main)
      expect.equal(is_main, false)
      expect.equal(coroutine.isyieldable(), true)
      expect.equal(coroutine.isyieldable(main), false)
      expect.equal(coroutine.status(main), "normal")
      expect.same({ coroutine.resume(main) }, { false, "cannot resume non-suspended coroutine" })
      expect.raises("cannot close a normal coroutine", coroutine.close, main)
    end)()
  end)

  it("does the same in a child task", function()
    gt.group(function(g)
      g:spawn(function()
        expect.equal(select(2, coroutine.running()), true)
        expect.equal(coroutine.isyieldable(), false)
        expect.raises("outside a coroutine", coroutine.yield)
      end)
    end)
  end)

  it("checks arguments with the messages of Lua", function()
    expect.raises("^bad argument #1 to 'coroutine.resume' %(thread expected, got number%)$",
      coroutine.resume, 1)
    expect.raises("#1 to .*%(thread expected, got no value%)", coroutine.status)
    expect.raises("#1 to .*%(function expected, got number%)", coroutine.wrap, 1)
  end)

  it("passes values both ways", function()
    local co = coroutine.create(function(...)
      local a, b = coroutine.yield(select("#", ...), ...)
      return a + b
    end)
    expect.same({ coroutine.resume(co, 1, nil, 3) }, { true, 3, 1, nil, 3 })
    expect.equal(coroutine.status(co), "suspended")
    expect.same({ coroutine.resume(co, 4, 5) }, { true, 9 })
    expect.equal(coroutine.status(co), "dead")
    expect.same({ coroutine.resume(co) }, { false, "cannot resume dead coroutine" })
  end)

  it("puts the place in front of string errors of wrap, and of nothing else", function()
    local w = coroutine.wrap(function() error("boom", 0) end)
    local ok, err = pcall(function() w() end)
    expect.equal(ok, false)
    expect.match(err, "coroutine_spec.lua:%d+: boom$")
    local object = {}
    expect.same({ pcall(coroutine.wrap(function() error(object) end)) }, { false, object })
  end)

  it("closes a wrapped coroutine that fails", function()
    local seen
    local w = coroutine.wrap(function()
      local _ <close> = closer(function(_, e)
        seen = e
        error("second", 0)
      end)
      error("first", 0)
    end)
    expect.raises("second$", w)
    expect.equal(seen, "first")
  end)

  it("closes suspended coroutines with their variables", function()
    local closed = false
    local co = coroutine.create(function()
      local _ <close> = closer(function() closed = true end)
      coroutine.yield()
    end)
    coroutine.resume(co)
    expect.equal(coroutine.close(co), true)
    expect.equal(closed, true)
    expect.equal(coroutine.status(co), "dead")
  end)

  it("refuses to yield across a C function", function()
    expect.raises("attempt to yield across a C%-call boundary", coroutine.wrap(function()
      table.sort({ 3, 2, 1 }, coroutine.yield)
    end))
  end)

  it("stops endless recursion of coroutines", function()
    local function f(g) coroutine.wrap(g)(g) end
    expect.raises("C stack overflow", f, f)
  end)
end)

describe("waits", function()
  it("pass through generators", function()
    local seen = {}
    for i in coroutine.wrap(function()
      for i = 1, 3 do
        gt.sleep(0.001)
        coroutine.yield(i)
      end
    end) do
      seen[#seen + 1] = i
      gt.sleep(0)
    end
    expect.same(seen, { 1, 2, 3 })
  end)

  it("pass through nested resume and wrap, results intact", function()
    local function level(n)
      if n == 0 then
        gt.sleep(0.001)
        return "bottom", nil, 3
      end
      local co = coroutine.create(level)
      return select(2, coroutine.resume(co, n - 1))
    end
    local r = table.pack(coroutine.wrap(function() return level(20) end)())
    expect.equal(r.n, 3)
    expect.same(r, { "bottom", nil, 3, n = 3 })
  end)

  it("pass through pcall, metamethods, iterators and __close", function()
    local log = {}
    local t = setmetatable({}, {
      __index = function(_, k) gt.sleep(0) return k .. "!" end,
      __add = function(_, b) gt.sleep(0) return b end,
      __call = function(_, v) gt.sleep(0) return v end,
    })
    local ok, err = pcall(function()
      local _ <close> = closer(function()
        gt.sleep(0)
        log[#log + 1] = "closed"
      end)
      log[#log + 1] = t.x
      log[#log + 1] = t + 2
      log[#log + 1] = t(3)
      for v in function(_, last) gt.sleep(0) if not last then return 4 end end do
        log[#log + 1] = v
      end
      error("out", 0)
    end)
    expect.same({ ok, err }, { false, "out" })
    expect.same(log, { "x!", 2, 3, 4, "closed" })
  end)

  it("in a <close> variable happen when a task fails", function()
    local closed = false
    expect.raises("^lost$", gt.group, function(g)
      g:spawn(function()
        local _ <close> = closer(function()
          gt.sleep(0.001)
          closed = true
        end)
        error("lost", 0)
      end)
    end)
    expect.equal(closed, true)
  end)

  it("keep strangers from resuming or closing the coroutine", function()
    local co = coroutine.create(function()
      gt.sleep(0.01)
      return "mine"
    end)
    local result
    gt.group(function(g)
      g:spawn(function() result = { coroutine.resume(co) } end)
      g:spawn(function()
        local ok, err = coroutine.resume(co)
        expect.equal(ok, false)
        expect.match(err, "waits on the host")
        expect.equal(coroutine.status(co), "normal")
        expect.raises("cannot close a normal coroutine", coroutine.close, co)
      end)
    end)
    expect.same(result, { true, "mine" })
    expect.equal(coroutine.status(co), "dead")
  end)

  it("may be started in one task and go on in another", function()
    local gen = coroutine.wrap(function()
      for i = 1, 4 do
        gt.sleep(0.001)
        coroutine.yield(i)
      end
    end)
    local a = gt.group(function(g) g:spawn(function() return gen() + gen() end) end)
    local b = gt.group(function(g) g:spawn(function() return gen() + gen() end) end)
    expect.same({ a[1], b[1] }, { 3, 7 })
  end)

  it("raise inside the coroutine when the task is cancelled", function()
    local inner
    expect.raises("DEADLINE_EXCEEDED", gt.within, 0.005, function()
      for _ in coroutine.wrap(function()
        local _ <close> = closer(function(_, e) inner = e end)
        gt.sleep(10)
      end) do
      end
    end)
    expect.equal(inner.code, "DEADLINE_EXCEEDED")
  end)

  it("cannot yield out of a scope opened in the coroutine", function()
    for _, scope in ipairs {
      function(f) gt.within(1, f) end,
      function(f) gt.shield(1, f) end,
      function(f) gt.group(f) end,
    } do
      local w = coroutine.wrap(function() scope(coroutine.yield) end)
      expect.match(expect.raises("FAILED_PRECONDITION", w).message, "cannot yield out of")
    end
  end)

  it("are not disturbed by a deadline around the whole generator", function()
    expect.equal(gt.within(1, function()
      local sum = 0
      for i in coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end) do
        sum = sum + i
      end
      return sum
    end), 6)
  end)
end)

describe("places that cannot wait", function()
  local function refused(where, f, ...)
    local err = expect.raises("FAILED_PRECONDITION", f, ...)
    expect.match(err.message, "^gt%.sleep cannot wait here, inside " .. where)
    expect.match(err.hint, "modules do no work at load time")
  end

  it("are named: sort, gsub, a loader of require", function()
    refused("table%.sort$", table.sort, { 3, 2, 1 }, function() gt.sleep(0) end)
    refused("string%.gsub$", string.gsub, "abc", ".", function() gt.sleep(0) end)
    package.preload["waiting.module"] = function() gt.sleep(0) end
    refused("require$", require, "waiting.module")
    package.preload["waiting.module"] = nil
  end)

  it("are found through coroutines", function()
    refused("a function", table.sort, { 2, 1 }, coroutine.wrap(function() gt.sleep(0) end))
  end)

  it("include finalizers and coroutine.close", function()
    local err
    do
      local _ = setmetatable({}, { __gc = function() err = select(2, pcall(gt.sleep, 0)) end })
    end
    collectgarbage()
    collectgarbage()
    expect.equal(err.code, "FAILED_PRECONDITION")
    local co = coroutine.create(function()
      local _ <close> = closer(function() gt.sleep(0) end)
      coroutine.yield()
    end)
    coroutine.resume(co)
    local ok, close_err = coroutine.close(co)
    expect.equal(ok, false)
    expect.equal(close_err.code, "FAILED_PRECONDITION")
  end)

  it("do not matter to what needs no wait", function()
    local list = { 3, 1, 2 }
    table.sort(list, function(a, b) return gt.within(1, function() return a < b end) end)
    expect.same(list, { 1, 2, 3 })
  end)
end)

describe("hooks of the script", function()
  it("work in tasks and coroutines", function()
    local lines = 0
    local function count() lines = lines + 1 end
    debug.sethook(count, "l")
    local x = 1
    gt.sleep(0)
    x = x + 1
    debug.sethook()
    expect.between(lines, 4, 4)
    local co = coroutine.create(function()
      gt.sleep(0)
      return x
    end)
    lines = 0
    debug.sethook(co, count, "l")
    expect.same({ coroutine.resume(co) }, { true, 2 })
    expect.equal(lines, 2)
  end)
end)

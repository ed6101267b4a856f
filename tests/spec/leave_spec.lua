-- The end of a run as stock Lua's: os.exit, and the report of an uncaught error.

local first = 0
while arg[first - 1] do first = first - 1 end
local program = arg[first]

local CLOSER = [[
local function closer(text)
  return setmetatable({}, { __close = function(_, e) print(text, e) end })
end
local main <close> = closer("main")
]]

local function quote(s) return "'" .. s:gsub("'", "'\\''") .. "'" end

--- What code prints on both streams in a gtlua of its own, and its exit code.
local function run(code)
  local pipe <close> = assert(io.popen(quote(program) .. " --lax -e " .. quote(code) .. " 2>&1"))
  local text = pipe:read("a")
  local _, _, status = pipe:close()
  return text, status
end

local it = io.popen and pcall(os.execute) and it
  or function(name) pending(name, "needs --allow-run") end

local function ends(code, text, status)
  local got, got_status = run(code)
  expect.equal(got, text)
  expect.equal(got_status, status)
end

describe("os.exit with close", function()
  it("closes the variables of the main chunk", function()
    ends(CLOSER .. "local two <close> = closer('two'); os.exit(3, true)",
      "two\tnil\nmain\tnil\n", 3)
    ends(CLOSER .. "os.exit(true, 1)", "main\tnil\n", 0)
  end)

  it("does so from wherever it is called, and not those of coroutines", function()
    ends(CLOSER .. [[
      coroutine.wrap(function() local x <close> = closer("x"); os.exit(4, true) end)()]],
      "main\tnil\n", 4)
    ends(CLOSER .. "pcall(string.gsub, 'a', '.', function() os.exit(false, true) end)",
      "main\tnil\n", 1)
  end)

  it("goes on when one of them fails or waits", function()
    ends(CLOSER .. [[
      local bad <close> = setmetatable({}, { __close = function()
        print(pcall(require("gt").sleep, 0) == false)
        error("late", 0)
      end })
      os.exit(0, true)]], "true\nmain\tlate\n", 0)
  end)

  it("closes what main holds when a task deep below it leaves", function()
    ends([[
      local gt = require "gt.task"
      local main <close> = setmetatable({}, { __close = function()
        collectgarbage()
        print(pcall(gt.within, 1, function() return "in" end))
      end })
      gt.within(9, gt.group, function(g)
        g:spawn(function()
          gt.shield(3, function()
            gt.sleep(0.001)
            os.exit(8, true)
          end)
        end)
        gt.sleep(1)
      end)]], "true\tin\n", 8)
  end)

  it("leaves them alone without close, and checks its arguments first", function()
    ends(CLOSER .. "os.exit(7)", "", 7)
    ends(CLOSER .. "print(pcall(os.exit, 'x', true)); os.exit(8)",
      "false\tbad argument #1 to 'os.exit' (number expected, got string)\n", 8)
  end)
end)

describe("an uncaught error that is no string", function()
  it("is named by its type, unless it has __tostring", function()
    local function first_line(code) return run(code):match("^[^\n]*") end
    expect.equal(first_line("error({})"), "gtlua: (error object is a table value)")
    expect.equal(first_line("error(false)"), "gtlua: (error object is a boolean value)")
    expect.equal(first_line(
      "error(setmetatable({}, { __tostring = function() return 'why' end }))"), "gtlua: why")
  end)

  it("has a traceback, nil too", function()
    local text, status = run("pcall(error); error()")
    expect.equal(text:match("^[^\n]*\n[^\n]*"),
      "gtlua: (error object is a nil value)\nstack traceback:")
    expect.equal(status, 1)
  end)
end)

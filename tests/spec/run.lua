-- The spec runner: gtlua [-A] tests/spec/run.lua [-v] FILE...
--
-- A spec file uses describe, it, before_each, after_each, pending and expect, which it
-- finds as globals. Every case runs in the main task and must leave nothing behind: no
-- task, no open scope, no timer or transfer, no new global. Last line: "N passed, N
-- failed[, N skipped]"; the exit code is 1 when a case failed.

local core = require "gt.core.task"

local cases, path = {}, {}
local hooks = { before = {}, after = {} }
local skipped = 0

--- vocabulary ---

local function describe(name, f)
  local before, after = #hooks.before, #hooks.after
  path[#path + 1] = name
  f()
  path[#path] = nil
  for i = #hooks.before, before + 1, -1 do hooks.before[i] = nil end
  for i = #hooks.after, after + 1, -1 do hooks.after[i] = nil end
end

local function it(name, f)
  path[#path + 1] = name
  cases[#cases + 1] = {
    name = table.concat(path, ": "),
    f = f,
    before = { table.unpack(hooks.before) },
    after = { table.unpack(hooks.after) },
  }
  path[#path] = nil
end

local function pending(name, reason)
  skipped = skipped + 1
  print(("skipped %s: %s (%s)"):format(table.concat(path, ": "), name, reason or "pending"))
end

local function before_each(f) table.insert(hooks.before, f) end
local function after_each(f) table.insert(hooks.after, f) end

local function show(value)
  if type(value) == "string" then return ("%q"):format(value) end
  if type(value) ~= "table" or core.is_error(value) then return tostring(value) end
  local parts, n = {}, 0
  for k, v in pairs(value) do
    n = n + 1
    if n > 20 then
      parts[n] = "..."
      break
    end
    parts[n] = ("[%s]=%s"):format(show(k), type(v) == "table" and tostring(v) or show(v))
  end
  return "{" .. table.concat(parts, ", ") .. "}"
end

local function fail(level, format, ...) error(format:format(...), level + 1) end

local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  for k, v in pairs(a) do
    if not same(v, b[k]) then return false end
  end
  for k in pairs(b) do
    if a[k] == nil then return false end
  end
  return true
end

local expect = {}

function expect.equal(got, want)
  if got ~= want then fail(2, "got %s, wanted %s", show(got), show(want)) end
end

---Tables by their contents.
function expect.same(got, want)
  if not same(got, want) then fail(2, "got %s, wanted %s", show(got), show(want)) end
end

function expect.truthy(got)
  if not got then fail(2, "got %s, wanted something true", show(got)) end
end

function expect.falsy(got)
  if got then fail(2, "got %s, wanted nil or false", show(got)) end
end

function expect.match(got, pattern)
  if not tostring(got):find(pattern) then
    fail(2, "got %s, wanted a match of %q", show(got), pattern)
  end
end

function expect.between(got, low, high)
  if not (got >= low and got <= high) then
    fail(2, "got %s, wanted %s to %s", show(got), low, high)
  end
end

---Calls f(...), which must raise: an error object with that code, or a string that
---matches it as a pattern. Returns the error.
function expect.raises(what, f, ...)
  local ok, err = pcall(f, ...)
  if ok then fail(2, "nothing was raised, wanted %s", what) end
  if core.is_error(err) then
    if err.code ~= what then fail(2, "raised %s, wanted %s", err, what) end
  elseif not tostring(err):find(what) then
    fail(2, "raised %s, wanted %s", show(err), what)
  end
  return err
end

--- running ---

local env = setmetatable({
  describe = describe, it = it, pending = pending, expect = expect,
  before_each = before_each, after_each = after_each,
}, { __index = _G, __newindex = function(_, k) error("global " .. tostring(k) .. " set", 2) end })

local function globals()
  local names = {}
  for k in next, _G do names[k] = true end
  return names
end

local function leftovers(before)
  collectgarbage()
  collectgarbage()
  local tasks, scopes, busy = core.count()
  if tasks > 0 then return tasks .. " tasks are left" end
  if scopes > 0 then return scopes .. " scopes are open" end
  if busy then return "a timer, transfer or the like is left" end
  for k in next, _G do
    if not before[k] then
      rawset(_G, k, nil)
      return "new global " .. tostring(k)
    end
  end
end

local function describe_error(err)
  if core.is_error(err) and err.waiting then return tostring(err) .. "\n" .. err.waiting end
  return debug.traceback(tostring(err), 2)
end

local function run_case(case)
  local before = globals()
  local ok, err = xpcall(function()
    for _, hook in ipairs(case.before) do hook() end
    case.f()
  end, describe_error)
  for i = #case.after, 1, -1 do
    local after_ok, after_err = xpcall(case.after[i], describe_error)
    if ok and not after_ok then ok, err = false, after_err end
  end
  local left = leftovers(before)
  if ok and left then ok, err = false, left end
  return ok, err
end

local verbose = false
for _, file in ipairs(arg) do
  if file == "-v" then
    verbose = true
  else
    path = { (file:gsub("^.*/", "")) }
    local chunk, err = loadfile(file, "t", env)
    if not chunk then error(err, 0) end
    hooks.before, hooks.after = {}, {}
    chunk()
  end
end

local passed, failed = 0, 0
for _, case in ipairs(cases) do
  local started = core.now()
  local ok, err = run_case(case)
  if ok then
    passed = passed + 1
    if verbose then print(("ok %s (%.0f ms)"):format(case.name, (core.now() - started) * 1000)) end
  else
    failed = failed + 1
    print(("not ok %s\n  %s"):format(case.name, tostring(err):gsub("\n", "\n  ")))
  end
end
local tail = skipped > 0 and (", %d skipped"):format(skipped) or ""
print(("%d passed, %d failed%s"):format(passed, failed, tail))
io.stdout:flush()
if failed > 0 then os.exit(1) end

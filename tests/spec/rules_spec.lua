-- gt.rules: reports, removal with reasons, rules that wait, what is kept of their verdicts.

local gt = require "gt"
local dataset, rules = require "gt.dataset", require "gt.rules"
local task, fs = require "gt.core.task", require "gt.core.fs"
local api = require "gt.core.api"
local rule = rules.rule

local function refuses(pattern, f, ...)
  expect.match(expect.raises("INVALID_ARGUMENT", f, ...).message, pattern)
end

local function data_of(count)
  local list = {}
  for i = 1, count do
    list[i] = { text_input = ("x"):rep(i), output = i % 2 == 0 and "even" or "odd", line = i }
  end
  return dataset.from(list)
end

local function stream_of(data)
  local path = os.tmpname()
  data:write(path)
  return dataset.stream(path), path
end

local function lengths(data)
  local list = {}
  for row in data:rows() do list[#list + 1] = #row.text_input end
  return table.concat(list, " ")
end

local function longer_than(n)
  return function(row) return #row.text_input > n end
end

describe("a rule set", function()
  it("is made of rules and sets with names of their own", function()
    local a = rules { rule("a", print), rule("b", print) }
    expect.equal(#rules { a, rule("c", print) }.list, 3)
    expect.equal(#rules {}.list, 0)
    refuses('two rules have the name "a"', rules, { a, rule("a", print) })
    refuses("item 1 is a function", rules, { print })
    refuses("a list of rules", rules, nil)
    refuses("name is a text", rule, nil, print)
    refuses("expected a function", rule, "x", 7)
    refuses("severity must be", rule, "x", print, { severity = "fatal" })
    refuses("no option 'colour'", rule, "x", print, { colour = "red" })
  end)

  it("reports counts, shares and the first rows, and changes nothing", function()
    local data = data_of(10)
    local set = rules {
      rule("long", longer_than(4)),
      rule("odd", function(row) return row.output == "odd" and "it is odd" end, { severity = "warning" }),
      rule("never", function() return false end),
    }
    local stream, path = stream_of(data)
    for _, each in ipairs { data, stream } do
      local report = set:check(each, { samples = 2 })
      expect.equal(report.rows, 10)
      expect.equal(report.removed, 6)
      expect.equal(report.warned, 2)
      expect.equal(report.rules[1].count, 6)
      expect.equal(report.rules[1].samples[1].line, 5)
      expect.equal(#report.rules[1].samples, 2)
      expect.equal(report.rules[1].samples[1].id, data.rows[5].id)
      expect.equal(report.rules[2].count, 5)
      expect.equal(report.rules[2].samples[2].reason, "it is odd")
      expect.equal(report.rules[3].count, 0)
      local text = report:text()
      expect.match(text, "long +error +6 +60%.0%%\n    line 5: xxxxx %-> odd\n    line 6: ")
      expect.match(text, "odd +warning +5 +50%.0%%\n    line 1: x %-> odd %(it is odd%)")
      expect.match(text, "10 rows: 6 to remove, 2 with warnings only$")
    end
    expect.equal(#data, 10)
    expect.equal(#set:check(data, { samples = 0 }).rules[1].samples, 0)
    expect.equal(set:check(dataset.from {}).rows, 0)
    os.remove(path)
  end)

  it("keeps the first rows of a data set, whatever is judged first", function()
    local set = rules { rule("all", function(row)
      gt.sleep(#row.text_input < 5 and 0.02 or 0)
      return true
    end) }
    local samples = set:check(data_of(12), { concurrency = 12 }).rules[1].samples
    expect.equal(samples[1].line, 1)
    expect.equal(samples[3].line, 3)
    expect.equal(#samples, 3)
  end)

  it("removes with a reason, the first broken rule's", function()
    local asked = 0
    local set = rules {
      rule("long", longer_than(4), { reason = "over four" }),
      rule("odd", function(row)
        asked = asked + 1
        return row.output == "odd"
      end, { severity = "warning" }),
      rule("three", function(row) return #row.text_input == 3 and "is three" end),
    }
    local data = data_of(6)
    local good, report = set:apply(data)
    expect.equal(lengths(good), "1 2 4")
    expect.equal(asked, 4)
    expect.equal(report.removed, 3)
    expect.equal(report.rules[2].count, 2)
    expect.equal(good:removed()[1].reason, "is three")
    expect.equal(good:removed()[2].reason, "over four")
    expect.match(good:explain(data.rows[6]), "line 6%) was removed by rules: over four$")
    expect.equal(lengths(data:filter(set)), "1 2 4")
    expect.equal(lengths(data:filter(set.list[1])), "1 2 3 4")
    local stream, path = stream_of(data)
    local lazy, live = set:apply(stream)
    expect.equal(live.rows, 0)
    for _ = 1, 2 do
      expect.equal(lengths(lazy), "1 2 4")
      expect.equal(live.removed, 3)
    end
    expect.equal(#lazy:removed(), 3)
    os.remove(path)
  end)
end)

describe("a rule that fails", function()
  local set = rules {
    rule("fine", function() return false end),
    rule("broken", function(row)
      if #row.text_input == 3 then error "no idea" end
      return #row.text_input == 2
    end),
  }

  it("is named, with the row", function()
    for _, method in ipairs { "check", "apply" } do
      local err = expect.raises("UNKNOWN", set[method], set, data_of(5))
      expect.match(err.message, '^rule "broken", line 3, row %x+: .*no idea')
      expect.truthy(err.cause)
    end
    local quota = rules { rule("quota", function() task.raise("RESOURCE_EXHAUSTED", "too many", "wait") end) }
    expect.equal(expect.raises("RESOURCE_EXHAUSTED", quota.check, quota, data_of(1)).hint, "wait")
  end)

  it("keeps the row on request, and is counted", function()
    local good, report = set:apply(data_of(5), { on_error = "keep" })
    expect.equal(lengths(good), "1 3 4 5")
    expect.equal(report.rules[2].failed, 1)
    expect.match(report:text(), "1 not judged: rule \"broken\", line 3")
  end)

  it("leaves cancellation alone", function()
    local slow = rules { rule("slow", function() gt.sleep(5) end) }
    expect.raises("DEADLINE_EXCEEDED", gt.within, 0.02, function()
      slow:check(data_of(3), { on_error = "keep" })
    end)
  end)
end)

describe("rules that wait", function()
  it("judge rows side by side, and the order stays", function()
    local now, most = 0, 0
    local set = rules { rule("slow", function(row)
      now = now + 1
      most = math.max(most, now)
      gt.sleep(#row.text_input % 3 * 0.004)
      now = now - 1
      return row.output == "odd"
    end) }
    local data = data_of(40)
    expect.equal(lengths(set:apply(data, { concurrency = 8 })), lengths(data:filter(function(row)
      return row.output == "even"
    end)))
    expect.equal(most, 8)
    most = 0
    set:check(data, { concurrency = 1 })
    expect.equal(most, 1)
    refuses("concurrency", set.check, set, data, { concurrency = 0 })
    local plain = rules { rule("odd", function(row) return row.output == "odd" end) }
    table.sort({ 2, 1 }, function(a, b) -- where nothing can wait
      expect.equal(plain:check(data, { concurrency = 1 }).removed, 20)
      expect.equal(#plain:apply(data, { concurrency = 1 }), 20)
      return a < b
    end)
  end)

  it("with a version are asked once a content, without one each time", function()
    local asked = 0
    local function judge(row)
      asked = asked + 1
      gt.sleep(0.002)
      return row.output == "odd"
    end
    local twice = data_of(5):concat(data_of(5))
    local kept = rules { rule("kept", judge, { version = "1" }) }
    expect.equal(kept:check(twice).rules[1].count, 6)
    expect.equal(asked, 5)
    expect.equal(#kept:apply(twice), 4)
    expect.equal(asked, 5)
    rules { rule("free", judge) }:check(twice)
    expect.equal(asked, 15)
  end)

  it("do not keep errors", function()
    local asked = 0
    local set = rules { rule("flaky", function()
      asked = asked + 1
      if asked == 1 then error "once" end
      return true
    end, { version = "1" }) }
    expect.equal(set:check(data_of(1), { on_error = "keep" }).rules[1].failed, 1)
    expect.equal(set:check(data_of(1), { on_error = "keep" }).rules[1].count, 1)
    expect.equal(asked, 2)
  end)
end)

describe("a graded rule", function()
  local generate, asked = api.generate_content, nil
  local answer

  before_each(function()
    asked = {}
    api.generate_content = function(model, contents, options)
      asked[#asked + 1] = { model, contents, options }
      gt.sleep(0.001)
      return answer(contents)
    end
    answer = function(contents) return { text = contents:find "xxxx" and "No." or "yes", finish_reason = "STOP" } end
  end)
  after_each(function() api.generate_content = generate end)

  local function graded(changes)
    local options = {
      model = "models/m", prompt = function(row) return "fine? " .. row.text_input end,
      reject = function(text) return text:lower():find "no" ~= nil end,
    }
    for key, value in pairs(changes or {}) do options[key] = value end
    return rules { rules.graded("off topic", options) }
  end

  it("asks the model about each row once, and again when the prompt is another", function()
    local set, data = graded(), data_of(6):concat(data_of(6))
    local good = set:apply(data)
    expect.equal(#good, 6)
    expect.equal(good:removed()[1].reason, "off topic")
    expect.equal(#asked, 6)
    expect.equal(asked[1][1], "models/m")
    expect.equal(asked[1][3].temperature, 0)
    set:check(data)
    expect.equal(#asked, 6)
    graded():check(data)
    expect.equal(#asked, 12)
  end)

  it("keeps answers on disk on request, under all they depend on", function()
    local data = data_of(3)
    local name = "v" .. fs.random_id(12) -- another run has answers of its own
    graded { version = name }:check(data, { cache = true })
    expect.equal(#asked, 3)
    expect.equal(graded { version = name }:check(data, { cache = true }).rows, 3)
    expect.equal(#asked, 3)
    graded { version = name }:check(data)
    expect.equal(#asked, 6)
    for i, changes in ipairs {
      { version = name .. "2" }, { version = name, model = "models/n" }, { version = name, generate = { top_k = 1 } },
      { version = name, prompt = function(row) return "good? " .. row.text_input end },
    } do
      graded(changes):check(data, { cache = true })
      expect.equal(#asked, 6 + 3 * i)
    end
  end)

  it("lets rows pass unasked, and fails without an answer", function()
    local set = graded { prompt = function(row) return #row.text_input > 4 and "xxxx" or nil end }
    expect.equal(#set:apply(data_of(6)), 4)
    answer = function() return { finish_reason = "SAFETY" } end
    expect.match(expect.raises("FAILED_PRECONDITION", function() graded():check(data_of(1)) end).message,
      'rule "off topic".*no answer %(SAFETY%)')
    refuses("needs reject", function() rules.graded("x", { model = "m", prompt = print }) end)
    refuses("model must be", function() rules.graded("x", { model = 7 }) end)
  end)
end)

-- gt.core.check: what is told about rows beside each other. The kinds of broken rows are
-- in tests/data/defects.

local check = require "gt.core.check"
local fs = require "gt.core.fs"
local task = require "gt.core.task"

local folder = os.tmpname()
os.remove(folder)

local function row(text, output)
  return ('{"text_input": %q, "output": %q}'):format(text, output)
end

--- Writes the rows and returns the path.
local function file(name, rows)
  fs.mkdirs(folder)
  local path = folder .. "/" .. name
  local f = assert(io.open(path, "w"))
  f:write(table.concat(rows, "\n"), "\n")
  f:close()
  return path
end

--- Findings as "file:line rule>line", in order; `rule` only those of that name.
local function run(options, rule)
  options.labels = options.labels or false
  local result, said = check.run(options), {}
  for _, f in ipairs(result.findings) do
    if f.rule ~= "too-few-rows" and (not rule or f.rule == rule) then
      local others = {}
      for i, r in ipairs(f.related or {}) do others[i] = r.file .. ":" .. r.line end
      said[#said + 1] = ("%d:%d %s>%s"):format(f.file, f.line, f.rule, table.concat(others, ","))
    end
  end
  return said, result
end

describe("rows that are the same", function()
  it("are duplicates of the first one, also but for case and punctuation", function()
    local path = file("rows.jsonl", {
      row("Lovely shoes, really lovely", "good"), row("Dreadful, would not buy again", "bad"),
      row("lovely SHOES really lovely!", "good"), row("Lovely shoes, really lovely", "good"),
    })
    local said, result = run { files = { path } }
    expect.same(said, { "1:3 duplicate>1:1", "1:4 duplicate>1:1" })
    expect.same(result.errors, 0)
    expect.truthy(result.findings[2].message:find("but for case", 1, true))
    expect.truthy(result.findings[3].message:find("^the same row as line 1$"))
  end)

  it("contradict each other with another output: the rarer one is told", function()
    local rows = {}
    for i = 1, 6 do rows[i] = row("a text about number " .. i .. " and more", i % 2 == 0 and "even" or "odd") end
    table.insert(rows, row("the very same text", "odd"))
    table.insert(rows, row("the very same text", "even"))
    table.insert(rows, row("The very same text.", "even"))
    local said, result = run({ files = { file("rows.jsonl", rows) }, near = false }, "contradiction")
    expect.same(said, { "1:7 contradiction>1:8" })
    expect.same(result.contradictions, { { file = 1, line = 7, rows = 3, outputs = 2 } })
    for _, f in ipairs(result.findings) do
      if f.rule == "contradiction" then
        expect.truthy(f.message:find('"odd" here and "even" in line 8', 1, true))
      end
    end
  end)

  it("may differ when outputs are texts", function()
    local path = file("rows.jsonl", {
      row("say hello", "Hello there, how are you?"), row("say hello", "Good morning to you!"),
      row("say goodbye now", "See you tomorrow."), row("something else", "Another answer."),
    })
    local said, result = run({ files = { path }, near = false }, "contradiction")
    expect.same(said, {})
    expect.same(#result.remarks, 1)
  end)

  it("leak from one file into another, and every row is named", function()
    local train = file("train.jsonl", {
      row("first text of all", "a"), row("second one here", "b"), row("third is alone", "a"),
    })
    local test = file("test.jsonl", {
      row("Second one here!", "b"), row("not in the other", "a"),
      row("second one here", "b"), row("first text of all", "b"),
    })
    local said, result = run { files = { train }, against = { test }, near = false }
    expect.same(said, { "1:1 leak>2:4", "1:2 leak>2:1,2:3" })
    expect.same(result.errors, 2)
    expect.same(result.files[2].role, "against")
    -- both are checked: told where the test row stands
    said = run({ files = { train, test }, near = false }, "leak")
    expect.same(said, { "2:1 leak>1:2", "2:3 leak>1:2", "2:4 leak>1:1" })
    -- two training files: rows repeat, nothing leaks
    said = run({ files = { train, file("more.jsonl", { row("third is alone", "a") }) }, near = false })
    expect.same(said, { "2:1 duplicate>1:3" })
  end)

  it("a leak with another label is told once", function()
    local train = file("train.jsonl", { row("the one text there is", "a"), row("another text instead", "b"),
      row("third text, label a", "a"), row("fourth text, label b", "b") })
    local test = file("valid.jsonl", { row("the one text there is", "b"), row("fifth thing to say", "a") })
    expect.same(run { files = { train }, against = { test }, near = false }, { "1:1 leak>2:1" })
  end)
end)

describe("rows that are nearly the same", function()
  local base = "I ordered these shoes three weeks ago and they still have not arrived at my house"
  local changed = "I ordered these shoes two weeks ago and they still have not arrived at my house"

  it("are told with their Jaccard index", function()
    local path = file("rows.jsonl", { row(base, "bad"), row("a wholly different thing", "good"), row(changed, "bad") })
    local said, result = run { files = { path } }
    expect.same(said, { "1:3 near-duplicate>1:1" })
    expect.truthy(result.findings[2].message:find("Jaccard 0.8", 1, true))
    expect.same(run { files = { path }, near = false }, {})
    expect.same(run { files = { path }, near = 0.97 }, {})
  end)

  it("leak too, as a warning", function()
    local train = file("train.jsonl", { row(base, "bad"), row("something", "good") })
    local test = file("test.jsonl", { row(changed, "bad") })
    local said, result = run { files = { train }, against = { test } }
    expect.same(said, { "1:1 leak-near>2:1" })
    expect.same(result.errors, 0)
    -- each of two equal rows
    train = file("train.jsonl", { row(base, "bad"), row("something", "good"), row(base .. "!", "bad") })
    said = run { files = { train }, against = { test } }
    expect.same(said, { "1:1 leak-near>2:1", "1:3 duplicate>1:1", "1:3 leak-near>2:1" })
  end)
end)

describe("counts", function()
  it("of labels come most rows first", function()
    local rows = {}
    for i = 1, 60 do rows[i] = row("text with its number " .. i * 7919, i <= 40 and "b" or "a") end
    local _, result = run { files = { file("rows.jsonl", rows) }, near = false }
    expect.same(result.labels, { { label = "b", count = 40 }, { label = "a", count = 20 } })
    expect.same(result.files[1].rows, 60)
    expect.same(result.files[1].form, "text_input+output")
    expect.same(result.files[1].split, "training")
    expect.truthy(result.files[1].tokens > 60)
  end)

  it("below and above the limits are told", function()
    local path = file("rows.jsonl", { row("one two three", "a"), row("four five six", "b") })
    local _, result = run { files = { path }, limits = { rows_min = 20 } }
    expect.same(result.findings[1].rule, "too-few-rows")
    expect.same(result.findings[1].severity, "error")
    _, result = run { files = { path }, limits = { rows_max = 1, tokens_max = 2 } }
    expect.same(#result.too_long_rows, 2)
    expect.same(result.too_long_rows[2].line, 2)
    expect.same(result.errors, 1)
  end)

  it("of findings have a ceiling, and what is beyond it is counted", function()
    local rows = {}
    for i = 1, 30 do rows[i] = "not json " .. i end
    local result = check.run { files = { file("rows.jsonl", rows) }, max_findings = 10 }
    expect.same(#result.findings, 10)
    expect.truthy(result.left_out >= 20)
    expect.truthy(result.errors >= 30)
  end)

  it("of memory too: rows beyond it are not compared, and a remark says so", function()
    local rows = {}
    for i = 1, 200 do rows[i] = row(("word%d "):format(i):rep(40), "x" .. i) end
    local result = check.run { files = { file("rows.jsonl", rows) }, memory_max = 1 << 20, labels = false }
    expect.same(result.files[1].rows, 200)
    expect.truthy(result.remarks[1]:find("not compared", 1, true))
  end)
end)

describe("a check", function()
  it("of 100,000 equal rows ends", function()
    local rows = {}
    for i = 1, 100000 do rows[i] = row("again and again", "same") end
    local _, result = run { files = { file("train.jsonl", rows) }, against = { file("test.jsonl", rows) } }
    expect.truthy(result.warnings >= 99999)
    expect.same(result.errors, 100000)
  end)

  it("lets other tasks run, and stops when it is cancelled", function()
    local rows = {}
    for i = 1, 4000 do rows[i] = row(("some words %d and %d"):format(i * 31, i * 17), i % 3 == 0 and "a" or "b") end
    local path = file("rows.jsonl", rows)
    local ticks = 0
    local _, err = gt.try(gt.within, 0.05, function()
      gt.group(function(g)
        g:spawn(function() check.run { files = { path }, labels = true, index = path .. ".index" } end)
        g:spawn(function() while true do gt.sleep(0.005) ticks = ticks + 1 end end)
      end)
    end)
    expect.same(err.code, "DEADLINE_EXCEEDED")
    expect.truthy(ticks > 0)
    collectgarbage() -- what the thread still reads must stay
    local tasks = task.count()
    expect.same(tasks, 0)
  end)

  it("of a file that cannot be read says why", function()
    expect.raises("NOT_FOUND", check.run, { files = { folder .. "/none.jsonl" } })
    expect.raises("INVALID_ARGUMENT", check.run, { files = { folder } })
    expect.falsy(pcall(check.run, { files = {} }))
    expect.falsy(pcall(check.run, { files = { "x" }, near = 7 }))
  end)
end)

os.execute("rm -rf " .. folder)

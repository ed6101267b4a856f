-- gt.dataset: rows in memory and as streams, files with defects, figures, parts.

local gt = require "gt"
local dataset = require "gt.dataset"

local helper = assert(loadfile("tests/spec/dataset_helper.lua", "t", _ENV))()
local path_of, put, read, refuses = helper.path_of, helper.put, helper.read, helper.refuses
local stderr_of, line_of, lines, texts = helper.stderr_of, helper.line_of, helper.lines, helper.texts
local both = helper.both
local TALK = helper.TALK

before_each(helper.make)
after_each(helper.clean)

describe("rows", function()
  it("are a list and an iterator", function()
    local data = dataset.load(put("a.jsonl", lines(3)))
    expect.equal(#data.rows, 3)
    expect.equal(#data, 3)
    local seen = {}
    for row, i in data:rows() do seen[i] = row.line end
    expect.same(seen, { 1, 2, 3 })
    for i, row in ipairs(data.rows) do expect.equal(row.line, i) end
  end)

  it("of a stream are read anew each time, and have no length", function()
    local data = dataset.stream(put("a.jsonl", lines(300)))
    for _ = 1, 2 do
      local count = 0
      for _ in data:rows() do count = count + 1 end
      expect.equal(count, 300)
    end
    refuses("has no length", function() return #data end)
    put("a.jsonl", lines(2))
    expect.equal(texts(data), "text 1,text 2")
  end)

  it("of a stream can be left in the middle", function()
    local data = dataset.stream(put("a.jsonl", lines(1000)))
    for row in data:rows() do
      if row.line == 5 then break end
    end
    expect.equal(#data:take(2):collect(), 2)
    local open = 0
    local pipe <close> = io.popen("ls -l /proc/" .. io.open("/proc/self/stat"):read "n" .. "/fd")
    for line in pipe:lines() do open = open + (line:find("a.jsonl", 1, true) and 1 or 0) end
    expect.equal(open, 0)
  end)

  it("have an id that depends on roles and texts alone", function()
    put("a.jsonl", '{"text_input": "x", "output": "y"}\n')
    put("b.jsonl", '\n{"prompt":"\\u0078","completion":"y"}\n')
    put("c.jsonl", '{"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]}\n')
    put("d.jsonl", '{"contents": [{"role": "user", "parts": [{"text": "x"}]}, '
      .. '{"role": "model", "parts": [{"text": "y"}]}]}\n')
    put("e.csv", "output,text_input\ny,x\n")
    local id = dataset.from { { text_input = "x", output = "y" } }.rows[1].id
    expect.equal(#id, 16)
    for _, name in ipairs { "a.jsonl", "b.jsonl", "c.jsonl", "d.jsonl", "e.csv" } do
      expect.equal(dataset.load(path_of(name)).rows[1].id, id)
    end
    expect.truthy(dataset.from { { text_input = "xy", output = "" } }.rows[1].id ~= id)
    expect.truthy(dataset.from { { text_input = "x", output = "y", turns = {
      { role = "system", text = "x" }, { role = "model", text = "y" } } } }.rows[1].id ~= id)
  end)

  it("of conversations have their turns", function()
    local data = dataset.load(put("a.jsonl", TALK))
    local row = data.rows[1]
    expect.equal(data.form, "messages")
    expect.equal(row.text_input, "Be brief.\n\nHi\n\nHello\n\nBye")
    expect.equal(row.output, "So long")
    expect.equal(#row.turns, 5)
    expect.same(row.turns[3], { role = "model", text = "Hello" })
    expect.equal(dataset.from(data.rows).rows[1].id, row.id)
    expect.equal(dataset.from { { turns = row.turns } }.rows[1].text_input, row.text_input)
  end)

  it("of conversations may have turns of several parts", function()
    local function part(...) return ('{"text":"%s"},{"text":"%s"}'):format(...) end
    local data = dataset.load(put("a.jsonl", ('{"contents":[{"role":"user","parts":[%s]},'
      .. '{"role":"model","parts":[%s]}]}\n'):format(part("a", "b"), part("c", "d"))))
    local row = data.rows[1]
    expect.equal(row.text_input .. "/" .. row.output, "ab/cd")
    expect.same(row.turns[2], { role = "user", text = "b", part = true })
    local same = dataset.from(data.rows).rows[1]
    expect.equal(same.text_input .. "/" .. same.output, "ab/cd")
    expect.equal(same.id, dataset.from { { text_input = "ab", output = "cd" } }.rows[1].id)
    local changed = data:map(function(one)
      one.output = "e"
      return one
    end)
    expect.equal(#changed.rows[1].turns, 3)
    expect.equal(changed.rows[1].output, "e")
  end)
end)

describe("a file", function()
  it("that is missing or a folder is refused, and what is no option", function()
    put("a.jsonl", "")
    for _, kind in ipairs { "load", "stream" } do
      expect.raises("NOT_FOUND", dataset[kind], path_of("none.jsonl"))
      refuses("expected a path", dataset[kind], 7)
      refuses("no option 'forms'", dataset[kind], path_of("a.jsonl"), { forms = "csv" })
      refuses("on_bad must be", dataset[kind], path_of("a.jsonl"), { on_bad = "ignore" })
      expect.raises("INVALID_ARGUMENT", dataset[kind], path_of "")
    end
  end)

  it("without rows is refused, loaded or streamed", function()
    for _, text in ipairs { "", "\n\n" } do
      put("a.jsonl", text)
      for _, kind in ipairs { "load", "stream" } do
        local err = expect.raises("INVALID_ARGUMENT", function()
          dataset[kind](path_of("a.jsonl")):hash()
        end)
        expect.equal(err.exit_code, 10)
      end
    end
  end)

  it("with defects fails at the first one, with all of them on stderr", function()
    local path = put("a.jsonl", line_of(1) .. '{"text_input": 3, "output": "b"}\n' .. lines(600) .. "{\n")
    for _, kind in ipairs { "load", "stream" } do
      local seen = 0
      local _, err = gt.try(function()
        for _ in dataset[kind](path):rows() do seen = seen + 1 end
      end)
      expect.equal(err.exit_code, 10)
      expect.match(err.message, "2 defects$")
      expect.equal(seen, 0)
    end
    local out = stderr_of(("local _, e = gt.try(gt.dataset.load, %q)"):format(path))
    expect.match(out, "a%.jsonl:2:16: error: wrong%-type: ")
    expect.match(out, "a%.jsonl:603:%d+: error: json%-syntax: ")
  end)

  it("with defects gives its good rows on request, and counts the bad", function()
    local path = put("a.jsonl", line_of(1) .. "{\n" .. line_of(2) .. '{"text_input": "x"}\n')
    local data = dataset.load(path, { on_bad = "skip", quiet = true })
    expect.equal(texts(data), "text 1,text 2")
    expect.equal(data.bad_rows, 2)
    expect.equal(data.rows[2].line, 3)
    local stream = dataset.stream(path, { on_bad = "skip" })
    expect.equal(stream:stats().rows, 2)
    expect.equal(stream:collect().bad_rows, 2)
    expect.match(stderr_of(("gt.dataset.load(%q, { on_bad = 'skip' })"):format(path)),
      "2 bad rows passed over, the first: 2:")
  end)

  it("is held to a form and to ceilings", function()
    local path = put("a.jsonl", lines(5))
    expect.equal(#dataset.load(path, { form = "text_input" }), 5)
    expect.equal(#dataset.load(path, { form = "text_input+output", max_rows = 5 }), 5)
    expect.equal(expect.raises("INVALID_ARGUMENT", dataset.load, path, { form = "messages" }).exit_code, 10)
    expect.raises("RESOURCE_EXHAUSTED", dataset.load, path, { max_rows = 4 })
    expect.match(expect.raises("INVALID_ARGUMENT", dataset.load, path, { text_max = 5 }).message, "5 defects")
    expect.raises("RESOURCE_EXHAUSTED", function() dataset.stream(path, { max_rows = 4 }):collect() end)
  end)
end)

describe("figures", function()
  it("count rows, characters, tokens and labels", function()
    put("a.jsonl", lines(9))
    both("a.jsonl", function(data)
      local stats = data:stats()
      expect.equal(stats.rows, 9)
      expect.equal(stats.characters.input.total, 54)
      expect.equal(stats.characters.input.median, 6)
      expect.equal(stats.characters.output.max, 1)
      expect.same(stats.labels, { { label = "b", count = 6 }, { label = "a", count = 3 } })
      expect.equal(stats.tokens.total, 16) -- 63 bytes
      expect.same(data:labels(), { "a", "b" })
      expect.same(data:counts(), { a = 3, b = 6 })
    end)
    expect.equal(dataset.from { { text_input = "é", output = "one" }, { text_input = "x", output = "two" } }
      :stats().labels, nil)
  end)

  it("have a digest that depends on the order", function()
    local a, b = { text_input = "x", output = "y" }, { text_input = "p", output = "q" }
    expect.truthy(dataset.from { a, b }:hash() ~= dataset.from { b, a }:hash())
    local id = dataset.from { a }.rows[1].id
    expect.equal(dataset.from { a }:hash(), require "gt.core.fs".sha256(id .. "\n"))
    expect.equal(id, require "gt.core.fs".sha256("user\0x\0model\0y\0"):sub(1, 16))
  end)
end)

describe("a split", function()
  it("in two is the same for a stream", function()
    put("a.jsonl", lines(300))
    local seen = {}
    both("a.jsonl", function(data, kind)
      local train, test = data:split { test = 0.25, seed = 3 }
      seen[kind] = train:hash() .. test:hash()
      expect.equal(train:stats().rows + test:stats().rows, 300)
    end)
    expect.equal(seen.load, seen.stream)
  end)

  it("in parts goes through gt.split", function()
    local data = dataset.load(put("a.jsonl", lines(1000)))
    local parts = data:split { train = 0.8, validation = 0.1, test = 0.1, stratify = true }
    expect.equal(#parts.train + #parts.validation + #parts.test, 1000)
    expect.between(#parts.test, 60, 140)
    local train, test = data:split { test = 0.2, exact = true }
    expect.equal(#test, 200)
    expect.equal(#train, 800)
    refuses("a stream is cut", function() dataset.stream(path_of("a.jsonl")):split { test = 0.1, train = 0.9 } end)
    refuses("add up", function() data:split { train = 0.8, validation = 0.8 } end)
  end)
end)

describe("a stream of 200,000 rows", function()
  --- MiB; nil under a sanitizer, which keeps freed memory and maps terabytes.
  local function resident()
    local file <close> = assert(io.open "/proc/self/status")
    local text = file:read "a"
    if tonumber(text:match "VmSize:%s+(%d+)") > 1 << 30 then return nil end
    return tonumber(text:match "VmRSS:%s+(%d+)") / 1024
  end

  it("stays flat in memory", function()
    local file = assert(io.open(path_of("big.jsonl"), "wb"))
    for i = 1, 200000 do file:write(line_of(i)) end
    file:close()
    collectgarbage()
    collectgarbage()
    local heap, rss, highest, seen = collectgarbage "count", resident(), 0, 0
    dataset.stream(path_of("big.jsonl")):drop(function(row) return row.output == "a" end, "a")
      :map(function(row)
        seen = seen + 1
        if seen % 10000 == 0 then highest = math.max(highest, collectgarbage "count") end
        row.text_input = row.text_input .. "!"
        return row
      end):write(path_of("out.jsonl"))
    expect.equal(seen, 133334)
    expect.between(highest - heap, -1e9, 4096) -- KiB
    if rss then expect.between(resident() - rss, -1e9, 40) end -- all rows in memory take over 60
    local _, last = read("out.jsonl"):match "()([^\n]+)\n$"
    expect.equal(last, '{"text_input": "text 200000!", "output": "b"}')
  end)
end)

describe("conversations", function()
  it("are not flattened on their way to a tuning job", function()
    local system = '{"messages": [{"role": "system", "content": "Be brief."}, '
      .. '{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yo"}]}\n'
    local data = dataset.load(put("talk.jsonl", system))
    local err = expect.raises("INVALID_ARGUMENT", create_tuned_model,
      { source_model = "models/gemini-2.0-flash", training_data = data })
    expect.match(err.message, "row 1 is a conversation of 3 texts")
    expect.raises("INVALID_ARGUMENT", upload, data)
  end)
end)

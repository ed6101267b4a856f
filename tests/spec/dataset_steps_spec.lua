-- gt.dataset: steps in memory and on streams, duplicates, what was removed and why.

local gt = require "gt"
local dataset = require "gt.dataset"

local helper = assert(loadfile("tests/spec/dataset_helper.lua", "t", _ENV))()
local path_of, put, read, refuses = helper.path_of, helper.put, helper.read, helper.refuses
local line_of, lines, texts, both = helper.line_of, helper.lines, helper.texts, helper.both
local TALK = helper.TALK

before_each(helper.make)
after_each(helper.clean)

describe("steps", function()
  it("do the same in memory and on a stream", function()
    put("a.jsonl", lines(200))
    local results = {}
    both("a.jsonl", function(data, kind)
      local made = data:filter(function(row) return row.line > 10 end)
        :drop(function(row) return row.output == "a" and "label a" end)
        :map(function(row)
          row.text_input = row.text_input:upper()
          return row
        end)
        :sample(20, 4):take(5)
      results[kind] = texts(made) .. " " .. made:hash() .. " " .. #made:removed()
      expect.equal(made:stats().rows, 5)
    end)
    expect.equal(results.load, results.stream)
    expect.match(results.load, "^TEXT %d+,TEXT")
  end)

  it("leave the data set as it was, and its rows", function()
    local data = dataset.from { { text_input = "x", output = "y", source = "s" } }
    local mapped = data:map(function(row)
      row.text_input = "z"
      return row
    end)
    expect.equal(data.rows[1].text_input, "x")
    expect.equal(mapped.rows[1].text_input, "z")
    expect.equal(mapped.rows[1].source, "s")
    expect.truthy(mapped.rows[1].id ~= data.rows[1].id)
    local mine = { { text_input = "x", output = "y" } }
    expect.equal(dataset.from(mine).rows[1].line, nil)
    expect.equal(mine[1].id, nil)
    expect.equal(getmetatable(mine), nil)
  end)

  it("take an empty data set", function()
    local data = dataset.from {}
    expect.equal(#data:map(print):filter(print):drop(print):take(3):sample(3):dedupe(), 0)
    expect.equal(#data:hash(), 64)
    expect.equal(data:stats().characters.input.max, 0)
    expect.equal(#data:labels() + #data:removed(), 0)
    local train, test = data:split { test = 0.5 }
    expect.equal(#train + #test, 0)
    data:write(path_of("empty.jsonl"))
    expect.equal(read("empty.jsonl"), "")
  end)

  it("refuse what is no function, number or row", function()
    local data = dataset.from { { text_input = "x", output = "y" } }
    refuses("expected a function", data.map, data, 7)
    refuses("expected a function", data.filter, data)
    refuses("whole number", data.take, data, 1.5)
    refuses("whole number", data.sample, data, -1)
    refuses("row 1: the function returned a nil", data.map, data, function() end)
    refuses("row 1 is not", data.map, data, function() return { text_input = "x" } end)
    refuses("expected a data set", data.concat, data, {})
    refuses("concurrency", data.map, data, print, { concurrency = 0 })
  end)

  it("may wait, one after the other or side by side", function()
    put("a.jsonl", lines(20))
    both("a.jsonl", function(data)
      local now, most = 0, 0
      local slow = data:map(function(row)
        now = now + 1
        most = math.max(most, now)
        gt.sleep(0.01)
        now = now - 1
        row.output = row.output .. "!"
        return row
      end, { concurrency = 20 }):filter(function() gt.sleep(0.001) return true end)
      expect.equal(slow:collect().rows[20].output, "b!")
      expect.equal(most, 20)
      expect.equal(texts(slow), texts(data))
    end)
  end)

  it("draw samples that are as likely for each row", function()
    local rows, hits = {}, {}
    for i = 1, 50 do rows[i] = { text_input = tostring(i), output = "x" } end
    local data = dataset.from(rows)
    for seed = 1, 400 do
      local drawn = data:sample(10, seed)
      expect.equal(#drawn, 10)
      for _, row in ipairs(drawn.rows) do hits[row.text_input] = (hits[row.text_input] or 0) + 1 end
    end
    for i = 1, 50 do expect.between(hits[tostring(i)] or 0, 45, 120) end -- 80 expected, 5 deviations of 8
    expect.equal(texts(data:sample(10, 3)), texts(data:sample(10, 3)))
    expect.equal(texts(data:sample(100)), texts(data))
    expect.equal(#data:sample(0), 0)
  end)

  it("change a conversation's turns, or say why not", function()
    put("a.jsonl", TALK)
    both("a.jsonl", function(data)
      local made = data:map(function(row)
        row.output = row.output:upper()
        return row
      end):collect()
      expect.equal(made.rows[1].turns[5].text, "SO LONG")
      refuses("made of 4 turns", function()
        data:map(function(row)
          row.text_input = "x"
          return row
        end):collect()
      end)
      made = data:map(function(row)
        row.turns[2].text = "Hey"
        return row
      end):collect()
      expect.match(made.rows[1].text_input, "Hey")
      made = data:map(function(row) return { text_input = "x", output = row.output } end):collect()
      expect.equal(made.rows[1].turns, nil)
    end)
    local one = dataset.from { { turns = { { role = "user", text = "a" }, { role = "assistant", text = "b" } } } }
    local changed = one:map(function(row)
      row.text_input = "c"
      return row
    end)
    expect.equal(changed.rows[1].turns[1].text, "c")
    refuses("last turn is not the model's", dataset.from, { { turns = { { role = "user", text = "a" } } } })
    refuses('role "robot"', dataset.from, { { turns = { { role = "robot", text = "a" } } } })
    refuses("turns is empty", dataset.from, { { turns = {} } })
  end)

  it("concatenate any two", function()
    local a, b = put("a.jsonl", lines(2)), put("b.jsonl", line_of(9))
    expect.equal(texts(dataset.load(a):concat(dataset.load(b))), "text 1,text 2,text 9")
    expect.equal(texts(dataset.stream(a):concat(dataset.load(b))), "text 1,text 2,text 9")
    expect.equal(texts(dataset.load(a):concat(dataset.stream(b)):drop(function(row) return row.line == 2 end)),
      "text 1,text 9")
  end)
end)

describe("duplicates", function()
  local function rows_of(list)
    local rows = {}
    for i, pair in ipairs(list) do rows[i] = { text_input = pair[1], output = pair[2], line = i } end
    return rows
  end
  local LONG = "The delivery came two days late and the box was torn at every corner of it"
  local list = rows_of {
    { LONG, "bad" }, { "Quite another text that shares nothing with the first", "good" },
    { LONG:upper() .. "!!", "bad" }, { LONG .. " again", "bad" }, { LONG, "good" },
  }

  it("go when input and output repeat, near ones too", function()
    local data = dataset.from(list):dedupe()
    expect.equal(#data, 3)
    expect.equal(data.rows[3].line, 5) -- another output: it contradicts, it does not repeat
    local removed = data:removed()
    expect.equal(removed[1].reason, "duplicate of line 1")
    expect.match(removed[2].reason, "^near duplicate of line 1 %(0%.%d%d%)$")
    expect.equal(removed[2].line, 4)
  end)

  it("are the same texts only at the threshold 1, the inputs alone on request", function()
    expect.equal(#dataset.from(list):dedupe { threshold = 1 }, 4)
    expect.equal(#dataset.from(list):dedupe { by = "input" }, 2)
    expect.equal(#dataset.from(list):dedupe { by = "input", threshold = 1 }, 3)
    refuses("threshold", function() dataset.from(list):dedupe { threshold = 0.1 } end)
  end)

  it("are found with an index of the texts seen before", function()
    local options = { index = path_of("index") }
    local first = dataset.from(list):dedupe(options)
    expect.truthy(read("index"))
    expect.equal(dataset.from(list):dedupe(options):hash(), first:hash())
  end)

  it("are found on a stream", function()
    local path = path_of("a.jsonl")
    dataset.from(list):write(path)
    for _, threshold in ipairs { 0.8, 1 } do
      expect.equal(dataset.stream(path):dedupe { threshold = threshold }:hash(),
        dataset.load(path):dedupe { threshold = threshold }:hash())
    end
  end)
end)

describe("a removed row", function()
  it("keeps its reason, in memory and on a stream", function()
    put("a.jsonl", lines(6))
    both("a.jsonl", function(data)
      local made = data:drop(function(row) return row.line == 2 end, "second")
        :drop(function(row) return row.line == 4 and "fourth" end)
        :filter(function(row) return row.line ~= 5 end)
      local removed = made:removed()
      table.sort(removed, function(a, b) return a.line < b.line end)
      expect.equal(#removed, 3)
      expect.equal(removed[1].reason, "second")
      expect.equal(removed[2].reason, "fourth")
      expect.equal(removed[3].step, "filter")
      expect.equal(removed[1].row.text_input, "text 2")
      expect.equal(made:write_removed(path_of("removed.jsonl")), 3)
      local again = dataset.load(path_of("removed.jsonl"), { quiet = true })
      expect.equal(again.rows[1].id, removed[1].id)
      expect.match(read("removed.jsonl"), '"line":2,"step":"drop","reason":"second"}\n')
      made:write(path_of("kept.jsonl"), { removed = path_of("removed2.jsonl") })
      expect.equal(read("removed2.jsonl"), read("removed.jsonl"))
      expect.equal(#dataset.load(path_of("kept.jsonl")), 3)
    end)
  end)

  it("can be asked for", function()
    put("a.jsonl", lines(9))
    both("a.jsonl", function(data)
      local id = {}
      for row, i in data:rows() do id[i] = row.id end
      local made = data:drop(function(row) return row.line == 2 end, "second")
        :map(function(row)
          if row.line == 3 then row.output = "c" end
          return row
        end):take(3)
      expect.equal(made:explain(id[1]), ("row %s (line 1) is in"):format(id[1]))
      expect.equal(made:explain(id[2]), ("row %s (line 2) was removed by drop: second"):format(id[2]))
      expect.match(made:explain(id[3]), "was changed by map into row %x+; row %x+ %(line 3%) is in$")
      expect.match(made:explain(id[9]), "is not in: it is not among the first 3$")
      expect.match(made:explain("0123456789abcdef"), "^no row with the id")
      local new
      for row in made:rows() do new = row.line == 3 and row.id or new end
      expect.match(made:explain(new), "was made by map out of row " .. id[3])
      local test = select(2, data:split { test = 0.5 })
      local other
      for row in data:rows() do
        if not texts(test):find(row.text_input, 1, true) then other = row end
      end
      expect.match(test:explain(other), 'the split put it into the part "train"')
      refuses("the id of a row", made.explain, made, 7)
    end)
  end)

  it("that is no valid text is written all the same", function()
    local data = dataset.from { { text_input = "\xff", output = "" }, { text_input = "x", output = "y" } }
      :drop(function(row) return not utf8.len(row.text_input) end, "not UTF-8")
    expect.equal(data:write_removed(path_of("removed.jsonl")), 1)
    expect.match(read("removed.jsonl"), '"reason":"not UTF%-8"')
  end)
end)

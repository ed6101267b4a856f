-- gt.dataset, gt.score, gt.payback: the library that pipelines are written with.

local gt = require "gt"
local dataset, score, payback = require "gt.dataset", require "gt.score", require "gt.payback"

local function rows(count)
  local list = {}
  for i = 1, count do list[i] = { text_input = "text " .. i, output = i % 3 == 0 and "a" or "b" } end
  return list
end

--- Expects INVALID_ARGUMENT with a message that matches.
local function refuses(pattern, f, ...)
  expect.match(expect.raises("INVALID_ARGUMENT", f, ...).message, pattern)
end

local function with_file(text, f)
  local path = os.tmpname()
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  local removed <close> = setmetatable({}, { __close = function() os.remove(path) end })
  return f(path, removed)
end

describe("a data set", function()
  it("is read with every form of a pair", function()
    for _, keys in ipairs { { "text_input", "output" }, { "input", "output" }, { "prompt", "completion" } } do
      local line = ('{"%s": "x\\u00e9", "%s": "y"}\r\n'):format(keys[1], keys[2])
      with_file(line .. line, function(path)
        local data = dataset.load(path)
        expect.equal(#data, 2)
        expect.equal(data.rows[2].text_input, "xé")
        expect.equal(data.rows[2].line, 2)
      end)
    end
  end)

  it("is refused with a defect, exit code 10", function()
    with_file('{"text_input": "a"}\n', function(path)
      local _, err = gt.try(dataset.load, path)
      expect.equal(err.code, "INVALID_ARGUMENT")
      expect.equal(err.exit_code, 10)
      expect.match(err.message, "1 defect$")
    end)
    local _, err = gt.try(dataset.load, "/nowhere.jsonl")
    expect.equal(err.code, "NOT_FOUND")
    refuses("expected a path", dataset.load, 7)
    refuses("row 2", dataset.from, { { text_input = "a", output = "b" }, { text_input = "a" } })
  end)

  it("is cut by the text alone, so rows never change sides", function()
    local train, test = dataset.from(rows(1000)):split { test = 0.25 }
    expect.equal(#train + #test, 1000)
    expect.between(#test, 200, 300)
    local _, more = dataset.from(rows(2000)):split { test = 0.25 }
    local there = {}
    for _, row in ipairs(more.rows) do there[row.text_input] = true end
    for _, row in ipairs(test.rows) do expect.truthy(there[row.text_input]) end
    local _, other = dataset.from(rows(1000)):split { test = 0.25, seed = 7 }
    expect.truthy(other.rows[1].text_input ~= test.rows[1].text_input or #other ~= #test)
    refuses("test must be a number", train.split, train, { test = 1 })
  end)

  it("is filtered, mapped, counted and written back", function()
    local data = dataset.from(rows(9))
    expect.equal(#data:filter(function(row) return row.output == "a" end), 3)
    local mapped = data:map(function(row) return { text_input = "x" .. row.text_input, output = "c" } end)
    expect.equal(mapped.rows[9].text_input, "xtext 9")
    expect.equal(data:counts().b, 6)
    expect.equal(table.concat(data:labels(), " "), "a b")
    expect.equal(#data:take(4), 4)
    with_file("", function(path)
      data:write(path)
      expect.equal(#dataset.load(path), 9)
      local _, err = gt.try(function() dataset.from({ { text_input = "\xff", output = "b" } }):write(path) end)
      expect.match(err.message, "not UTF%-8")
      expect.equal(#dataset.load(path), 9) -- the old file is still there
    end)
  end)
end)

describe("a score", function()
  it("has Wilson's interval", function()
    local low, high = score.wilson(45, 50)
    expect.between(low, 0.786397, 0.786399)
    expect.between(high, 0.956523, 0.956525)
    expect.equal(select("#", score.wilson(0, 0)), 2)
  end)

  it("tells wrong answers from missing ones", function()
    local s = score.labels {
      { truth = "positive", answer = " Positive\n" }, { truth = "positive", answer = "negative" },
      { truth = "negative", answer = "I cannot say" }, { truth = "negative" },
    }
    expect.equal(s.right, 1)
    expect.equal(s.n, 3)
    expect.equal(s.failed, 1)
    expect.equal(s.accuracy, 0.25)
    expect.equal(s.counts.negative.other, 1)
    expect.equal(score.confusion_table(s), "true \\ answered  negative  positive  other\n"
      .. "negative                0         0      1\n" .. "positive                1         1      0")
    expect.match(score.line(s), "1 of 4 right, 1 without an answer")
  end)
end)

describe("payback", function()
  local function of(changes)
    local o = {
      training_tokens = 100000, epochs = 3, price_training = 5, prompt_tokens = 300, tuned_tokens = 100,
      price_input = 0.5, calls_per_month = 10000,
    }
    for key, value in pairs(changes or {}) do o[key] = value end
    return payback.of(o)
  end

  it("is training cost over monthly saving", function()
    local p = of()
    expect.equal(p.training_cost, 1.5)
    expect.equal(p.monthly_saving, 1.0)
    expect.equal(p.months, 1.5)
  end)

  it("never comes when nothing is saved, and needs every figure", function()
    expect.equal(of { tuned_tokens = 300 }.months, nil)
    refuses("price_input must be a number", of, { price_input = "free" })
    refuses("epochs", of, { epochs = -1 })
  end)
end)

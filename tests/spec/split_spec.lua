-- gt.split: shares, stability, what stays together, and what it warns of.

local split = require "gt.split"
local native = require "gt.core.split"

local function refuses(pattern, f, ...)
  expect.match(expect.raises("INVALID_ARGUMENT", f, ...).message, pattern)
end

local function rows_of(count)
  local rows = {}
  for i = 1, count do
    rows[i] = { text_input = "text " .. i, output = i % 10 == 0 and "rare" or "common", customer = "c" .. i % 40 }
  end
  return rows
end

describe("a split", function()
  it("has three parts of the shares that were asked for", function()
    local part = split.assign(rows_of(2000))
    expect.equal(#part, 2000)
    expect.between(part.counts.train, 1540, 1660)
    expect.between(part.counts.validation, 150, 250)
    expect.between(part.counts.test, 150, 250)
    expect.same(part.warnings, {})
    local counts = { train = 0, validation = 0, test = 0 }
    for _, name in ipairs(part) do counts[name] = counts[name] + 1 end
    expect.same(counts, part.counts)
  end)

  it("is in two parts the one that data sets make", function()
    local rows = rows_of(500)
    for _, seed in ipairs { 0, 7 } do
      local part = split.assign(rows, { parts = { test = 0.25 }, seed = seed })
      local _, test = require "gt.dataset".from(rows):split { test = 0.25, seed = seed }
      local there = {}
      for _, row in ipairs(test.rows) do there[row.text_input] = true end
      for i, row in ipairs(rows) do
        expect.equal(part[i], there[row.text_input] and "test" or "train")
      end
    end
    -- Fixed for good: older splits stay what they were.
    expect.equal(("%.17g"):format(native.share("row 1", 7)), "0.46217960640878009")
  end)

  it("never moves a row of a near-duplicate cluster when rows are added behind", function()
    local rows, words = {}, { "red", "blue", "green", "old", "new", "small", "large", "quick", "slow", "warm" }
    for i = 1, 200 do
      local text = {}
      for w = 1, 8 do text[w] = words[(i * 7 + w * w * (i // 10 + w)) % 10 + 1] .. (i * w * 31 % 97) end
      rows[i] = { text_input = table.concat(text, " "), output = "a" }
    end
    local more = table.move(rows, 1, 200, 1, {})
    for i = 1, 200 do more[200 + i] = { text_input = rows[i].text_input .. " please", output = "a" } end
    local before, after = split.assign(rows, { clusters = true }), split.assign(more, { clusters = true })
    for i = 1, 200 do
      expect.equal(after[i], before[i])
      expect.equal(after[200 + i], before[i])
    end
    expect.truthy(after.counts.test > 20)
    -- without clusters some of the pairs are parted: the check above can fail
    local plain, parted = split.assign(more), 0
    for i = 1, 200 do parted = parted + (plain[i] == plain[200 + i] and 0 or 1) end
    expect.truthy(parted > 20)
  end)

  it("never moves a row when others come or go, in front, between or behind", function()
    local rows = rows_of(300)
    for _, options in ipairs { {}, { stratify = true }, { group = "customer" }, { clusters = 1 } } do
      local before, more, was = split.assign(rows, options), {}, {}
      for i, row in ipairs(rows) do
        was[row] = before[i]
        more[#more + 1] = { text_input = "new " .. i, output = "rare", customer = "c" .. i % 90 }
        if i % 5 ~= 0 then more[#more + 1] = row end
      end
      local after = split.assign(more, options)
      for i, row in ipairs(more) do
        if was[row] then expect.equal(after[i], was[row]) end
      end
    end
  end)

  it("keeps the test part when a validation part is taken out of train", function()
    local rows = rows_of(500)
    local two = split.assign(rows, { parts = { train = 0.9, test = 0.1 } })
    local three = split.assign(rows, { parts = { test = 0.1, validation = 0.2 } })
    local odd = split.assign(rows, { parts = { test = 0.1, dev_2 = 0.2, train = 0.7 } })
    for i = 1, #rows do
      expect.equal(two[i] == "test", three[i] == "test")
      expect.equal(odd[i] == "dev_2", three[i] == "validation")
    end
  end)

  it("keeps groups together", function()
    local rows = rows_of(1000)
    rows[3].customer = nil
    local part, of = split.assign(rows, { group = "customer" }), {}
    for i, row in ipairs(rows) do
      if row.customer then
        of[row.customer] = of[row.customer] or part[i]
        expect.equal(part[i], of[row.customer])
      end
    end
    expect.truthy(part.counts.test > 0 and part.counts.train > 0)
    local by = split.assign(rows, { group = function(row) return #row.text_input end })
    for i, row in ipairs(rows) do
      if #row.text_input == #rows[1].text_input then expect.equal(by[i], by[1]) end
    end
    -- 2 and 2.0 are one group, "2" is another.
    local numbers = split.assign({ { text_input = "a" }, { text_input = "b" } },
      { group = function(row) return row.text_input == "a" and 2 or 2.0 end })
    expect.equal(numbers[1], numbers[2])
    refuses("the group of row 1 is a table", split.assign, rows, { group = function() return {} end })
  end)

  it("keeps clusters together, also through groups", function()
    local rows = {}
    for i = 1, 400 do
      rows[i] = { text_input = ("Text %d%s"):format((i + 1) // 2, i % 2 == 0 and "!" or ""), output = "a" }
    end
    local part = split.assign(rows, { clusters = 1 })
    for i = 2, 400, 2 do expect.equal(part[i], part[i - 1]) end
    expect.truthy(part.counts.test > 10)
    local list = {}
    for i = 1, 400 do list[i] = i % 4 == 0 and i // 100 end
    part = split.assign(rows, { clusters = list })
    for i = 4, 396, 4 do
      if i // 100 == (i + 4) // 100 then expect.equal(part[i], part[i + 4]) end
    end
    -- group joins 1 and 2, the cluster 2 and 3
    for seed = 1, 30 do
      local three = split.assign({ { text_input = "a", g = 1 }, { text_input = "b", g = 1 }, { text_input = "B." } },
        { clusters = true, group = "g", seed = seed })
      expect.equal(three[1], three[2])
      expect.equal(three[2], three[3])
    end
    refuses("a value for each of the 400 rows", split.assign, rows, { clusters = { 1, 2 } })
    -- texts without letters are themselves
    local marks = {}
    for i = 1, 60 do marks[i] = { text_input = ("!"):rep(i) } end
    expect.truthy(split.assign(marks, { clusters = true }).counts.test > 0)
    refuses("between 0.5 and 1", split.assign, rows, { clusters = 0.2 })
    refuses("between 0.5 and 1", split.assign, rows, { clusters = 0 / 0 })
  end)

  it("is exact by stratum when asked", function()
    local rows = rows_of(1000)
    local part = split.assign(rows, { stratify = true, exact = true })
    expect.same(part.counts, { train = 800, validation = 100, test = 100 })
    expect.same(part.strata, {
      rare = { train = 80, validation = 10, test = 10 }, common = { train = 720, validation = 90, test = 90 },
    })
    part = split.assign(rows, { exact = true, parts = { test = 0.5 } })
    expect.same(part.counts, { train = 500, test = 500 })
    local twice = table.move(rows, 1, 1000, 1001, table.move(rows, 1, 1000, 1, {}))
    for seed = 1, 5 do
      part = split.assign(twice, { exact = true, seed = seed, parts = { test = 0.0995 } })
      expect.between(part.counts.test, 198, 200)
      for i = 1, 1000 do expect.equal(part[i], part[i + 1000]) end
    end
    local tail = split.assign(rows, { stratify = function(row) return #row.text_input > 7 end })
    expect.truthy(tail.strata[true].train > 0 and tail.strata[false].train > 0)
    local grouped = split.assign(rows, { stratify = true, exact = true, group = "customer" })
    local of = {}
    for i, row in ipairs(rows) do
      of[row.customer] = of[row.customer] or grouped[i]
      expect.equal(grouped[i], of[row.customer])
    end
  end)

  it("warns of what is empty, uneven or missing", function()
    local three = split.assign(rows_of(3), { exact = true, parts = { train = 0.98, validation = 0.01, test = 0.01 } })
    expect.same({ three[1], three[2], three[3] }, { "train", "train", "train" })
    expect.same(three.warnings, {
      "test is empty: 3 rows for a share of 0.01", "validation is empty: 3 rows for a share of 0.01",
    })
    expect.match(split.assign({}).warnings[1], "test is empty: 0 rows")
    local rows = rows_of(1000)
    local lumps = split.assign(rows, { group = function() return "all" end })
    expect.match(table.concat(lumps.warnings, "\n"), "100%.0 %% of the rows instead of")
    for i = 1, 16 do rows[i].output = "only" .. i // 2 end
    local missing = split.assign(rows, { stratify = true, parts = { test = 0.9 } })
    expect.match(table.concat(missing.warnings, "\n"), "train has no row of only%d, ")
  end)

  it("refuses what it does not know", function()
    local rows = rows_of(3)
    refuses("no option 'part'", split.assign, rows, { part = {} })
    refuses("add up to 1%.1", split.assign, rows, { parts = { train = 0.8, test = 0.3 } })
    refuses("add up to 0%.9", split.assign, rows, { parts = { train = 0.8, test = 0.1 } })
    refuses("the share of test", split.assign, rows, { parts = { test = 0 } })
    refuses("the share of test", split.assign, rows, { parts = { test = 0 / 0 } })
    refuses("the share of test", split.assign, rows, { parts = { test = "half" } })
    refuses("the part's name 1", split.assign, rows, { parts = { 0.8, 0.2 } })
    refuses("the part's name %.%./x", split.assign, rows, { parts = { ["../x"] = 0.5 } })
    refuses("seed must be", split.assign, rows, { seed = "x" })
    refuses("exact must be", split.assign, rows, { exact = 1 })
    refuses("group must be", split.assign, rows, { group = 7 })
    refuses("stratify must be", split.assign, rows, { stratify = 7 })
    refuses("row 2 has no text_input", split.assign, { rows[1], {} })
    refuses("expected a list of rows", split.assign, "rows")
    expect.equal(split.assign(rows, { parts = { all = 1 } })[2], "all")
  end)
end)

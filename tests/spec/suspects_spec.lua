-- gt.suspects: wrong labels that are put in are found; it waits like every primitive.

local gt = require "gt"
local engine = require "gt.core.engine"
local suspects = require "gt.suspects"

local function refuses(pattern, f, ...)
  expect.match(expect.raises("INVALID_ARGUMENT", f, ...).message, pattern)
end

--- Rows whose words are those of their label, the same for the same count.
local function rows_of(labels, count)
  local rows, state = {}, 17
  for i = 1, count do
    local words = {}
    for w = 1, 5 do
      state = (state * 1103515245 + 12345) % 2147483648
      words[w] = ("w%dx%d"):format(i % labels, state // 65536 % 8)
    end
    rows[i] = { text_input = table.concat(words, " "), output = "label" .. i % labels, line = i + 100 }
  end
  return rows
end

--- The same with every 17th label wrong.
local function noisy(labels, count)
  local rows = rows_of(labels, count)
  for i = 17, count, 17 do rows[i].output = "label" .. (i + 1 + i % (labels - 1)) % labels end
  return rows
end

describe("suspects", function()
  it("are the rows with wrong labels, with the right ones", function()
    local rows = noisy(6, 240)
    local found = suspects.find(rows)
    expect.equal(found.rows, 240)
    expect.equal(found.classes, 6)
    expect.equal(found.skipped, 0)
    expect.falsy(found.too_noisy)
    expect.between(found.estimated, 13, 18)
    expect.between(found.estimated_rate, 0.05, 0.08)
    for i = 1, 14 do
      local item = found[i]
      expect.equal(item.row % 17, 0)
      expect.equal(item.line, item.row + 100)
      expect.equal(item.label, rows[item.row].output)
      expect.equal(item.text_input, rows[item.row].text_input)
      expect.equal(item.suggested, "label" .. item.row % 6)
      expect.equal(item.margin, item.confidence - item.suggested_confidence)
      expect.falsy(item.suggested_row)
    end
    expect.equal(#rows, 240)
  end)

  it("are taken from a data set too, in either order, and cut to the top", function()
    local data = require "gt.dataset".from(noisy(6, 240))
    local margin = suspects.find(data)
    local confidence = suspects.find(data, { order = "self_confidence" })
    expect.equal(#margin, #confidence)
    for i = 2, #margin do
      expect.truthy(margin[i].margin >= margin[i - 1].margin)
      expect.truthy(confidence[i].confidence >= confidence[i - 1].confidence)
    end
    local top = suspects.find(data, { top = 3 })
    expect.equal(#top, 3)
    expect.equal(top[3].row, margin[3].row)
    expect.equal(#suspects.find(data, { top = 0 }), 0)
    expect.equal(top.estimated, margin.estimated)
  end)

  it("are the same for a seed, whatever the threads", function()
    local rows = noisy(5, 150)
    local one = suspects.find(rows, { threads = 1, seed = 5 })
    local three = suspects.find(rows, { threads = 3, seed = 5 })
    expect.same(one, three)
    local other = suspects.find(rows, { seed = 6 })
    expect.truthy(other[1].margin ~= one[1].margin)
  end)

  it("leave alone what cannot be judged", function()
    local rows = rows_of(3, 60)
    rows[1].output = "alone"
    expect.equal(suspects.find(rows).skipped, 1)
    expect.same({ suspects.find(rows_of(1, 10))[1] }, {})
    refuses("the outputs are no labels", suspects.find,
      { { text_input = "a", output = "b" }, { text_input = "c", output = "d" } })
    refuses("no training examples", suspects.find, {})
  end)

  it("do not block: other tasks run, and the search ends with its task", function()
    local rows, ticks, done = noisy(40, 3000), 0, false
    gt.group(function(g)
      g:spawn(function()
        while not done do
          gt.sleep(0.001)
          ticks = ticks + 1
        end
      end)
      expect.truthy(#suspects.find(rows) > 0)
      done = true
    end)
    expect.truthy(ticks >= 3)
    local before = gt.task.now()
    expect.raises("DEADLINE_EXCEEDED", gt.within, 0.01, function()
      return suspects.find(rows, { epoch_count = 10000 })
    end)
    expect.truthy(gt.task.now() - before < 5)
    collectgarbage() -- joins the thread
  end)

  it("are searched several at a time", function()
    local rows = noisy(5, 150)
    local alone = suspects.find(rows)
    local lists = gt.map({ 1, 2, 3 }, function() return suspects.find(rows) end, { concurrency = 3 })
    for i = 1, 3 do expect.same(lists[i], alone) end
  end)

  it("may have their rows changed while they are searched", function()
    local rows = noisy(5, 150)
    local alone = suspects.find(rows)
    gt.group(function(g)
      local changed = noisy(5, 150)
      g:spawn(function()
        for i = 1, 150 do
          changed[i].text_input = "x" .. i
          changed[i].output = changed[i].output .. ""
        end
        collectgarbage()
      end)
      local found = suspects.find(changed)
      expect.equal(#found, #alone)
      expect.equal(found[1].margin, alone[1].margin)
    end)
  end)

  it("refuse what they do not know", function()
    refuses("no option 'fold'", suspects.find, {}, { fold = 3 })
    refuses("folds must be a whole number from 2", suspects.find, {}, { folds = 1 })
    refuses("order must be", suspects.find, {}, { order = "size" })
    refuses("seed must be", suspects.find, {}, { seed = 1.5 })
    refuses("top must be", suspects.find, {}, { top = -1 })
    refuses("options must be a table", suspects.find, {}, 3)
    refuses("row 2 is not", suspects.find, { { text_input = "a", output = "b" }, { text_input = "a" } })
    refuses("expected a data set", suspects.find, "rows.jsonl")
    expect.truthy(not pcall(engine.suspects, { { text_input = "a" } }))
    refuses("folds is 101", engine.suspects, noisy(5, 50), { folds = 101 })
  end)

  it("are shown as a table", function()
    local rows = noisy(6, 240)
    rows[17].text_input = rows[17].text_input .. "\27[31m" .. (" long"):rep(40)
    rows[17].line = nil
    local found = suspects.find(rows)
    local text = suspects.table(found, #found)
    expect.match(text, "^about %d+ of 240 labels may be wrong %(%d+%.%d %%%)\n")
    expect.match(text, "\nline %d+ +label%d  0%.%d%d  %-> label%d  [01]%.%d%d  w")
    expect.match(text, "\nrow 17 ")
    expect.falsy(text:find("\27", 1, true))
    for line in text:gmatch "[^\n]+" do expect.truthy(utf8.len(line) <= 160) end
    expect.match(suspects.table(found, 2), "\n%.%.%. and " .. #found - 2 .. " more$")
    found.too_noisy, found.skipped = true, 1
    expect.match(suspects.table(found, 1), "\n1 row not judged.*\nabove 20 %% no tool")
  end)
end)

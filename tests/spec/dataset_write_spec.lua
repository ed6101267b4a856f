-- gt.dataset: files that appear whole or not at all, in every form.

local gt = require "gt"
local dataset = require "gt.dataset"

local helper = assert(loadfile("tests/spec/dataset_helper.lua", "t", _ENV))()
local path_of, put, read, names = helper.path_of, helper.put, helper.read, helper.names
local refuses, stderr_of, line_of, lines = helper.refuses, helper.stderr_of, helper.line_of, helper.lines
local both = helper.both
local TALK = helper.TALK

before_each(helper.make)
after_each(helper.clean)

describe("a written file", function()
  it("appears whole or not at all", function()
    put("a.jsonl", lines(1000))
    local before = put("out.jsonl", "old\n")
    both("a.jsonl", function(data)
      expect.raises("in the middle", function()
        data:map(function(row)
          if row.line == 900 then error "in the middle" end
          return row
        end):write(before)
      end)
      expect.equal(read("out.jsonl"), "old\n")
      expect.equal(names(), "a.jsonl out.jsonl")
    end)
    expect.raises("DEADLINE_EXCEEDED", gt.within, 0.02, function()
      dataset.load(path_of("a.jsonl")):write(path_of("b.jsonl"))
      dataset.stream(path_of("b.jsonl")):filter(function(row) return row.line < 990 or gt.sleep(5) end)
        :write(path_of("b.jsonl"), { removed = path_of("removed.jsonl") })
    end)
    expect.equal(#dataset.load(path_of("b.jsonl")), 1000)
    os.remove(path_of("b.jsonl"))
    expect.equal(names(), "a.jsonl out.jsonl")
    refuses("row 2: text_input is not UTF%-8 at byte 2", function()
      dataset.from { { text_input = "x", output = "y" }, { text_input = "a\xff", output = "y" } }:write(before)
    end)
    refuses("row 1: its output is empty", function()
      dataset.from { { text_input = "x", output = " " } }:write(before)
    end)
    expect.equal(names(), "a.jsonl out.jsonl")
    expect.raises("NOT_FOUND", function() dataset.load(path_of("a.jsonl")):write(path_of "none/out.jsonl") end)
    refuses("packed files are read, not written", function()
      dataset.load(path_of("a.jsonl")):write(path_of("out.jsonl.gz"))
    end)
    refuses('no form "xml"', function() dataset.load(path_of("a.jsonl")):write(before, { form = "xml" }) end)
    expect.equal(read("out.jsonl"), "old\n")
  end)

  it("may be the one that is read", function()
    local path = put("a.jsonl", lines(1000))
    dataset.stream(path):filter(function(row) return row.output == "a" end):write(path)
    expect.equal(#dataset.load(path), 333)
  end)

  it("has any form, and the rows stay the same", function()
    local data = dataset.from { { text_input = 'x "é"\n', output = "y,\tz" }, { text_input = "p", output = "q" } }
    local forms = { "text_input", "textInput", "input", "completion", "response", "messages", "contents", "csv" }
    for _, form in ipairs(forms) do
      local path = path_of(form == "csv" and "a.csv" or "a.jsonl")
      local self, lost = data:write(path, { form = form })
      expect.equal(self, data)
      expect.same(lost, {})
      expect.equal(dataset.load(path):hash(), data:hash())
    end
  end)

  it("says what is lost", function()
    local data = dataset.load(put("a.jsonl", TALK))
    data:write(path_of("same.jsonl"))
    expect.match(read("same.jsonl"), '"messages"')
    expect.equal(dataset.load(path_of("same.jsonl")):hash(), data:hash())
    data:write(path_of("contents.jsonl"), { form = "contents" })
    expect.equal(dataset.load(path_of("contents.jsonl")):hash(), data:hash())
    local _, lost = data:write(path_of("pairs.jsonl"), { form = "text_input", quiet = true })
    expect.truthy(next(lost))
    local out = stderr_of(("gt.dataset.load(%q):write(%q, { form = 'text_input' })")
      :format(path_of("a.jsonl"), path_of("pairs.jsonl")))
    expect.match(out, "pairs%.jsonl: lost: the system's text became a part of the input %(1%), ")
    expect.same(lost, { system = 1, turns = 1, roles = 1 })
    put("b.jsonl", '{"text_input": "x", "output": "y", "weight": 2}\n' .. line_of(1))
    both("b.jsonl", function(rows)
      _, lost = rows:write(path_of("c.jsonl"), { quiet = true })
      expect.same(lost, { members = 1 })
    end)
  end)
end)

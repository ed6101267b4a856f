-- gtlua fix: what it repairs, what it leaves, and that its diff is one.

local diff = require "gt.fix.diff"
local fix = require "gt.cli.fix"
local fs = require "gt.core.fs"
local repairs = require "gt.fix.repairs"
local spans = require "gt.fix.spans"

local dir

local function put(name, content)
  fs.write_atomic(dir .. "/" .. name, content)
  return dir .. "/" .. name
end

before_each(function()
  dir = os.tmpname()
  os.remove(dir)
  fs.mkdirs(dir)
end)
after_each(function() fs.remove_tree(dir, dir:match "^(.*)/") end)

local function repaired(text, csv)
  local edits, count = repairs.plan(text, csv)
  return repairs.apply(text, edits), count, edits
end

--- Expects `text` to become `want`, and to stay so.
local function becomes(text, want, csv)
  local got = repaired(text, csv)
  expect.equal(got, want)
  expect.equal(#repairs.plan(got, csv), 0)
end

local function unified(path, text, edits)
  local out = {}
  diff.unified(path, text, edits, function(part) out[#out + 1] = part end)
  return table.concat(out)
end

--- Applies a unified diff strictly: every line and every number must be right.
local function apply(text, patch)
  local old, out, at = {}, {}, 1
  for line in text:gmatch "[^\n]*\n?" do
    if line ~= "" then old[#old + 1] = line end
  end
  local lines = {}
  for line in patch:gmatch "[^\n]*\n" do
    if line:sub(1, 2) == "\\ " then
      lines[#lines] = lines[#lines]:sub(1, -2)
    else
      lines[#lines + 1] = line
    end
  end
  expect.match(lines[1], "^%-%-%- ")
  expect.match(lines[2], "^%+%+%+ ")
  local i = 3
  while lines[i] do
    local a, an, b, bn = lines[i]:match "^@@ %-(%d+),?(%d*) %+(%d+),?(%d*) @@\n$"
    expect.truthy(a)
    a, b = math.tointeger(tonumber(a)), math.tointeger(tonumber(b))
    an, bn = an == "" and 1 or tonumber(an), bn == "" and 1 or tonumber(bn)
    while at < a do
      out[#out + 1], at = old[at], at + 1
    end
    expect.equal(#out + 1, bn == 0 and b + 1 or b)
    i = i + 1
    while an > 0 or bn > 0 do
      local sign, line = lines[i]:sub(1, 1), lines[i]:sub(2)
      if sign ~= "+" then
        expect.equal(line, old[at])
        at, an = at + 1, an - 1
      end
      if sign ~= "-" then out[#out + 1], bn = line, bn - 1 end
      i = i + 1
    end
    expect.equal(an, 0)
    expect.equal(bn, 0)
  end
  table.move(old, at, #old, #out + 1, out)
  return table.concat(out)
end

describe("safe repairs", function()
  it("are those of bytes around the rows", function()
    becomes('\xEF\xBB\xBF{"a":1}\r\n{"a":2}', '{"a":1}\n{"a":2}\n')
    becomes("", "")
    becomes("\n\n", "\n\n")
    becomes("\r\n", "\n")
    becomes("\xEF\xBB\xBF", "\n")
    local _, count = repaired '\xEF\xBB\xBF{"a":1}\r\n{"a":2}'
    expect.same(count, { bom = 1, crlf = 1, ["outer-space"] = 0, duplicate = 0, ["final-newline"] = 1 })
  end)

  it("trim outputs and nothing else", function()
    becomes('{"text_input": " a ", "output": " b\\n\\t"}\n', '{"text_input": " a ", "output": "b"}\n')
    becomes('{"output":"\\r\\n  b c "  , "text_input":"x"}\n', '{"output":"b c"  , "text_input":"x"}\n')
    becomes('{"prompt":"x","completion":" b"}\n', '{"prompt":"x","completion":"b"}\n')
    becomes('{"prompt":"x","response":"b "}\n', '{"prompt":"x","response":"b"}\n')
    becomes('{"messages":[{"role":"user","content":" a "},{"content":" b ","role":"assistant"}]}\n',
      '{"messages":[{"role":"user","content":" a "},{"content":"b","role":"assistant"}]}\n')
    becomes('{"contents":[{"role":"user","parts":[{"text":" a "}]},{"role":"model","parts":[{"text":" b "}]}]}\n',
      '{"contents":[{"role":"user","parts":[{"text":" a "}]},{"role":"model","parts":[{"text":"b"}]}]}\n')
    for _, same in ipairs {
      [[{"output":"  "}]], [[{"output":"\n"}]], [[{"output":"a\\n"}]], [[{"output":"\\ta"}]], [[{"output":7}]],
      [[{"output":"\u0020a"}]], [[{"messages":[{"role":"user","content":" a "}]}]], [[{"messages":[]}]],
      [[{"contents":[{"role":"model","parts":[{"text":" a"},{"text":"b "}]}]}]], [[{"other":" a "}]],
      [[{"meta":{"output":" a "}}]], [[{"messages":{"role":"assistant","content":" a "}}]],
    } do
      becomes(same .. "\n", same .. "\n")
    end
    becomes([[{"output":"a\\\n"}]] .. "\n", [[{"output":"a\\"}]] .. "\n")
    becomes([[{"output":"a \\\\n"}]] .. "\n", [[{"output":"a \\\\n"}]] .. "\n")
    becomes([[{"output":" \"a\" "}]] .. "\n", [[{"output":"\"a\""}]] .. "\n")
  end)

  it("remove copies whatever their order and spacing, and keep the first", function()
    becomes('{"a":"x","b":"y"}\n{"c":1}\n{ "b":"y" , "a":"x"}\n{"a":"x","b":"y"}\n', '{"a":"x","b":"y"}\n{"c":1}\n')
    becomes('{"output":"a"}\n{"output":"a "}\n', '{"output":"a"}\n')
    for _, different in ipairs {
      '{"a":12345678901234567}\n{"a":12345678901234568}\n', '{"a":[]}\n{"a":{}}\n', '{"a":1}\n{"a":1.0}\n',
      '{"a":"x"}\n{"a":"X"}\n', '{"a":"x","b":""}\n{"a":"x"}\n', '{"a":"b\\":c"}\n{"a\\":b":"c"}\n',
      '{"a":"\\u00e9"}\n{"a":"é"}\n', '{"a":[1, 2]}\n{"a":[1,2]}\n', '{"a=b":1}\n{"a":1}\n',
    } do
      becomes(different, different)
    end
  end)

  it("leave lines alone that are no rows", function()
    for _, line in ipairs {
      "nonsense", "nonsense", '{"output":" a "', '{"output":" a "}}', '{"output":" a ",}', "[1,2]", "[1,2]",
      '{"output":" a ","output":" b "}', '{"a":1}{"a":1}', '{"output" " a "}', '{"a":[}]}',
      '{"output":" a',
      '{"output":" a \\"}', "{", '{"x":[},"output":" a "}', '{"x":{"y":[}},"output":" a "}]}',
      '{"a"', '{"a":', '{,}', '"output"',
    } do
      becomes(line .. "\n" .. line .. "\n", line .. "\n" .. line .. "\n")
      becomes(line .. "\r\n" .. line, line .. "\n" .. line .. "\n")
    end
    becomes('\xFF\0{"output":" a "}\n', '\xFF\0{"output":" a "}\n')
  end)

  it("of CSV are the mark and the last line end only", function()
    local rows = 'text_input,output\r\na,"b\n c "\r\na,"b\n c "'
    becomes("\xEF\xBB\xBF" .. rows, rows .. "\n", true)
    becomes("a,b\r\n", "a,b\r\n", true)
    becomes("a,b\r\nc,d\r", "a,b\r\nc,d\r\n", true)
  end)

  it("stand where the spans say", function()
    local line = ' {"a" : [1,{"b":"]"}] , "c":"\\"}" } '
    local members = spans.row(line)
    expect.equal(line:sub(members.a.from, members.a.to), '[1,{"b":"]"}]')
    expect.equal(line:sub(members.c.from, members.c.to), '"\\"}"')
    expect.equal(#members, 2)
    expect.equal(#spans.row "{}", 0)
    expect.same(spans.items("[1, [2] ,\"x\"]", 1), { 2, 5, 10 })
    expect.same(spans.items("[]", 1), {})
    expect.falsy(spans.items("[1 2]", 1))
  end)
end)

describe("the diff", function()
  it("has three lines of context and says where a line end is missing", function()
    local rows = {}
    for i = 1, 9 do rows[i] = ('{"a":%d}\n'):format(i) end
    local text = table.concat(rows):gsub("5}", "5}\r") .. '{"a":10}'
    local _, _, edits = repaired(text)
    expect.equal(unified("a b.jsonl", text, edits), "--- a b.jsonl\t\n+++ a b.jsonl\t\n" .. [[
@@ -2,9 +2,9 @@
 {"a":2}
 {"a":3}
 {"a":4}
-{"a":5}]] .. "\r" .. [[

+{"a":5}
 {"a":6}
 {"a":7}
 {"a":8}
 {"a":9}
-{"a":10}
\ No newline at end of file
+{"a":10}
]])
    text = table.concat(rows):gsub("5}", "5}\r") .. ("{}\n"):rep(9, "")
    expect.match(unified("x", text, { (repairs.plan(text))[1] }), "@@ %-2,7 %+2,7 @@\n.*8}\n$")
    expect.equal(unified("x", "a\n", {}), "")
    expect.match(unified('a"\\\n.jsonl', text, edits), '^%-%-%- "a\\"\\\\\\012.jsonl"\n')
  end)

  it("makes the repaired file of any file", function()
    local has_patch = os.execute "patch --version >/dev/null 2>&1"
    local random = 12345
    local function chance(n)
      random = (random * 1103515245 + 12345) % 2147483648
      return random // 65536 % n
    end
    for round = 1, 300 do
      local parts = {}
      for i = 1, chance(30) do
        local kind = chance(round % 3 == 0 and 30 or 8)
        parts[i] = kind == 0 and ('{"output":" %d"}\n'):format(i) or kind == 1 and '{"a":"b"}\n'
          or kind == 2 and ('{"a":%d}\r\n'):format(i) or kind == 3 and "broken\n" or ('{"a":%d}\n'):format(i)
      end
      local text = table.concat(parts)
      if chance(2) == 0 then text = text:sub(1, -2) end
      if chance(4) == 0 then text = "\xEF\xBB\xBF" .. text end
      local want, _, edits = repaired(text)
      local patch = unified("f.jsonl", text, edits)
      expect.equal(patch ~= "", want ~= text)
      if patch ~= "" then
        expect.equal(apply(text, patch), want)
        if has_patch and round <= 40 then
          put("f.jsonl", text)
          put("p", patch)
          expect.truthy(os.execute(("cd '%s' && patch -s -p0 --binary <p"):format(dir)))
          expect.equal(fs.read(dir .. "/f.jsonl"), want)
        end
      end
    end
  end)
end)

describe("gtlua fix", function()
  local function none() return { findings = {} } end

  it("writes in one step, keeps the mode and the file as it was", function()
    local path = put("a.jsonl", '{"a":1}')
    os.execute(("chmod 640 '%s'"):format(path))
    fix.fix({ words = { path }, write = true, quiet = true }, none)
    expect.equal(fs.read(path), '{"a":1}\n')
    expect.equal(fs.read(path .. ".orig"), '{"a":1}')
    expect.equal(fs.mode(path), tonumber("640", 8))
    fs.write_atomic(path, '{"a":2}')
    expect.raises("ALREADY_EXISTS", fix.fix, { words = { path }, write = true, quiet = true }, none)
    expect.equal(fs.read(path .. ".orig"), '{"a":1}')
    expect.equal(fs.read(path), '{"a":2}')
  end)

  it("touches nothing that is in order", function()
    local path = put("a.jsonl", '{"a":1}\n')
    fix.fix({ words = { path }, write = true, quiet = true }, none)
    expect.falsy(fs.exists(path .. ".orig"))
  end)

  it("refuses what it cannot repair", function()
    local function refuses(code, path, pattern)
      local err = expect.raises(code, fix.fix, { words = { path }, quiet = true }, none)
      expect.match(err.message .. " " .. (err.hint or ""), pattern)
    end
    refuses("INVALID_ARGUMENT", put("a.jsonl.gz", "\x1F\x8B\8"), "gunzip")
    refuses("INVALID_ARGUMENT", put("a.jsonl", "\xFF\xFE{\0"), "iconv")
    refuses("NOT_FOUND", dir .. "/none", "no file")
  end)
end)

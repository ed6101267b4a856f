-- The strict reader beside lua-cjson: thousands of broken and whole lines, the same seed
-- each time. lua-cjson is more lenient (duplicate keys, broken UTF-8, control characters),
-- so only this must hold: what it refuses is refused, and what is accepted has its values.

local cjson = require "cjson"
local core = require "gt.core.data"

local WHOLE = {
  [[{"text_input": "The shoes are fine", "output": "positive"}]],
  [[{"output":"negative","text_input":"Never again"}]],
  [[{"text_input": "tab\tquote\"slash\\ \/ \b\f\n\r", "output": "a"}]],
  [[{"text_input": "caf\u00e9 \ud83d\ude00 \u0416", "output": "é 😀 Ж"}]],
  [[{"text_input": "x", "output": "y", "n": [1, -2.5e3, 0.1, true, false, null, {"a": {}}]}]],
  [[  { "text_input" : "spaces" , "output" : "around" }  ]],
}
local PIECES = {
  "\"", "\\", "{", "}", "[", "]", ",", ":", "\\u12", "\\ud800", "\\x", "0", "01", "1.", "-", "e5", "+1", "tru",
  "true", "null", "NaN", "'", "/*", "\xC3", "\xA9", "é", "\xED\xA0\x80", "\t", "\1", " ", "\"a\":1,", "text_input",
}

local function mutate(line)
  for _ = 1, math.random(0, 3) do
    local at, kind = math.random(#line + 1), math.random(4)
    if kind == 1 then
      line = line:sub(1, at - 1) .. line:sub(at + math.random(4))
    elseif kind == 2 then
      line = line:sub(1, at - 1) .. PIECES[math.random(#PIECES)] .. line:sub(at)
    elseif kind == 3 then
      line = line:sub(1, at - 1) .. string.char(math.random(32, 126)) .. line:sub(at + 1)
    else
      line = line:sub(1, at)
    end
  end
  return line
end

describe("the strict reader", function()
  it("refuses what lua-cjson refuses and reads the same values", function()
    math.randomseed(20261122)
    local lines, path = {}, os.tmpname()
    for i = 1, 20000 do lines[i] = mutate(WHOLE[math.random(#WHOLE)]) end
    local file <close> = assert(io.open(path, "w"))
    file:write(table.concat(lines, "\n"), "\n")
    file:close()

    local reader <close> = core.open(path)
    local accepted, refused = 0, 0
    while true do
      local batch = reader:next(1000)
      if not batch or #batch == 0 then break end
      for _, row in ipairs(batch) do
        local ok, value = pcall(cjson.decode, lines[row.line])
        if not ok then error(("line accepted that lua-cjson refuses: %s"):format(lines[row.line])) end
        expect.equal(row.text_input, value.text_input or value.input) -- a mutation may cut the name
        expect.equal(row.output, value.output)
        accepted = accepted + 1
      end
    end
    for _, line in ipairs(lines) do refused = refused + (pcall(cjson.decode, line) and 0 or 1) end
    os.remove(path)
    expect.truthy(accepted > 4000, "rows were accepted: " .. accepted)
    expect.truthy(refused > 4000, "lines were refused: " .. refused)
    expect.truthy(accepted + refused <= #lines)
  end)
end)

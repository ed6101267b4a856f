-- Every kind of broken row in tests/data/defects is found, at its byte, and nothing else.
-- The format of the case files is told in their README.md.

local check = require "gt.core.check"
local fs = require "gt.core.fs"

local cases_folder = "tests/data/defects"
local folder = os.tmpname()
os.remove(folder)

--- the cases ---

local words = {}
for word in ([[apple river stone cloud engine garden yellow quickly bridge market
  silver window dinner letter summer planet basket fabric hammer island jacket kitten ladder
  magnet needle orange pencil quartz ribbon saddle tunnel umbrella velvet walnut zipper
  anchor bottle candle dragon falcon guitar harbor insect jungle kettle lemon mirror nickel
  oyster parrot rocket spider tomato violin wizard yogurt breeze copper donkey forest]]):gmatch("%a+") do
  words[#words + 1] = word
end

local made = 0

--- A text that occurs once and is like no other.
local function text()
  made = made + 1
  local seed, picked = made * 2654435761 % 4294967296, {}
  for i = 1, 6 do
    seed = (seed * 1664525 + 1013904223) % 4294967296
    picked[i] = words[seed // 65536 % #words + 1]
  end
  return table.concat(picked, " ")
end

local rows = {
  [""] = '{"text_input":"%s","output":"%s"}',
  m = '{"messages":[{"role":"user","content":"%s"},{"role":"assistant","content":"%s"}]}',
  c = '{"contents":[{"role":"user","parts":[{"text":"%s"}]},{"role":"model","parts":[{"text":"%s"}]}]}',
}

--- "+3", "+m", "+60=label": so many good rows.
local function good_rows(line)
  local form, count, label = line:match("^%+(%l?)(%d*)=?(.*)$")
  local list = {}
  for i = 1, tonumber(count) or 1 do
    local input = text()
    list[i] = rows[form]:format(input, label ~= "" and label or text())
  end
  return list
end

--- A line's bytes; its marks go to `found` as "line:column rule".
local function expand(line, number, found)
  local out, at = {}, 0
  local function add(bytes)
    out[#out + 1] = bytes
    at = at + #bytes
  end
  local from = 1
  while true do
    local a, b = line:find("<<", from, true)
    add(line:sub(from, (a or 0) - 1))
    if not a then break end
    local _, stop, what = line:find("^(.-)>>", b + 1)
    if not stop then error("<< without >> in " .. line) end
    local rule, left = what:match("^!([%w-]+) ?-?(%d*)$")
    if rule then
      found[#found + 1] = { number, at + 1 - (tonumber(left) or 0), rule }
    elseif what:match("^=") then
      local s, n = what:match("^=(.*)%*(%d+)$")
      add(s:rep(tonumber(n)))
    else
      add((what:gsub("%x%x ?", function(h) return string.char(tonumber(h:sub(1, 2), 16)) end)))
    end
    from = stop + 1
  end
  return table.concat(out)
end

--- { name, options, files = { { name, against, bytes, found } } } of a case's lines.
local function parse_case(name, lines)
  local title, options = name:match("^(.-) | (.*)$")
  local case = { name = title or name, options = {}, files = {} }
  for k, v in (options or ""):gmatch("(%S+)=(%S+)") do
    case.options[k] = tonumber(v) or v == "true"
  end
  case.cut = (options or ""):find("cut", 1, true) ~= nil
  local file
  local function open(against, file_name)
    file = { name = file_name, against = against, lines = {}, found = {} }
    case.files[#case.files + 1] = file
  end
  for _, line in ipairs(lines) do
    local against, named = line:match("^@ against (%S+)$"), line:match("^@ (%S+)$")
    if against or named then
      open(against ~= nil, against or named)
    else
      if not file then open(false, "data.jsonl") end
      local mark, good = line:match("^(<*!?[%w-]*>*)(%+%l?%d*=?[^<>]*)$")
      if good then
        expand(mark, #file.lines + 1, file.found)
        table.move(good_rows(good), 1, 1000000, #file.lines + 1, file.lines)
      else
        file.lines[#file.lines + 1] = expand(line, #file.lines + 1, file.found)
      end
    end
  end
  for _, f in ipairs(case.files) do
    f.bytes = table.concat(f.lines, "\n") .. (case.cut and "" or "\n")
  end
  return case
end

local function parse(path)
  local cases, name, lines = {}, nil, {}
  local function close()
    if name then cases[#cases + 1] = parse_case(name, lines) end
    lines = {}
  end
  for line in io.lines(path) do
    local next_name = line:match("^== (.+)$")
    if next_name then
      close()
      name = next_name
    elseif name then
      lines[#lines + 1] = line
    end
  end
  close()
  return cases
end

--- checking ---

local limit_names = {
  "text_max", "output_max", "rows_min", "rows_max", "tokens_max", "file_bytes_max", "validation_rows_max",
}

local function options_of(case, paths, against)
  local o = { files = paths, against = #against > 0 and against or nil, labels = false, limits = {}, scan = {} }
  for _, name in ipairs(limit_names) do o.limits[name] = case.options[name] end
  for _, name in ipairs { "damage", "secrets", "personal" } do o.scan[name] = case.options[name] end
  o.near = case.options.near
  return o
end

local function write(path, bytes)
  local f = assert(io.open(path, "wb"))
  f:write(bytes)
  f:close()
end

--- "name:line:column rule" of the findings and of the marks, sorted.
local function compare(case)
  local paths, against, names, want, wants = {}, {}, {}, {}, {}
  for _, f in ipairs(case.files) do
    local list = f.against and against or paths
    list[#list + 1] = folder .. "/" .. f.name
    write(folder .. "/" .. f.name, f.bytes)
    for _, m in ipairs(f.found) do
      want[#want + 1] = ("%s:%d:%d %s"):format(f.name, m[1], m[2], m[3])
      wants[m[3]] = true
    end
  end
  local result, got = check.run(options_of(case, paths, against)), {}
  for _, f in ipairs(case.files) do fs.remove(folder .. "/" .. f.name) end
  for i, f in ipairs(result.files) do names[i] = f.path:match("[^/]+$") end
  for _, f in ipairs(result.findings) do
    if f.rule ~= "too-few-rows" or wants[f.rule] then
      got[#got + 1] = ("%s:%d:%d %s"):format(names[f.file], f.line, f.column, f.rule)
    end
  end
  table.sort(got)
  table.sort(want)
  return got, want
end

local function run_family(name)
  local cases = parse(cases_folder .. "/" .. name .. ".txt")
  local wrong = {}
  fs.mkdirs(folder)
  for _, case in ipairs(cases) do
    local got, want = compare(case)
    local g, w = table.concat(got, ", "), table.concat(want, ", ")
    if g ~= w then
      wrong[#wrong + 1] = ("%s: %s\n    got  %s\n    want %s"):format(name, case.name, g, w)
    end
  end
  fs.remove(folder)
  return #cases, wrong
end

describe("broken rows", function()
  local families = {
    { "syntax", 65 }, { "encoding", 28 }, { "pairs", 36 }, { "messages", 40 }, { "contents", 36 },
    { "csv", 20 }, { "sizes", 14 }, { "labels", 18 }, { "text", 44 }, { "secrets", 38 },
    { "personal", 23 }, { "same", 18 },
  }
  for _, family in ipairs(families) do
    local name, least = family[1], family[2]
    it("of the kind " .. name .. " are all found, and nothing else", function()
      local count, wrong = run_family(name)
      expect.truthy(count >= least)
      if #wrong > 0 then error(("%d of %d\n"):format(#wrong, count) .. table.concat(wrong, "\n"), 0) end
    end)
  end
end)

-- Reads the files of this folder: sections of a golden case, the ranges and repeats in
-- its replies, patterns in its expectations. Used by run.lua; README.md tells the form.

local case = {}

local SECTIONS = {
  lua = true, replies = true, requests = true, seen = true, stdout = true, stderr = true,
  exit = true, check = true, args = true, env = true, make = true, skip = true,
}

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read("a")
end

-- %repeat N ... %end, as often as it says.
local function expand_repeats(text)
  return (text:gsub("%%repeat (%d+)\n(.-)%%end\n", function(n, block)
    return block:rep(math.tointeger(tonumber(n)))
  end))
end

---The sections of a case by name; files by theirs; the line numbers for tracebacks.
---@param path string
function case.load(path)
  local self = { path = path, name = path:gsub("^.*wire/", ""), files = {}, line = {} }
  local current, at = nil, 0
  for line in (read(path)):gmatch("([^\n]*)\n") do
    at = at + 1
    local name, rest = line:match("^=== (%l+) ?(.*)$")
    if name == "file" then
      current = {}
      self.files[rest] = current
    elseif name then
      assert(SECTIONS[name], ("%s:%d: unknown section %s"):format(path, at, name))
      assert(not self[name], ("%s:%d: section %s came before"):format(path, at, name))
      current = {}
      self[name], self.line[name] = current, at
    elseif current then
      current[#current + 1] = line
    end
  end
  local function join(lines)
    return #lines > 0 and table.concat(lines, "\n") .. "\n" or ""
  end
  for section in pairs(SECTIONS) do self[section] = self[section] and join(self[section]) end
  for name, lines in pairs(self.files) do self.files[name] = join(lines) end
  if self.replies then self.replies = expand_repeats(self.replies) end
  return self
end

local function as_pattern(line)
  local out, at = { "^" }, 1
  while true do
    local from, to, pattern = line:find("<<(.-)>>", at)
    out[#out + 1] = line:sub(at, (from or 0) - 1):gsub("[%-%.%+%*%?%[%]%^%$%(%)%%]", "%%%0")
    if not from then break end
    out[#out + 1] = pattern
    at = to + 1
  end
  out[#out + 1] = "$"
  return table.concat(out)
end

local function lines_of(text)
  local lines = {}
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do lines[#lines + 1] = line end
  while lines[#lines] == "" do lines[#lines] = nil end
  return lines
end

local SHOWN = 1200

local function cut(line)
  if line == nil then return "(nothing)" end
  return #line > SHOWN and line:sub(1, SHOWN) .. "..." or line
end

---Compares line by line, <<...>> in `want` being a Lua pattern. Nil when equal, else the
---first difference for a person to read. Empty lines at the end do not count.
function case.difference(what, got, want)
  local a, b = lines_of(got), lines_of(want)
  for i = 1, math.max(#a, #b) do
    local equal = a[i] == b[i]
    if not equal and a[i] and b[i] and b[i]:find("<<", 1, true) then
      equal = a[i]:find(as_pattern(b[i])) ~= nil
    end
    if not equal then
      return ("%s, line %d:\n  got    %s\n  wanted %s"):format(what, i, cut(a[i]), cut(b[i]))
    end
  end
end

---Rewrites the sections named in `new` (name -> text) in the case's file.
function case.rewrite(self, new)
  local text = read(self.path)
  for name, content in pairs(new) do
    local head = "=== " .. name .. "\n"
    local from, to = text:find(head, 1, true)
    local next_section = text:find("\n=== ", to, true)
    text = text:sub(1, from - 1) .. head .. content .. (content:find("\n$") and "" or "\n")
      .. (next_section and text:sub(next_section + 1) or "")
  end
  local file <close> = assert(io.open(self.path, "wb"))
  file:write(text)
end

return case

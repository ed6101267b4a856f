-- A unified diff of edits that are known line by line (gt.fix.repairs), as `patch -p0` takes
-- it. Nothing is searched for: unchanged lines are never compared.

local diff = {}

local CONTEXT = 3

--- A name as patch reads it: quoted as in C when it has bytes that would end it, a tab
--- behind it otherwise, so that it may have spaces.
local function name(path)
  if not path:find '[%c"\\]' then return path .. "\t" end
  return '"' .. path:gsub('[%c"\\]', function(c)
    return c:find '["\\]' and "\\" .. c or ("\\%03o"):format(c:byte())
  end) .. '"'
end

local function put(out, sign, line)
  out[#out + 1] = sign .. line
  if line:sub(-1) ~= "\n" then out[#out + 1] = "\n\\ No newline at end of file\n" end
end

--- No range is empty: the first line of a file is changed or kept, never removed.
local function range(first, count)
  return count == 1 and tostring(first) or ("%d,%d"):format(first, count)
end

--- Writes the hunks: write(text) is called for each.
---@param path string
---@param text string
---@param edits table[]
---@param write fun(text: string)
function diff.unified(path, text, edits, write)
  if #edits == 0 then return end
  write(("--- %s\n+++ %s\n"):format(name(path), name(path)))
  local hunk, before, removed = nil, {}, 0
  local from, number, next_edit = 1, 0, 1

  local function open()
    hunk = { first = number - #before, old = #before, new = #before, quiet = 0, shift = removed, out = {} }
    for _, line in ipairs(before) do put(hunk.out, " ", line) end
    hunk.removals, hunk.additions, before = {}, {}, {}
  end

  -- Lines taken away stand before those that take their place.
  local function settle()
    for _, line in ipairs(hunk.removals) do put(hunk.out, "-", line) end
    for _, line in ipairs(hunk.additions) do put(hunk.out, "+", line) end
    hunk.removals, hunk.additions = {}, {}
  end

  local function close()
    settle()
    write(("@@ -%s +%s @@\n"):format(range(hunk.first, hunk.old), range(hunk.first - hunk.shift, hunk.new)))
    write(table.concat(hunk.out))
    hunk = nil
  end

  -- Unchanged lines behind a change: a few belong to the hunk, a few more keep it open.
  local function unchanged(line)
    if not hunk then
      before[#before + 1] = line
      if #before > CONTEXT then table.remove(before, 1) end
      return
    end
    settle()
    hunk.quiet = hunk.quiet + 1
    if hunk.quiet <= CONTEXT then
      put(hunk.out, " ", line)
      hunk.old, hunk.new = hunk.old + 1, hunk.new + 1
    else
      before[#before + 1] = line
    end
    if #before > CONTEXT then
      close()
      table.remove(before, 1)
    end
  end

  local function changed(line, new)
    if not hunk then open() end
    for _, kept in ipairs(before) do -- they turn out to stand between two changes
      put(hunk.out, " ", kept)
      hunk.old, hunk.new = hunk.old + 1, hunk.new + 1
    end
    before, hunk.quiet = {}, 0
    hunk.removals[#hunk.removals + 1], hunk.old = line, hunk.old + 1
    if new then
      hunk.additions[#hunk.additions + 1], hunk.new = new, hunk.new + 1
    else
      removed = removed + 1
    end
  end

  while from <= #text and (hunk or next_edit <= #edits) do
    local to = text:find("\n", from, true) or #text
    number = number + 1
    local line, edit = text:sub(from, to), edits[next_edit]
    if edit and edit.number == number then
      changed(line, edit.new)
      next_edit = next_edit + 1
    else
      unchanged(line)
    end
    from = to + 1
  end
  if hunk then close() end
end

return diff

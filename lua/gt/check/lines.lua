-- The lines of data files that findings point at, for fingerprints and columns. Each file is
-- read once; nothing is kept but the lines asked for. Packed files (.gz) have no lines here.

local fs = require "gt.core.fs"

local lines = {}

local BOM = "\xEF\xBB\xBF"

--- For every file the lines wanted of it, as use(path, number, text); text is nil when the
--- file cannot be read as lines. Line ends and a BOM are not part of the text.
---@param wanted table<string, table<integer, any>> path -> set of line numbers
---@param use fun(path: string, number: integer, text: string?, has_bom: boolean?)
function lines.each(wanted, use)
  for path, numbers in pairs(wanted) do
    local file = not path:find "%.gz$" and io.open(path, "rb")
    local left = {}
    for number in pairs(numbers) do left[number] = true end
    if file then
      local number = 0
      for text in file:lines() do
        number = number + 1
        if left[number] then
          left[number] = nil
          local bom = number == 1 and text:sub(1, 3) == BOM
          use(path, number, (text:sub(bom and 4 or 1):gsub("\r$", "")), bom)
          if next(left) == nil then break end
        end
      end
      file:close()
    end
    for number in pairs(left) do use(path, number, nil) end
  end
end

--- Gives every finding its fingerprint: rule, pointer and the row's content, so that it
--- stays the same when lines move; of a whole file's finding its name instead of the row.
--- Also character_column, the 1-based column in code points, where the line is known.
---@param findings table[] with path, line, column, rule, pointer
function lines.fingerprint(findings)
  local rules = require "gt.check.rules"
  local wanted = {}
  for _, finding in ipairs(findings) do
    local here = wanted[finding.path] or {}
    wanted[finding.path] = here
    here[finding.line] = here[finding.line] or {}
    table.insert(here[finding.line], finding)
  end
  lines.each(wanted, function(path, number, text, bom)
    for _, finding in ipairs(wanted[path][number]) do
      local rule = rules.find(finding.rule)
      local content = text
      if rule and rule.scope == "file" then content = path:match "[^/]*$" end
      content = content or finding.message
      finding.fingerprint = fs.sha256(table.concat({ finding.rule, finding.pointer or "", content }, "\0")):sub(1, 32)
      if text then
        local head = text:sub(1, math.max(finding.column - 1 - (bom and 3 or 0), 0))
        finding.character_column = #head:gsub("[\x80-\xBF]", "") + 1
      end
    end
  end)
end

return lines

-- The name that a misspelt one was probably meant to be. Used for option names, rules,
-- profiles, topics.

local text = require "gt.core.text"

local nearest = {}

--- The name of the list that is most like that one; the first of equals.
---@param word string
---@param names string[]
---@return string|nil
function nearest.of(word, names)
  local found, best = nil, math.huge
  word = word:sub(1, 60)
  for _, name in ipairs(names) do
    local d = text.levenshtein(word, name)
    local longer = (#name - #word) / 100
    if #word > 2 and name:find(word, 1, true) then
      d = math.min(d, 1 + longer)
    elseif #word > 2 and longer > 0 then -- the beginning of a name, nearly
      d = math.min(d, 1.5 + longer + text.levenshtein(word, name:sub(1, #word)))
    end
    if d < best then found, best = name, d end
  end
  return found
end

return nearest

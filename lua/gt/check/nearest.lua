-- The name that a misspelt one was probably meant to be. Used for option names, rules,
-- profiles, topics.

local nearest = {}

--- How many letters must be changed, added or taken away.
---@param a string
---@param b string
---@return integer
function nearest.distance(a, b)
  local row = {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local diagonal = row[0]
    row[0] = i
    for j = 1, #b do
      local best = diagonal + (a:byte(i) == b:byte(j) and 0 or 1)
      diagonal = row[j]
      row[j] = math.min(best, row[j] + 1, row[j - 1] + 1)
    end
  end
  return row[#b]
end

--- The name of the list that is most like that one; the first of equals.
---@param word string
---@param names string[]
---@return string|nil
function nearest.of(word, names)
  local found, best = nil, math.huge
  word = word:sub(1, 60)
  for _, name in ipairs(names) do
    local d = nearest.distance(word, name)
    local longer = (#name - #word) / 100
    if #word > 2 and name:find(word, 1, true) then
      d = math.min(d, 1 + longer)
    elseif #word > 2 and longer > 0 then -- the beginning of a name, nearly
      d = math.min(d, 1.5 + longer + nearest.distance(word, name:sub(1, #word)))
    end
    if d < best then found, best = name, d end
  end
  return found
end

return nearest

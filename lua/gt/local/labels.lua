-- Finds the closed set of labels that a prompt offers, as in "Answer with one of:
-- positive, negative, neutral", "Labels: a, b, c" or "classify it as spam or ham".
-- A heuristic on words, used by the untuned stand-in only.

local labels = {}

local MAX_LABELS = 200
local MAX_WORDS = 5
local MAX_BYTES = 60

-- What stands before a list, matched in lower case. The first ones say what follows;
-- the others count only in a line that tells what to do.
local STRONG = {
  "exactly one of[^:\n]-:", "only one of[^:\n]-:", "one of[^:\n]-:", "either[^:\n]-:",
  "%f[%a]labels?[^:\n]-:", "%f[%a]classes[^:\n]-:", "%f[%a]categor[^:\n]-:", "%f[%a]options[^:\n]-:",
  "%f[%a]choices[^:\n]-:", "%f[%a]intents[^:\n]-:", "%f[%a]answer[^:\n]-:", "%f[%a]reply[^:\n]-:",
  "%f[%a]respond[^:\n]-:",
}
local WEAK = {
  "choose from", "choose between", "one of", "%f[%a]either%f[%A]", "answer with", "reply with",
  "respond with", "%f[%a]into%f[%A]", "%f[%a]as%f[%A]", "sentiment %(", "%f[%a]say%f[%A]",
}
local DIRECTIVES = {
  "answer", "reply", "respond", "classif", "categor", "label", "choose", "pick", "select", "sort",
  "decide", "sentiment", "output", "return", "tag the", "mark", "say",
}
local SKIPPED = { ["the"] = true, ["a"] = true, ["an"] = true, ["just"] = true, ["only"] = true,
  ["either"] = true, ["one"] = true }

--- Whether a line tells what to do.
---@param line string
---@return boolean
function labels.is_directive(line)
  line = line:lower()
  for _, word in ipairs(DIRECTIVES) do
    if line:find(word, 1, true) then return true end
  end
  return false
end

local function clean(item)
  item = item:gsub("^[%s\"'`%[%(%{<*:-]+", ""):gsub("[%s\"'`%]%)%}>*.:!?]+$", "")
  local first, rest = item:match "^(%a+)%s+(.+)$"
  if first and SKIPPED[first:lower()] then item = rest end
  return item
end

local function words(item) return select(2, item:gsub("%S+", "")) end

--- A bullet list that begins on the next line.
local function bullets(text)
  local found = {}
  for line in (text:gsub("^%s*\n", "") .. "\n"):gmatch "([^\n]*)\n" do
    local item = line:match "^%s*[-*•]+%s+(.+)$" or line:match "^%s*%d+[.)]%s+(.+)$"
    if not item then break end
    found[#found + 1] = clean(item:match "^([^:]+):" or item)
  end
  return found
end

local function quoted(sentence)
  local found = {}
  for _, pattern in ipairs { '"([^"]+)"', "`([^`]+)`", "%f[%w']'([^']+)'" } do
    for item in sentence:gmatch(pattern) do found[#found + 1] = item end
    if #found >= 2 then return found end
    found = {}
  end
  return found
end

--- One sentence split at commas, bars, slashes, "or" and "and".
local function items(text)
  local sentence = text:gsub("^[%s:]+", ""):match "^[^\n]*"
  if #quoted(sentence) >= 2 then return quoted(sentence) end
  sentence = sentence:gsub("%.%s.*$", ""):gsub(";.*$", ""):gsub(":%s.*$", ""):gsub("%?.*$", "")
  sentence = sentence:gsub("%s+or%s+", ","):gsub("%s+and%s+", ","):gsub("[|/]", ",")
  local found = {}
  for item in sentence:gmatch "[^,]+" do
    item = clean(item)
    if item ~= "" then found[#found + 1] = item end
  end
  return found
end

local function plausible(list)
  if #list < 2 or #list > MAX_LABELS then return false end
  for _, item in ipairs(list) do
    if #item > MAX_BYTES or words(item) > MAX_WORDS then return false end
  end
  return true
end

local function line_at(text, at)
  return text:sub(1, at - 1):match "[^\n]*$" .. text:sub(at):match "^[^\n]*"
end

local function after(text, patterns, in_directive)
  local lower = text:lower()
  for _, pattern in ipairs(patterns) do
    local at = 1
    while true do
      local first, last = lower:find(pattern, at)
      if not first then break end
      local behind = text:sub(last + 1)
      if not in_directive or labels.is_directive(line_at(text, first)) then
        for _, list in ipairs { bullets(behind), items(behind) } do
          if plausible(list) then return list end
        end
      end
      at = last + 1
    end
  end
  return nil
end

--- "Is this a, b or c?": the single words around the "or" of a question.
local function in_question(text)
  for line in text:gmatch "[^\n]+" do
    local head, last = line:match "^(.*)%s+or%s+([%w_-]+)%?"
    local list = { last }
    while head do
      local rest, word = head:gsub(",%s*$", ""):match "^(.-)([%w_-]+)$"
      if not word then break end
      table.insert(list, 1, word)
      head = rest:match "^(.*),%s*$"
    end
    if plausible(list) then return list end
  end
  return nil
end

--- The labels that a text offers, or nil.
---@param text string
---@return string[]|nil
function labels.find(text)
  return after(text, STRONG, false) or after(text, WEAK, true) or in_question(text)
end

return labels

-- The examples that a prompt brings along (few-shot) and the text that it asks about.
-- A heuristic on lines, used by the untuned stand-in only.

local labels_of = require "gt.local.labels"
local tokens = require "gt.local.tokens"

local shots = {}

local function index(labels)
  local by_name = {}
  for _, label in ipairs(labels) do by_name[label:lower()] = label end
  return by_name
end

--- "label" for "Sentiment: label.", "label" or "**label**"; nil when it is none of them.
local function label_in(line, by_name)
  local value = line:match "^%s*[%w ]+:%s*(.+)$" or line
  return by_name[value:gsub("^[%s\"'`*]+", ""):gsub("[%s\"'`*.!]+$", ""):lower()]
end

local function strip_name(line)
  return (line:gsub("^%s*%u[%w ]*:%s+", ""):gsub("^%s*[\"']", ""):gsub("[\"']%s*$", ""))
end

--- Examples in one text: "text -> label" on a line, or a line and a label line under it.
local function from_text(text, by_name, found)
  local before, last_used = nil, 0
  local position = 0
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do
    position = position + #line + 1
    local left, right = line:match "^(.-)%s*[-=]+>%s*(.+)$"
    local label = right and label_in(right, by_name)
    if label then
      found[#found + 1] = { text = strip_name(left), label = label }
      last_used = position
    elseif before and label_in(line, by_name) then
      found[#found + 1] = { text = strip_name(before), label = label_in(line, by_name) }
      before, last_used = nil, position
    elseif line:find "%S" then
      before = line
    end
  end
  return text:sub(last_used + 1)
end

--- What a prompt asks about: the last line that is not an empty form field.
local function query_in(text)
  local quoted = text:match '"([^"\n]+)"[^"]*$'
  local lines = {}
  for line in text:gmatch "[^\n]+" do
    local open = line:match "^%s*[%w ]+:%s*$" or line:match "^.*[-=]+>%s*$" == line and line:find "^%s*[-=]+>"
    if line:find "%S" and not open then lines[#lines + 1] = line end
  end
  local last = lines[#lines]
  if not last then return text end
  last = last:gsub("%s*[-=]+>%s*$", "")
  if quoted and last:find(quoted, 1, true) then return quoted end
  local name, rest = last:match "^(.-):%s+(.*)$"
  local is_name = name and (labels_of.is_directive(name) or select(2, name:gsub("%S+", "")) <= 3)
  return is_name and rest or last
end

--- Reads a request: its examples, and the text that is to be labelled.
---@param body table GenerateContentRequest
---@param labels string[]
---@return { text: string, label: string }[] examples
---@return string query
function shots.read(body, labels)
  local by_name = index(labels)
  local found = {}
  from_text(tokens.text_of(body.systemInstruction), by_name, found)
  local contents = body.contents
  local last = tokens.text_of(contents[#contents])
  for i = 1, #contents - 1 do
    local text, reply = tokens.text_of(contents[i]), contents[i + 1]
    local label = reply.role == "model" and label_in(tokens.text_of(reply), by_name)
    if contents[i].role ~= "model" and label then
      found[#found + 1] = { text = query_in(text), label = label }
    end
  end
  return found, query_in(from_text(last, by_name, found))
end

return shots

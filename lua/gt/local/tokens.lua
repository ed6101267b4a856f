-- Tokens as the local API counts them: a word (letters, digits, ', _ and everything
-- outside ASCII) is one, and so is every other visible character. The service counts
-- differently; for English prose this is about 20 % under its count.

local errors = require "gt.local.errors"
local models = require "gt.local.models"
local requests = require "gt.local.requests"
local shape = require "gt.local.shape"

local tokens = {}

local WORD = "[%w_'\128-\255]+"

--- How many tokens a text has.
---@param text string
---@return integer
function tokens.count(text)
  local rest, words = text:gsub(WORD, "")
  local _, marks = rest:gsub("[^%s%c]", "")
  return words + marks
end

--- The byte behind token number n, or nil when the text has no more than n tokens.
---@param text string
---@param n integer
---@return integer|nil
function tokens.cut(text, n)
  local at, seen = 1, 0
  while true do
    local first = text:find("[^%s%c]", at)
    if not first then return nil end
    if seen == n then return at - 1 end
    local _, last = text:find("^" .. WORD, first)
    at = (last or first) + 1
    seen = seen + 1
  end
end

--- The text of a Content: its text parts, without thoughts.
function tokens.text_of(content)
  local texts = {}
  for _, part in ipairs(content and content.parts or {}) do
    if part.text and not part.thought then texts[#texts + 1] = part.text end
  end
  return table.concat(texts, "\n")
end

--- Tokens of a whole request: system instruction and all turns.
function tokens.of_request(body)
  local count = tokens.count(tokens.text_of(body.systemInstruction))
  for _, content in ipairs(body.contents or {}) do
    count = count + tokens.count(tokens.text_of(content))
  end
  return count
end

--- models.countTokens
function tokens.handle(req, id)
  models.require(id, "countTokens")
  local body = shape.body(requests.count_tokens, req.body, "")
  local inner = body.generateContentRequest
  if inner and body.contents then
    errors.invalid("contents", "Only one of contents and generate_content_request may be set.")
  elseif inner and not inner.model then
    errors.invalid("generate_content_request.model", "model is required in generate_content_request.")
  elseif not inner and not body.contents then
    errors.invalid("contents", "* CountTokensRequest.contents: contents is not specified")
  end
  local count = tokens.of_request(inner or body)
  return { totalTokens = count, promptTokensDetails = { { modality = "TEXT", tokenCount = count } } }
end

return tokens

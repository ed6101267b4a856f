-- The prompt's language side: what a line means and how its values look. The terminal is
-- src/cli/repl.c, completion is gt.cli.complete.

local show = require "gt.show"

local repl = {}

local NAME = "=stdin"

local function incomplete(message)
  return message:sub(-5) == "<eof>"
end

--- A chunk from what has been typed so far. An expression is tried first, so that its
--- values can be shown; `= expression` is one too.
---@param text string
---@return function? chunk
---@return string? message why there is none
---@return boolean? more true when the text may go on
function repl.compile(text)
  local expression = text:match "^%s*=(.*)$" or text
  local chunk, message = load("return " .. expression, NAME, "t")
  if chunk then return chunk end
  if incomplete(message) then return nil, message, true end
  if expression ~= text then return nil, message, false end
  chunk, message = load(text, NAME, "t")
  if chunk then return chunk end
  return nil, message, incomplete(message)
end

--- Writes the values of an expression on stdout, as print would, but readable.
---@param width integer columns of the terminal
function repl.show(width, ...)
  local texts, lines = {}, false
  for i = 1, select("#", ...) do
    local text = show.value((select(i, ...)), { width = width })
    texts[i], lines = text, lines or text:find("\n", 1, true)
  end
  io.stdout:write(table.concat(texts, lines and "\n" or "\t"), "\n")
  io.stdout:flush()
end

return repl

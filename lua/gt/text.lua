-- gt.text: texts compared and measured, the building blocks of curation rules. The work is
-- done in C.
--
--   gt.text.similarity("where is my card", "where is my cord")      --> 0.9375
--   local found = gt.text.near_duplicates(texts, { threshold = 0.6 })
--   for _, group in ipairs(found.groups) do print(table.concat(group, " ")) end

local core = require "gt.core.text"

local text = {
  script = core.script,
  repetition = core.repetition,
  repeated_lines = core.repeated_lines,
  normalize = core.normalize,
  hash = core.hash,
  ngrams = core.ngrams,
  jaccard = core.jaccard,
  levenshtein = core.levenshtein,
  similarity = core.similarity,
  near_duplicates = require "gt.text.near",
}

--- How long a text is.
---@param s string
---@return integer characters code points; a byte that is no UTF-8 counts as one
---@return integer words runs of letters and digits
function text.length(s)
  local characters, words = core.counts(s)
  return characters, words
end

---@class gt.TextRatios
---@field letters number of all characters, as are the others
---@field digits number
---@field spaces number
---@field symbols number what is no letter, digit or space: punctuation, emoji, broken bytes
---@field upper number capitals among the letters
---@field invalid number bytes that are no UTF-8

--- What a text is made of, as shares from 0 to 1.
---@param s string
---@return gt.TextRatios
function text.ratios(s)
  local characters, _, letters, upper, digits, spaces, symbols, invalid = core.counts(s)
  local all = math.max(characters, 1)
  return {
    letters = letters / all, digits = digits / all, spaces = spaces / all, symbols = symbols / all,
    upper = upper / math.max(letters, 1), invalid = invalid / all,
  }
end

return text

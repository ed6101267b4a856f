-- The profiles of `gtlua check --for` as text, from the data that the check itself uses.

local profile = require "gt.check.profile"
local thousands = require "gt.estimate".thousands

local NAMES = {
  { "text_max", "characters of an input, at most" }, { "output_max", "characters of an output, at most" },
  { "tokens_max", "tokens a row, at most (estimated)" }, { "rows_floor", "rows, at least" },
  { "rows_min", "rows, fewer are a warning" }, { "rows_advised", "rows advised" },
  { "rows_max", "rows, at most" }, { "file_bytes_max", "bytes a file, at most" },
  { "request_bytes_max", "bytes of all rows together, at most" },
  { "validation_rows_max", "validation rows, at most" },
}

local FORMS = { { "pairs", "{text_input, output} and the like" }, { "messages", "OpenAI messages" },
  { "contents", "Vertex contents" }, { "csv", "CSV" } }

local function one(out, family)
  local facts = profile.find(family)
  out[#out + 1] = ("\n%s: %s, as of %s"):format(family, facts.title, facts.date)
  local forms = {}
  for _, form in ipairs(FORMS) do
    if facts.forms[form[1]] then forms[#forms + 1] = form[2] end
  end
  out[#out + 1] = "  rows as " .. table.concat(forms, ", ")
  for _, name in ipairs(NAMES) do
    local value = profile.limit(facts, name[1])
    if value then
      out[#out + 1] = ("  %13s  %s [%s]"):format(math.type(value) and thousands(value) or value, name[2],
        facts.limits[name[1]][2])
    end
  end
  local models = {}
  for _, name in ipairs(profile.names()) do
    if name:find(family .. ":", 1, true) == 1 then models[#models + 1] = "  " .. name end
  end
  table.move(models, 1, #models, #out + 1, out)
  local sources = {}
  for name, link in pairs(facts.sources) do sources[#sources + 1] = ("  [%s] %s"):format(name, link) end
  table.sort(sources)
  table.move(sources, 1, #sources, #out + 1, out)
end

--- What each provider takes, with sources.
---@return string
return function()
  local out = { "What gtlua check --for PROFILE goes by. A wrong or old figure is a defect: each",
    "has its source in brackets." }
  for _, family in ipairs { "gemini", "vertex", "openai", "local" } do one(out, family) end
  return table.concat(out, "\n") .. "\n"
end

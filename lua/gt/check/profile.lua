-- Profiles: what a provider takes, by name. The facts are data (lua/gt/profiles/*.lua, each
-- with its date and sources); this finds and completes them.

local nearest = require "gt.nearest"

local profile = {}

local FAMILIES = { "local", "gemini", "vertex", "openai" }

local KINDS = { messages = true, contents = true, csv = true }

--- The names that --for takes.
---@return string[]
function profile.names()
  local names = {}
  for _, family in ipairs(FAMILIES) do
    local models = {}
    for model in pairs(require("gt.profiles." .. family).models or {}) do
      models[#models + 1] = family .. ":" .. model
    end
    table.sort(models)
    table.move(#models > 0 and models or { family }, 1, math.max(#models, 1), #names + 1, names)
  end
  return names
end

--- A copy of the family's facts with those of the model over them.
local function of_model(facts, model)
  local found = {}
  for key, value in pairs(facts) do found[key] = value end
  for key, value in pairs(model and facts.models[model] or {}) do found[key] = value end
  found.family, found.model = facts.name, model
  found.name = model and facts.name .. ":" .. model or facts.name
  return found
end

--- The profile of that name, or nil and the nearest one. "vertex" alone is its default model.
---@param name string
---@return table|nil profile
---@return string|nil nearest
function profile.find(name)
  local family, model = name:match "^(%l+):(.+)$"
  family = family or name
  for _, known in ipairs(FAMILIES) do
    if known == family then
      local facts = require("gt.profiles." .. family)
      if not model then return of_model(facts, facts.default_model) end
      if facts.models and facts.models[model] then return of_model(facts, model) end
      break
    end
  end
  return nil, nearest.of(name, profile.names())
end

--- The value of a limit and the link or title it comes from; nil when there is none.
---@return any value
---@return string|nil source
function profile.limit(facts, name)
  local limit = facts.limits[name]
  if not limit then return nil end
  return limit[1], facts.sources[limit[2]]
end

--- Which of "pairs", "messages", "contents", "csv" a form ("text_input+output") is.
---@param form string?
---@return string|nil
function profile.kind_of(form)
  if not form then return nil end
  if form:find("+", 1, true) then return "pairs" end
  return KINDS[form] and form
end

--- The profile that fits where this command would send a job: what --provider, the
--- environment and the keys say.
---@param provider fun(): string raises what the session raises
---@return string name
function profile.by_environment(provider)
  local ok, name = pcall(provider)
  if ok then return name end
  local code = type(name) == "table" and name.code
  if code == "UNIMPLEMENTED" then return "vertex" end -- known, but not to be called yet
  if code == "UNAUTHENTICATED" or code == "UNAVAILABLE" then return "gemini" end -- no key; --offline
  error(name, 0)
end

return profile

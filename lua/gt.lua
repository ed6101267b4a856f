-- The table `gt` and the script's globals. Everything is found on first use: naming
-- gt.eval loads lua/gt/eval.lua, naming gt.sleep takes it from gt.task, and a script
-- that names neither loads neither.

local gt = {}

-- Functions of gt that live in a module of another name.
local home = {
  sleep = "gt.task", map = "gt.task", group = "gt.task", within = "gt.task",
  shield = "gt.task", try = "gt.task",
  upload = "gt.core.api", create_tuned_model = "gt.core.api", get_tuned_model = "gt.core.api",
  generate_content = "gt.core.api", stream_generate_content = "gt.core.api",
  count_tokens = "gt.core.api", embed_content = "gt.core.api", list_tuned_models = "gt.core.api",
  update_tuned_model = "gt.core.api", delete_tuned_model = "gt.core.api",
  cancel_tuned_model = "gt.core.api", get_file = "gt.core.api", list_files = "gt.core.api",
  delete_file = "gt.core.api", list_models = "gt.core.api", get_model = "gt.core.api",
  provider = "gt.core.api",
}

local function find(_, name)
  if type(name) ~= "string" then return nil end
  local module = home[name]
  local value
  if module then
    value = require(module)[name]
  else
    local found, loader = pcall(require, "gt." .. name)
    if not found then
      if not tostring(loader):find("no module 'gt." .. name, 1, true) then
        error(loader, 0)
      end
      return nil
    end
    value = loader
  end
  rawset(gt, name, value)
  return value
end

-- home: for completion at the prompt, which must not load what it only names.
setmetatable(gt, { __index = find, __name = "gt", home = home })

--- Declares the script's globals; called once by the host.
---@param lax boolean undeclared globals are nil, as in plain Lua
function gt.install_globals(lax)
  gt.install_globals = nil
  local core = require "gt.core.host"
  gt.version = core.version
  gt.params = core.params
  require "gt.globals"(gt, lax)
end

return gt

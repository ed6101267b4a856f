-- Progress of a tuning job on stderr: one line that is redrawn on a terminal, a line per
-- 10 % elsewhere, nothing with -q.

local core = require "gt.core.host"

local Progress = {}
Progress.__index = Progress

local WIDTH = 24

local function loss_of(model)
  local snapshots = model.tuning_task.snapshots
  local last = snapshots[#snapshots]
  return last and last.mean_loss
end

local function describe(model)
  local p = model.progress
  local parts = { model.state }
  if p and p.total_steps > 0 then
    parts[#parts + 1] = ("step %d of %d"):format(p.completed_steps, p.total_steps)
  end
  local loss = loss_of(model)
  if loss then parts[#parts + 1] = ("loss %.3f"):format(loss) end
  return table.concat(parts, ", ")
end

local function percent_of(model)
  if model.state == "SUCCEEDED" then return 100 end
  return model.progress and math.floor(model.progress.percent) or 0
end

--- For one job; close it (or let <close> do so) to leave the terminal tidy.
---@param name string
function Progress.new(name)
  return setmetatable({
    name = name, quiet = core.log_level() == "warn",
    live = core.is_terminal("stderr"), shown = -1, drawn = false,
  }, Progress)
end

function Progress:update(model)
  if self.quiet then return end
  local percent = percent_of(model)
  if self.live then
    local full = math.floor(percent / 100 * WIDTH + 0.5)
    io.stderr:write("\r\27[K", self.name, "  [", ("#"):rep(full), ("."):rep(WIDTH - full),
      ("] %3d%%  "):format(percent), describe(model))
    io.stderr:flush()
    self.drawn = true
    return
  end
  local tenth = percent // 10
  if tenth > self.shown or model.state ~= self.state then
    self.shown, self.state = tenth, model.state
    io.stderr:write(("gtlua: %s  %3d%%  %s\n"):format(self.name, percent, describe(model)))
  end
end

function Progress:close()
  if self.drawn then io.stderr:write("\n") end
  self.drawn = false
end
Progress.__close = Progress.close

return Progress

-- `gtlua serve`: the local API on a socket, for scripts in other processes and for other
-- languages' clients. Routes are gt.local's; the listener is gt.core.serve.

local core = require "gt.core.host"
local fs = require "gt.core.fs"
local listener = require "gt.core.serve"
local task = require "gt.task"

local SETTLE_SECONDS = 2 -- trainings that end while nobody asks are written down this late

local HELP = [[
usage: gtlua serve [--listen ADDR] [--port-file FILE] [--allow-remote] [-v]

Puts the local API on a socket: the Gemini Developer API's wire, answered by the built-in
training engine. It runs until SIGINT or SIGTERM. There is no authentication.

  --listen ADDR     PORT, HOST:PORT, [IPV6]:PORT or :PORT; default 127.0.0.1:0, where
                    port 0 takes one that is free
  --port-file FILE  holds the port's number while the server listens
  --allow-remote    accept an ADDR that other machines can reach
  -v                a line on stderr for every request
]]

local function usage(message)
  error({ message = message, hint = "gtlua serve --help lists the options", exit_code = 2 }, 0)
end

--- The host (nil: loopback) and the port of "PORT", "HOST:PORT", "[IPV6]:PORT" or ":PORT".
local function parse_address(text)
  local host, port = text:match "^%[([%x:.]+)%]:(%d+)$"
  if not host then host, port = text:match "^([^:%[%]]*):(%d+)$" end
  if not host then host, port = "", text:match "^%d+$" end
  port = math.tointeger(tonumber(port))
  if not port or port > 65535 then
    usage(("--listen takes PORT, HOST:PORT, [IPV6]:PORT or :PORT, not '%s'"):format(text))
  end
  return host ~= "" and host or nil, port
end

local VALUES = { ["--listen"] = "listen", ["--port-file"] = "port_file" }
local FLAGS = {
  ["--allow-remote"] = "allow_remote", ["-v"] = "verbose", ["--help"] = "help", ["-h"] = "help",
}

local function parse(...)
  local options, words, i = {}, { ... }, 1
  while words[i] do
    local name, value = words[i]:match "^(%-%-[%w-]+)=(.*)$"
    name = name or words[i]
    if VALUES[name] then
      if not value then i, value = i + 1, words[i + 1] end
      if not value or value == "" then usage(name .. " needs a value") end
      options[VALUES[name]] = value
    elseif FLAGS[name] and not value then
      options[FLAGS[name]] = true
    else
      usage(("serve has no option '%s'"):format(words[i]))
    end
    i = i + 1
  end
  return options
end

--- Something that is closed with the block whose <close> variable holds it.
local function closing(f) return setmetatable({}, { __close = f }) end

local function write_port(path, text)
  fs.write_atomic(path, text, tonumber("644", 8))
  return closing(function()
    if fs.read(path) == text then os.remove(path) end -- it may be a later server's by now
  end)
end

local function announce(server)
  local origin = "http://" .. server:address()
  core.log("info", ("local API at %s  (state folder %s)"):format(origin, fs.state_dir()))
  core.log("info", ("  export GTLUA_BASE_URL=%s GOOGLE_API_KEY=x"):format(origin))
end

--- Until a signal.
local function stay(server, api)
  task.group(function(group)
    group:spawn(function()
      while true do
        task.sleep(SETTLE_SECONDS)
        local ok, problem = pcall(api.settle)
        if not ok then core.log("warn", tostring(problem)) end
      end
    end)
    server:wait()
    group:cancel()
  end)
end

local function serve(options)
  local host, port = parse_address(options.listen or "127.0.0.1:0")
  if options.port_file then os.remove(options.port_file) end -- a dead server's
  local api = require "gt.local"
  local trainings <close> = closing(api.close) -- luacheck: ignore trainings
  local server <close> = listener.listen {
    host = host, port = port, allow_remote = options.allow_remote, handler = api.handle,
    log_requests = options.verbose,
  }
  local file <close> = options.port_file -- luacheck: ignore file
    and write_port(options.port_file, server:port() .. "\n") or nil
  announce(server)
  local ok, problem = pcall(stay, server, api)
  if not ok and not (type(problem) == "table" and problem.code == "CANCELLED") then
    error(problem, 0)
  end
  core.log("info", "the local API has stopped")
end

local M = {}

---@param ... string the words behind `gtlua serve`
---@return integer exit code; a signal's own when one ended it
function M.main(...)
  local ok, problem = pcall(function(...)
    local options = parse(...)
    if options.help then return io.stdout:write(HELP) end
    serve(options)
  end, ...)
  if ok then return 0 end
  if type(problem) ~= "table" then error(problem, 0) end
  io.stderr:write("gtlua: ", tostring(problem.message), "\n")
  if problem.hint then io.stderr:write("  hint: ", problem.hint, "\n") end
  return problem.exit_code or 1
end

return M

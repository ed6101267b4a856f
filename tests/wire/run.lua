-- The runner of the golden wire cases:
--   gtlua -A tests/wire/run.lua GTLUA FAULTD [-v] [--accept] [FILE...]
--
-- For every case it starts faultd with the case's replies, runs the case's Lua code with
-- GTLUA against it and compares what the server saw, what was printed and the exit code.
-- Cases run side by side. Without FILEs: all *.txt here and in faults/. --accept writes
-- what came into sections that hold a single "?". README.md tells the files' form. Last
-- line: "N passed, N failed[, N skipped]"; exit code 1 when something failed.

local here = arg[0]:gsub("[^/]*$", "")
local case = dofile(here .. "case.lua")
local seen = dofile(here .. "seen.lua")
local json = dofile(here .. "json.lua")
local discovery = dofile(here .. "discovery.lua")

local AT_ONCE, CASE_SECONDS = 6, 40
local options, files, tools = {}, {}, {}

for _, word in ipairs(arg) do
  if word:sub(1, 1) == "-" then
    options[word] = true
  elseif #tools < 2 then
    tools[#tools + 1] = word
  else
    files[#files + 1] = word
  end
end
assert(#tools == 2, "usage: gtlua -A run.lua GTLUA FAULTD [-v] [--accept] [FILE...]")

local function quote(s) return "'" .. s:gsub("'", "'\\''") .. "'" end

local function output_of(command)
  local pipe <close> = assert(io.popen(command))
  return pipe:read("a"):gsub("%s+$", "")
end

local function write(path, text)
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
end

local function read(path)
  local file <close> = io.open(path, "rb")
  return file and file:read("a")
end

local gtlua, faultd = output_of("realpath " .. quote(tools[1])), output_of("realpath " .. quote(tools[2]))
if #files == 0 then
  for path in output_of("ls " .. here .. "*.txt " .. here .. "faults/*.txt"):gmatch("%S+") do
    files[#files + 1] = path
  end
end
local schema = discovery(json, os.getenv "GTLUA_DISCOVERY" or here .. "../../../shared/reference/discovery")
local base = output_of("mktemp -d")

--- one case ---

-- faultd lives as long as the fifo's writer, this shell; gtlua does not get the end.
local SHELL = [[
cd @DIR@ || exit 1
mkfifo hold && exec 3<>hold
@FAULTD@ --script replies --port-file port --log log --until-eof <hold 2>faultd.err 3>&- &
server=$!
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  [ -f port ] && break
  kill -0 $server 2>/dev/null || break
  sleep 0.1
done
PORT=$(cat port 2>/dev/null)
@MAKE@
before=$(date +%s.%N)
timeout @SECONDS@ env -i PATH="$PATH" HOME="$PWD" LANG=C.UTF-8 @SANITIZERS@ \
  GTLUA_BASE_URL=http://127.0.0.1:$PORT GOOGLE_API_KEY=test-key @ENV@ \
  @GTLUA@ @ARGS@ script.lua >stdout 2>stderr 3>&- </dev/null
echo $? >exit
echo "$before $(date +%s.%N)" >times
sleep 0.05
kill $server 2>/dev/null
wait
touch done
]]

local function sanitizers()
  local words = {}
  for _, name in ipairs { "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS" } do
    local value = os.getenv(name)
    if value then words[#words + 1] = name .. "=" .. quote(value) end
  end
  return table.concat(words, " ")
end

local function words_of(text) return (text or ""):gsub("\n", " ") end

local function start(c, dir)
  os.execute("mkdir -p " .. quote(dir))
  -- The code stands at its own line, so that messages name the case's lines.
  write(dir .. "/script.lua", ("\n"):rep(c.line.lua) .. c.lua)
  write(dir .. "/replies", c.replies or "on * *\n  reply\n    status 404\n")
  for name, text in pairs(c.files) do write(dir .. "/" .. name, text) end
  local values = {
    DIR = quote(dir), FAULTD = quote(faultd), GTLUA = quote(gtlua), MAKE = c.make or "",
    SECONDS = CASE_SECONDS, SANITIZERS = sanitizers(), ENV = words_of(c.env), ARGS = words_of(c.args),
  }
  local script = SHELL:gsub("@(%u+)@", values)
  write(dir .. "/go.sh", script)
  os.execute("sh " .. quote(dir .. "/go.sh") .. " >/dev/null 2>&1 &")
end

--- judging ---

local function run_check(c, got)
  local env = setmetatable({
    requests = got.requests, log = got.events, stdout = got.stdout, stderr = got.stderr,
    seconds = got.seconds, exit = got.exit,
    count = function(method, pattern)
      local n = 0
      for _, r in ipairs(got.requests) do
        if r.method == method and r.path:find(pattern) then n = n + 1 end
      end
      return n
    end,
    expect = function(ok, format, ...)
      if not ok then error(("expected " .. format):format(...), 2) end
    end,
  }, { __index = _G })
  local chunk = assert(load(("\n"):rep(c.line.check) .. c.check, "@" .. c.name, "t", env))
  local ok, err = pcall(chunk)
  if not ok then return tostring(err) end
end

local function is_any(text) return text and text:find("^any%s*$") ~= nil end

local function judge(c, got)
  if not got.exit then return "gtlua did not end; faultd says: " .. (got.faultd or "") end
  for i, r in ipairs(got.requests) do
    local why = (not c.env and seen.check_hidden(r, got.port)) or (not c.env and seen.check_key(r))
    if why then return ("request %d (%s %s): %s"):format(i, r.method, r.path, why) end
  end
  local exit = math.tointeger(tonumber(c.exit or "0"))
  local why = (not is_any(c.stdout) and case.difference("standard output", got.stdout, c.stdout or ""))
    or (c.requests and case.difference("requests", seen.all(got.requests, seen.request), c.requests))
    or (c.seen and case.difference("requests seen", seen.all(got.requests, seen.line), c.seen))
    or (not is_any(c.stderr) and case.difference("standard error", got.stderr, c.stderr or ""))
    or (got.exit ~= exit and ("exit code %d, wanted %d"):format(got.exit, exit))
    or (c.check and run_check(c, got))
  if not why then return nil end
  return why .. "\n  it printed:\n    " .. (got.stdout .. got.stderr):sub(1, 3000):gsub("\n", "\n    ")
end

local function accept(c, got)
  local new = {}
  for name, text in pairs {
    requests = seen.all(got.requests, seen.request), seen = seen.all(got.requests, seen.line),
    stdout = got.stdout, stderr = got.stderr, exit = tostring(got.exit) .. "\n",
  } do
    if c[name] and c[name]:gsub("%s", "") == "?" then
      new[name] = text .. "\n"
      c[name] = text
    end
  end
  if next(new) then case.rewrite(c, new) end
end

local tally = { passed = 0, failed = 0, skipped = 0 }

local function report(kind, name, why)
  tally[kind] = tally[kind] + 1
  local label = ({ passed = "ok", failed = "not ok", skipped = "skipped" })[kind]
  if kind ~= "passed" or options["-v"] then
    print(("%s %s%s"):format(label, name, why and "\n  " .. why:gsub("\n", "\n  ") or ""))
  end
end

-- Bodies that are sent wrong on purpose do not exist: every request is checked.
local function check_schemas(c, requests)
  local findings, checked = {}, 0
  for i, r in ipairs(requests) do
    local api = r.path:find("^/v1") or r.path:find("^/upload/v1")
    if api and (r.body_length == 0 or r.body) and r.complete then
      checked = checked + 1
      for _, text in ipairs(schema.check(r.method, r.path, r.body or "")) do
        findings[#findings + 1] = ("request %d: %s"):format(i, text)
      end
    end
  end
  if checked == 0 then return end
  if #findings > 0 then
    report("failed", "schema " .. c.name, table.concat(findings, "\n"))
  else
    report("passed", "schema " .. c.name)
  end
end

local function run_case(path)
  local c = case.load(path)
  if c.skip then return report("skipped", c.name, (c.skip:gsub("\n$", ""))) end
  local dir = base .. "/" .. c.name:gsub("[/.]", "-")
  start(c, dir)
  local deadline = os.time() + CASE_SECONDS + 10
  while not read(dir .. "/done") and os.time() < deadline do gt.sleep(0.02) end
  local requests, events = seen.read(read(dir .. "/log"))
  local before, after = (read(dir .. "/times") or "0 0"):match("(%S+) (%S+)")
  local port = (read(dir .. "/port") or ""):match("%d+")
  -- The port differs from run to run.
  local function text(name)
    local s = read(dir .. "/" .. name) or ""
    return port and s:gsub("%f[%d]" .. port .. "%f[%D]", "PORT") or s
  end
  local got = {
    requests = requests, events = events, stdout = text "stdout", stderr = text "stderr", port = port,
    exit = math.tointeger(tonumber(read(dir .. "/exit") or "")), faultd = read(dir .. "/faultd.err"),
    seconds = tonumber(after) - tonumber(before),
  }
  if options["--accept"] then accept(c, got) end
  local why = judge(c, got)
  report(why and "failed" or "passed", ("%s (%.1f s)"):format(c.name, got.seconds), why)
  if schema then check_schemas(c, requests) end
end

gt.map(files, run_case, { concurrency = AT_ONCE })
os.execute("rm -rf " .. quote(base))
if not schema then
  report("skipped", "the schema checks of all cases", "no discovery documents (GTLUA_DISCOVERY)")
end
local tail = tally.skipped > 0 and (", %d skipped"):format(tally.skipped) or ""
print(("%d passed, %d failed%s"):format(tally.passed, tally.failed, tail))
io.stdout:flush()
if tally.failed > 0 then os.exit(1) end

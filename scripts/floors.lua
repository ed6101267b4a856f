-- Guards the walls of the house (src/README.md): who may include what, which file may see
-- which library, how long a file may be. Run from the project's folder; prints every
-- breach and exits 1. Usage: lua5.4 scripts/floors.lua

local FLOOR = {
  base = 0, net = 1, auth = 1, store = 1, data = 1, engine = 1, stats = 1,
  loop = 2, check = 2, call = 3, serve = 3, task = 3, api = 4, bind = 5, host = 6, cli = 7,
}

-- header pattern -> where it may be included (Lua patterns of paths below src/)
local LIBRARY = {
  { "^curl/", { "^net/easy%.c$", "^net/curl_so%.h$", "^loop/wire%.c$" } },
  { "^sqlite3%.h$", { "^store/" } },
  { "^microhttpd%.h$", { "^serve/" } },
  { "^openssl/", { "^base/hash%.c$", "^auth/" } },
  { "^editline/", { "^cli/" } },
  { "^zlib%.h$", { "^data/gunzip%.c$" } },
  { "^lua[%w-]*%.h$", { "^task/", "^api/", "^bind/", "^host/" } },
  { "^lauxlib%.h$", { "^task/", "^api/", "^bind/", "^host/" } },
}

local MAX_LINES = 600
local breaches = 0

local function breach(path, line, text)
  breaches = breaches + 1
  print(("%s:%d: %s"):format(path, line, text))
end

local function files(pattern)
  local list = {}
  local pipe = assert(io.popen("git ls-files --cached --others --exclude-standard -- " .. pattern))
  for path in pipe:lines() do
    local there = io.open(path) -- the index may still name what was deleted
    if there then
      there:close()
      list[#list + 1] = path
    end
  end
  pipe:close()
  return list
end

local function allowed(inside, patterns)
  for _, pattern in ipairs(patterns) do
    if inside:find(pattern) then return true end
  end
  return false
end

local function check_include(path, number, header, quoted)
  local inside = path:gsub("^src/", "")
  local room = inside:match("^(%w+)/")
  if quoted then
    local other = header:match("^(%w+)/")
    if not other or not FLOOR[other] then
      return breach(path, number, "include \"" .. header .. "\" names no room of src/")
    end
    if room and other ~= room and FLOOR[other] >= FLOOR[room] then
      breach(path, number, ("%s (floor %d) includes %s (floor %d)")
        :format(room, FLOOR[room], header, FLOOR[other]))
    end
    return
  end
  for _, rule in ipairs(LIBRARY) do
    if header:find(rule[1]) and not allowed(inside, rule[2]) then
      breach(path, number, "<" .. header .. "> may not be included here")
    end
  end
end

local function check_c(path)
  local room = path:match("^src/(%w+)/")
  if room and not FLOOR[room] then breach(path, 1, "a room without a floor: " .. room) end
  local number = 0
  for line in io.lines(path) do
    number = number + 1
    local quoted = line:match('^%s*#%s*include%s+"([^"]+)"')
    local angled = line:match("^%s*#%s*include%s+<([^>]+)>")
    if quoted or angled then check_include(path, number, quoted or angled, quoted ~= nil) end
  end
end

local function check_length(path)
  local number = 0
  for _ in io.lines(path) do number = number + 1 end
  if number > MAX_LINES then
    breach(path, number, ("%d lines: split it by meaning (%d at the most)"):format(number, MAX_LINES))
  end
end

--- Every C module's functions are registered in bind/ and nowhere else.
local function check_registration(path)
  if path:find("^src/bind/") then return end
  if path == "src/task/coro.c" then return end -- replaces the standard library's own table
  local number = 0
  for line in io.lines(path) do
    number = number + 1
    if line:find("luaL_Reg%s") then breach(path, number, "luaL_Reg tables live in bind/") end
  end
end

for _, path in ipairs(files("'src/*.c' 'src/*.h'")) do
  check_c(path)
  check_length(path)
  check_registration(path)
end
for _, path in ipairs(files("'lua/*.lua' 'scripts/*' 'tests/*.lua' 'tests/*.c' 'tests/*.sh'")) do
  check_length(path)
end

if breaches > 0 then
  print(breaches .. " breaches of the floor plan")
  os.exit(1)
end

#!/bin/sh
# SIGINT and SIGTERM from outside: tests/spec/signal.sh GTLUA [FLAGS...]
#
# Each case starts a script that prints "ready", sends it signals, and looks at its
# exit code, its output and how long it took. Last line: "N passed, N failed".

here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0

# run NAME EXIT_CODE PATTERN SIGNALS COMMAND... < script: the output must match PATTERN.
run() {
  name=$1 want=$2 pattern=$3 signals=$4
  shift 4
  { echo "local gt = require 'gt.task'"; cat; } > "$dir/case.lua"
  # A shell without job control starts children with SIGINT ignored.
  perl -e '$SIG{INT} = $SIG{TERM} = "DEFAULT"; exec @ARGV' -- "$@" "$dir/case.lua" \
    > "$dir/out" 2>&1 &
  pid=$!
  tries=0
  while ! grep -q ready "$dir/out" && [ $tries -lt 200 ]; do sleep 0.05; tries=$((tries + 1)); done
  for signal in $signals; do
    sleep 0.1
    kill "-$signal" "$pid" 2>/dev/null
  done
  (sleep 20; kill -KILL "$pid") > /dev/null 2>&1 & watchdog=$!
  wait "$pid"
  code=$?
  kill "$watchdog" 2>/dev/null
  if [ $code -eq "$want" ] && grep -q "$pattern" "$dir/out"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "not ok $name: exit code $code (wanted $want), output:"
    sed 's/^/  /' "$dir/out"
  fi
}

ready="io.stdout:setvbuf('no'); print('ready')"

run "sleep" 130 "CANCELLED: interrupted" INT "$@" <<LUA
$ready gt.sleep(60)
LUA

run "SIGTERM" 143 "CANCELLED: interrupted" TERM "$@" <<LUA
$ready gt.sleep(60)
LUA

run "busy loop" 130 "CANCELLED: interrupted" INT "$@" <<LUA
$ready while true do end
LUA

run "busy loop in a coroutine in a task" 130 "CANCELLED: interrupted" INT "$@" <<LUA
gt.group(function(g)
  g:spawn(function()
    coroutine.wrap(function() gt.sleep(0) $ready while true do end end)()
  end)
end)
LUA

run "cleanup runs, shielded and not" 130 "closed.*shielded" INT "$@" <<LUA
local function closer(f) return setmetatable({}, { __close = f }) end
local a <close> = closer(function() gt.shield(5, gt.sleep, 0.05) io.write("shielded\n") end)
local b <close> = closer(function() io.write("closed ") end)
$ready gt.group(function(g) g:spawn(gt.sleep, 60) end)
LUA

run "every task of a map is cancelled" 130 "^cancelled 8" INT "$@" <<LUA
local n = 0
local ok, err = pcall(gt.map, { 1, 2, 3, 4, 5, 6, 7, 8 }, function()
  if n == 0 then $ready end
  local ok, err = pcall(gt.sleep, 60)
  n = n + 1
  error(err, 0)
end)
print("cancelled " .. n, err)
LUA

run "loop that swallows it at waits" 130 "CANCELLED" INT "$@" <<LUA
$ready while true do pcall(gt.sleep, 1) end
LUA

run "busy loop that swallows it once: the second signal ends it" 130 "CANCELLED" "INT INT" "$@" <<LUA
$ready while true do pcall(function() while true do end end) end
LUA

run "the second signal breaks a shield" 130 "CANCELLED" "INT INT" "$@" <<LUA
$ready gt.shield(60, gt.sleep, 60)
LUA

run "a shield holds the first one off" 130 "shield done" "INT" "$@" <<LUA
gt.shield(60, function() $ready local stop = gt.now() + 0.4 while gt.now() < stop do end gt.sleep(0.1) print "shield done" end)
gt.sleep(60)
LUA

# More than three: signals that come before the process runs again are one.
run "the third ends a C function too" 130 "ready" "INT INT INT INT INT INT" "$@" <<LUA
$ready print((("a"):rep(40)):find(("a?"):rep(40) .. ("a*"):rep(20) .. "b"))
LUA

run "a hook of the script goes on after an interrupt that was handled" 130 "hook true" "INT" "$@" <<LUA
local n = 0
debug.sethook(function() n = n + 1 end, "", 1000)
$ready
pcall(function() while true do end end)
local before = n
for i = 1, 100000 do local x = i end
print("hook " .. tostring(n > before and debug.gethook() ~= nil))
LUA

run "an io.read from the terminal ends" 130 "CANCELLED: interrupted" INT "$@" <<LUA
os.remove("$dir/fifo") os.execute("mkfifo $dir/fifo")
local f = io.open("$dir/fifo", "r+")
$ready f:read(1) for i = 1, 10 do i = i end
LUA

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]

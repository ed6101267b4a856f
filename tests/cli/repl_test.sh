#!/bin/bash
# The prompt, by pipe and (where tmux is installed) on a terminal: repl_test.sh GTLUA
# Last line: "N passed, N failed".

gtlua=$(realpath "$1") || exit 2
dir=$(mktemp -d) || exit 2
export XDG_STATE_HOME=$dir/state LC_ALL=C.UTF-8
unset GOOGLE_API_KEY GEMINI_API_KEY GTLUA_PROVIDER GTLUA_BASE_URL TMUX
cd "$dir" || exit 2
passed=0 failed=0 skipped=0

tm() { tmux -L "gtlua-repl-$$" -f /dev/null "$@"; }
trap 'tm kill-server 2>/dev/null; rm -rf "$dir"' EXIT

result() { # NAME OK [DETAIL]
  if [ "$2" = 1 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "not ok $1"
    printf '%s\n' "$3" | sed 's/^/  /'
  fi
}

# lines NAME EXIT_CODE STDOUT STDERR_PATTERN [OPTIONS...] < input; "" as a pattern: stderr
# must be empty.
lines() {
  local name=$1 want=$2 out=$3 pattern=$4 code ok=1
  shift 4
  "$gtlua" "$@" -i > out 2> err
  code=$?
  [ $code -eq "$want" ] || ok=0
  [ "$(cat out)" = "$out" ] || ok=0
  if [ -z "$pattern" ]; then
    [ ! -s err ] || ok=0
  else
    grep -q -- "$pattern" err || ok=0
  fi
  result "$name" $ok "exit code $code (wanted $want), stdout and stderr: $(cat out err)"
}

# --- by pipe ---

lines "expressions show their values" 0 $'2\n2\tx\tnil\n5' "" <<< $'1 + 1\n= 2, "x", nil\nx = 5\nx'
lines "an empty input" 0 "" "" < /dev/null
lines "the last line needs no end" 0 7 "" < <(printf '3 + 4')
lines "statements show nothing" 0 "" "" <<< $'local a = 1\n-- a remark\n\n;'
lines "a chunk over several lines" 0 $'1\n2' "" <<< $'for i = 1, 2 do\n  print(i)\nend'
lines "an expression over several lines" 0 '{ 1, k = "v" }' "" <<< $'{\n1,\nk = "v"\n}'
lines "a long string over several lines" 0 $'a\nb' "" <<< $'[[a\nb]]'
lines "a syntax error is told, the next line runs" 1 3 "unexpected symbol" <<< $'x = = 1\n3'
lines "an unfinished chunk at the end" 1 "" "near <eof>" <<< $'for i = 1, 2 do\nprint(i)'
lines "an error with its hint, and on" 1 2 "hint: declare it" <<< $'nothere\n2'
lines "an error keeps its exit code" 18 "" "os.execute is not allowed" <<< 'os.execute("true")'
lines "a trivial traceback is left out" 1 "" "^gtlua: stdin:1: boom$" <<< 'error("boom")'
lines "a traceback that tells more is not" 1 "" "in local 'f'" <<< 'local function f() error("boom") end f()'
[ "$("$gtlua" -i <<< 'error("boom")' 2>&1 | wc -l)" = 1 ]
result "one line for a plain error" $((! $?))
lines "globals of the prompt may be assigned" 0 3 "" <<< $'function f(a) return a + 1 end\nf(2)'
lines "functions may not assign undeclared ones" 1 "" "assignment to" <<< $'function f() q = 1 end\nf()'
lines "--lax" 0 nil "" --lax <<< 'nothere'
lines "waiting works" 0 $'{ 2, 4 }\tnil' "" <<< 'gt.map({ 1, 2 }, function(i) gt.sleep(0.01) return i * 2 end)'
lines "code before the prompt" 0 $'first\n8' "" -e 'v = 7 print "first"' <<< 'v + 1'
lines "failed code before the prompt" 1 2 "boom" -e 'error "boom"' <<< '2'
echo 'print(...); w = arg[1]' > script.lua
"$gtlua" -i script.lua one <<< 'w' > out 2> err
[ "$(cat out)" = $'one\none' ]
result "a script and its arguments before the prompt" $((! $?)) "$(cat out err)"
lines "control characters of strings are visible" 0 'a\x1Bb\x00 é' "" <<< '"a\27b\0 é"'
lines "direction marks and broken UTF-8 too" 0 '\u{202E}|\xFF|\u{9B}' "" <<< '"\u{202E}|\xFF|\u{9B}"'
lines "strings in tables are quoted" 0 '{ "a\n\x1B\"", [1.5] = "x", ["a b"] = true, ["end"] = 1 }' "" \
  <<< '{ "a\n\27\"", [1.5] = "x", ["a b"] = true, ["end"] = 1 }'
lines "a table in itself" 0 '{ t = { itself } }' "" <<< $'t = {} t.t = t\nt'
lines "long lists end in a count" 0 '... 970 more' "" \
  <<< $'l = {} for i = 1, 1000 do l[i] = i end\nprint((require "gt.show".value(l):match "%.%.%. %d+ more"))'
long=$(printf 'a%.0s' {1..45})
lines "wide tables take lines" 0 "{
  alpha = \"$long\",
  beta = \"$long\"
}" "" <<< '{ beta = ("a"):rep(45), alpha = ("a"):rep(45) }'
lines "a failing __tostring" 0 '<its __tostring fails>' "" \
  <<< 'setmetatable({}, { __tostring = function() error "x" end })'
lines "the primitives work" 0 $'SUCCEEDED\n"good" nil' "fewer than 50" -q <<'LUA'
rows = gt.dataset.from { { text_input = "fine", output = "good" }, { text_input = "awful", output = "bad" } }
job = create_tuned_model { source_model = "models/gemini-2.0-flash", training_data = rows.rows, id = "prompt" }
job:wait().state
local answer = generate_content(job, "fine") print(("%q %s"):format(answer.text, answer.block_reason))
LUA

complete() { # NAME WORD EXPECTED [SETUP]
  lines "$1" 0 "$3" "" -q <<< "${4:-;}
require 'gt.cli.complete'.set_files { 'lua/gt/dataset.lua', 'lua/gt/show.lua', 'lua/gt/local/store.lua' }
print(table.concat(require 'gt.cli.complete'.words '$2', ' '))"
}
complete "globals and keywords" "up" "upload"
complete "keywords" "whi" "while"
complete "names of gt that were not used yet" "gt.sl" "gt.sleep"
complete "modules of gt" "gt.da" "gt.dataset"
complete "the library's own modules are left out" "gt.sh" "gt.shield"
complete "fields behind a module that loads late" "gt.dataset.l" "gt.dataset.load"
complete "fields" "t.a.b" "t.a.bc t.a.bd" "t = { a = { bc = 1, bd = 2, e = 3 } }"
complete "methods only behind a colon" "t:" "t:f" "t = { f = print, g = 1 }"
complete "methods of strings" "s:upp" "s:upper" "s = 'x'"
complete "methods of files" "io.stdout:se" "io.stdout:seek io.stdout:setvbuf"
complete "methods of data sets" "d:sp" "d:split" "d = gt.dataset.from {}"
complete "an undefined name" "nothere.x" ""
complete "a field of nil" "t.x.y" "" "t = {}"
complete "no metamethod is called" "t.x." "" \
  "t = setmetatable({}, { __index = function() print 'called' error 'x' end, __pairs = error, __len = error })"
complete "names with an underscore on request" "_VER" "_VERSION"
complete "nonsense" "1..x:" ""

# --- on a terminal ---

key() { tm send-keys -t r "$@"; sleep 0.1; }
type_line() { key -l -- "$1"; key Enter; }
# sees NAME PATTERN: the screen shows it within 5 seconds.
sees() {
  for _ in $(seq 50); do
    tm capture-pane -p -S -200 -t r > screen
    if grep -q -- "$2" screen; then
      result "$1" 1
      return
    fi
    sleep 0.1
  done
  result "$1" 0 "$(cat screen)"
}

on_terminal() {
  touch only-file.jsonl
  tm new-session -d -s keep "exec sleep 600" || return # the server lives on between cases
  tm new-session -d -x 80 -y 50 -s r "$gtlua; echo left with \$?; exec sleep 60" || return
  sees "a greeting" "^gtlua .*Tab completes"
  key -l 'gt.sl'; key Tab; type_line '(0.01)'
  key -l 'gt.c'; key Tab; key Tab
  sees "Tab twice lists the names" "gt.cancel_tuned_model *gt.count_tokens"
  key C-c
  type_line '6 * 7'
  sees "Ctrl-C at the prompt drops the line" "^42$"
  type_line 'for i = 1, 2 do'
  sees "a second prompt" "^>>"
  type_line 'print("row" .. i)'
  type_line 'end'
  sees "a chunk over several lines" "^row2$"
  type_line 'for i = 1, 2 do'
  key C-c
  type_line '40 + 3'
  sees "Ctrl-C drops the lines before, too" "^43$"
  type_line 'while true do end'
  sleep 0.3
  key C-c
  sees "Ctrl-C stops a line that computes" "CANCELLED: interrupted"
  type_line 'gt.sleep(1000)'
  sleep 0.3
  key C-c
  type_line '40 + 4'
  sees "Ctrl-C stops a line that waits" "^44$"
  key Up; key Enter
  sleep 0.2
  tm capture-pane -p -S -200 -t r > screen
  [ "$(grep -c '^44$' screen)" = 2 ]
  result "the line before by the up key" $((! $?)) "$(cat screen)"
  type_line '("é→"):len() + 0.5'
  sees "letters outside of ASCII" "^5.5$"
  key -l 'print("only-'; key Tab; type_line '")'
  sees "names of files in strings" "^only-file.jsonl$"
  key -l 'print("éééééé" .. type(gt.sle'; key Tab; type_line '))'
  sees "names behind letters outside of ASCII" "^ééééééfunction$"
  key -l 'print("éééééé", "only-'; key Tab; type_line '")'
  sees "names of files there" "éééééé.*only-file.jsonl$"
  mkdir -p sub-dir && touch sub-dir/inner.txt
  key -l 'print("sub-'; key Tab; key -l 'inn'; key Tab; type_line '")'
  sees "names of files in folders" "^sub-dir/inner.txt$"
  key -l 'nothere.'; key Tab; key Tab; key C-c
  type_line '("line one"):upper'
  type_line '()'
  sees "an unfinished call goes on" "^LINE ONE$"
  key C-d
  sees "Ctrl-D leaves" "^left with 0$"
  if grep -q 'INVALID_ARGUMENT' screen; then
    result "completion raises nothing" 0 "$(cat screen)"
  else
    result "completion raises nothing" 1
  fi
  tm kill-session -t r
  [ "$(stat -c %a "$XDG_STATE_HOME/gtlua/history")" = 600 ]
  result "the history is private" $((! $?))

  seq 1 2100 | sed 's/^/print(/; s/$/)/' > "$XDG_STATE_HOME/gtlua/history"
  tm new-session -d -x 80 -y 50 -s r "$gtlua; echo left with \$?; exec sleep 60"
  sees "a second session" "^gtlua .*Tab completes"
  key Up; key Enter
  sees "the history outlives a session" "^2100$"
  type_line 'os.exit(5)'
  sees "os.exit leaves" "^left with 5$"
  tm kill-session -t r
  tm new-session -d -x 80 -y 50 -s r "$gtlua; echo left with \$?; exec sleep 60"
  sees "a third session" "^gtlua .*Tab completes"
  key C-d
  sees "which ends at once" "^left with 0$"
  [ "$(wc -l < "$XDG_STATE_HOME/gtlua/history")" = 2000 ] &&
    [ "$(tail -1 "$XDG_STATE_HOME/gtlua/history")" = 'os.exit(5)' ] &&
    [ "$(stat -c %a "$XDG_STATE_HOME/gtlua/history")" = 600 ]
  result "the history keeps the newest 2,000 lines" $((! $?)) "$(wc -l "$XDG_STATE_HOME/gtlua/history")"
  tm kill-session -t r
  tm new-session -d -x 80 -y 50 -s r \
    "sh -c 'echo \$\$ > pid; exec $gtlua'; echo left with \$?; exec sleep 60"
  sees "a fourth session" "^gtlua .*Tab completes"
  key -l 'half a line'
  kill -TERM "$(cat pid)"
  sees "SIGTERM leaves with 143" "^left with 143$"
}

if command -v tmux > /dev/null; then
  on_terminal
else
  skipped=$((skipped + 1))
  echo "skipped: the prompt on a terminal (no tmux)"
fi

[ $skipped -eq 0 ] || echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]

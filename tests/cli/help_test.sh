#!/bin/bash
# gtlua help and the editors' stubs: help_test.sh GTLUA. Run from the source tree: some
# cases compare the texts with what the sources read. Last line: "N passed, N failed".

gtlua=$(realpath "$1") || exit 2
root=$(cd "$(dirname "$0")/../.." && pwd)
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
unset GOOGLE_API_KEY GEMINI_API_KEY GTLUA_PROVIDER GTLUA_BASE_URL
cd "$dir" || exit 2
passed=0 failed=0

result() { # NAME STATUS [DETAIL]
  if [ "$2" -eq 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "not ok $1"
    printf '%s\n' "$3" | head -20 | sed 's/^/  /'
  fi
}

# says NAME TOPIC PATTERN...: gtlua help TOPIC ends with 0, keeps stderr empty and its
# output has every pattern.
says() {
  local name=$1 topic=$2 status=0
  shift 2
  "$gtlua" help "$topic" > out 2> err || status=1
  [ ! -s err ] || status=1
  for pattern in "$@"; do grep -q -e "$pattern" out || status=1; done
  result "$name" $status "$(cat out err)"
}

# --- the overview ---

for words in --help -h help "help --help"; do
  # shellcheck disable=SC2086
  "$gtlua" $words > out 2> err && [ ! -s err ] && grep -q '^usage: gtlua' out
  result "gtlua $words" $? "$(cat out err)"
done
"$gtlua" --help > overview

missing=$(grep -oh 'strcmp(name, "-[^"]*")' "$root/src/cli/options.c" | cut -d'"' -f2 |
  while read -r option; do grep -q -e "$option\b" overview || echo "$option"; done)
[ "$(grep -c 'strcmp(name, "-' "$root/src/cli/options.c")" -gt 10 ] && [ -z "$missing" ]
result "every option of the command line" $? "missing: $missing"

verbs=$(grep 'LUA_VERBS\[\] =' "$root/src/main.c" | grep -oE '"[a-z]+"' | tr -d '"')
missing=$(printf '%s\n' run "$verbs" |
  while read -r verb; do grep -q -E -e "^(verbs:)? +$verb [[A-Z]" overview || echo "$verb"; done)
[ -n "$verbs" ] && [ -z "$missing" ]
result "every verb" $? "missing: $missing"

missing=$(grep -rhoE 'getenv\("[A-Z_0-9]+"\)' "$root/src" | cut -d'"' -f2 | sort -u |
  while read -r variable; do grep -q -e "\b$variable\b" overview || echo "$variable"; done)
[ -z "$missing" ]
result "every environment variable that is read" $? "missing: $missing"

missing=$(sed -n 's/^ *GT_EXIT_[A-Z_0-9]* = \([0-9]*\),.*/\1/p' "$root/src/base/err.h" |
  while read -r code; do grep -q -E -e "^ +$code  [a-z]" overview || echo "$code"; done)
[ -z "$missing" ]
result "every exit code that is used" $? "missing: $missing"
for code in 0 1 2 10 11 12 13 14 15 16 17 18 19 130 143; do
  grep -q -E -e "^ +$code  [a-z]" overview || echo "$code"
done > out
[ ! -s out ]
result "the whole table of exit codes" $? "missing: $(cat out)"

awk 'length > 96 { print FILENAME ": " $0; found = 1 } END { exit found }' overview > out
result "lines fit a terminal" $? "$(cat out)"

# --- topics ---

"$gtlua" -A -e 'print(table.concat(require "gt.help".topics(), "\n"))' > topics
[ "$(wc -l < topics)" -gt 40 ]
result "there are topics" $? "$(cat topics)"
while read -r topic; do
  grep -q -e "\b$topic\b" overview
  result "the overview names $topic" $?
  says "topic $topic" "$topic" .
  awk 'length > 110 { print; found = 1 } END { exit found }' out > long
  result "topic $topic has no long lines" $? "$(cat long)"
done < topics

"$gtlua" -A -e 'for name in pairs(require "gt.core.api") do
  if name ~= "option_tables" then print(name) end end' | sort > names
[ "$(wc -l < names)" -ge 17 ]
result "the names of gt.core.api" $? "$(cat names)"
while read -r name; do
  says "function $name" "$name" "^\(gt\.\)\?${name}[ (]" '^example$'
done < names

says "options come from the option tables" generate_content '^  max_output_tokens *integer; at least 1' \
  '^  timeout *number; seconds for the whole call'
"$gtlua" -A -e 'local help, option_tables = require "gt.help", require "gt.core.api".option_tables()
  for _, entry in ipairs(help.functions()) do
    for _, option in ipairs(option_tables[entry.options] or {}) do print(entry.name, option.name) end
  end' > options
status=0
while read -r name option; do
  "$gtlua" help "$name" | grep -q -e "^  $option\b" || { status=1; echo "$name: $option"; }
done < <(sort -u options) > out
[ "$(wc -l < options)" -gt 60 ] && [ $status -eq 0 ]
result "every option of every function" $? "$(cat out)"

says "required options are marked" create_tuned_model '^  source_model *string|gt.Model, required;'
says "gt. in front" gt.sleep '^gt.sleep(seconds)'
says "a call" 'gt.sleep(1)' '^gt.sleep(seconds)'
says "a method by its last name" wait '^model:wait(' '^task:wait()'
says "a method of a job" job:wait '^model:wait('
says "a function and its table" group '^gt.group(' '^gt.Group$' ':spawn'
says "the four errors of the tutorial first" errors PERMISSION_DENIED INVALID_ARGUMENT \
  RESOURCE_EXHAUSTED DEADLINE_EXCEEDED
[ "$(grep -E '^[A-Z_]+$' out | head -4 | sort | tr '\n' ' ')" = \
  "DEADLINE_EXCEEDED INVALID_ARGUMENT PERMISSION_DENIED RESOURCE_EXHAUSTED " ]
result "before all others" $? "$(cat out)"
while read -r code; do
  says "code $code" "$code" "^$code\$" '^  ->'
done < <(sed -n 's/^ *GT_\([A-Z_]*\) = [1-9][0-9]*,.*/\1/p' "$root/src/base/err.h" | grep -v '^EXIT')
says "the local engine" local 'not a language model\|not: a language model' 'model_version'
says "states" states CREATING TRAINING SUCCEEDED FAILED CANCELLED
says "tasks" tasks gt.sleep gt.map gt.group gt.within gt.shield gt.try

unknown() { # NAME TOPIC NEAREST
  "$gtlua" help "$2" > out 2> err
  [ $? -eq 2 ] && [ ! -s out ] && grep -q -e "did you mean .gtlua help $3.?" err
  result "$1" $? "$(cat out err)"
}
unknown "a misspelt function" uplod upload
unknown "a misspelt page" exitcodes exit-codes
unknown "a misspelt method" model:wiat model:wait
unknown "something else" zzzzzzzzzzzzzzzzzzzzzzzzzz '[a-z_:.-]*'
"$gtlua" help $'\e[31m' 2> err
! grep -q $'\e' err
result "control characters of a topic are made visible" $? "$(cat -v err)"
"$gtlua" help upload errors > out 2> err
[ $? -eq 2 ] && [ ! -s out ]
result "two topics are one too many" $? "$(cat out err)"
! "$gtlua" --help > /dev/full 2> err
result "output that cannot be written is an error" $? "$(cat err)"

# --- examples and stubs ---

"$gtlua" -A -e 'for _, entry in ipairs(require "gt.help".functions()) do
  local text = table.concat(entry.example, "\n")
  local chunk, message = load(text, "=" .. entry.name)
  if not chunk then print(message) end end' > out 2>&1
[ ! -s out ]
result "the examples are Lua" $? "$(cat out)"

"$gtlua" -A "$root/scripts/stubs.lua" --check > out 2>&1
result "the stubs are up to date, every function has an entry" $? "$(cat out)"

mkdir stubs && "$gtlua" -A "$root/scripts/stubs.lua" stubs && cp -r stubs other
for file in stubs/*.lua; do
  "$gtlua" -A -e "assert(loadfile('$file'))" > out 2>&1
  result "$file is Lua" $? "$(cat out)"
done
echo "-- more" >> other/gt.lua
! "$gtlua" -A "$root/scripts/stubs.lua" --check other > out 2>&1 && grep -q 'other/gt.lua is out of date' out
result "--check sees a stub that was changed" $? "$(cat out)"

mkdir lua && cp -r "$root/lua/gt" "$root/lua/gt.lua" lua/
sed -i 's/name = "raise", type/name = "rise", type/' lua/gt/help/calls.lua
sed -i 's/name = "task.now"/name = "task.then"/' lua/gt/help/tasks.lua
! "$gtlua" -A --lua lua "$root/scripts/stubs.lua" --check stubs > out 2>&1 &&
  grep -q 'get_tuned_model takes the options (raise timeout)' out && grep -q 'gt.task.now has no help entry' out
result "--check sees a wrong option and a missing entry" $? "$(cat out)"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]

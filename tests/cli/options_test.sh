#!/usr/bin/env bash
# The command line: what runs, in which order, with which exit code. $1: the gtlua binary.
# Last line: "N passed, N failed".
set -uo pipefail
gtlua=$1 passed=0 failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_STATE_HOME=$work/state

# expect NAME CODE PATTERN ARGS...: the exit code, and a pattern in stdout or stderr.
expect() {
  local name=$1 want=$2 pattern=$3 code
  shift 3
  "$gtlua" "$@" >"$work/out" 2>&1 </dev/null
  code=$?
  if [[ $code -eq $want ]] && grep -qE -- "$pattern" "$work/out"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "not ok $name: exit code $code (wanted $want), output:"
    sed 's/^/  /' "$work/out"
  fi
}

same() { # NAME A B
  if [[ $2 == "$3" ]]; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "not ok $1: '$2' and '$3'"; fi
}

printf 'print(arg[0] ~= nil, #arg, ...)\n' >"$work/args.lua"
printf 'upload("%s/bad.jsonl")\n' "$work" >"$work/bad.lua"
printf '{"text_input": "a", "output": "b"}\n{"text_input": "a" "output": "b"}\n{"text_input": "", "output": "b"}\n' >"$work/bad.jsonl"
printf 'local t = require "sibling" print(t)\n' >"$work/uses.lua"
printf 'return "found beside the script"\n' >"$work/sibling.lua"
printf '\033Lua' >"$work/binary.luac"

expect "a script gets its arguments" 0 '^true	2	x	y$' "$work/args.lua" x y
expect "run is the same" 0 '^true	1	x$' run "$work/args.lua" x
expect "run without a script" 2 'run needs a script' run
expect "-e before the script, in one state" 0 '^7$' -e 'rawset(_G, "n", 7)' -e 'print(n)'
expect "-eCODE as lua takes it" 0 '^1$' '-eprint(1)'
expect "modules beside the script" 0 'found beside the script' "$work/uses.lua"
expect "--set fills gt.params with types" 0 '^5	true	text$' --set a=5 --set b=true --set c=text -e 'print(gt.params.a, gt.params.b, gt.params.c)'
expect "--set without a name" 2 'NAME=VALUE' --set =1 -e ''
expect "an unknown option" 2 'unknown option --foo' --foo
expect "an option without its value" 2 '--seed needs' --seed
expect "--version" 0 '^gtlua [0-9]+\.[0-9]+' --version
expect "an error names its place and exits 1" 1 '\(command line\):1: boom' -e 'error("boom")'
expect "a syntax error" 1 "unexpected symbol near '='" -e 'x = = 1'
expect "a missing script" 1 'nope.lua' "$work/nope.lua"
expect "an undeclared global, with the line" 1 "undeclared global 'x'" -e 'local y = x.z'
expect "--lax lets it be nil" 0 '^nil$' --lax -e 'print(x)'
expect "os.execute is withheld" 18 'os.execute is not allowed' -e 'os.execute("true")'
expect "--allow-run gives it back" 0 '^true$' --allow-run -e 'print((os.execute("true")))'
expect "io.popen is withheld" 18 '--allow-run' -e 'io.popen("true")'
expect "native modules are withheld" 18 'package.loadlib' -e 'package.loadlib("x", "y")'
expect "bytecode is not loaded" 0 'nil	attempt to load a binary chunk' -e 'print(load(string.dump(function() end), "b", "b"))'
expect "a binary script is refused" 1 'binary chunk' "$work/binary.luac"
expect "defects of the data: all of them, exit 10" 10 'bad.jsonl:3:16: error: empty-field' "$work/bad.lua"
expect "gemini without a key" 15 'set GOOGLE_API_KEY' --provider gemini -e 'gt.list_models()'
expect "vertex says that it is missing" 1 'UNIMPLEMENTED' --provider vertex -e 'gt.list_models()'
expect "an unknown provider" 2 "no provider 'x'" --provider x -e ''
GOOGLE_API_KEY=k expect "--offline sends nothing" 17 'nothing is sent' --offline -e 'gt.list_models()'
GOOGLE_API_KEY=k expect "no key in the clear" 15 'not sent in the clear' --base-url http://example.com -e 'gt.list_models()'
GOOGLE_API_KEY='a b' expect "a key that cannot be one" 15 'is no API key' -e 'gt.list_models()'
GOOGLE_API_KEY=k GEMINI_API_KEY=l expect "keys that differ" 17 'differ; GOOGLE_API_KEY is used' --offline -e 'gt.list_models()'
GOOGLE_API_KEY=secret123 expect "a script cannot read the key" 0 '^nil	nil$' -e 'print(os.getenv "GOOGLE_API_KEY", io.open("/proc/self/environ"):read("a"):match("secret123"))'
expect "a bare primitive call names what it needs" 1 'expected one table' --provider local -e 'create_tuned_model("x")'
same "--seed repeats math.random" "$("$gtlua" --seed 7 -e 'print(math.random(1e9))')" "$("$gtlua" --seed 7 -e 'print(math.random(1e9))')"
same "a script from standard input" "$(echo 'print("in", ...)' | "$gtlua" - a)" "in	a"
"$gtlua" -e 'print(1)' >/dev/full 2>/dev/null
same "a full disk behind stdout is an error" $? 1

echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]

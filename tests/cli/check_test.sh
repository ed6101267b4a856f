#!/usr/bin/env bash
# gtlua check and gtlua fix as their users see them: check_test.sh GTLUA [FAULTD].
# Last line: "N passed, N failed".
set -u

gtlua=$(realpath "${1:?usage: check_test.sh PATH_OF_GTLUA}")
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 2
export XDG_STATE_HOME=$dir/state HOME=$dir NO_COLOR=1
unset GOOGLE_API_KEY GEMINI_API_KEY GTLUA_PROVIDER GTLUA_BASE_URL GOOGLE_GEMINI_BASE_URL \
  GOOGLE_GENAI_USE_VERTEXAI GOOGLE_GENAI_USE_ENTERPRISE
passed=0 failed=0

result() { # NAME STATUS
  if [ "$2" -eq 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'not ok %s\n' "$1"
    head -20 out err | sed 's/^/  /'
  fi
}

# run CODE WORDS...: out and err are written; says whether the exit code is CODE.
run() {
  local want=$1
  shift
  timeout 60 "$gtlua" "$@" >out 2>err </dev/null
  [ $? -eq "$want" ]
}

# is NAME CODE PATTERN_OF_OUT PATTERN_OF_ERR WORDS...; "" for what must be empty, . for any
is() {
  local name=$1 code=$2 out=$3 err=$4 status=0
  shift 4
  run "$code" "$@" || status=1
  if [ -z "$out" ]; then [ ! -s out ] || status=1; else grep -qaE -e "$out" out || status=1; fi
  if [ -z "$err" ]; then [ ! -s err ] || status=1; else grep -qaE -e "$err" err || status=1; fi
  result "$name" $status
}

# json CODE: a line of Lua about the JSON `j` of out.
json() {
  "$gtlua" -A -e "local f = io.open('out'); local j = require 'cjson'.decode(f:read 'a'); assert($1)" 2>>err
}

rows() { # COUNT [FIRST]: good rows
  local words=(amber basalt cedar delta ember fjord granite harbor island juniper)
  for ((i = ${2:-1}; i < ${2:-1} + $1; i++)); do
    printf '{"text_input":"number %d of the %s, order %d","output":"%s"}\n' "$i" "${words[i % 10]}" \
      $((i * 7919)) "$([ $((i % 2)) -eq 0 ] && echo positive || echo negative)"
  done
}

rows 60 >good.jsonl
rows 4 >few.jsonl
{ rows 55; printf '{"text_input":"x y z","ouput":"b"}\n{"text_input":"one","output":"b"\n'; } >bad.jsonl

# --- exit codes and lines ---

is "a good file" 0 "" '^0 errors, 0 warnings$' check good.jsonl --no-near
grep -q 'for local (profile of' err && ! grep -q 'using the built-in' err
result "says which profile it took" $?
is "errors" 10 '^bad\.jsonl:56:[0-9]+: error: near-miss-key: .*output' '2 errors' check bad.jsonl
grep -qE '^bad\.jsonl:57:[0-9]+: error: json-syntax: ' out
result "all of them" $?
is "warnings do not fail" 0 'few\.jsonl:1:1: warning: too-few-rows: ' '1 warning' check few.jsonl
is "unless they should" 10 'too-few-rows' . check few.jsonl --strict
is "too few for a provider" 10 'error: too-few-rows: .*\(.*https://' . check few.jsonl --for gemini
sed 's/ouput/otput/' bad.jsonl | tail -n 2 >worse.jsonl
is "several files, in order" 10 '^worse\.jsonl:2:' . check worse.jsonl bad.jsonl
[ "$(cut -d: -f1 out | uniq | tr '\n' ' ')" = "worse.jsonl bad.jsonl " ]
result "of the command line" $?
is "max-errors" 10 . '^[0-9]+ more findings? ' check bad.jsonl few.jsonl --max-errors 1
[ "$(wc -l <out)" -eq 1 ]
result "tells so many" $?
is "max-errors 0" 10 "" 'more findings' check bad.jsonl --max-errors 0
is "quiet" 10 . "" check bad.jsonl --quiet --for local
is "tokens and cost" 0 "" 'tokens: about [0-9,]+ \([0-9,]+ to [0-9,]+\); x 3 epochs' check good.jsonl --epochs 3
grep -q 'cost: none' err
result "the local engine costs nothing" $?
is "a price of one's own" 0 "" 'cost: about \$[0-9.]+ \(\$[0-9.]+ to \$[0-9.]+\) at \$5' check good.jsonl --price 5
is "no price on record" 0 "" 'cost: no price on record for gemini' check good.jsonl --for gemini
is "the wrong form" 10 'error: unsupported-form: vertex:gemini-2.5-pro .*\(.*form = "contents"' . \
  check good.jsonl --for vertex:gemini-2.5-pro
is "batch size" 0 'warning: batch-size: ' . check good.jsonl --batch-size 61
is "epochs" 10 'error: epoch-count: ' . check good.jsonl --epochs 0
GTLUA_PROVIDER=vertex is "the provider's profile" 10 . 'for vertex:gemini-3' check good.jsonl
GOOGLE_API_KEY=k is "a key means gemini" 0 "" 'for gemini \(' check good.jsonl
is "the option in front" 0 "" 'for gemini \(' --provider gemini check good.jsonl

is "a file that is not there" 1 "" 'No such file' check nothing.jsonl
is "a folder" 1 "" 'folder' check .
! grep -q traceback err
result "without a traceback" $?
: >empty.jsonl
is "an empty file" 10 'error: no-rows: ' . check empty.jsonl
is "no file" 2 "" 'needs a file' check
is "an unknown option" 2 "" "no option '--jsno'" check good.jsonl --jsno
grep -q 'did you mean --json' err
result "the nearest one" $?
is "an unknown profile" 2 "" "no profile 'gemni'" check good.jsonl --for gemni
is "help" 0 '^usage: gtlua check' "" check --help
is "help of check" 0 '^usage: gtlua check' "" help check
is "help of fix" 0 '^usage: gtlua fix' "" help fix
is "the rules" 0 'near-miss-key \(error\)' "" check --rules
is "help rule-ids" 0 'personal-iban' "" help rule-ids
is "help of a rule" 0 '-> ' "" help outer-space
is "help profiles" 0 'https://ai\.google\.dev/' "" help profiles

# --- JSON and SARIF ---

run 10 check bad.jsonl --against good.jsonl --json
json '#j.files == 2 and j.files[1].path == "bad.jsonl" and j.files[2].role == "against"'
result "JSON files" $?
json 'j.findings[1].related and j.summary.errors == #j.findings - j.summary.warnings'
result "JSON findings" $?
json '(function() for _, f in ipairs(j.findings) do if f.rule == "leak" then return f.related[1].file == "good.jsonl"
  and f.related[1].line == f.line end end end)()'
result "a leak names the other row" $?
run 0 check good.jsonl --no-near --json && grep -qF '"findings":[]' out
result "no findings are a list" $?
odd=$(printf 'o\xffdd "\t\033[31m.jsonl')
cp bad.jsonl "$odd"
run 10 check "$odd" --json && json '#j.findings > 0' && ! grep -qP '[\x00-\x09\x0b-\x1f]' out
result "JSON of an odd name" $?
run 10 check "$odd" && ! grep -q $'\033' out err
result "an odd name on a terminal" $?
run 10 check bad.jsonl --sarif
json 'j.version == "2.1.0" and j.runs[1].columnKind == "unicodeCodePoints"'
result "SARIF" $?
json '(function() for _, r in ipairs(j.runs[1].results) do
  local rule = j.runs[1].tool.driver.rules[r.ruleIndex + 1]
  assert(rule.id == r.ruleId and rule.help.text and r.partialFingerprints["gtluaRow/v1"]) end return true end)()'
result "SARIF rules and fingerprints" $?

# --- waivers ---

is "a waiver" 0 "" '2 waived' check bad.jsonl --waive near-miss-key=old --waive 'json-syntax@bad.jsonl:57=cut'
is "a waiver without a reason" 2 "" 'has no reason' check bad.jsonl --waive near-miss-key
is "a waiver of no rule" 2 "" "no rule 'near-mis'" check bad.jsonl --waive near-mis=x
is "an unused waiver" 0 'warning: unused-waiver: ' . check good.jsonl --waive bom=x
mkdir data && cp bad.jsonl data/
printf '# why\nnear-miss-key@bad.jsonl = known\njson-syntax = known too\n' >data/.gtcheck
is "waivers beside the data" 0 "" '2 waived' check data/bad.jsonl
printf 'json-syntax\n' >>data/.gtcheck
is "one without a reason" 2 "" 'data/\.gtcheck:4: ' check data/bad.jsonl

# --- baselines ---

is "writes a baseline" 0 "" 'kept in base\.json' check bad.jsonl --write-baseline base.json
is "hides what it has" 0 "" 'in the baseline' check bad.jsonl --baseline base.json
{ rows 2 900; cat bad.jsonl; } >moved.jsonl
is "moved lines are no news" 0 "" 'in the baseline' check moved.jsonl --baseline base.json --no-near
printf '{"text_input":"new","ouput":"b"}\n' >>moved.jsonl
is "a new one is" 10 '^moved\.jsonl:60:[0-9]+: error: near-miss-key' '1 error' check moved.jsonl --baseline base.json --no-near
[ "$(grep -c error: out)" -eq 1 ]
result "and only that" $?
is "a baseline that is not there" 1 "" 'no baseline' check bad.jsonl --baseline none.json
echo '{' >broken.json
is "a baseline that is none" 1 "" 'is no baseline' check bad.jsonl --baseline broken.json
run 10 check moved.jsonl --baseline base.json --no-near --sarif
json '(function() local n = {} for _, r in ipairs(j.runs[1].results) do n[r.baselineState] = (n[r.baselineState] or 0) + 1 end
  return n.new == 1 and n.unchanged == 2 end)()'
result "SARIF has the baseline's states" $?

# --- fix ---

{ printf '\357\273\277'; rows 3; printf '{"text_input":"a","output":" odd\\n"}\r\nbroken\r\n'; rows 1; printf '{"text_input":"z","output":"odd"}'; } \
  >"to fix.jsonl"
cp "to fix.jsonl" before
is "fix shows a diff" 0 '^--- to fix\.jsonl' '1 byte order mark removed, 2 CR LF line ends changed, 1 output trimmed, 1 exact copy removed, 1 last line end added; shown only' \
  fix "to fix.jsonl"
cmp -s "to fix.jsonl" before
result "and changes nothing" $?
if command -v patch >/dev/null; then
  mkdir patched && cp before "patched/to fix.jsonl" && cp out patched/p
  (cd patched && patch -s -p0 --binary <p) >>err 2>&1
  result "patch takes it" $?
fi
is "fix --write" 0 "" 'as it was is to fix\.jsonl\.orig' fix --write "to fix.jsonl"
cmp -s "to fix.jsonl.orig" before && [ "$(wc -l <"to fix.jsonl")" -eq 6 ] && ! grep -q $'\r' "to fix.jsonl"
result "repairs and keeps the file as it was" $?
[ ! -d patched ] || cmp -s "to fix.jsonl" "patched/to fix.jsonl"
result "the same as the patch" $?
is "nothing left" 0 "" 'nothing to repair' fix "to fix.jsonl"
cp before "to fix.jsonl"
is "keeps the first copy" 1 "" 'is there already' fix --write "to fix.jsonl"
gzip -c good.jsonl >good.jsonl.gz
is "a packed file" 1 "" 'gunzip -k' fix good.jsonl.gz
is "no file to fix" 2 "" 'needs a file' fix
is "one or the other" 2 "" 'do not go together' fix --write --dry-run good.jsonl
is "an unknown option of fix" 2 "" "no option '--wirte'" fix --wirte good.jsonl
{ rows 120; printf '{"text_input":"q w e","output":"positve"}\n'; } >typo.jsonl
is "a label's typo is listed" 0 "" '^not repaired: typo\.jsonl:121:[0-9]+: warning: label-typo' fix typo.jsonl

# --- colours ---

unset NO_COLOR
is "no colours in a pipe" 10 . . check bad.jsonl
! grep -q $'\033' out err
result "at all" $?
run 10 check bad.jsonl --color && grep -q $'\033\[1;31merror:' out
result "--color" $?

! "$gtlua" check bad.jsonl >/dev/full 2>err
result "output that cannot be written is an error" $?

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

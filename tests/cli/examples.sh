#!/usr/bin/env bash
# Every example runs offline to its report: in process, and against `gtlua serve` over
# HTTP with the same score. $1: the gtlua binary. Last line: "N passed, N failed".
set -uo pipefail
gtlua=$1 passed=0 failed=0
work=$(mktemp -d)
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
server=
export XDG_STATE_HOME=$work/state

check() { # NAME CONDITION...
  local name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "not ok $name"
  fi
}

"$gtlua" --provider local --set poll=0.1 examples/tutorial/pipeline.lua >"$work/tutorial" 2>"$work/err"
check "tutorial ends well" test $? -eq 0
check "tutorial reaches SUCCEEDED" grep -q '^State: SUCCEEDED$' "$work/tutorial"
check "tutorial answers positive" grep -q '^Answer: positive$' "$work/tutorial"

"$gtlua" --provider local examples/sentiment/pipeline.lua >"$work/local" 2>>"$work/err"
check "sentiment ends well" test $? -eq 0
grep -E '^(tuned|prompt only) +accuracy' "$work/local" >"$work/local.score"
check "sentiment prints both scores" test "$(wc -l <"$work/local.score")" -eq 2
# The floor lies below the worst of many splits, the table says what was measured.
check "the tuned model beats the prompt" awk '
  /^tuned/ { tuned = $3 } /^prompt/ { prompt = $4 }
  END { exit !(tuned >= 0.75 && tuned > prompt) }' "$work/local.score"
check "sentiment answers the payback question" grep -q '^payback ' "$work/local"

"$gtlua" --set out="$work/" examples/curation/curate.lua >"$work/curation" 2>>"$work/err"
check "curation ends well" test $? -eq 0
check "curation finds the near duplicate" grep -q '^line 42 .*near duplicate of line 2 ' "$work/curation"
check "curation removes by rule" grep -q '^4 to remove' <(sed -n 's/^108 rows: //p' "$work/curation")
check "curation suspects the wrong labels" test \
  "$(grep -cE '^line (48|89|96|100) .* -> ' "$work/curation")" -eq 4
check "curation writes all that is left" test \
  "$(cat "$work"/tickets.{train,validation,test}.jsonl | wc -l)" -eq 100
check "curation writes what was removed" test "$(wc -l <"$work/tickets.removed.jsonl")" -eq 8

"$gtlua" serve --port-file "$work/port" 2>"$work/serve.log" &
server=$!
for _ in $(seq 100); do [[ -s $work/port ]] && break; sleep 0.1; done
GTLUA_BASE_URL=http://127.0.0.1:$(cat "$work/port") GOOGLE_API_KEY=x \
  "$gtlua" examples/sentiment/pipeline.lua >"$work/wire" 2>>"$work/err"
check "sentiment over HTTP ends well" test $? -eq 0
grep -E '^(tuned|prompt only) +accuracy' "$work/wire" >"$work/wire.score"
check "the same score over HTTP" cmp -s "$work/local.score" "$work/wire.score"

[[ $failed -gt 0 ]] && cat "$work/err" "$work/serve.log"
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]

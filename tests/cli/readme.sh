#!/usr/bin/env bash
# Every command of README.md runs: the lines "$ ..." of its sh blocks, in a clean copy of
# the project's files, with the program of this build. Last line: "N passed, N failed".
set -uo pipefail
passed=0 failed=0
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT
# A release archive is no checkout: then all but the builds.
{ git ls-files --cached --others --exclude-standard 2>/dev/null ||
  find . -path './build*' -prune -o -path './.*' -prune -o -type f -print; } |
  tar cf - -T - | tar xf - -C "$work"
mkdir -p "$work/build"
cp build-test/gtlua "$work/build/"
export PATH=$work/build:$PATH
lines=$(awk '/^```sh/ { on = 1; next } /^```/ { on = 0 } on && sub(/^\$ /, "")' README.md)
cd "$work" || exit 1
while IFS= read -r line; do
  # scripts/test would run this test again, without end.
  [[ $line == ./scripts/test* || $line == git\ clone* || $line == cd\ * ]] && continue
  if timeout 300 bash -c "$line" >"$work/out" 2>&1 </dev/null; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "not ok: $line"
    tail -n 20 "$work/out"
  fi
done <<<"$lines"
echo "$passed passed, $failed failed"
[[ $failed -eq 0 && $passed -gt 3 ]]

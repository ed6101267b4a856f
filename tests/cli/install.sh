#!/usr/bin/env bash
# cmake --install with a prefix and with DESTDIR; the installed program runs from
# anywhere. $1: a build folder. Last line: "N passed, N failed".
set -uo pipefail
build=$1 passed=0 failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
check() {
  local name=$1
  shift
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "not ok $name"; fi
}
check "install with a prefix" cmake --install "$build" --prefix "$work/prefix"
check "the program is there" test -x "$work/prefix/bin/gtlua"
check "stubs for editors are there" test -s "$work/prefix/share/gtlua/meta/gt.lua"
check "it runs elsewhere" test "$(cd / && "$work/prefix/bin/gtlua" -e 'print(require("gt.task").sleep ~= nil)')" = true
DESTDIR=$work/dest check "install with DESTDIR" cmake --install "$build" --prefix /usr
check "DESTDIR is honoured" test -x "$work/dest/usr/bin/gtlua"
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]

# shellcheck shell=bash
# Near-duplicate search: the part of scripts/bench that is called `data_similar`. Sourced
# there; uses its root, build, bench, out, calc, goal, has and skip.
# shellcheck disable=SC2154

# A figure of the last run: similar_of NAME FILE
similar_of() { awk -v name="$1" '$1 == name { print $2 }' "$2"; }

similar_run() { # WHAT COUNT
  "$build/similarbench" "$1" "$2" >"$out/similar.$1.$2"
  printf '  %-26s %8.2f %12.0f %9.0f %9.0f %9.0f\n' "$2 texts, $1" \
    "$(similar_of seconds "$out/similar.$1.$2")" "$(similar_of texts_a_second "$out/similar.$1.$2")" \
    "$(similar_of peak_mb "$out/similar.$1.$2")" "$(similar_of of_it_texts_mb "$out/similar.$1.$2")" \
    "$(similar_of pairs "$out/similar.$1.$2")"
}

similar_peer() {
  local said=$out/similar.peer
  if ! has python3 || ! python3 -c 'import datasketch' 2>/dev/null; then
    skip datasketch "python3 -m pip install datasketch"
    return
  fi
  "$build/similarbench" write 5000 >"$out/similar.txt"
  "$build/similarbench" time 5000 >"$out/similar.time.5000"
  python3 "$bench/similar.py" "$out/similar.txt" 5000 >"$said"
  printf '  %-26s %8.2f %12.0f\n' "5000 texts, datasketch" "$(similar_of seconds "$said")" \
    "$(similar_of texts_a_second "$said")"
  goal "texts/s of 1,000,000 / datasketch of 5,000" "$(calc 0 \
    "$(similar_of texts_a_second "$out/similar.time.1000000") / $(similar_of texts_a_second "$said")")" ">=" 200
}

data_similar() { # FOLDER... with train.jsonl and test.jsonl
  # shellcheck disable=SC2046
  ${CC:-cc} -O2 -std=gnu11 -D_GNU_SOURCE -I"$root/src" "$bench/similarbench.c" \
    -o "$build/similarbench" "$build/libgtcore.a" \
    $(pkg-config --libs lua5.4 lua5.4-cjson) -lz -lpthread -ldl -lm
  printf '\nnear-duplicate search at .8, texts of about 100 bytes\n'
  printf '  %-26s %8s %12s %9s %9s %9s\n' "" s texts/s "peak MB" "texts MB" pairs
  similar_run time 100000
  similar_run time 1000000
  similar_run alike 1000000
  similar_run boilerplate 1000000
  goal "100,000 texts" "$(similar_of seconds "$out/similar.time.100000")" "<" 1 " s"
  goal "1,000,000 texts" "$(similar_of seconds "$out/similar.time.1000000")" "<" 4 " s"
  goal "1,000,000 texts, peak memory" "$(similar_of peak_mb "$out/similar.time.1000000")" "<" 1000 " MB"
  similar_peer
  [ $# -gt 0 ] || { skip "near-duplicate quality" "name folders with train.jsonl and test.jsonl"; return 0; }
  printf '\nnear-duplicates injected into data sets: those that reach the threshold, and those found\n'
  "$build/similarbench" quality "$@" | sed 's/^/  /'
}

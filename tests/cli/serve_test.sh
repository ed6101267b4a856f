#!/usr/bin/env bash
# `gtlua serve` as its users see it: the socket, the port file, the limits, the end.
#   serve_test.sh PATH_OF_GTLUA
# Uses curl. The last line is "N passed, N failed".
set -u

gtlua=$(realpath "${1:?usage: serve_test.sh PATH_OF_GTLUA}")
work=$(mktemp -d)
cd "$work" || exit 1
export XDG_STATE_HOME=$work/state HOME=$work
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy
passed=0 failed=0 pid=

cleanup() {
  [ -n "$pid" ] && kill -KILL "$pid" 2>/dev/null
  rm -rf "$work"
}
trap cleanup EXIT

check() { # name, extended regular expression, text
  if printf '%s' "$3" | grep -qE -- "$2"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED %s: no "%s" in:\n%s\n' "$1" "$2" "$3"
  fi
}

start() { # arguments of serve
  : >log
  "$gtlua" serve --port-file port "$@" 2>log &
  pid=$!
  for _ in $(seq 200); do
    grep -q "local API at" log 2>/dev/null && break
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.05
  done
  base=http://127.0.0.1:$(cat port 2>/dev/null)
}

ask() { # path, curl options: body and then the status
  local path=$1
  shift
  curl -sS --max-time 30 -w '\n%{http_code}' "$@" "$base$path" 2>&1
}

echo 1 >port # of a server that died
start -v
check "announces itself" "local API at http://127\.0\.0\.1:$(cat port)  \(state folder $work/state/gtlua\)" "$(cat log)"
check "names the variables" "GTLUA_BASE_URL=$base GOOGLE_API_KEY=x" "$(cat log)"
check "port file is a number and a newline" '^[0-9]+ 2$' "$(cat port) $(($(wc -l <port) + 1))"

check "models" '"models/gemini-2\.0-flash"' "$(ask '/v1beta/models?pageSize=1000')"
check "one model" '^200$' "$(ask /v1beta/models/gemini-2.0-flash)"
check "HEAD" '^HTTP/1.1 200' "$(curl -sS --max-time 30 -I "$base/v1beta/models/gemini-2.0-flash")"
check "encoded path" '"name": ?"models/gemini-2\.0-flash"' "$(ask /v1beta/models/gemini%2D2.0-flash)"
check "a NUL in the path does not end it" '^404$' "$(ask /v1beta/models/gemini-2.0-flash%00x)"
check "unknown path" '^404$' "$(ask /v1beta/nothing)"
check "unknown path, status" '"status": ?"NOT_FOUND"' "$(ask /v1beta/nothing)"
check "wrong method" '^405$' "$(ask /v1beta/models -X DELETE)"
check "wrong method, allow" '^[Aa]llow: GET' "$(ask /v1beta/models -X DELETE -D -)"
check "malformed body" '"code": ?400.*"INVALID_ARGUMENT"' \
  "$(ask /v1beta/models/gemini-2.0-flash:generateContent -d '{"contents":')"
check "stream" '^data: \{' \
  "$(ask '/v1beta/models/gemini-2.0-flash:streamGenerateContent?alt=sse' \
    -d '{"contents":[{"parts":[{"text":"hello"}]}]}')"
check "stream is chunked" '^Transfer-Encoding: chunked' \
  "$(ask '/v1beta/models/gemini-2.0-flash:streamGenerateContent?alt=sse' -D - \
    -d '{"contents":[{"parts":[{"text":"hello"}]}]}')"

printf '{"text_input":"good","output":"positive"}\n' >rows.jsonl
size=$(wc -c <rows.jsonl)
ask /upload/v1beta/files -D head -o reply -d '{"file":{"displayName":"rows"}}' \
  -H 'Content-Type: application/json' -H 'X-Goog-Upload-Protocol: resumable' \
  -H 'X-Goog-Upload-Command: start' -H "X-Goog-Upload-Header-Content-Length: $size" \
  -H 'X-Goog-Upload-Header-Content-Type: application/jsonl' >/dev/null
url=$(grep -i '^x-goog-upload-url:' head | tr -d '\r' | cut -d' ' -f2)
check "upload URL leads here" "^$base/upload/" "$url"
check "upload, wrong offset" '^400$' "$(ask "${url#"$base"}" -H 'X-Goog-Upload-Offset: 7' \
  -H 'X-Goog-Upload-Command: upload, finalize' --data-binary @rows.jsonl)"
check "upload, bytes" "\"sizeBytes\": ?\"$size\"" "$(ask "${url#"$base"}" \
  -H 'X-Goog-Upload-Offset: 0' -H 'X-Goog-Upload-Command: upload, finalize' \
  --data-binary @rows.jsonl)"
check "uploaded file is listed" '"displayName": ?"rows"' "$(ask /v1beta/files)"

# Keep-alive: the second request opens no connection.
check "keep-alive" '^1 0 $' "$(curl -sS --max-time 30 -o /dev/null -o /dev/null \
  -w '%{num_connects} ' "$base/v1beta/models" "$base/v1beta/models")"

# Two at once: one that has sent half of its request does not keep the other waiting.
exec 3<>"/dev/tcp/127.0.0.1/$(cat port)"
printf 'POST /v1beta/models/gemini-2.0-flash:countTokens HTTP/1.1\r\nHost: localhost\r\nContent-Length: 41\r\n\r\n{"contents":' >&3
check "second client is served meanwhile" '^200$' "$(ask /v1beta/models)"
printf '[{"parts":[{"text":"hi"}]}]}%*s' 1 '' >&3
IFS= read -r -t 20 line <&3
check "first client gets its answer" '^HTTP/1.1 200' "${line:-nothing}"
exec 3<&- 3>&-
pids=()
for i in 1 2 3 4 5 6 7 8; do
  curl -sS --max-time 30 -o "many.$i" -w '%{http_code}\n' "$base/v1beta/models" >>codes &
  pids+=($!)
done
wait "${pids[@]}"
check "eight at once" '^8$' "$(grep -c '^200$' codes)"

# Limits: 64 MiB of body. A body is refused by its announced length, and by its bytes.
truncate -s $((64 * 1024 * 1024 + 1)) big
check "too large, announced" '^413$' "$(ask /v1beta/tunedModels --data-binary @big)"
check "too large, status" '"code": ?413.*"INVALID_ARGUMENT"' \
  "$(ask /v1beta/tunedModels --data-binary @big -H 'Expect:')"
check "too large, chunked" '^413$' \
  "$(ask /v1beta/tunedModels --data-binary @big -H 'Transfer-Encoding: chunked')"
check "alive afterwards" '^200$' "$(ask /v1beta/models)"

# What a browser would send for another site.
check "foreign origin" '^403$' "$(ask /v1beta/models -H 'Origin: http://example.org')"
check "foreign host" '^403$' "$(ask /v1beta/models -H 'Host: example.org')"
check "host that begins like loopback" '^403$' "$(ask /v1beta/models -H 'Host: 127.0.0.1.example.org')"
check "localhost" '^200$' "$(ask /v1beta/models -H "Host: localhost:$(cat port)")"
check "-v logs requests" 'GET /v1beta/models 200 [0-9.]+ ms' "$(cat log)"
check "-v logs refusals" 'GET /v1beta/models 403 ' "$(cat log)"

# Arguments and addresses that are refused.
other() { timeout 20 "$gtlua" serve "$@" 2>&1; printf 'exit %s' $?; }
text=$(other --listen "127.0.0.1:$(cat port)")
check "port in use" 'cannot listen on 127\.0\.0\.1 port [0-9]+: Address already in use' "$text"
check "port in use, hint and exit code" 'hint: another program listens there' "$text"
check "port in use, exit code" 'exit 1$' "$text"
text=$(other --listen 0.0.0.0:0)
check "remote address" 'not a loopback address' "$text"
check "remote address, hint" 'hint: .*--allow-remote' "$text"
check "remote address, exit code" 'exit 2$' "$text"
check "remote IPv6 address" 'exit 2$' "$(other --listen '[::]:0')"
check "bad address" "not 'nowhere'.*" "$(other --listen nowhere)"
check "bad port" 'exit 2$' "$(other --listen 127.0.0.1:65536)"
check "unknown option" 'no option .--nothing.' "$(other --nothing)"
check "--help" 'usage: gtlua serve' "$(other --help)"

# The end: SIGTERM, also while a connection is open.
exec 3<>"/dev/tcp/127.0.0.1/$(cat port)"
printf 'GET /v1beta/mod' >&3
kill -TERM "$pid"
wait "$pid"
check "SIGTERM, exit code" '^143$' "$?"
pid=
exec 3<&- 3>&-
check "port file is gone" '^gone$' "$([ -e port ] || echo gone)"
check "says that it has stopped" 'has stopped' "$(cat log)"
check "no leak, no error" '^0$' "$(grep -cE 'ERROR|LeakSanitizer|runtime error|traceback' log)"

# A port that has just been used can be taken again; what was uploaded is still there.
port_before=${base##*:}
start --listen "$port_before"
check "same port again" "^$port_before$" "$(cat port 2>/dev/null)"
check "state survives" '"displayName": ?"rows"' "$(ask /v1beta/files)"
echo 99 >port # now another server's
kill -TERM "$pid"
wait "$pid"
pid=
check "leaves a port file that is not its own" '^99$' "$(cat port)"
rm -f port
start --listen 0.0.0.0:0 --allow-remote
check "remote allowed" '^200$' "$(ask /v1beta/models -H 'Host: example.org')"
check "upload URL names the host that was asked" '^X-Goog-Upload-URL: http://example\.org:81/' \
  "$(ask /upload/v1beta/files -D - -d '{}' -H 'Host: example.org:81' \
    -H 'X-Goog-Upload-Protocol: resumable' -H 'X-Goog-Upload-Command: start' \
    -H 'X-Goog-Upload-Header-Content-Length: 1')"
kill -TERM "$pid"
wait "$pid"
pid=

printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]

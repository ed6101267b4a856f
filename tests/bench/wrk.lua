-- wrk's side of scripts/bench fanout: the request of the others, and their line of
-- figures. Prints: requests, seconds, p99 milliseconds.
wrk.method = "POST"
wrk.path = "/v1beta/models/gemini-2.5-flash:generateContent"
wrk.body = [[{"contents":[{"role":"user","parts":[{"text":"Classify: this is text number 12345"}]}],"generationConfig":{"temperature":0}}]]
wrk.headers["Content-Type"] = "application/json"
wrk.headers["x-goog-api-key"] = "x"
wrk.headers["Accept"] = "*/*"

function done(summary, latency)
  local e = summary.errors
  assert(e.connect + e.read + e.write + e.status + e.timeout == 0, "requests failed")
  io.stderr:write(("%d %.6f %.3f\n"):format(summary.requests, summary.duration / 1e6,
    latency:percentile(99) / 1e3))
end

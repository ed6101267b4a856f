-- gtlua's side of scripts/bench fanout: REQUESTS calls of generate_content, CONCURRENCY
-- at a time. Prints: requests, seconds, p99 milliseconds.
--   gtlua fanout.lua REQUESTS CONCURRENCY

local requests, concurrency = tonumber(arg[1]), tonumber(arg[2])
local now = gt.task.now
local latency = {}

local function items()
  local k = 0
  return function()
    k = k + 1
    return k <= requests and k or nil
  end
end

local started = now()
gt.map(items(), function(k)
  local begun = now()
  local r = generate_content("models/gemini-2.5-flash",
    "Classify: this is text number " .. k, { temperature = 0 })
  assert(r.text == "positive")
  latency[k] = now() - begun
end, { concurrency = concurrency })
local seconds = now() - started

table.sort(latency)
print(("%d %.6f %.3f"):format(requests, seconds, latency[math.max(1, requests * 99 // 100)] * 1e3))

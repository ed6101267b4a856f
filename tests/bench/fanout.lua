-- gtlua's side of scripts/bench fanout: REQUESTS calls of generate_content, CONCURRENCY
-- at a time. Prints: requests, seconds, p99 milliseconds (to a hundredth).
--   gtlua fanout.lua REQUESTS CONCURRENCY

local requests, concurrency = tonumber(arg[1]), tonumber(arg[2])
local now = gt.task.now
local counts, slowest = {}, 0 -- requests by latency in hundredths of a millisecond

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
  local took = math.floor((now() - begun) * 1e5)
  counts[took] = (counts[took] or 0) + 1
  slowest = math.max(slowest, took)
end, { concurrency = concurrency })
local seconds = now() - started

local p99, slower = slowest, counts[slowest]
while slower < requests / 100 do
  p99 = p99 - 1
  slower = slower + (counts[p99] or 0)
end
print(("%d %.6f %.3f"):format(requests, seconds, p99 / 100))

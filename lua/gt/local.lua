-- The local API: the Gemini Developer API's wire answered in process, over the built-in
-- training engine. One handler for both transports: the in-process one of the local
-- provider, and the socket of `gtlua serve`.
--
-- It runs on the main state outside of any task and never waits: trainings run in the
-- engine's threads, and their progress is read when somebody asks.

local router = require "gt.local.router"
local training = require "gt.local.training"

return {
  --- Request to response; see router.handle.
  handle = router.handle,
  --- Writes down trainings that have ended, so that other processes see it: for a server
  --- to call now and then while nobody asks. Returns how many go on.
  settle = training.settle,
  --- Settles, then stops the trainings of this process; the next process that looks at
  --- their models takes them up. Happens by itself when the Lua state closes.
  close = training.close,
}

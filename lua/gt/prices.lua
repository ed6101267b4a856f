-- Prices of training, in dollars per million trained tokens. Data only; used by gt.estimate.
-- A model without an entry has no price that we could name with its source: the estimate
-- then gives tokens, says so, and takes a price from the caller.

return {
  date = "2026-11-22",
  currency = "USD",
  stale_after_days = 180,
  -- Training is billed by dataset tokens times epochs.
  source = "https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/tuning",
  models = {
    ["local"] = { training = 0, source = "runs on this machine" },
  },
}

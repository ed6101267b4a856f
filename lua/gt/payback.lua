-- gt.payback: does tuning pay against prompting? Training is paid once; what is saved is
-- the part of the prompt (instructions and examples) that a tuned model no longer needs.

local core = require "gt.core.host"

local payback = {}

local required = {
  "training_tokens", "epochs", "price_training", "prompt_tokens", "tuned_tokens",
  "price_input", "calls_per_month",
}

---@class gt.PaybackOptions
---@field training_tokens number tokens of the training data, once through
---@field epochs number passes over it; training is billed per token and pass
---@field price_training number dollars per million training tokens
---@field prompt_tokens number input tokens of a call with the long prompt
---@field tuned_tokens number input tokens of the same call to the tuned model
---@field price_input number dollars per million input tokens
---@field calls_per_month number

---@class gt.Payback
---@field training_cost number dollars, once
---@field monthly_saving number dollars a month
---@field months number? training_cost / monthly_saving; nil when nothing is saved

--- All figures are the caller's: gtlua ships no prices.
---@param o gt.PaybackOptions
---@return gt.Payback
function payback.of(o)
  for _, name in ipairs(required) do
    local value = type(o) == "table" and o[name]
    if type(value) ~= "number" or not (value >= 0) then
      core.raise("INVALID_ARGUMENT", ("gt.payback.of: %s must be a number of at least 0"):format(name),
        "needed: " .. table.concat(required, ", "))
    end
  end
  local cost = o.training_tokens * o.epochs / 1e6 * o.price_training
  local saving = (o.prompt_tokens - o.tuned_tokens) / 1e6 * o.price_input * o.calls_per_month
  return {
    training_cost = cost, monthly_saving = saving,
    months = saving > 0 and cost / saving or nil,
  }
end

return payback

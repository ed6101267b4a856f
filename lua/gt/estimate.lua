-- gt.estimate: tokens and cost of a training run before anything is sent, as a range with
-- its assumptions. Tokens are guessed from bytes: no tokenizer is inside.
--
--   local e = gt.estimate.of(data, { model = "gemini-2.5-flash", epochs = 3, price = 5 })
--   print(e.tokens, e.trained_tokens, e.cost_low, e.cost_high)

local arguments = require "gt.arguments"
local core = require "gt.core.host"

local estimate = {}

local BYTES, BYTES_FEW, BYTES_MANY = 4, 3, 5 -- a token

estimate.assumption = "4 bytes a token, the range is 5 to 3; scripts other than Latin differ more"

---@class gt.EstimateOptions
---@field model string?
---@field epochs integer?
---@field price number?

local OPTIONS = { model = "string", epochs = arguments.whole(1), price = arguments.number(0) }

local function refuse(...) core.raise("INVALID_ARGUMENT", ...) end

local function seconds_of(date)
  local year, month, day = date:match "^(%d+)-(%d+)-(%d+)$"
  return os.time { year = year, month = month, day = day, hour = 12 }
end

--- Dollars per million tokens of that model, where from, and a warning when that is old.
--- prices and now are the tests'.
---@return number|nil price
---@return string source
---@return string|nil warning
function estimate.price(model, prices, now)
  prices = prices or require "gt.prices"
  local days = ((now or os.time()) - seconds_of(prices.date)) // 86400
  local entry = model and prices.models[model]
  if not entry then
    return nil, ("no price on record for %s (prices of %s)"):format(model or "an unnamed model", prices.date)
  end
  local warning = days > prices.stale_after_days and entry.training > 0
    and ("the prices are of %s, %d days old: look at %s"):format(prices.date, days, entry.source or prices.source)
  return entry.training, entry.source or prices.source, warning or nil
end

local function round(x) return math.floor(x + 0.5) end

--- The estimate for a number of tokens that was counted at 4 bytes a token.
---@param tokens integer
---@param options gt.EstimateOptions
---@return gt.Estimate
function estimate.from_tokens(tokens, options, prices, now)
  local epochs = options.epochs or 1
  local e = {
    tokens = tokens, epochs = options.epochs, trained_tokens = tokens * epochs,
    tokens_low = round(tokens * BYTES / BYTES_MANY), tokens_high = round(tokens * BYTES / BYTES_FEW),
    assumption = estimate.assumption,
  }
  if options.price then
    e.price, e.price_source = options.price, "given"
  else
    e.price, e.price_source, e.price_warning = estimate.price(options.model, prices, now)
  end
  if e.price then
    local dollars = e.price * epochs / 1e6
    e.cost, e.cost_low, e.cost_high = tokens * dollars, e.tokens_low * dollars, e.tokens_high * dollars
  end
  return e
end

--- An iterator over rows, whether they are a list, a data set in memory or a stream.
local function each(data)
  local rows = data.rows
  if type(rows) == "function" then
    local next_row, state, at = rows(data)
    return function()
      local first, second = next_row(state, at)
      at = first
      return type(first) == "table" and first or second
    end
  end
  rows = rows or data
  local i = 0
  return function()
    i = i + 1
    return rows[i]
  end
end

--- Tokens and cost of a training run on rows at hand.
---@param data gt.Dataset|gt.Row[]
---@param options gt.EstimateOptions?
---@return gt.Estimate
function estimate.of(data, options)
  options = arguments.check("gt.estimate.of", options, OPTIONS)
  if type(data) ~= "table" then
    refuse("gt.estimate.of: expected a data set or a list of rows, got a " .. type(data))
  end
  local tokens, count = 0, 0
  for row in each(data) do
    if type(row) ~= "table" or type(row.text_input) ~= "string" or type(row.output) ~= "string" then
      refuse(("gt.estimate.of: row %d is not { text_input = ..., output = ... }"):format(count + 1))
    end
    tokens = tokens + (#row.text_input + BYTES - 1) // BYTES + (#row.output + BYTES - 1) // BYTES
    count = count + 1
  end
  local e = estimate.from_tokens(tokens, options)
  e.rows = count
  return e
end

local function thousands(n)
  local text = ("%d"):format(n):reverse():gsub("(%d%d%d)", "%1,"):reverse()
  return (text:gsub("^,", ""))
end

local function dollars(x) return (x < 1 and "$%.4f" or "$%.2f"):format(x) end

--- The estimate as lines for people.
---@param e gt.Estimate
---@return string[]
function estimate.lines(e)
  local per_epoch = e.epochs and ("; x %d epochs = %s"):format(e.epochs, thousands(e.trained_tokens)) or ""
  local lines = { ("tokens: about %s (%s to %s)%s; %s"):format(thousands(e.tokens), thousands(e.tokens_low),
    thousands(e.tokens_high), per_epoch, e.assumption) }
  if not e.price then
    lines[2] = ("cost: %s; training is billed by tokens x epochs"):format(e.price_source)
  elseif e.price == 0 then
    lines[2] = "cost: none; " .. e.price_source
  else
    lines[2] = ("cost: about %s (%s to %s)%s at %s a million tokens (%s)"):format(dollars(e.cost),
      dollars(e.cost_low), dollars(e.cost_high), e.epochs and "" or " an epoch", dollars(e.price), e.price_source)
  end
  lines[3] = e.price_warning
  return lines
end

estimate.thousands = thousands

return estimate

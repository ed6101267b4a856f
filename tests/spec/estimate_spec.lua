-- gt.estimate: tokens, ranges, prices and their age.

local dataset = require "gt.dataset"
local estimate = require "gt.estimate"

local PRICES = {
  date = "2026-01-01", currency = "USD", stale_after_days = 180, source = "list",
  models = { m = { training = 8 }, free = { training = 0, source = "here" } },
}
local function day(date)
  local y, m, d = date:match "(%d+)-(%d+)-(%d+)"
  return os.time { year = y, month = m, day = d, hour = 12 }
end

describe("an estimate", function()
  it("counts four bytes a token, with a range", function()
    local e = estimate.of { { text_input = ("x"):rep(400), output = ("y"):rep(200) } }
    expect.equal(e.tokens, 150)
    expect.equal(e.tokens_low, 120)
    expect.equal(e.tokens_high, 200)
    expect.equal(e.trained_tokens, 150)
    expect.equal(e.rows, 1)
    expect.falsy(e.cost)
    expect.match(e.price_source, "no price on record for an unnamed model")
    expect.equal(estimate.of({}).tokens, 0)
    expect.equal(estimate.of({ { text_input = "a", output = "b" } }).tokens, 2)
  end)

  it("takes data sets, also those that stream", function()
    local rows = { { text_input = "abcdefgh", output = "abcd" }, { text_input = "abcd", output = "ab" } }
    expect.equal(estimate.of(dataset.from(rows)).tokens, 5)
    local stream = { rows = function() return ipairs(rows) end }
    expect.equal(estimate.of(stream).tokens, 5)
    local i = 0
    stream = { rows = function() return function()
      i = i + 1
      return rows[i]
    end end }
    expect.equal(estimate.of(stream).tokens, 5)
  end)

  it("multiplies epochs and price", function()
    local e = estimate.from_tokens(1000000, { epochs = 3, model = "m" }, PRICES, day "2026-02-01")
    expect.equal(e.trained_tokens, 3000000)
    expect.equal(e.cost, 24.0)
    expect.between(e.cost_low, 19.19, 19.21)
    expect.between(e.cost_high, 31.9, 32.1)
    expect.falsy(e.price_warning)
    e = estimate.of({ { text_input = ("x"):rep(4000000), output = "" } }, { epochs = 2, price = .5 })
    expect.equal(e.cost, 1.0)
    expect.equal(e.price_source, "given")
  end)

  it("warns when prices are old, not before", function()
    local function warning(now, model) return select(3, estimate.price(model or "m", PRICES, day(now))) end
    expect.falsy(warning "2026-06-30")
    expect.match(warning "2026-07-01", "181 days old: look at list")
    expect.falsy(warning("2027-01-01", "free"))
    local lines = estimate.lines(estimate.from_tokens(10, { model = "m" }, PRICES, day "2027-01-01"))
    expect.equal(#lines, 3)
  end)

  it("is told in lines", function()
    local function line(n, tokens, o)
      return estimate.lines(estimate.from_tokens(tokens, o, PRICES, day "2026-02-01"))[n]
    end
    expect.match(line(1, 1234567, {}), "about 1,234,567 %(987,654 to 1,646,089%); 4 bytes")
    expect.match(line(1, 999, { epochs = 2 }), "about 999 .*x 2 epochs = 1,998;")
    expect.match(line(2, 999, {}), "no price on record")
    expect.match(line(2, 999, { model = "free" }), "cost: none; here")
    expect.match(line(2, 1000000, { model = "m" }), "about %$8.00 %(%$6.40 to %$10.67%) an epoch at %$8.00 a million")
  end)

  it("has a price or says so for every profile", function()
    for _, name in ipairs(require "gt.check.profile".names()) do
      local _, source = estimate.price(name)
      expect.truthy(#source > 5)
    end
    expect.match(require "gt.prices".date, "^%d%d%d%d%-%d%d%-%d%d$")
  end)

  it("refuses other options and rows", function()
    local function refuses(pattern, ...)
      expect.match(expect.raises("INVALID_ARGUMENT", estimate.of, ...).message, pattern)
    end
    refuses("no option 'epoch'", {}, { epoch = 1 })
    refuses("epochs must be a whole", {}, { epochs = "3" })
    refuses("epochs must be a whole", {}, { epochs = 1.5 })
    refuses("epochs must be a whole", {}, { epochs = 0 })
    refuses("price must be", {}, { price = -1 })
    refuses("price must be", {}, { price = 0 / 0 })
    refuses("expected a data set", 7)
    refuses("row 1 is not", { { text_input = "a" } })
    refuses("options must be", {}, 3)
  end)
end)

-- gt.estimate, which gtlua check uses too; for the fields of an entry see calls.lua.

return {
  {
    name = "estimate.of",
    summary = "Tokens and cost of a training run before anything is sent, as a range. Tokens are guessed "
      .. "from bytes; without a price on record and without one of yours there is no cost.",
    params = { { "data", "gt.Dataset|gt.Row[]", "" } },
    options = {
      { name = "model", type = "string", help = "whose price is looked up" },
      { name = "epochs", type = "integer", help = "passes over the data; default 1" },
      { name = "price", type = "number", help = "dollars per million trained tokens" },
    },
    class = "gt.EstimateOptions",
    returns = { { "gt.Estimate", "estimate", "" } },
    errors = { { "INVALID_ARGUMENT", "not a data set, or an option is wrong" } },
    example = { [[print(gt.estimate.of(data, { epochs = 3, price = 5 }).cost_high)]] },
  },
  {
    name = "estimate.lines", summary = "An estimate as lines for people.",
    params = { { "estimate", "gt.Estimate", "" } }, returns = { { "string[]", "lines", "" } },
    example = { [[print(table.concat(gt.estimate.lines(gt.estimate.of(data)), "\n"))]] },
  },
}

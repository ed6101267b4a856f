-- gt.score and gt.payback; for the fields of an entry see calls.lua.

return {
  {
    name = "score.labels",
    summary = "Scores label answers: accuracy with its 95 % interval and the counts of the confusion "
      .. "table. White space and case around an answer do not count; nil is a row without an answer.",
    params = { { "rows", "{ truth: string, answer: string? }[]", "" } },
    returns = { { "gt.Score", "score", "" } },
    errors = { { "INVALID_ARGUMENT", "not a list of rows" } },
    example = { [[print(gt.score.line(gt.score.labels { { truth = "positive", answer = "positive" } }))]] },
  },
  {
    name = "score.line", summary = "A score as one line for people.",
    params = { { "score", "gt.Score", "" } }, returns = { { "string", "line", "" } },
    example = { [[print(gt.score.line(score))]] },
  },
  {
    name = "score.confusion_table", summary = "The confusion table as text: a line a true label, a column an answer.",
    params = { { "score", "gt.Score", "" } }, returns = { { "string", "text", "" } },
    example = { [[print(gt.score.confusion_table(score))]] },
  },
  {
    name = "score.wilson", summary = "The 95 % interval of a share (Wilson's score interval).",
    params = { { "right", "integer", "" }, { "n", "integer", "" } },
    returns = { { "number", "low", "" }, { "number", "high", "" } },
    example = { [[print(gt.score.wilson(45, 50)) --> 0.786398  0.956524]] },
  },
  {
    name = "payback.of",
    summary = "Does tuning pay against prompting? Training is paid once; each call saves the tokens of the "
      .. "longer prompt. All figures are yours: gtlua ships no prices.",
    params = {},
    options = {
      { name = "training_tokens", type = "number", help = "tokens of the training data, once through" },
      { name = "epochs", type = "number", help = "passes over it; training is billed per token and pass" },
      { name = "price_training", type = "number", help = "dollars per million training tokens" },
      { name = "prompt_tokens", type = "number", help = "input tokens of a call with the long prompt" },
      { name = "tuned_tokens", type = "number", help = "input tokens of the same call to the tuned model" },
      { name = "price_input", type = "number", help = "dollars per million input tokens" },
      { name = "calls_per_month", type = "number", help = "calls a month" },
    },
    class = "gt.PaybackOptions",
    needs = { "training_tokens", "epochs", "price_training", "prompt_tokens", "tuned_tokens", "price_input",
      "calls_per_month" },
    returns = { { "gt.Payback", "payback", "" } },
    errors = { { "INVALID_ARGUMENT", "a figure is missing or negative" } },
    example = {
      [[print(gt.payback.of { training_tokens = 9000, epochs = 3, price_training = 5, prompt_tokens = 300,]],
      [[  tuned_tokens = 40, price_input = 0.3, calls_per_month = 100000 }.months)]],
    },
  },
}

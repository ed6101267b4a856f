-- gt.dataset and the methods of models; for the fields of an entry see calls.lua.

return {
  {
    name = "dataset.load",
    summary = "Reads a JSON Lines file of training rows. Every defect is printed with its place; "
      .. "one error and the load fails.",
    params = { { "path", "string", "rows { text_input, output }, { input, output }, "
      .. "{ prompt, completion }" } },
    returns = { { "gt.Dataset", "data", "" } },
    errors = { { "INVALID_ARGUMENT", "the file has defects (exit code 10)" } },
    example = { [[local train, test = gt.dataset.load("reviews.jsonl"):split { test = 0.25 }]] },
  },
  {
    name = "dataset.from", summary = "A data set from rows at hand.",
    params = { { "rows", "gt.Row[]", "" } }, returns = { { "gt.Dataset", "data", "" } },
    errors = { { "INVALID_ARGUMENT", "a row is not { text_input =, output = }" } },
    example = { [[local data = gt.dataset.from { { text_input = "fine", output = "positive" } }]] },
  },
  {
    name = "dataset:filter", summary = "The rows for which f(row) is true.",
    params = { { "f", "fun(row: gt.Row): boolean", "" } },
    returns = { { "gt.Dataset", "data", "a new one" } },
    example = { [[data = data:filter(function(row) return #row.text_input < 500 end)]] },
  },
  {
    name = "dataset:map", summary = "A data set of what f makes of each row.",
    params = { { "f", "fun(row: gt.Row): gt.Row", "" } },
    returns = { { "gt.Dataset", "data", "a new one" } },
    errors = { { "INVALID_ARGUMENT", "f returned something that is no row" } },
    example = {
      [[data = data:map(function(row)]],
      [[  return { text_input = "Classify: " .. row.text_input, output = row.output } end)]],
    },
  },
  {
    name = "dataset:take", summary = "The first n rows.",
    params = { { "n", "integer", "" } }, returns = { { "gt.Dataset", "data", "a new one" } },
    example = { [[local few = data:take(100)]] },
  },
  {
    name = "dataset:split",
    summary = "Cuts in two by a stable hash of the input: a row stays on its side when others come "
      .. "or go, and equal inputs are never on both sides.",
    params = {},
    options = {
      { name = "test", type = "number", help = "share of the second part, above 0 and below 1" },
      { name = "seed", type = "integer", help = "another seed, another cut; default 0" },
    },
    class = "gt.SplitOptions", needs = { "test" },
    returns = { { "gt.Dataset", "train", "" }, { "gt.Dataset", "test", "" } },
    errors = { { "INVALID_ARGUMENT", "test is missing or not between 0 and 1" } },
    example = { [[local train, test = data:split { test = 0.25 }]] },
  },
  {
    name = "dataset:counts", summary = "How many rows each output has.",
    params = {}, returns = { { "table<string, integer>", "counts", "" } },
    example = { [[print(data:counts().positive)]] },
  },
  {
    name = "dataset:labels", summary = "The outputs that occur, sorted.",
    params = {}, returns = { { "string[]", "labels", "" } },
    example = { [[print(table.concat(data:labels(), " "))]] },
  },
  {
    name = "dataset:write",
    summary = "Writes JSON Lines ({ text_input, output }); the file appears whole or not at all.",
    params = { { "path", "string", "" } }, returns = { { "gt.Dataset", "self", "" } },
    example = { [[train:write("train.jsonl")]], [[local file = upload("train.jsonl")]] },
  },
  {
    name = "model:wait",
    summary = "Waits until the job has ended, with its progress on stderr. Updates the model.",
    params = {},
    options = {
      { name = "poll", type = "number",
        help = "seconds between looks, growing to six times that; default 10 (local: 0.1)" },
      { name = "timeout", type = "number",
        help = "seconds after which to give up, the job going on; default none" },
      { name = "raise", type = "boolean",
        help = "false: FAILED and CANCELLED are returned, not raised; default true" },
      { name = "stuck_after", type = "number",
        help = "seconds without a change after which it warns; default 1800" },
      { name = "on_progress", type = "fun(model: gt.Model)", help = "called with the model at every look" },
    },
    class = "gt.WaitOptions",
    returns = { { "gt.Model", "self", "state SUCCEEDED" } },
    errors = {
      { "DEADLINE_EXCEEDED", "not done in time; the job goes on: wait again later" },
      { "FAILED_PRECONDITION", "the tuning failed (exit code 14)" },
    },
    example = {
      [[job:wait { timeout = 3600 }]],
      [[print(job.state)]],
    },
  },
  {
    name = "model:refresh", summary = "Asks the provider again and updates the model.",
    params = {},
    options = {
      { name = "raise", type = "boolean",
        help = "false: FAILED and CANCELLED are returned, not raised; default true" },
      { name = "timeout", type = "number", help = "seconds; default 60" },
    },
    class = "gt.GetOptions",
    returns = { { "gt.Model", "self", "" } }, example = { [[print(job:refresh().state)]] },
  },
  {
    name = "model:cancel", summary = "Stops a running job, best effort.",
    params = {}, returns = { { "boolean", "done", "true" } }, example = { [[job:cancel()]] },
  },
  {
    name = "model:delete", summary = "Removes the model; a job that still runs is stopped.",
    params = {}, returns = { { "boolean", "done", "true" } }, example = { [[job:delete()]] },
  },
  {
    name = "model:generate", summary = "The answer of this model; see generate_content.",
    params = { { "contents", "string|table", "" } },
    options = "generate_content", class = "gt.GenerateOptions",
    returns = { { "gt.Response", "response", "" } },
    example = { [[print(job:generate("Classify: wonderful!").text)]] },
  },
}

-- The methods of models; for the fields of an entry see calls.lua.

return {
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

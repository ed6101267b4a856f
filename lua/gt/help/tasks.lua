-- Time and tasks; for the fields of an entry see calls.lua.

local STOPPED = { "CANCELLED", "the task was stopped: a sibling failed, or Ctrl-C" }

return {
  {
    name = "sleep", summary = "Waits; other tasks run meanwhile.",
    params = { { "seconds", "number", "0 lets the others run once" } }, returns = {},
    errors = { STOPPED }, example = { [[gt.sleep(0.5)]] },
  },
  {
    name = "map", generic = "T, R",
    summary = "Calls f for every item, several at a time, and returns the results in order. An "
      .. "iterator is read only as fast as its items are taken up.",
    params = {
      { "items", "T[]|fun(): T?", "a list, or a function that returns the next item" },
      { "f", "fun(item: T, index: integer): R", "may wait and call primitives" },
    },
    options = {
      { name = "concurrency", type = "integer", help = "how many at a time; default 64" },
      { name = "on_error", type = "string", values = { "raise", "collect" },
        help = "\"raise\" (default): the first failure stops the others; \"collect\": "
          .. "nothing is raised for an item" },
    },
    class = "gt.MapOptions",
    returns = {
      { "R[]", "results", "" },
      { "table<integer, gt.Error>?", "errors", "with on_error = \"collect\": index to error" },
    },
    example = {
      [[local answers = gt.map(rows, function(row)]],
      [[  return generate_content(job, row.text_input).text end, { concurrency = 16 })]],
    },
  },
  {
    name = "group",
    summary = "Runs f(g) and every task that it starts with g:spawn; returns when all have ended. "
      .. "The first failure stops the others and is raised.",
    params = { { "f", "fun(g: gt.Group): ...", "what it returns is the result" } },
    options = {
      { name = "limit", type = "integer", help = "how many tasks at once; g:spawn waits" },
      { name = "on_error", type = "string", values = { "cancel", "collect" },
        help = "\"cancel\" (default) or \"collect\": the second result maps index to error" },
    },
    class = "gt.GroupOptions", options_first = true,
    returns = { { "any", "results", "of f, or else the list of the tasks' first results" } },
    errors = { { "UNKNOWN", "whatever a task raised; further ones are in err.others" } },
    example = {
      [[gt.group(function(g)]],
      [[  g:spawn(gt.sleep, 1); g:spawn(print, "at the same time") end)]],
    },
  },
  {
    name = "within",
    summary = "Runs f(...) with a deadline for everything it waits for.",
    params = { { "seconds", "number", "" }, { "f", "function", "" }, { "...", "any", "for f" } },
    returns = { { "any", "...", "results of f" } },
    errors = { { "DEADLINE_EXCEEDED", "the time is up" } },
    example = { [[gt.within(600, function() job:wait() end)]] },
  },
  {
    name = "shield",
    summary = "Keeps a cancellation out of f(...) for so long: for clean-up that has to wait.",
    params = { { "seconds", "number", "" }, { "f", "function", "" }, { "...", "any", "for f" } },
    returns = { { "any", "...", "results of f" } },
    example = { [[gt.shield(5, gt.delete_file, file)]] },
  },
  {
    name = "try",
    summary = "Calls f(...) and returns its results, or nil and an error object. The cancellation "
      .. "of the running task is raised again.",
    params = { { "f", "function", "" }, { "...", "any", "for f" } },
    returns = { { "any", "result", "nil when it failed" }, { "gt.Error?", "err", "" } },
    example = {
      [[local file, err = gt.try(upload, "reviews.jsonl")]],
      [[if err then print(err.code, err.hint) end]],
    },
  },
  {
    name = "task.now", summary = "Seconds of a clock that only goes forward: for durations.",
    params = {}, returns = { { "number", "seconds", "" } },
    example = { [[local started = gt.task.now()]] },
  },
  {
    name = "task.time", summary = "Seconds since 1970, with fractions.",
    params = {}, returns = { { "number", "seconds", "" } },
    example = { [[print(os.date("!%FT%TZ", gt.task.time() // 1 | 0))]] },
  },
  {
    name = "group:spawn", summary = "Starts f(...) as a task of the group; waits at its limit.",
    params = { { "f", "function", "" }, { "...", "any", "for f" } },
    returns = { { "gt.Task", "task", "" } },
    example = { [[local task = g:spawn(generate_content, job, "one")]] },
  },
  {
    name = "group:map", summary = "Starts f(item, index) for every item of a list.",
    params = { { "list", "any[]", "" }, { "f", "fun(item: any, index: integer): any", "" } },
    returns = { { "gt.Task[]", "tasks", "one each, in order" } },
    example = { [[local tasks = g:map(rows, classify)]] },
  },
  {
    name = "group:cancel", summary = "Stops the group's tasks; the group then ends without an error.",
    params = {}, returns = {}, example = { [[g:cancel()]] },
  },
  {
    name = "task:wait", summary = "Waits for the task's end.",
    params = {}, returns = { { "any", "...", "results of the task" } },
    errors = { { "UNKNOWN", "whatever the task raised" } },
    example = { [[print(task:wait())]] },
  },
}

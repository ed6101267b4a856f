-- The topic "errors": every canonical code, what it means here and what to do. `first`:
-- the codes that people meet most.

return {
  {
    "PERMISSION_DENIED", first = true,
    "The credential may not do this, or the resource belongs to another project or is gone.",
    "Check which key is set (GOOGLE_API_KEY comes before GEMINI_API_KEY) and who owns the resource. "
      .. "Uploaded files live for 48 hours: upload again. What the sandbox withheld says so and "
      .. "names the option that allows it.",
  },
  {
    "INVALID_ARGUMENT", first = true,
    "The call itself is wrong and would fail again: an option, a row, a name.",
    "Read the message, it names the option or file:line:column; gtlua help FUNCTION lists what is "
      .. "allowed. A wrong API key is reported with this code too.",
  },
  {
    "RESOURCE_EXHAUSTED", first = true,
    "A quota is used up, too many tuning jobs run, or something is larger than its ceiling.",
    "gtlua has waited and tried again already: lower --concurrency, wait, or ask for more quota. "
      .. "Tuning: wait for one job to end, or gt.cancel_tuned_model one. A quota per day is back "
      .. "tomorrow.",
  },
  {
    "DEADLINE_EXCEEDED", first = true,
    "The time of the call, of --timeout or of gt.within is up.",
    "Raise timeout or send less at once. After job:wait the job goes on: "
      .. "get_tuned_model(name):wait() waits on.",
  },
  {
    "UNAUTHENTICATED", "There is no credential, or it has expired.",
    "Set GOOGLE_API_KEY; --provider local needs none.",
  },
  {
    "NOT_FOUND", "There is no such model, file or path.",
    "Check the name; gt.list_models(), gt.list_tuned_models() and gt.list_files() show what there is.",
  },
  {
    "ALREADY_EXISTS", "The id is taken.", "Choose another, for example the next version number.",
  },
  {
    "FAILED_PRECONDITION", "It is not the time for this: a model is not ready, or its tuning failed.",
    "Wait for it with job:wait(); get_tuned_model(name, { raise = false }).error says why one failed.",
  },
  {
    "UNAVAILABLE", "The service or the network is down or overloaded.",
    "Check network and proxy; gtlua has tried again already where that was safe.",
  },
  { "CANCELLED", "Stopped: by Ctrl-C, by a failing sibling task, or a job by cancel.", "Start again." },
  { "ABORTED", "Two changes of the same thing met.", "Try again." },
  { "OUT_OF_RANGE", "A position lies behind the end.", "Start the upload or listing again." },
  { "DATA_LOSS", "What arrived is not what was sent.", "Upload it again." },
  { "INTERNAL", "A fault of the server, or an answer that is none.",
    "Try again; if it stays, shorten the input or check --base-url." },
  { "UNIMPLEMENTED", "The provider does not have this.", "Use another provider or call." },
  { "UNKNOWN", "A plain Lua error, or a failure without a code.", "Read the message; err.cause has more." },
}

-- The four primitives as data: `gtlua help` prints it, scripts/stubs.lua makes the
-- editors' stubs of it. Fields of an entry:
--   name     as scripts write it without "gt."; "class:method" for methods
--   params   { name, type, text }; an optional one has a type that ends in "?"
--   options  name of a table of gt.core.api.option_tables(), or a list of
--            { name =, type =, help =, values = }; class: the stubs' name of it;
--            needs: names of those that must be there; types: of those that are "any"
--   returns  { type, name, text }
--   errors   { code, text }; what every call may raise stands in the page "errors"
--   example  lines of Lua

return {
  {
    name = "upload", global = true,
    summary = "Sends a file to the provider. Training rows (.jsonl) are checked first: every "
      .. "defect is named with its place, and nothing is sent when there is one.",
    params = { { "path", "string", "a file of at most 2 GB" } },
    options = "upload", class = "gt.UploadOptions",
    returns = { { "gt.File", "file", "kept by the Gemini API for 48 hours" } },
    errors = {
      { "INVALID_ARGUMENT", "rows are malformed (exit code 10), or the file is empty or too large" },
      { "NOT_FOUND", "there is no such file here" },
      { "DATA_LOSS", "the server has another number of bytes: upload it again" },
    },
    example = {
      [[local file = upload("reviews.jsonl", { display_name = "reviews" })]],
      [[print(file.name, file.row_count)]],
    },
  },
  {
    name = "create_tuned_model", global = true,
    summary = "Starts the tuning of a model and returns at once; the job goes on at the provider.",
    params = {}, options = "create_tuned_model", class = "gt.CreateOptions",
    needs = { "source_model", "training_data" },
    types = {
      source_model = "string|gt.Model", validation_data = "any",
      training_data = "gt.File|gt.Dataset|string|gt.Row[]",
    },
    returns = { { "gt.Model", "job", "state CREATING or TRAINING; wait for it with job:wait()" } },
    errors = {
      { "INVALID_ARGUMENT", "an option is wrong, or rows are (exit code 10); Vertex AI's options "
        .. "on the Gemini API" },
      { "ALREADY_EXISTS", "the id is taken: choose the next version number" },
      { "RESOURCE_EXHAUSTED", "too many tuning jobs at once (5 a project by default)" },
    },
    example = {
      [[local job = create_tuned_model { source_model = "models/gemini-2.0-flash",]],
      [[  training_data = file, id = "sentiment-v1", epoch_count = 3 }]],
    },
  },
  {
    name = "get_tuned_model", global = true,
    summary = "Asks for a tuned model: its state, progress and losses. A loop on it always ends: "
      .. "FAILED and CANCELLED are raised unless raise = false.",
    params = { { "name", "string|gt.Model", "\"tunedModels/...\", an id, or a model" } },
    options = {
      { name = "raise", type = "boolean",
        help = "false: FAILED and CANCELLED are returned, not raised; default true" },
      { name = "timeout", type = "number", help = "seconds; default 60" },
    },
    class = "gt.GetOptions",
    returns = { { "gt.Model", "model", "as it is now" } },
    errors = {
      { "NOT_FOUND", "no such model, or it belongs to another key's project" },
      { "FAILED_PRECONDITION", "the tuning failed (exit code 14); the job's own code when it "
        .. "has one" },
      { "CANCELLED", "the tuning was cancelled (exit code 14)" },
    },
    example = {
      [[while job.state ~= "SUCCEEDED" do gt.sleep(10); job = get_tuned_model(job.name) end]],
      [[print(job.tuning_task.snapshots[1].mean_loss)]],
    },
  },
  {
    name = "generate_content", global = true,
    summary = "Asks a model, tuned or not, for an answer. A blocked, empty or cut answer is never "
      .. "an empty string: finish_reason says what happened.",
    params = {
      { "model", "string|gt.Model", "\"tunedModels/...\", \"models/...\" or a model" },
      { "contents", "string|table", "the prompt: a string, a list of strings, "
        .. "{ role =, parts = } or a list of those" },
    },
    options = "generate_content", class = "gt.GenerateOptions",
    returns = { { "gt.Response", "response", "" } },
    errors = {
      { "FAILED_PRECONDITION", "the tuned model is not ready; the message has its state" },
      { "NOT_FOUND", "no such model: gt.list_models() shows what there is" },
      { "RESOURCE_EXHAUSTED", "the quota is used up, after waiting and trying again" },
    },
    example = {
      [[local answer = generate_content(job, "Classify: wonderful!", { temperature = 0 })]],
      [[print(answer.text, answer.finish_reason, answer.usage.total_tokens)]],
    },
  },
}

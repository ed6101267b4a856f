-- The calls beside the four primitives; for the fields of an entry see calls.lua.

local MODEL = { "name", "string|gt.Model", "\"tunedModels/...\", an id, or a model" }
local FILE = { "file", "string|gt.File", "\"files/...\", or what upload returned" }
local GONE = { "NOT_FOUND", "no such model, or it belongs to another key's project" }
local ASKED = { "model", "string|gt.Model", "\"tunedModels/...\", \"models/...\" or a model" }
local PROMPT = { "contents", "string|table", "as for generate_content" }

return {
  {
    name = "stream_generate_content",
    summary = "As generate_content, piece by piece: an iterator of responses for a for loop. "
      .. "Leaving the loop stops the request.",
    params = { ASKED, PROMPT },
    options = "generate_content", class = "gt.GenerateOptions",
    returns = { { "fun(): gt.Response?", "next", "each with the text of its piece" } },
    errors = { { "UNAVAILABLE", "the stream broke off; what came before it is yours" } },
    example = {
      [[for piece in gt.stream_generate_content(model, "Tell a story.") do]],
      [[  io.write(piece.text or "") end]],
    },
  },
  {
    name = "count_tokens",
    summary = "How many tokens a prompt has, without generating anything.",
    params = { ASKED, PROMPT },
    options = "generate_content", class = "gt.GenerateOptions",
    returns = { { "gt.TokenCount", "count", "{ total_tokens, raw }" } },
    example = {
      [[local count = gt.count_tokens("models/gemini-2.0-flash", "Classify: great!")]],
      [[print(count.total_tokens)]],
    },
  },
  {
    name = "embed_content",
    summary = "Turns a text, or each of a list of texts, into a vector.",
    params = {
      { "model", "string", "an embedding model" },
      { "texts", "string|string[]", "a list is one request" },
    },
    options = "embed_content", class = "gt.EmbedOptions",
    returns = { { "number[]|number[][]", "vectors", "one vector, or a list for a list" } },
    errors = { { "INTERNAL", "the answer holds no vectors: not an embedding model?" } },
    example = {
      [[local v = gt.embed_content("models/gemini-embedding-001", { "good", "bad" })]],
      [[print(#v, #v[1])]],
    },
  },
  {
    name = "list_tuned_models",
    summary = "The tuned models that this key can see.",
    params = {}, options = "list", class = "gt.ListOptions", optional_options = true,
    returns = { { "gt.Model[]", "models", "" } },
    example = {
      [[for _, model in ipairs(gt.list_tuned_models { limit = 20 }) do]],
      [[  print(model.name, model.state) end]],
    },
  },
  {
    name = "update_tuned_model",
    summary = "Changes what may be changed of a tuned model.",
    params = { MODEL },
    options = {
      { name = "display_name", type = "string", help = "at most 40 characters" },
      { name = "description", type = "string", help = "free text" },
      { name = "temperature", type = "number", help = "0 to 1" },
      { name = "top_p", type = "number", help = "0 to 1" },
      { name = "top_k", type = "integer", help = "at least 1" },
    },
    class = "gt.UpdateOptions", required_options = true,
    returns = { { "gt.Model", "model", "" } },
    errors = { GONE, { "INVALID_ARGUMENT", "nothing to change was passed" } },
    example = { [[gt.update_tuned_model("sentiment-v1", { temperature = 0.1 })]] },
  },
  {
    name = "delete_tuned_model",
    summary = "Removes a tuned model; a job that still runs is stopped.",
    params = { MODEL }, returns = { { "boolean", "done", "true" } }, errors = { GONE },
    example = { [[gt.delete_tuned_model("tunedModels/sentiment-v1")]] },
  },
  {
    name = "cancel_tuned_model",
    summary = "Stops a running tuning job, best effort.",
    params = { MODEL }, returns = { { "boolean", "done", "true: the provider took the request" } },
    errors = { GONE, { "FAILED_PRECONDITION", "no running operation of that model is known" } },
    example = { [[gt.cancel_tuned_model(job)]] },
  },
  {
    name = "get_file",
    summary = "Asks for an uploaded file.",
    params = { FILE }, returns = { { "gt.File", "file", "without its local side" } },
    errors = { { "PERMISSION_DENIED", "no such file: it has expired (48 hours) or belongs to "
      .. "another key" } },
    example = { [[print(gt.get_file("files/abc-123").state)]] },
  },
  {
    name = "list_files",
    summary = "The uploaded files of this key's project.",
    params = {}, options = "list", class = "gt.ListOptions", optional_options = true,
    returns = { { "gt.File[]", "files", "" } },
    example = { [[for _, file in ipairs(gt.list_files()) do print(file.name) end]] },
  },
  {
    name = "delete_file",
    summary = "Removes an uploaded file.",
    params = { FILE }, returns = { { "boolean", "done", "true" } },
    errors = { { "PERMISSION_DENIED", "no such file, or it belongs to another key" } },
    example = { [[gt.delete_file(file)]] },
  },
  {
    name = "get_model",
    summary = "What a base model is and can do.",
    params = { { "name", "string", "\"models/...\"" } },
    returns = { { "gt.BaseModel", "model", "" } },
    errors = { { "NOT_FOUND", "no such model, or it was shut down" } },
    example = { [[print(gt.get_model("models/gemini-2.0-flash").can_tune)]] },
  },
  {
    name = "list_models",
    summary = "The base models that the provider offers.",
    params = {}, options = "list", class = "gt.ListOptions", optional_options = true,
    returns = { { "gt.BaseModel[]", "models", "" } },
    example = {
      [[for _, model in ipairs(gt.list_models()) do]],
      [[  if model.can_tune then print(model.name) end end]],
    },
  },
  {
    name = "provider",
    summary = "Who answers: the provider's name and its base URL. Settles both when nothing has "
      .. "been asked yet.",
    params = {},
    returns = {
      { "\"local\"|\"gemini\"|\"vertex\"", "name", "" }, { "string", "base_url", "" },
    },
    errors = { { "UNAUTHENTICATED", "the provider was named and there is no API key for it" } },
    example = { [[print((gt.provider()))]] },
  },
}

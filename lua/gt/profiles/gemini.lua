-- What the tuning of the Gemini Developer API takes. Data only; see gt.check.profile. A limit
-- is { value, name of its source }.

return {
  name = "gemini",
  title = "Gemini Developer API (tunedModels)",
  date = "2026-11-22",
  sources = {
    guide = "https://ai.google.dev/gemini-api/docs/model-tuning",
    schema = "https://generativelanguage.googleapis.com/$discovery/rest?version=v1beta",
    tutorial = "tutorial \"When tuning beats prompting\"",
  },
  forms = { pairs = true, csv = true }, -- gtlua sends its own form of them
  form_to_write = "text_input",
  limits = {
    text_max = { 40000, "guide" },
    output_max = { 5000, "guide" },
    rows_floor = { 20, "guide" },      -- fewer: an error
    rows_min = { 50, "tutorial" },     -- fewer: a warning
    rows_advised = { "100 to 500", "guide" },
    request_bytes_max = { 4194304, "guide" }, -- the examples stand in the request
  },
  epochs = { min = 1, default = 5, source = "schema" },
  batch_size = { min = 1, at_most_rows = true, source = "tutorial" },
  note = "since May 2025 no base model is tunable on this API; new jobs are expected to fail, "
    .. "the Agent Platform (--for vertex) still tunes",
}

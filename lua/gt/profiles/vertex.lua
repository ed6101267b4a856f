-- What supervised tuning on Vertex AI (the Gemini Enterprise Agent Platform) takes: one
-- profile a base model, "vertex:MODEL". Data only; see gt.check.profile.

return {
  name = "vertex",
  title = "Vertex AI / Agent Platform, supervised tuning",
  date = "2026-11-22",
  sources = {
    guide = "https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/tuning", -- of 2026-09-25
    schema = "https://aiplatform.googleapis.com/$discovery/rest?version=v1",
  },
  forms = { contents = true },
  form_to_write = "contents",
  limits = {
    rows_min = { 100, "guide" },
    rows_max = { 10000000, "guide" },
    file_bytes_max = { 1073741824, "guide" },
    tokens_max = { 131072, "guide" }, -- a row, input and output
    validation_rows_max = { 5000, "guide" },
    validation_share = { 0.3, "guide" }, -- of the training rows, above validation_share_from
    validation_share_from = { 1000, "guide" },
  },
  epochs = { min = 1, source = "schema" },
  batch_size = { taken = false, source = "guide" },
  default_model = "gemini-3.5-flash",
  models = {
    ["gemini-3.5-flash"] = {},
    ["gemini-3.5-flash-lite"] = {},
    ["gemini-3.1-flash-lite"] = {},
    ["gemini-2.5-pro"] = { note = "its retirement was announced for October 2026: see the guide first" },
    ["gemini-2.5-flash"] = { note = "its retirement was announced for October 2026: see the guide first" },
    ["gemini-2.5-flash-lite"] = { note = "its retirement was announced for October 2026: see the guide first" },
  },
}

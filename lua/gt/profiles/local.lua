-- The built-in engine. It takes whatever gtlua reads. Data only; see gt.check.profile.

return {
  name = "local",
  title = "the built-in local engine",
  date = "2026-11-22",
  sources = {
    schema = "https://generativelanguage.googleapis.com/$discovery/rest?version=v1beta",
    tutorial = "tutorial \"When tuning beats prompting\"",
  },
  forms = { pairs = true, messages = true, contents = true, csv = true },
  form_to_write = "text_input",
  limits = { rows_min = { 50, "tutorial" } },
  epochs = { min = 1, default = 5, source = "schema" },
  batch_size = { min = 1, at_most_rows = true, source = "tutorial" },
}

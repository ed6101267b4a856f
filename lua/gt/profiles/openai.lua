-- What fine-tuning over the OpenAI API takes. Data only; see gt.check.profile.

return {
  name = "openai",
  title = "OpenAI-compatible fine-tuning",
  date = "2026-11-22",
  sources = {
    client = "https://github.com/openai/openai-python",
    tutorial = "tutorial \"When tuning beats prompting\"",
  },
  forms = { messages = true },
  form_to_write = "messages",
  limits = {
    rows_floor = { 10, "client" },
    rows_min = { 50, "tutorial" },
  },
  epochs = { min = 1, source = "client" },
  batch_size = { min = 1, at_most_rows = true, source = "tutorial" },
}

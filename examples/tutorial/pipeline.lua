-- The tutorial's script, line for line: upload, create, poll, generate.
--
--   gtlua examples/tutorial/pipeline.lua
--   gtlua --set poll=1 examples/tutorial/pipeline.lua

local folder = arg[0]:match "^(.*/)" or ""

-- 1. Upload the labelled examples, one JSON object a line.
local training_file = upload(folder .. "sentiment_training_data.jsonl", {
  display_name = "sentiment_training_data",
})
print("Uploaded: " .. training_file.name)

-- 2. Start the tuning job, under an id that says what it is and when it was made.
local job = create_tuned_model {
  source_model = "models/gemini-2.0-flash",
  training_data = training_file,
  id = gt.params.id or os.date "!sentiment-classifier-v1-%Y%m%d-%H%M%S",
  display_name = "sentiment classifier v1",
  epoch_count = 3,
  batch_size = 2,
  learning_rate = 0.001,
}
print("Tuning job: " .. job.name)

-- 3. Poll until it is done. The loop always ends: a job that failed or was cancelled
-- raises, with the reason.
while job.state ~= "SUCCEEDED" do
  print(("State: %s, last update: %s"):format(job.state, job.update_time or "none yet"))
  gt.sleep(gt.params.poll or 10)
  job = get_tuned_model(job.name)
end
print("State: " .. job.state)

-- 4. Ask the tuned model.
local response = generate_content(job.name, "Classify: This is absolutely wonderful!")
print("Answer: " .. response.text)

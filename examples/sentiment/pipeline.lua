-- Does a tuned model sort reviews better than a prompt, and does it pay?
--
--   gtlua examples/sentiment/pipeline.lua                     the built-in local engine
--   GOOGLE_API_KEY=... gtlua examples/sentiment/pipeline.lua   the Gemini API
--   gtlua --set epochs=10 --set calls_per_month=50000 examples/sentiment/pipeline.lua
--
-- Every knob stands here, with the value it has unless --set names another.
local params = {
  source_model = gt.params.source_model or "models/gemini-2.0-flash",
  test_share = gt.params.test_share or 0.25,
  epochs = gt.params.epochs or 5,
  batch_size = gt.params.batch_size or 4,
  learning_rate = gt.params.learning_rate or 0.001,
  concurrency = gt.params.concurrency or 16,
  -- The payback question needs prices and traffic. These are assumptions, not quotes:
  -- put your own in.
  calls_per_month = gt.params.calls_per_month or 100000,
  price_input = gt.params.price_input or 0.30, -- dollars per million input tokens
  price_training = gt.params.price_training or 5.00, -- dollars per million trained tokens
}

local folder = arg[0]:match "^(.*/)" or ""

-- 1. The data: read and checked before anything leaves the machine, then cut in two by a
-- hash of each text, so that a row never changes sides when others come or go.
local data = gt.dataset.load(folder .. "reviews.jsonl")
local train, test = data:split { test = params.test_share }
print(("data        %d reviews: %d to train on, %d held out"):format(#data, #train, #test))

-- 2. Upload and tune. The id is made from the name, the date and chance, so a second run
-- is a second model.
local file = upload(train, { display_name = "sentiment_training_data" })
local job = create_tuned_model {
  source_model = params.source_model,
  training_data = file,
  display_name = "sentiment classifier v1",
  epoch_count = params.epochs,
  batch_size = params.batch_size,
  learning_rate = params.learning_rate,
}
job:wait()
local losses = job.tuning_task.snapshots
print(("tuned       %s (%s, loss %.3f -> %.3f)"):format(
  job.name, job.state, losses[1] and losses[1].mean_loss or 0,
  losses[#losses] and losses[#losses].mean_loss or 0))

-- 3. The same held-out reviews to both: the tuned model gets the bare text, the base
-- model the instruction and three examples that it needs instead.
local INSTRUCTION = [[
You sort reviews of products and services by the writer's judgement.
positive: the writer is pleased. negative: the writer is displeased.
neutral: facts without a judgement, or good and bad in balance.
Answer with one of: positive, negative, neutral

Classify: Does what it should, nothing more and nothing less.
neutral
Classify: I would buy it again any day.
positive
Classify: Gave up on it after a week.
negative
]]

local function prompted(text) return INSTRUCTION .. text end

local function ask(model, make_prompt)
  local answers, errors = gt.map(test.rows, function(row)
    return generate_content(model, make_prompt(row.text_input), { temperature = 0 }).text
  end, { concurrency = params.concurrency, on_error = "collect" })
  local rows = {}
  for i, row in ipairs(test.rows) do rows[i] = { truth = row.output, answer = answers[i] } end
  for i, err in pairs(errors) do io.stderr:write(("row %d: %s\n"):format(i, tostring(err))) end
  return gt.score.labels(rows)
end

local tuned = ask(job.name, function(text) return text end)
local base = ask(params.source_model, prompted)

print(("\ntuned       %s"):format(gt.score.line(tuned)))
print(("prompt only %s"):format(gt.score.line(base)))
print("\nthe tuned model's answers:\n" .. gt.score.confusion_table(tuned))

-- 4. Does it pay? Training is paid once; each call saves the tokens of the instruction.
-- A price is half of the answer: the other half is how much more often it is right.
local sample = test.rows[1].text_input
local texts = {}
for i, row in ipairs(train.rows) do texts[i] = row.text_input .. "\n" .. row.output end
local count = function(text) return gt.count_tokens(params.source_model, text).total_tokens end
local pay = gt.payback.of {
  training_tokens = count(table.concat(texts, "\n")), epochs = params.epochs,
  price_training = params.price_training, prompt_tokens = count(prompted(sample)),
  tuned_tokens = count(sample), price_input = params.price_input,
  calls_per_month = params.calls_per_month,
}
print(("\npayback     training $%.2f once, saving $%.2f a month at %d calls: %s"):format(
  pay.training_cost, pay.monthly_saving, params.calls_per_month,
  pay.months and ("paid back in %.1f months"):format(pay.months) or "never paid back by tokens alone"))
print(("            assuming $%.2f per million input tokens and $%.2f per million trained ones"):format(
  params.price_input, params.price_training))
if gt.provider() == "local" then
  print("\nThis ran on the local engine: a rehearsal. Its prompt-only row is a word list, not a\n"
    .. "language model; with GOOGLE_API_KEY set the same script asks the real one.")
end

-- What an untuned base model answers here. There is no language model in the local
-- engine, and this does not pretend to one: where the request offers a closed set of
-- labels it picks one from what the prompt itself holds, else it says what is missing.
-- Deterministic; modelVersion "local/baseline-1".
--
-- The pick, first that applies: the label of an example in the prompt that is near; a
-- word list when the labels name sentiments; the label of the nearest example however far;
-- the label most similar to the text; the first.

local engine = require "gt.core.engine"
local labels = require "gt.local.labels"
local sentiment = require "gt.local.sentiment"
local shots = require "gt.local.shots"
local structured = require "gt.local.structured"
local tokens = require "gt.local.tokens"

local baseline = {}

-- Cosine of features above which two texts say much the same.
local NEAR = 0.5

local EXPLANATION = "The local engine has no base language model and cannot answer this prompt. "
  .. "Use a tuned model, or name the labels to choose from, as in \"Answer with one of: a, b\"."

local function offered(body)
  local found = structured.labels(body.generationConfig or {})
  if found then return found end
  found = labels.find(tokens.text_of(body.systemInstruction))
  if found then return found end
  for _, content in ipairs(body.contents) do
    if content.role ~= "model" then
      found = labels.find(tokens.text_of(content))
      if found then return found end
    end
  end
  return nil
end

local function nearest_example(query, examples)
  local texts = {}
  for i, example in ipairs(examples) do texts[i] = example.text end
  local at, similarity = engine.nearest(query, texts)
  return examples[at].label, similarity
end

--- Answers a request without training.
---@param body table GenerateContentRequest
---@return { text: string, mode: string, rule: string, similarity: number|nil }
function baseline.answer(body)
  local choices = offered(body)
  if not choices then return { text = EXPLANATION, mode = "baseline", rule = "none" } end
  local examples, query = shots.read(body, choices)
  local example, similarity
  if #examples > 0 then example, similarity = nearest_example(query, examples) end
  if example and similarity >= NEAR then
    return { text = example, mode = "baseline", rule = "nearest_example", similarity = similarity }
  end
  local label = sentiment.pick(query, choices)
  if label then return { text = label, mode = "baseline", rule = "sentiment_words" } end
  if example then
    return { text = example, mode = "baseline", rule = "nearest_example", similarity = similarity }
  end
  local at, nearness = engine.nearest(query, choices)
  return {
    text = choices[at], mode = "baseline", rule = nearness > 0 and "similar_label" or "first_label",
    similarity = nearness,
  }
end

return baseline

-- The local API: the Gemini wire answered in process. Every case talks to the handler as
-- a transport does, in the runner's own state folder.

local fs = require "gt.core.fs"
local gt = require "gt.task"
local cjson = require "cjson"
local api = require "gt.local"
local engine = require "gt.core.engine"

local BASE = "models/gemini-2.0-flash"

local function send(method, path, options)
  options = options or {}
  local body = options.body or ""
  if type(body) == "table" then body = cjson.encode(body) end
  local res = api.handle {
    method = method, path = path, query = options.query or {}, headers = options.headers or {},
    body = body, origin = "http://local",
  }
  local text = res.body or table.concat(res.chunks)
  local ok, value = pcall(cjson.decode, text)
  return res.status, ok and value or text, res
end

--- Expects an error of that status and canonical code; returns its message.
local function refused(status, code, got, body)
  expect.equal(got, status)
  expect.equal(body.error.status, code)
  expect.equal(body.error.code, status)
  return body.error.message
end

local function rows(count)
  local list = {}
  for i = 1, count do
    local good = i % 2 == 0
    list[i] = {
      textInput = ("Classify: a %s thing, number %d"):format(good and "wonderful" or "dreadful", i),
      output = good and "positive" or "negative",
    }
  end
  return list
end

--- A create body; changes are put into the model.
local function tuned_model(changes, hyper, examples)
  local model = {
    displayName = "specimen", baseModel = BASE,
    tuningTask = {
      hyperparameters = hyper or { epochCount = 2, batchSize = 2 },
      trainingData = { examples = { examples = examples or rows(12) } },
    },
  }
  for key, value in pairs(changes or {}) do model[key] = value ~= "none" and value or nil end
  return model
end

local function create(id, model)
  return send("POST", "/v1beta/tunedModels", { query = { tunedModelId = id }, body = model or tuned_model() })
end

local function get(id)
  local _, body = send("GET", "/v1beta/tunedModels/" .. id)
  return body
end

local function finished(id)
  for _ = 1, 2000 do
    local model = get(id)
    if model.state ~= "CREATING" then return model end
    gt.sleep(0.005)
  end
  error("the training did not end")
end

local function ask(text, extra)
  local body = { contents = { { role = "user", parts = { { text = text } } } } }
  for key, value in pairs(extra or {}) do body[key] = value end
  return body
end

local function generate(model, text, extra)
  return send("POST", "/v1beta/" .. model .. ":generateContent", { body = ask(text, extra) })
end

local function text_of(body) return body.candidates[1].content.parts[1].text end

--- A training long enough to be looked at while it runs.
local function long_model() return tuned_model(nil, { epochCount = 10000, batchSize = 1 }, rows(200)) end

local function clean()
  local _, list = send("GET", "/v1beta/tunedModels", { query = { pageSize = "1000" } })
  for _, model in ipairs(list.tunedModels or {}) do send("DELETE", "/v1beta/" .. model.name) end
  _, list = send("GET", "/v1beta/files", { query = { pageSize = "100" } })
  for _, file in ipairs(list.files or {}) do send("DELETE", "/v1beta/" .. file.name) end
  expect.equal(api.settle(), 0)
end

after_each(clean)

describe("tuned models", function()
  it("are created by an operation that ends with the model", function()
    local status, operation = create "specimen-1"
    expect.equal(status, 200)
    expect.equal(operation.done, nil)
    expect.equal(operation.metadata.tunedModel, "tunedModels/specimen-1")
    expect.equal(operation.metadata.totalSteps, 12)
    expect.equal(operation.metadata.completedSteps, nil)
    local model = finished "specimen-1"
    expect.equal(model.state, "ACTIVE")
    expect.equal(model.tuningTask.hyperparameters.epochCount, 2)
    expect.equal(model.tuningTask.hyperparameters.learningRate, 0.001)
    expect.equal(model.tuningTask.trainingData, nil)
    for _, version in ipairs { "v1", "v1beta" } do
      local _, done = send("GET", ("/%s/%s"):format(version, operation.name))
      expect.equal(done.done, true)
      expect.equal(done.metadata.completedSteps, 12)
      expect.equal(done.metadata.completedPercent, 100)
      expect.equal(#done.metadata.snapshots, 12)
      expect.between(done.metadata.snapshots[1].meanLoss, 0.69, 0.70) -- ln 2: nothing learned yet
      expect.equal(done.response.state, "ACTIVE")
    end
  end)

  it("answer with their labels, the probability and the mode", function()
    create "specimen-1"
    finished "specimen-1"
    local status, body, res = generate("tunedModels/specimen-1", "Classify: a wonderful thing", {
      generationConfig = { responseLogprobs = true, logprobs = 2 },
    })
    expect.equal(status, 200)
    expect.equal(text_of(body), "positive")
    expect.equal(body.modelVersion, "local/classify-1")
    local candidate = body.candidates[1]
    expect.equal(candidate.finishReason, "STOP")
    expect.equal(candidate.avgLogprobs, candidate.logprobsResult.chosenCandidates[1].logProbability)
    local top = candidate.logprobsResult.topCandidates[1].candidates
    expect.equal(#top, 2)
    expect.between(math.exp(top[1].logProbability) + math.exp(top[2].logProbability), 0.999, 1.001)
    local facts = cjson.decode(res.headers["x-gtlua-answer"])
    expect.equal(facts.mode, "classify")
    expect.between(math.log(facts.probability), candidate.avgLogprobs - 1e-6, candidate.avgLogprobs + 1e-6)
  end)

  it("answer open outputs from the nearest example and cite it", function()
    local examples = {}
    for i, city in ipairs { "Paris", "Rome", "Oslo", "Lima", "Cairo", "Quito" } do
      examples[i] = { textInput = "name: The Mill, town: " .. city .. ", food: soup " .. i,
        output = "The Mill in " .. city .. " serves soup number " .. i .. "." }
    end
    create("specimen-1", tuned_model(nil, { epochCount = 1, batchSize = 2 }, examples))
    expect.equal(finished("specimen-1").state, "ACTIVE")
    local _, body, res = generate("tunedModels/specimen-1", "name: The Mill, town: Oslo, food: soup 3")
    expect.equal(body.modelVersion, "local/retrieve-1")
    expect.equal(text_of(body), "The Mill in Oslo serves soup number 3.")
    local source = body.candidates[1].citationMetadata.citationSources[1]
    expect.equal(source.uri, "tunedModels/specimen-1/examples/3")
    expect.equal(body.candidates[1].avgLogprobs, nil)
    expect.equal(cjson.decode(res.headers["x-gtlua-answer"]).example, 3)
  end)

  it("train the same way for the same id and differently for another seed", function()
    local function losses(seed)
      send("POST", "/v1beta/tunedModels", {
        query = { tunedModelId = "specimen-1" }, body = tuned_model(), headers = { ["x-gtlua-seed"] = seed },
      })
      local out = {}
      for i, snapshot in ipairs(finished("specimen-1").tuningTask.snapshots) do out[i] = snapshot.meanLoss end
      send("DELETE", "/v1beta/tunedModels/specimen-1")
      return out
    end
    local first = losses()
    expect.same(losses(), first)
    expect.falsy(table.concat(losses "7", " ") == table.concat(first, " "))
  end)

  it("get a name made of their display name when none is chosen", function()
    local _, operation = send("POST", "/v1beta/tunedModels",
      { body = tuned_model { displayName = "My Sentiment: Model!" } })
    expect.match(operation.metadata.tunedModel, "^tunedModels/my%-sentiment%-model%-[a-z0-9]+$")
    expect.between(#operation.metadata.tunedModel, 20, 52)
  end)

  it("are listed in pages, newest first, and filtered by words", function()
    for i = 1, 3 do
      create("specimen-" .. i, tuned_model { displayName = "kind " .. i, description = "Odd One" })
      finished("specimen-" .. i)
      gt.sleep(0.002)
    end
    local _, first = send("GET", "/v1beta/tunedModels", { query = { pageSize = "2" } })
    expect.equal(first.tunedModels[1].name, "tunedModels/specimen-3")
    expect.equal(#first.tunedModels, 2)
    send("DELETE", "/v1beta/tunedModels/specimen-2") -- the token survives its item
    local _, second = send("GET", "/v1beta/tunedModels",
      { query = { pageSize = "2", pageToken = first.nextPageToken } })
    expect.equal(#second.tunedModels, 1)
    expect.equal(second.tunedModels[1].name, "tunedModels/specimen-1")
    expect.equal(second.nextPageToken, nil)
    local _, found = send("GET", "/v1beta/tunedModels", { query = { filter = "owner:me odd KIND 3" } })
    expect.equal(#found.tunedModels, 1)
    expect.match(refused(400, "INVALID_ARGUMENT",
      send("GET", "/v1beta/tunedModels", { query = { pageToken = "%%%" } })), "page token")
  end)

  it("are patched by mask", function()
    create "specimen-1"
    finished "specimen-1"
    local path = "/v1beta/tunedModels/specimen-1"
    local status, model = send("PATCH", path, {
      query = { updateMask = "displayName,description" },
      body = { displayName = "new", temperature = 0.5 },
    })
    expect.equal(status, 200)
    expect.equal(model.displayName, "new")
    expect.equal(model.temperature, 1)
    expect.equal(get("specimen-1").displayName, "new")
    expect.match(refused(400, "INVALID_ARGUMENT", send("PATCH", path,
      { query = { updateMask = "base_model" }, body = { baseModel = "models/x" } })), "base_model")
    expect.match(refused(400, "INVALID_ARGUMENT", send("PATCH", path,
      { query = { updateMask = "displayName" }, body = { displayName = ("x"):rep(41) } })), "40")
  end)

  it("cannot be used, and say why, until they are ready", function()
    create("specimen-1", long_model())
    local status, body = generate("tunedModels/specimen-1", "x")
    expect.match(refused(400, "FAILED_PRECONDITION", status, body), "CREATING")
    expect.equal(body.error.details[1].violations[1].subject, "tunedModels/specimen-1")
  end)

  it("show their progress while they train", function()
    local _, operation = create("specimen-1", long_model())
    local seen
    for _ = 1, 2000 do
      local _, now = send("GET", "/v1beta/" .. operation.name)
      seen = now.metadata
      if seen.completedSteps then break end
      gt.sleep(0.002)
    end
    expect.between(seen.completedSteps, 1, 1999999)
    expect.between(seen.completedPercent, 0, 99.9999)
    expect.truthy(seen.snapshots[1].computeTime)
    expect.equal(get("specimen-1").state, "CREATING")
  end)

  it("end with code 1 when they are cancelled", function()
    local _, operation = create("specimen-1", long_model())
    expect.equal(send("POST", "/v1/" .. operation.name .. ":cancel", { body = {} }), 200)
    local _, over = send("GET", "/v1beta/" .. operation.name)
    expect.equal(over.done, true)
    expect.equal(over.error.code, 1)
    expect.equal(get("specimen-1").state, "FAILED")
    refused(404, "NOT_FOUND", send("POST", "/v1/tunedModels/specimen-1/operations/other:cancel", { body = {} }))
  end)

  it("stop training when they are deleted", function()
    create("specimen-1", long_model())
    expect.equal(send("DELETE", "/v1beta/tunedModels/specimen-1"), 200)
    refused(404, "NOT_FOUND", send("GET", "/v1beta/tunedModels/specimen-1"))
    refused(404, "NOT_FOUND", send("DELETE", "/v1beta/tunedModels/specimen-1"))
    refused(404, "NOT_FOUND", send("DELETE", "/v1beta/tunedModels/.."))
    refused(404, "NOT_FOUND", generate("tunedModels/specimen-1", "x"))
    expect.equal(api.settle(), 0)
  end)
end)

describe("a training whose process died", function()
  it("is done again by whoever looks, with the same outcome", function()
    create "specimen-1"
    local first = finished("specimen-1").tuningTask.snapshots
    send("DELETE", "/v1beta/tunedModels/specimen-1")
    create "specimen-1"
    local folder = fs.state_dir() .. "/local/models/specimen-1"
    api.close() -- as at the end of a process
    if fs.exists(folder .. "/result.json") then return end -- it was quicker
    expect.truthy(fs.exists(folder .. "/examples.jsonl"))
    local model = finished "specimen-1"
    expect.equal(model.state, "ACTIVE")
    expect.equal(#model.tuningTask.snapshots, #first)
    for i, snapshot in ipairs(model.tuningTask.snapshots) do
      expect.equal(snapshot.meanLoss, first[i].meanLoss)
    end
    expect.falsy(fs.exists(folder .. "/examples.jsonl"))
  end)

  it("is left alone while another process holds its lock", function()
    create("specimen-1", long_model())
    api.close()
    local path = fs.state_dir() .. "/local/models/specimen-1/lock"
    local lock = fs.lock(path)
    expect.equal(get("specimen-1").state, "CREATING")
    expect.equal(api.settle(), 0)
    lock:release()
    expect.equal(get("specimen-1").state, "CREATING")
    expect.equal(api.settle(), 1)
    expect.equal(fs.lock(path), nil)
  end)

  it("fails with DATA_LOSS when its examples are gone", function()
    local _, operation = create("specimen-1", long_model())
    api.close()
    fs.remove(fs.state_dir() .. "/local/models/specimen-1/examples.jsonl")
    local _, over = send("GET", "/v1beta/" .. operation.name)
    expect.equal(over.error.code, 15)
    expect.match(refused(400, "FAILED_PRECONDITION", generate("tunedModels/specimen-1", "x")), "FAILED")
  end)
end)

describe("the rules of create", function()
  local function broken(pattern, changes, hyper, examples)
    local status, body = create("specimen-1", tuned_model(changes, hyper, examples))
    expect.match(refused(400, "INVALID_ARGUMENT", status, body), pattern)
    local detail = body.error.details[1]
    expect.equal(detail["@type"], "type.googleapis.com/google.rpc.BadRequest")
    return detail.fieldViolations[1].field
  end

  it("refuse names, also those that are taken", function()
    for _, id in ipairs { "", "A", "1a", "a_b", "a-", ("a"):rep(41), "../x" } do
      expect.match(refused(400, "INVALID_ARGUMENT", create(id)), "Invalid tuned model id")
    end
    for _, id in ipairs { "a", ("a"):rep(40), "a-1" } do
      expect.equal(create(id), 200)
      expect.match(refused(409, "ALREADY_EXISTS", create(id)), "already exists")
    end
  end)

  it("refuse what a model cannot be", function()
    expect.equal(broken("up to 40", { displayName = ("é"):rep(41) }), "tuned_model.display_name")
    expect.equal(create("ok-1", tuned_model { displayName = ("é"):rep(40) }), 200)
    expect.equal(broken("base_model must be set", { baseModel = "none" }), "tuned_model.base_model")
    broken("expected 'models/", { baseModel = "gemini-2.0-flash" })
    broken("does not support createTunedModel", { baseModel = "models/gemini-embedding-001" })
    broken("does not support createTunedModel", { baseModel = "models/unheard-of" })
    broken("temperature", { temperature = 1.5 })
    broken("oneof", { tunedModelSource = { tunedModel = "tunedModels/x" } })
  end)

  it("refuse settings out of range", function()
    expect.equal(broken("larger than the number of examples", nil, { batchSize = 13 }),
      "tuned_model.tuning_task.hyperparameters.batch_size")
    broken("greater than 0", nil, { epochCount = 0 })
    broken("greater than 0", nil, { learningRate = -1 })
    broken("oneof", nil, { learningRate = 0.1, learningRateMultiplier = 2 })
  end)

  it("refuse examples that teach nothing", function()
    broken("at least one example", nil, {}, {})
    broken("text_input must not be empty", nil, {}, { { textInput = "", output = "a" } })
    local without_output = { { textInput = "a", output = "b" }, { textInput = "a" } }
    expect.equal(broken("output must not be empty", nil, {}, without_output),
      "tuned_model.tuning_task.training_data.examples.examples[1].output")
    broken("40001 characters", nil, {}, { { textInput = ("é"):rep(40001), output = "a" } })
    broken("5001 characters", nil, {}, { { textInput = "a", output = ("é"):rep(5001) } })
  end)

  it("name every unknown member with its path", function()
    local status, body = send("POST", "/v1beta/tunedModels",
      { body = [[{"foo":1,"tuning_task":{"hyperparameters":{"bar":2}}}]] })
    local message = refused(400, "INVALID_ARGUMENT", status, body)
    expect.match(message, [[Unknown name "foo" at 'tuned_model': Cannot find field%.]])
    expect.match(message, [[Unknown name "bar" at 'tuned_model%.tuning_task%.hyperparameters']])
    expect.equal(#body.error.details[1].fieldViolations, 2)
  end)

  it("refuse bodies that are not the message", function()
    for _, body in ipairs { "{", "[", "nope", '{"displayName":"\xff"}', '{"displayName":"\\ud800"}', '"x"' } do
      expect.match(refused(400, "INVALID_ARGUMENT", send("POST", "/v1beta/tunedModels", { body = body })),
        "Invalid JSON payload")
    end
    expect.match(refused(400, "INVALID_ARGUMENT", send("POST", "/v1beta/tunedModels",
      { body = '{"displayName":true}' })), "Invalid value at 'tuned_model.display_name' %(TYPE_STRING%), true")
    expect.match(refused(400, "INVALID_ARGUMENT", send("POST", "/v1beta/tunedModels",
      { body = '{"temperature":1e999}' })), "Invalid value at 'tuned_model.temperature' %(TYPE_FLOAT%)")
    expect.match(refused(400, "INVALID_ARGUMENT", send("POST", "/v1beta/tunedModels",
      { body = (" "):rep(4194305) })), "4194304")
  end)

  it("allow five trainings at a time", function()
    for i = 1, 5 do expect.equal(create("specimen-" .. i, long_model()), 200) end
    local status, body = create "specimen-6"
    refused(429, "RESOURCE_EXHAUSTED", status, body)
    expect.match(body.error.details[1]["@type"], "QuotaFailure$")
    expect.match(body.error.details[2].retryDelay, "^%d+s$")
    send("DELETE", "/v1beta/tunedModels/specimen-1")
    expect.equal(create "specimen-6", 200)
  end)
end)

describe("generateContent", function()
  it("keeps to stop sequences and to the output limit", function()
    local long = "one two, three four"
    local examples = {}
    for i = 1, 4 do examples[i] = { textInput = "say " .. i, output = long } end
    create("specimen-1", tuned_model(nil, { batchSize = 2 }, examples))
    finished "specimen-1"
    local _, body = generate("tunedModels/specimen-1", "say 1", { generationConfig = { maxOutputTokens = 3 } })
    expect.equal(text_of(body), "one two,")
    expect.equal(body.candidates[1].finishReason, "MAX_TOKENS")
    expect.equal(body.usageMetadata.candidatesTokenCount, 3)
    _, body = generate("tunedModels/specimen-1", "say 1", { generationConfig = { stopSequences = { ", " } } })
    expect.equal(text_of(body), "one two")
    expect.equal(body.candidates[1].finishReason, "STOP")
    _, body = generate("tunedModels/specimen-1", "say 1", { generationConfig = { stopSequences = { "one" } } })
    expect.equal(body.candidates[1].content.parts, nil)
  end)

  it("streams the same text in pieces, as events or as one list", function()
    local body = ask "Tell me a story."
    local _, whole = send("POST", "/v1beta/" .. BASE .. ":generateContent", { body = body })
    local _, list = send("POST", "/v1beta/" .. BASE .. ":streamGenerateContent", { body = body })
    local _, _, sse = send("POST", "/v1beta/" .. BASE .. ":streamGenerateContent",
      { body = body, query = { alt = "sse" } })
    expect.equal(sse.headers["content-type"], "text/event-stream")
    local streamed, listed = {}, {}
    for i, chunk in ipairs(sse.chunks) do
      local event = cjson.decode(chunk:match "^data: ([^\n]*)\r\n\r\n$")
      streamed[i] = text_of(event)
      listed[i] = text_of(list[i])
      expect.equal(event.candidates[1].finishReason, i == #sse.chunks and "STOP" or nil)
    end
    expect.truthy(#streamed > 2)
    expect.equal(table.concat(streamed), text_of(whole))
    expect.equal(table.concat(listed), text_of(whole))
  end)

  it("gives structured output its form", function()
    create "specimen-1"
    finished "specimen-1"
    local _, body = generate("tunedModels/specimen-1", "Classify: a dreadful thing", { generationConfig = {
      responseMimeType = "application/json",
      responseSchema = { type = "OBJECT", propertyOrdering = { "label", "confidence" }, properties = {
        label = { type = "STRING", enum = { "negative", "positive" } }, confidence = { type = "NUMBER" },
      } },
    } })
    expect.match(text_of(body), '^{"label":"negative","confidence":0%.%d+}$')
  end)

  it("refuses what the API refuses", function()
    local function bad(pattern, extra, text)
      expect.match(refused(400, "INVALID_ARGUMENT", generate(BASE, text or "x", extra)), pattern)
    end
    expect.match(refused(400, "INVALID_ARGUMENT",
      send("POST", "/v1beta/" .. BASE .. ":generateContent", { body = {} })), "contents is not specified")
    bad("from 0 to 2", { generationConfig = { temperature = 2.5 } })
    bad("at most 5", { generationConfig = { stopSequences = { "a", "b", "c", "d", "e", "f" } } })
    bad("response_logprobs", { generationConfig = { logprobs = 3 } })
    bad("mimetypes", { generationConfig = { responseMimeType = "text/html" } })
    bad("valid role", { contents = { { role = "system", parts = { { text = "x" } } } } })
    bad("text parts only", { contents = { { parts = { { inlineData = { mimeType = "image/png", data = "" } } } } } })
    bad("thinking", { generationConfig = { thinkingConfig = { thinkingBudget = 1, thinkingLevel = "LOW" } } })
    expect.match(refused(404, "NOT_FOUND", generate("models/unheard-of", "x")), "ListModels")
    local _, list = send("POST", "/v1beta/models/unheard-of:streamGenerateContent", { body = ask "x" })
    expect.equal(list[1].error.code, 404)
  end)
end)

describe("an untuned model", function()
  local function picks(want, rule, text, extra)
    local _, body, res = generate(BASE, text, extra)
    expect.equal(text_of(body), want)
    expect.equal(body.modelVersion, "local/baseline-1")
    expect.equal(cjson.decode(res.headers["x-gtlua-answer"]).rule, rule)
  end

  it("says that there is none behind it", function()
    picks("The local engine has no base language model and cannot answer this prompt. Use a tuned model, or "
      .. "name the labels to choose from, as in \"Answer with one of: a, b\".", "none", "Write a poem.")
    for _, prompt in ipairs { "Is this one of the best, most loved and oldest towns?", "Classify: Wonderful, really!",
      "Write as many words, lines and poems as you like.", "Question: who wrote it?\nAnswer:" } do
      local _, body = generate(BASE, prompt)
      expect.match(text_of(body), "^The local engine has no base")
    end
  end)

  it("picks sentiments by words", function()
    local asked = "Classify the review. Answer with one of: positive, negative, neutral.\nReview: "
    picks("negative", "sentiment_words", asked .. "The lamp broke after one day, I want a refund.")
    picks("positive", "sentiment_words", asked .. "Great sound, and it works perfectly!")
    picks("negative", "sentiment_words", asked .. "Not a good phone.")
    picks("neutral", "sentiment_words", asked .. "It arrived on Tuesday.")
    picks("Positive", "sentiment_words",
      "Is the sentiment of this text Positive or Negative?\n\nText: I love it\nSentiment:")
    picks("neutral", "sentiment_words", "Classify as positive, negative or neutral: It is a box.")
    picks("negative", "sentiment_words", "Answer with 'positive' or 'negative' only.\n\n\"It is awful.\"")
    picks("negative", "sentiment_words", "Labels:\n- positive\n- negative\n\nThe screen is bad: it broke")
    picks("negative", "sentiment_words", "Classify: broken again", {
      systemInstruction = { parts = { { text = "Labels: positive | negative" } } },
    })
  end)

  it("follows the examples of the prompt", function()
    picks("billing", "nearest_example", "Classify into billing, shipping or other.\n"
      .. "I was charged twice -> billing\nWhere is my parcel? -> shipping\nHello there -> other\n"
      .. "Why was my card charged again? ->")
    picks("shipping", "nearest_example", "Labels: billing, shipping\n\nText: I was charged twice\n"
      .. "Label: billing\n\nText: Where is my parcel?\nLabel: shipping\n\nText: my parcel is not here\nLabel:")
    picks("b", "nearest_example", nil, {
      systemInstruction = { parts = { { text = "Answer with one of: a, b" } } },
      contents = {
        { role = "user", parts = { { text = "red apple" } } }, { role = "model", parts = { { text = "a" } } },
        { role = "user", parts = { { text = "blue boat" } } }, { role = "model", parts = { { text = "b" } } },
        { role = "user", parts = { { text = "a boat" } } },
      },
    })
  end)

  it("picks from an enum the label that looks like the text", function()
    picks("card_arrival", "similar_label", "When does my card arrive?", { generationConfig = {
      responseMimeType = "text/x.enum",
      responseSchema = { type = "STRING", enum = { "exchange_rate", "card_arrival", "lost_phone" } },
    } })
    picks('{"intent":"exchange_rate"}', "similar_label", "what is the exchange rate", { generationConfig = {
      responseMimeType = "application/json",
      responseSchema = { type = "OBJECT", properties = {
        intent = { type = "STRING", enum = { "card_arrival", "exchange_rate" } } } },
    } })
  end)
end)

describe("files", function()
  local UNIT = 262144

  local function start(body, size)
    local status, answer, res = send("POST", "/upload/v1beta/files", { body = body or {}, headers = {
      ["x-goog-upload-protocol"] = "resumable", ["x-goog-upload-command"] = "start",
      ["x-goog-upload-header-content-length"] = size and tostring(size),
      ["x-goog-upload-header-content-type"] = "text/plain",
    } })
    local url = res.headers["X-Goog-Upload-URL"]
    return url and url:match "upload_id=(%w+)", status, answer, res
  end

  local function put(id, command, offset, bytes)
    return send("POST", "/upload/v1beta/files", {
      query = { upload_id = id, upload_protocol = "resumable" }, body = bytes,
      headers = { ["x-goog-upload-command"] = command, ["x-goog-upload-offset"] = offset and tostring(offset) },
    })
  end

  it("arrive in chunks and go on where a break left them", function()
    local data = ("0123456789abcdef"):rep(UNIT // 16) .. "tail"
    local id, status, _, res = start({ file = { displayName = "rows", name = "files/rows-1" } }, #data)
    expect.equal(status, 200)
    expect.equal(res.body, "")
    expect.equal(res.headers["X-Goog-Upload-Status"], "active")
    expect.equal(res.headers["X-Goog-Upload-Chunk-Granularity"], tostring(UNIT))
    put(id, "upload", 0, data:sub(1, UNIT))
    _, _, res = put(id, "query")
    expect.equal(res.headers["X-Goog-Upload-Size-Received"], tostring(UNIT))
    local body
    status, body, res = put(id, "upload, finalize", UNIT, "tail")
    expect.equal(status, 200)
    expect.equal(res.headers["X-Goog-Upload-Status"], "final")
    local file = body.file
    expect.equal(file.name, "files/rows-1")
    expect.equal(file.sizeBytes, tostring(#data))
    expect.equal(file.mimeType, "text/plain")
    expect.equal(file.state, "ACTIVE")
    expect.equal(file.uri, "http://local/v1beta/files/rows-1")
    local hex = fs.sha256(data)
    local bytes = hex:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end)
    expect.equal(file.sha256Hash, require("gt.local.json").base64(bytes))
    local _, again = put(id, "upload, finalize", UNIT, "tail") -- the first answer was lost
    expect.same(again.file, file)
    local _, got = send("GET", "/v1beta/files/rows-1")
    expect.same(got, file)
  end)

  it("keep to the protocol", function()
    local id = start(nil, UNIT + 3)
    put(id, "upload", 0, ("x"):rep(UNIT))
    local status, body, res = put(id, "upload", 5, "abc")
    expect.match(refused(400, "INVALID_ARGUMENT", status, body), "offset")
    expect.equal(res.headers["X-Goog-Upload-Status"], "active")
    expect.equal(res.headers["X-Goog-Upload-Size-Received"], tostring(UNIT))
    expect.match(refused(400, "INVALID_ARGUMENT", put(id, "upload", UNIT, "ab")), "granularity")
    expect.match(refused(400, "INVALID_ARGUMENT", put(id, "upload, finalize", UNIT, "ab")), "announced")
    expect.match(refused(400, "INVALID_ARGUMENT", put(id, "upload, finalize", UNIT, "abcd")), "announced")
    status, body, res = put(id, "cancel")
    expect.equal(status, 200)
    expect.equal(body, "")
    expect.equal(res.headers["X-Goog-Upload-Status"], "cancelled")
    refused(404, "NOT_FOUND", put(id, "query"))
    local _, too_large = start(nil, 2147483649)
    expect.equal(too_large, 400)
    local _, bad_name = start { file = { name = "files/A_b" } }
    expect.equal(bad_name, 400)
  end)

  it("take their name once", function()
    put(start { file = { name = "files/one" } }, "upload, finalize", 0, "x")
    local _, status, body = start { file = { name = "files/one" } }
    refused(409, "ALREADY_EXISTS", status, body)
  end)

  it("arrive in one request too", function()
    local _, body = send("POST", "/upload/v1beta/files", { query = { uploadType = "media" }, body = "bytes",
      headers = { ["content-type"] = "text/csv" } })
    expect.equal(body.file.mimeType, "text/csv")
    _, body = send("POST", "/upload/v1beta/files", { query = { uploadType = "multipart" },
      headers = { ["content-type"] = "multipart/related; boundary=B" },
      body = '--B\r\nContent-Type: application/json\r\n\r\n{"file":{"displayName":"two"}}\r\n'
        .. "--B\r\nContent-Type: text/plain\r\n\r\nthe\r\nbytes\r\n--B--\r\n" })
    expect.equal(body.file.displayName, "two")
    expect.equal(body.file.sizeBytes, "10")
    local _, list = send("GET", "/v1beta/files", { query = { pageSize = "1" } })
    expect.equal(#list.files, 1)
    expect.truthy(list.nextPageToken)
    expect.equal(send("POST", "/upload/v1beta/files", { query = { uploadType = "media" }, body = "bytes",
      headers = { ["content-type"] = "text/\xff" } }), 400)
  end)

  it("that are missing or have expired are forbidden, not missing", function()
    put(start { file = { name = "files/old" } }, "upload, finalize", 0, "x")
    local path = fs.state_dir() .. "/local/files/old/file.json"
    fs.write_atomic(path, (fs.read(path):gsub('"expires":[%d.]+', '"expires":1')))
    refused(403, "PERMISSION_DENIED", send("GET", "/v1beta/files/old"))
    expect.falsy(fs.exists(path))
    refused(403, "PERMISSION_DENIED", send("DELETE", "/v1beta/files/never"))
    refused(403, "PERMISSION_DENIED", send("GET", "/v1beta/files/..%2fx"))
  end)
end)

describe("models", function()
  it("say what can be tuned", function()
    local _, list = send("GET", "/v1beta/models", { query = { pageSize = "3" } })
    expect.equal(#list.models, 3)
    expect.truthy(list.nextPageToken)
    local _, model = send("GET", "/v1beta/models/gemini-2.0-flash")
    expect.match(table.concat(model.supportedGenerationMethods, " "), "createTunedModel")
    local _, unlisted = send("GET", "/v1beta/models/gemini-9.9-any")
    expect.match(table.concat(unlisted.supportedGenerationMethods, " "), "createTunedModel")
    refused(404, "NOT_FOUND", send("GET", "/v1beta/models/unheard-of"))
  end)

  it("count words and marks as tokens", function()
    local _, body = send("POST", "/v1beta/" .. BASE .. ":countTokens", { body = ask "Don't panic, été!" })
    expect.equal(body.totalTokens, 5)
    _, body = send("POST", "/v1beta/" .. BASE .. ":countTokens", { body = { generateContentRequest =
      ask("one two", { model = BASE, systemInstruction = { parts = { { text = "three" } } } }) } })
    expect.equal(body.totalTokens, 3)
    expect.equal(send("POST", "/v1beta/" .. BASE .. ":countTokens", { body = {} }), 400)
    refused(404, "NOT_FOUND", send("POST", "/v1beta/tunedModels/x:countTokens", { body = ask "x" }))
  end)

  it("embed texts as vectors of length 1, near when the words are", function()
    local path = "/v1beta/models/gemini-embedding-001:"
    local function vector(text, size)
      local _, body = send("POST", path .. "embedContent",
        { body = { content = { parts = { { text = text } } }, outputDimensionality = size } })
      return body.embedding.values
    end
    local function dot(a, b)
      local sum = 0
      for i = 1, #a do sum = sum + a[i] * b[i] end
      return sum
    end
    local a, b, c = vector "my card has not arrived", vector "the card did not arrive", vector "exchange rates"
    expect.equal(#a, 3072)
    expect.between(dot(a, a), 0.999999, 1.000001)
    expect.truthy(dot(a, b) > dot(a, c) + 0.2)
    expect.equal(#vector("x", 64), 64)
    local request = { model = "models/gemini-embedding-001", content = { parts = { { text = "exchange rates" } } } }
    local _, body = send("POST", path .. "batchEmbedContents", { body = { requests = { request, request } } })
    expect.same(body.embeddings[2].values, c)
    expect.equal(send("POST", path .. "embedContent", { body = { content = { parts = { { text = " " } } } } }), 400)
    expect.equal(send("POST", "/v1beta/" .. BASE .. ":embedContent", { body = request }), 404)
  end)
end)

describe("paths", function()
  it("that do not exist, or not with that method, are refused", function()
    for _, path in ipairs { "/", "/v2/models", "/v1beta/", "/v1beta/nothing", "/v1beta/files/a/b", "/upload/v1beta/x",
      "/v1beta/other/x:generateContent" } do
      refused(404, "NOT_FOUND", send("GET", path))
    end
    local status, body, res = send("PUT", "/v1beta/tunedModels/x")
    refused(405, "UNIMPLEMENTED", status, body)
    expect.equal(res.headers.allow, "DELETE, GET, PATCH")
    expect.equal(send("POST", "/v1beta/" .. BASE .. ":batchGenerateContent", { body = {} }), 501)
    expect.match(refused(400, "INVALID_ARGUMENT", send("GET", "/v1beta/models", { query = { foo = "1" } })), "foo")
    expect.match(refused(400, "INVALID_ARGUMENT", send("GET", "/v1beta/models",
      { query = { key = "k" }, headers = { ["x-goog-api-key"] = "k" } })), "Multiple authentication")
  end)
end)

describe("the engine module", function()
  it("refuses rows that are not rows, and closed handles", function()
    expect.raises("row 1", engine.train, { rows = { 7 } })
    expect.raises("output must be a string", engine.train, { rows = { { text_input = "a" } } })
    expect.raises("INVALID_ARGUMENT", engine.train, { rows = {} })
    local job = engine.train { rows = { { text_input = "a", output = "b" } } }
    job:close()
    expect.raises("closed", job.progress, job)
    expect.raises("NOT_FOUND", engine.load, fs.state_dir() .. "/nothing.bin")
  end)

  it("scores validation rows and answers with as many labels as asked", function()
    local list = {}
    for i = 1, 40 do list[i] = { text_input = "number " .. i % 8, output = "label " .. i % 8 } end
    local path = fs.state_dir() .. "/spec.bin"
    local job = engine.train { rows = list, validation = { list[1], list[2] }, epoch_count = 3, save_to = path }
    repeat gt.sleep(0.002) until job:progress().phase == "done"
    local progress = job:progress()
    expect.equal(progress.completed_steps, progress.total_steps)
    expect.equal(progress.mode, "classify")
    expect.equal(#job:validations(), 3)
    expect.equal(job:validations()[3].accuracy, 1)
    job:close()
    local model <close> = engine.load(path)
    local found = model:predict("number 3", { top = 8 })
    expect.equal(found.text, "label 3")
    expect.equal(#found.top, 8)
    local sum = 0
    for i, label in ipairs(found.top) do
      sum = sum + label.probability
      expect.truthy(i == 1 or label.probability <= found.top[i - 1].probability)
    end
    expect.between(sum, 0.999, 1.001)
    expect.equal(#model:predict("number 3", { top = 2 }).top, 2)
    fs.remove(path)
  end)

  it("keeps removing below its root", function()
    local root = fs.state_dir() .. "/spec"
    fs.mkdirs(root .. "/a/b")
    expect.raises("root", fs.remove_tree, root, root)
    expect.raises("root", fs.remove_tree, root .. "/../spec/a", root)
    expect.raises("root", fs.remove_tree, root .. "/a/../../x", root)
    fs.remove_tree(root .. "/a", root)
    expect.falsy(fs.exists(root .. "/a"))
    fs.remove(root)
  end)
end)

-- The local API: answers of tuned and untuned models, and the list of models.

local helper = assert(loadfile("tests/spec/local_helper.lua", "t", _ENV))()
local cjson = require "cjson"
local send = helper.send
local refused = helper.refused
local tuned_model = helper.tuned_model
local create = helper.create
local finished = helper.finished
local ask = helper.ask
local generate = helper.generate
local text_of = helper.text_of
local BASE = helper.BASE

after_each(helper.clean)

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

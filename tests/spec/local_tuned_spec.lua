-- The local API: tuned models, and the rules of their creation.

local helper = assert(loadfile("tests/spec/local_helper.lua", "t", _ENV))()
local fs = require "gt.core.fs"
local gt = require "gt.task"
local cjson = require "cjson"
local api = require "gt.local"
local send = helper.send
local refused = helper.refused
local tuned_model = helper.tuned_model
local create = helper.create
local get = helper.get
local finished = helper.finished
local generate = helper.generate
local text_of = helper.text_of
local long_model = helper.long_model

after_each(helper.clean)

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
      if seen.completedSteps and seen.snapshots then break end
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

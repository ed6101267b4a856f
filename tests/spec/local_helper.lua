-- What the specs of the local API share: requests to the handler as a transport makes
-- them, in the runner's own state folder. Loaded, with their environment, by local_*_spec.lua.

local gt = require "gt.task"
local cjson = require "cjson"
local api = require "gt.local"

local local_api = {}

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

local_api.send = send
local_api.refused = refused
local_api.rows = rows
local_api.tuned_model = tuned_model
local_api.create = create
local_api.get = get
local_api.finished = finished
local_api.ask = ask
local_api.generate = generate
local_api.text_of = text_of
local_api.long_model = long_model
local_api.clean = clean
local_api.BASE = BASE

return local_api

-- embedContent and batchEmbedContents: hashed word and character n-grams of the local
-- engine as a vector of length 1. Texts that share words and spellings are near; meaning
-- alone brings nothing together.

local engine = require "gt.core.engine"
local errors = require "gt.local.errors"
local models = require "gt.local.models"
local requests = require "gt.local.requests"
local shape = require "gt.local.shape"
local tokens = require "gt.local.tokens"

local embed = {}

local function vector(model, body, at)
  local config = body.embedContentConfig or {}
  local dimensions = body.outputDimensionality or config.outputDimensionality or model.dimensions
  if dimensions < 1 or dimensions > models.MAX_DIMENSIONS then
    errors.invalid(at .. "output_dimensionality",
      ("output_dimensionality must be from 1 to %d."):format(models.MAX_DIMENSIONS))
  end
  local title = body.title or config.title
  if title and (body.taskType or config.taskType) ~= "RETRIEVAL_DOCUMENT" then
    errors.invalid(at .. "title", "title is only allowed with the task type RETRIEVAL_DOCUMENT.")
  end
  local text = tokens.text_of(body.content)
  if not text:find "%S" then
    errors.invalid(at .. "content", "* EmbedContentRequest.content: content is empty")
  end
  if title then text = title .. "\n" .. text end
  return { values = engine.embed(text, dimensions) }, tokens.count(text)
end

--- models.embedContent
function embed.one(req, id)
  local model = models.require(id, "embedContent")
  local body = shape.body(requests.embed_content, req.body, "")
  local embedding, count = vector(model, body, "")
  return { embedding = embedding, usageMetadata = { promptTokenCount = count } }
end

--- models.batchEmbedContents
function embed.batch(req, id)
  local model = models.require(id, "embedContent")
  local body = shape.body(requests.batch_embed_contents, req.body, "")
  local embeddings, total = {}, 0
  if not body.requests or #body.requests == 0 then
    errors.invalid("requests", "* BatchEmbedContentsRequest.requests: requests is not specified")
  end
  for i, request in ipairs(body.requests) do
    local at = ("requests[%d]."):format(i - 1)
    if request.model ~= "models/" .. id then
      errors.invalid(at .. "model", ("* BatchEmbedContentsRequest.%smodel: must be models/%s"):format(at, id))
    end
    local embedding, count = vector(model, request, at)
    embeddings[i] = embedding
    total = total + count
  end
  return { embeddings = embeddings, usageMetadata = { promptTokenCount = total } }
end

return embed

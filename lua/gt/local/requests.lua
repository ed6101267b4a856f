-- The request messages of the local API, member by member.

local shape = require "gt.local.shape"
local enum = shape.enum

local requests = {}

local part = { fields = {
  text = "string", thought = "bool", thoughtSignature = "string", inlineData = "struct",
  fileData = "struct", functionCall = "struct", functionResponse = "struct",
  executableCode = "struct", codeExecutionResult = "struct", toolCall = "struct",
  toolResponse = "struct", videoMetadata = "struct", mediaResolution = "struct",
  partMetadata = "struct", mediaProcessing = "string",
} }

local content = { fields = { role = "string", parts = { list = part } } }

local generation_config = { fields = {
  candidateCount = "int32", stopSequences = { list = "string" }, maxOutputTokens = "int32",
  temperature = "float", topP = "float", topK = "int32", seed = "int32",
  presencePenalty = "float", frequencyPenalty = "float", responseMimeType = "string",
  responseSchema = "struct", responseJsonSchema = "any", _responseJsonSchema = "any",
  responseFormat = "struct", responseLogprobs = "bool", logprobs = "int32",
  responseModalities = { list = enum "MODALITY_UNSPECIFIED TEXT IMAGE AUDIO VIDEO" },
  thinkingConfig = { fields = {
    includeThoughts = "bool", thinkingBudget = "int32",
    thinkingLevel = enum "THINKING_LEVEL_UNSPECIFIED MINIMAL LOW MEDIUM HIGH",
  } },
  mediaResolution = "string", speechConfig = "struct", imageConfig = "struct",
  audioTranscriptionConfig = "struct", translationConfig = "struct",
  enableAffectiveDialog = "bool", enableEnhancedCivicAnswers = "bool",
} }

local safety_setting = { fields = {
  category = enum [[HARM_CATEGORY_UNSPECIFIED HARM_CATEGORY_HARASSMENT HARM_CATEGORY_HATE_SPEECH
    HARM_CATEGORY_SEXUALLY_EXPLICIT HARM_CATEGORY_DANGEROUS_CONTENT
    HARM_CATEGORY_CIVIC_INTEGRITY HARM_CATEGORY_JAILBREAK HARM_CATEGORY_DEROGATORY
    HARM_CATEGORY_TOXICITY HARM_CATEGORY_VIOLENCE HARM_CATEGORY_SEXUAL HARM_CATEGORY_MEDICAL
    HARM_CATEGORY_DANGEROUS]],
  threshold = enum [[HARM_BLOCK_THRESHOLD_UNSPECIFIED BLOCK_LOW_AND_ABOVE
    BLOCK_MEDIUM_AND_ABOVE BLOCK_ONLY_HIGH BLOCK_NONE OFF]],
} }

requests.generate_content = { fields = {
  model = "string", contents = { list = content }, systemInstruction = content,
  generationConfig = generation_config, safetySettings = { list = safety_setting },
  tools = { list = "struct" }, toolConfig = "struct", cachedContent = "string",
  serviceTier = "string", store = "bool",
} }

requests.count_tokens = { fields = {
  contents = { list = content }, generateContentRequest = requests.generate_content,
} }

local task_type = enum [[TASK_TYPE_UNSPECIFIED RETRIEVAL_QUERY RETRIEVAL_DOCUMENT
  SEMANTIC_SIMILARITY CLASSIFICATION CLUSTERING QUESTION_ANSWERING FACT_VERIFICATION
  CODE_RETRIEVAL_QUERY]]

requests.embed_content = { fields = {
  model = "string", content = content, taskType = task_type, title = "string",
  outputDimensionality = "int32",
  embedContentConfig = { fields = {
    taskType = task_type, title = "string", outputDimensionality = "int32",
    autoTruncate = "bool", documentOcr = "bool", audioTrackExtraction = "bool",
  } },
} }

requests.batch_embed_contents = { fields = { requests = { list = requests.embed_content } } }

local time = "string"
local snapshot = { fields = {
  step = "int32", epoch = "int32", meanLoss = "float", computeTime = time,
} }

--- Members that only the server sets are read and dropped, as the API does.
requests.tuned_model = { fields = {
  name = "string", displayName = "string", description = "string", baseModel = "string",
  tunedModelSource = { fields = { tunedModel = "string", baseModel = "string" } },
  temperature = "float", topP = "float", topK = "int32",
  readerProjectNumbers = { list = "int64" },
  state = enum "STATE_UNSPECIFIED CREATING ACTIVE FAILED", createTime = time, updateTime = time,
  tuningTask = { fields = {
    startTime = time, completeTime = time, snapshots = { list = snapshot },
    hyperparameters = { fields = {
      epochCount = "int32", batchSize = "int32", learningRate = "float",
      learningRateMultiplier = "float",
    } },
    trainingData = { fields = { examples = { fields = {
      examples = { list = { fields = { textInput = "string", output = "string" } } },
      multiturnExamples = { list = "struct" },
    } } } },
  } },
} }

requests.create_file = { fields = { file = { fields = {
  name = "string", displayName = "string", mimeType = "string", sizeBytes = "int64",
  createTime = time, updateTime = time, expirationTime = time, sha256Hash = "string",
  uri = "string", downloadUri = "string", state = "string", source = "string",
  error = "struct", videoMetadata = "struct",
} } } }

requests.empty = { fields = {} }

return requests

-- Every rule of `gtlua check` as data: what it is called, how grave it is by default, why it
-- matters, what to do. Used for waivers, SARIF, `gtlua check --rules` and `gtlua help`; the
-- rules themselves are found elsewhere (gt.core.check, gt.check.counts). An id that ends in
-- "*" stands for all that begin so.
--
--   { id, severity, title, why, what to do; scope = "file" when no single row is at fault,
--     needs = option without which nobody looks for it }

local rules = {}

local ERROR, WARNING = "error", "warning"

rules.groups = {
  { "syntax", {
    { "json-syntax", ERROR, "The line is not JSON",
      "Providers parse each line on its own; one broken line fails the whole job, often after minutes.",
      "Mend the character at the given column; one JSON object a line, without trailing commas." },
    { "invalid-utf8", ERROR, "Bytes that are not UTF-8",
      "The APIs answer 400 to text that is not valid UTF-8.",
      "Write the file again as UTF-8 (iconv -f LATIN1 -t UTF-8, if it was Latin-1)." },
    { "lone-surrogate", ERROR, "Half of a UTF-16 pair",
      "\\ud83d alone is no character; servers refuse it.",
      "Escape the pair whole (\\ud83d\\ude00) or write the character itself." },
    { "nul-character", ERROR, "A NUL character",
      "U+0000 ends the text in many programs, so that training sees half of it.",
      "Remove it; it is never part of a text." },
    { "duplicate-key", ERROR, "A key that stands twice in an object",
      "Most parsers keep the last value without a word, so that the other is lost.",
      "Keep one of the two." },
    { "json-limit", ERROR, "Nested too deep or too many keys",
      "No row of training data is like that; it is a defect or an attack on the parser.",
      "Look at what wrote the line." },
    { "not-an-object", ERROR, "The line is not an object",
      "A row is one JSON object; a list over the whole file is not JSON Lines.",
      "Write one object a line (jq -c '.[]' turns a list into lines)." },
    { "bom", WARNING, "A byte order mark at the start",
      "Parsers that do not expect it fail on the first line or take it for a part of the first key.",
      "gtlua fix removes it." },
    { "crlf", WARNING, "Lines end in CR LF",
      "Harmless for JSON, but bytes and hashes differ from the same rows with LF.",
      "gtlua fix changes it." },
    { "utf-16", ERROR, "The file is UTF-16",
      "JSON Lines are UTF-8; nothing else is read by the providers.",
      "iconv -f UTF-16 -t UTF-8 FILE > NEW" },
    { "line-too-long", ERROR, "A line over the ceiling",
      "No provider takes a row of that size; mostly line ends have been lost.",
      "Look whether several rows stand on the line." },
    { "no-rows", ERROR, "No usable row", "There is nothing to train on.",
      "Look whether this is the right file; blank lines do not count.", scope = "file" },
  } },
  { "CSV", {
    { "csv-quote", ERROR, "A quote that does not close, or stands inside an unquoted field",
      "All that follows is read as one field, rows are lost.",
      "Double every quote inside a quoted field (\"\")." },
    { "csv-columns", ERROR, "Another number of fields than the header",
      "Fields move into the wrong column.", "Quote fields that have commas or line ends in them." },
    { "csv-header", ERROR, "The header names no pair of columns",
      "Without text_input and output (or another known pair) nobody can tell question from answer.",
      "Name two columns text_input and output.", scope = "file" },
  } },
  { "schema", {
    { "missing-field", ERROR, "A field of the pair is missing",
      "The API answers 400 to an example without input or output.", "Add it or remove the row." },
    { "near-miss-key", ERROR, "A key that is nearly a known one",
      "ouput is not output: the field counts as missing, or its text is left out.",
      "Write the key as the message says." },
    { "wrong-type", ERROR, "A value that is not a text",
      "Numbers and objects are not converted; the API answers 400.", "Put the value in quotes." },
    { "empty-field", ERROR, "An empty text, or one of white space",
      "An example without input or output is refused or teaches silence.", "Fill it or remove the row." },
    { "mixed-forms", ERROR, "Rows of different forms",
      "A provider reads one form a file; rows of another are lost or fail the job.",
      "Bring all rows into one form (gt.dataset.load(FILE):write(NEW))." },
    { "unused-field", WARNING, "A field that is left out of the training",
      "What stands in it never reaches the model, though it may belong to the prompt.",
      "Put it into the text, or remove it." },
    { "unsupported-form", ERROR, "A form the provider does not take",
      "The job is refused, or the rows are not found in it.",
      "gt.dataset.load(FILE):write(NEW, { form = ... }) writes another form." },
    { "role-unknown", ERROR, "A role nobody knows", "Turns of an unknown role are refused.",
      "user and model in contents; system, user and assistant in messages." },
    { "role-order", ERROR, "Turns out of order",
      "Turns alternate, beginning with the user; other orders are refused.",
      "Join neighbouring turns of one role." },
    { "last-turn", ERROR, "The last turn is not the model's", "There is no answer to train on.",
      "End each row with the answer that the model should give." },
    { "no-turns", ERROR, "A conversation without turns", "There is nothing to train on.", "Remove the row." },
    { "unsupported-part", ERROR, "A part that is not text",
      "Only text is tuned here; other parts would be dropped without a word.",
      "Remove the part, or send the file with another tool." },
  } },
  { "sizes", {
    { "too-long", ERROR, "A text over the provider's limit",
      "Longer texts are refused or cut.", "Shorten the text or split the row." },
    { "tokens-over-limit", WARNING, "A row over the provider's token limit (estimated)",
      "Longer rows are cut or dropped by the service, which only counts them afterwards.",
      "Shorten the row; the estimate is by bytes, so rows near the limit may pass." },
    { "too-few-rows", WARNING, "Too few rows",
      "A model tuned on a handful of rows repeats them instead of learning the task; providers set minima.",
      "Collect more rows; 100 to 500 are advised to begin with.", scope = "file" },
    { "too-many-rows", ERROR, "More rows than the provider takes", "The job is refused.",
      "Take a sample (gt.dataset.load(FILE):sample(n, seed)).", scope = "file" },
    { "file-too-large", ERROR, "More bytes than the provider takes", "The upload or the request is refused.",
      "Take fewer or shorter rows.", scope = "file" },
    { "batch-size", ERROR, "A batch size that does not fit", "Out of range, or larger than the data.",
      "Leave the option away: the default follows the number of rows.", scope = "file", needs = "batch_size" },
    { "epoch-count", ERROR, "A number of epochs out of range", "The job is refused.",
      "Leave the option away or take a whole number of at least 1.", scope = "file", needs = "epochs" },
  } },
  { "labels", {
    { "label-typo", WARNING, "A rare label one slip away from a common one",
      "positve beside 300 positive becomes a class of its own.", "Correct the label, or waive it." },
    { "label-case", WARNING, "Labels that differ in case only",
      "The model learns two spellings of one class; comparisons count one of them as wrong.",
      "Choose one spelling." },
    { "label-space", WARNING, "Labels that differ in spaces only",
      "The same class twice, told apart by what nobody sees.", "gtlua fix trims outer spaces." },
    { "label-imbalance", WARNING, "One label outnumbers another by far",
      "The model learns to answer the frequent label; a bare accuracy hides that.",
      "Add rows of the rare label, or look at scores by label.", scope = "file" },
    { "wrong-label", WARNING, "A likely wrong label",
      "A model trained on the other rows is sure of another label for this one.",
      "Look at the row; keep it if it is right.", needs = "labels" },
  } },
  { "text", {
    { "control-character", WARNING, "A control character in a text",
      "Mostly rests of a terminal or a copy; the model learns to write it.", "Remove it." },
    { "mojibake", WARNING, "Text decoded with the wrong encoding",
      "Ã© for é: the model learns to write it.", "Decode the source again, with the right encoding." },
    { "double-escaped", WARNING, "Text escaped twice",
      "The model sees the two characters \\ and n instead of a line end.", "Escape once." },
    { "outer-space", WARNING, "White space around a text",
      "\"positive \" is another answer than \"positive\", and costs a token.", "gtlua fix trims outputs." },
    { "replacement-character", WARNING, "U+FFFD in a text",
      "A character was lost when the text was decoded.", "Take the text from its source again." },
  } },
  { "repeated rows", {
    { "duplicate", WARNING, "The same row twice",
      "It counts twice in training and is paid for twice.", "gtlua fix removes exact copies." },
    { "near-duplicate", WARNING, "Nearly the same row",
      "Near copies teach nothing new and tilt the data.", "Keep one, or waive it.", needs = "near" },
    { "contradiction", WARNING, "The same input with different outputs",
      "Training cannot satisfy both; the model learns to guess.", "Decide for one output." },
    { "leak", ERROR, "A row of the evaluation data",
      "A model that has seen the test row is scored on its memory.",
      "Remove the row from one of the files.", needs = "against" },
    { "leak-near", WARNING, "Nearly a row of the evaluation data",
      "Scores on rows that the model has nearly seen are too good.",
      "Remove the row from one of the files.", needs = "against" },
  } },
  { "secrets", {
    { "secret-high-entropy", ERROR, "A random token, perhaps a key",
      "Long random texts in training data are mostly keys; a key that a model knows is a key that is lost.",
      "Remove and revoke it if it is a key; waive it if it is an id or a checksum." },
    { "secret-*", ERROR, "A key, token or password",
      "What is trained on can be told by the model to anyone; the file is stored at the provider.",
      "Remove it, then revoke it: it has been on a disk and perhaps in a repository." },
  } },
  { "personal data", {
    { "personal-email", WARNING, "An e-mail address",
      "A tuned model can repeat personal data to strangers.", "Replace it (user@example.com), or waive it." },
    { "personal-phone", WARNING, "A telephone number",
      "A tuned model can repeat personal data to strangers.", "Replace it, or waive it." },
    { "personal-card", ERROR, "A payment card number",
      "The number passes the card checksum; card data has no place in training.", "Remove it." },
    { "personal-iban", WARNING, "A bank account number (IBAN)",
      "The number passes the IBAN checksum; a tuned model can repeat it.", "Remove it, or waive it." },
    { "personal-ip", WARNING, "An IP address",
      "Addresses count as personal data in many laws.", "Replace it (192.0.2.1), or waive it." },
  } },
  { "the check itself", {
    { "unused-waiver", WARNING, "A waiver that matched nothing",
      "It would hide the defect when it comes back.", "Remove the waiver." },
  } },
}

local by_id, prefixes, ids = {}, {}, {}
for _, group in ipairs(rules.groups) do
  for _, rule in ipairs(group[2]) do
    rule.id, rule.severity, rule.title, rule.why, rule.fix = table.unpack(rule, 1, 5)
    by_id[rule.id] = rule
    ids[#ids + 1] = rule.id
    if rule.id:sub(-1) == "*" then prefixes[#prefixes + 1] = rule end
  end
end

--- The ids in reading order.
---@return string[]
function rules.ids() return ids end

--- The description of an id; families ("secret-*") answer for their members.
---@param id string
---@return table|nil rule
function rules.find(id)
  if by_id[id] then return by_id[id] end
  for _, rule in ipairs(prefixes) do
    if #id >= #rule.id and id:sub(1, #rule.id - 1) == rule.id:sub(1, -2) then return rule end
  end
end

--- Whether the pattern of a waiver ("duplicate", "personal-*") means that id.
function rules.matches(pattern, id)
  if pattern == id then return true end
  return pattern:sub(-1) == "*" and id:sub(1, #pattern - 1) == pattern:sub(1, -2)
end

--- Whether a pattern means any rule at all.
function rules.known(pattern)
  if rules.find(pattern) then return true end
  for _, id in ipairs(ids) do
    if rules.matches(pattern, id) then return true end
  end
  return false
end

return rules

-- gt.dataset; for the fields of an entry see calls.lua.

local CONCURRENT = {
  { name = "concurrency", type = "integer",
    help = "how many rows may wait on the host at once; default 1, one after the other" },
}

local READING = {
  { name = "form", type = "string",
    help = "the form that the file must have, for example \"messages\"; default any" },
  { name = "text_max", type = "integer", help = "characters an input may have; default no limit" },
  { name = "output_max", type = "integer", help = "characters an output may have; default no limit" },
  { name = "line_max", type = "integer", help = "bytes a line may have; default 128 MiB" },
  { name = "max_rows", type = "integer",
    help = "refuse a file with more rows; default 10,000,000 in memory, none for a stream" },
  { name = "on_bad", type = "string", values = { "error", "skip" },
    help = "what to do about a row with a defect: fail, or go on without it and count it in "
      .. "data.bad_rows; default error" },
  { name = "quiet", type = "boolean", help = "true: do not print warnings; default false" },
}

local FORMS = "JSON Lines of pairs ({ text_input, output }, { input, output }, { prompt, completion }, "
  .. "{ prompt, response }), of messages or contents; CSV with a header; each also as .gz"

return {
  {
    name = "dataset.load",
    summary = "Reads a file of training rows into memory. Every defect is printed with its place; "
      .. "one error and the load fails.",
    params = { { "path", "string", FORMS } },
    options = READING, class = "gt.ReadOptions",
    returns = { { "gt.Dataset", "data", "" } },
    errors = {
      { "INVALID_ARGUMENT", "the file has defects, or another form (exit code 10)" },
      { "NOT_FOUND", "there is no such file" },
      { "RESOURCE_EXHAUSTED", "more rows than max_rows" },
    },
    example = { [[local train, test = gt.dataset.load("reviews.jsonl"):split { test = 0.25 }]] },
  },
  {
    name = "dataset.stream",
    summary = "A file of training rows that is never held in memory: its rows are read when they are "
      .. "asked for, each time anew. Methods compose; what asks for rows (rows, write, stats, hash, "
      .. "counts, removed, explain) makes one pass. At the first row with an error the rest of the file is "
      .. "checked, all defects are printed, and the pass fails.",
    params = { { "path", "string", "as for gt.dataset.load" } },
    options = READING, class = "gt.ReadOptions",
    returns = { { "gt.Dataset", "data", "a stream: it has no length and no list of rows" } },
    errors = { { "INVALID_ARGUMENT", "the file has defects (exit code 10)" }, { "NOT_FOUND", "no such file" } },
    example = {
      [[gt.dataset.stream("big.jsonl.gz")]],
      [[  :drop(function(row) return #row.output > 5000 end, "too long")]],
      [[  :write("good.jsonl", { removed = "removed.jsonl" })]],
    },
  },
  {
    name = "dataset.from", summary = "A data set of copies of rows at hand; other fields of a row stay.",
    params = { { "rows", "gt.Row[]", "" } }, returns = { { "gt.Dataset", "data", "" } },
    errors = { { "INVALID_ARGUMENT", "a row is not { text_input =, output = } or { turns = }" } },
    example = { [[local data = gt.dataset.from { { text_input = "fine", output = "positive" } }]] },
  },
  {
    name = "dataset:rows",
    summary = "The rows one after the other, for `for`. In memory data.rows is also their list.",
    params = {}, returns = { { "fun(): gt.Row?, integer?", "next", "a row and its number" } },
    example = { [[for row in data:rows() do print(row.line, row.output) end]] },
  },
  {
    name = "dataset:collect", summary = "A stream's rows in memory, with what was removed; others as they are.",
    params = {}, returns = { { "gt.Dataset", "data", "" } },
    example = { [[local some = gt.dataset.stream("big.jsonl"):sample(1000):collect()]] },
  },
  {
    name = "dataset:filter",
    summary = "The rows for which f(row) is true. A rule or a rule set of gt.rules instead of a function "
      .. "removes the rows that break it.",
    params = { { "f", "fun(row: gt.Row): any", "may wait on the host" } },
    options = CONCURRENT, class = "gt.ConcurrentOptions",
    returns = { { "gt.Dataset", "data", "a new one" } },
    example = { [[data = data:filter(function(row) return #row.text_input < 500 end)]] },
  },
  {
    name = "dataset:drop",
    summary = "Removes the rows for which f(row) is true. They keep the reason: data:removed(), data:explain(id).",
    params = { { "f", "fun(row: gt.Row): any", "true, or a text that is the reason" }, { "reason", "string?", "" } },
    options = CONCURRENT, class = "gt.ConcurrentOptions",
    returns = { { "gt.Dataset", "data", "a new one" } },
    example = { [[data = data:drop(function(row) return row.output == "?" end, "no label")]] },
  },
  {
    name = "dataset:map",
    summary = "A data set of what f makes of a copy of each row. In a conversation a new output or text_input "
      .. "goes into the turn that it came from.",
    params = { { "f", "fun(row: gt.Row): gt.Row", "may wait on the host" } },
    options = CONCURRENT, class = "gt.ConcurrentOptions",
    returns = { { "gt.Dataset", "data", "a new one" } },
    errors = { { "INVALID_ARGUMENT", "f returned something that is no row" } },
    example = {
      [[data = data:map(function(row)]],
      [[  row.output = row.output:lower()]],
      [[  return row]],
      [[end)]],
    },
  },
  {
    name = "dataset:take", summary = "The first n rows.",
    params = { { "n", "integer", "" } }, returns = { { "gt.Dataset", "data", "a new one" } },
    example = { [[local few = data:take(100)]] },
  },
  {
    name = "dataset:sample", summary = "n rows by chance, each as likely, in their order; the same for the same seed.",
    params = { { "n", "integer", "" }, { "seed", "integer?", "default 1" } },
    returns = { { "gt.Dataset", "data", "a new one" } },
    example = { [[for row in data:sample(10):rows() do print(row.text_input) end]] },
  },
  {
    name = "dataset:concat", summary = "The rows of this data set, then those of another one.",
    params = { { "other", "gt.Dataset", "" } }, returns = { { "gt.Dataset", "data", "a new one" } },
    example = { [[local all = gt.dataset.load("a.jsonl"):concat(gt.dataset.load("b.csv"))]] },
  },
  {
    name = "dataset:dedupe",
    summary = "Removes rows that repeat an earlier one: the outputs are the same, the inputs too, but for case, spaces "
      .. "and punctuation, or nearly: their sets of 4 neighbouring characters have a Jaccard index of the threshold "
      .. "or more. Rows with a like input and another output stay. A stream is read into memory for it.",
    params = {},
    options = {
      { name = "threshold", type = "number", help = "0.3 to 1; 1: the same texts only, in little memory; default 0.8" },
      { name = "by", type = "string", values = { "input", "both" },
        help = "compare inputs alone, whatever the output, or both; default both" },
      { name = "index", type = "string", help = "a file that keeps signatures, so that the next run hashes new "
        .. "texts alone; made when it is not there" },
    },
    class = "gt.DedupeOptions",
    returns = { { "gt.Dataset", "data", "a new one" } },
    example = { [[data = data:dedupe { threshold = 0.9 }]] },
  },
  {
    name = "dataset:split",
    summary = "Cuts into parts by a stable hash: a row stays where it is when others come or go, and equal "
      .. "inputs are never parted. { test = 0.25 } gives two data sets, train and test; with more shares or "
      .. "settings a table of data sets by name (see gt.split).",
    params = {},
    options = {
      { name = "test", type = "number", help = "share of the part test, above 0 and below 1" },
      { name = "validation", type = "number", help = "share of the part validation; any other name as well" },
      { name = "train", type = "number", help = "default what the others leave of 1" },
      { name = "seed", type = "integer", help = "another seed, another cut; default 0" },
      { name = "stratify", type = "boolean", help = "count by output and warn of what is uneven" },
      { name = "group", type = "string", help = "rows with the same value of this field stay together" },
      { name = "clusters", type = "boolean",
        help = "texts that differ in case, spaces and punctuation only stay together" },
      { name = "exact", type = "boolean", help = "cut to the row; then a new row can move others" },
      { name = "parts", type = "table", help = "the shares by name, instead of standing beside the settings" },
    },
    class = "gt.DatasetSplitOptions",
    returns = { { "gt.Dataset|table<string, gt.Dataset>", "train", "" }, { "gt.Dataset?", "test", "" } },
    errors = { { "INVALID_ARGUMENT", "a share is not between 0 and 1, or they are more than 1 in all" } },
    example = {
      [[local train, test = data:split { test = 0.25 }]],
      [[local parts = data:split { train = 0.8, validation = 0.1, test = 0.1, stratify = true }]],
      [[print(#parts.train, #parts.validation, #parts.test)]],
    },
  },
  {
    name = "dataset:write",
    summary = "Writes the rows; the file appears whole or not at all, in constant memory. What a form cannot "
      .. "hold is counted and named in one line on stderr.",
    params = { { "path", "string", "NAME.csv is written as CSV; not NAME.gz" } },
    options = {
      { name = "form", type = "string",
        help = "text_input, textInput, input, completion, response, messages, contents or csv; default: "
          .. "text_input, for a file of conversations its own form" },
      { name = "removed", type = "string", help = "also write the removed rows there, in the same pass" },
      { name = "quiet", type = "boolean", help = "true: do not print what is lost; default false" },
    },
    class = "gt.WriteOptions",
    returns = { { "gt.Dataset", "self", "" }, { "table<string, integer>", "lost", "rows by what they lost" } },
    errors = { { "INVALID_ARGUMENT", "a text is empty or not UTF-8" } },
    example = { [[train:write("train.jsonl", { form = "messages" })]], [[local file = upload("train.jsonl")]] },
  },
  {
    name = "dataset:removed", summary = "The rows that were removed on the way here, with their reasons.",
    params = {}, returns = { { "gt.Removed[]", "list", "" } },
    example = { [[for _, r in ipairs(data:removed()) do print(r.line, r.reason, r.row.text_input) end]] },
  },
  {
    name = "dataset:write_removed",
    summary = "Writes the removed rows as JSON Lines: the row with id, line, step and reason beside its texts.",
    params = { { "path", "string", "" } }, returns = { { "integer", "count", "how many" } },
    example = { [[data:write_removed("removed.jsonl")]] },
  },
  {
    name = "dataset:explain",
    summary = "Tells in a sentence whether a row is in, was changed by map, or why and by what it was removed.",
    params = { { "id", "string|gt.Row", "row.id: the same for the same texts in every form and file" } },
    returns = { { "string", "text", "" } },
    example = { [[print(data:explain(data:removed()[1].id))]] },
  },
  {
    name = "dataset:stats",
    summary = "Rows, lengths in characters, an estimate of the tokens, and the labels if the outputs are labels: "
      .. "those that repeat make up half of the rows.",
    params = {}, returns = { { "gt.DatasetStats", "stats", "" } },
    example = { [[local s = data:stats()]], [[print(s.rows, s.characters.input.max, s.tokens.total)]] },
  },
  {
    name = "dataset:hash",
    summary = "SHA-256 over the rows' ids in order, each followed by a line feed: the same for the same rows in "
      .. "the same order, in every form and file.",
    params = {}, returns = { { "string", "hex", "64 digits" } },
    example = { [[print(data:hash())]] },
  },
  {
    name = "dataset:counts", summary = "How many rows each output has.",
    params = {}, returns = { { "table<string, integer>", "counts", "" } },
    example = { [[print(data:counts().positive)]] },
  },
  {
    name = "dataset:labels", summary = "The outputs that occur, sorted.",
    params = {}, returns = { { "string[]", "labels", "" } },
    example = { [[print(table.concat(data:labels(), " "))]] },
  },
}

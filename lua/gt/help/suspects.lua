-- gt.suspects and gt.split; for the fields of an entry see calls.lua.

return {
  {
    name = "suspects.find",
    summary = "Rows whose label is likely wrong, most suspect first. Each row is judged by models of the "
      .. "local engine that have not seen it (confident learning). It drops nothing: look at the rows "
      .. "and correct them. On clean data the first ones are the hard rows, and dropping those costs "
      .. "accuracy. Other tasks run meanwhile.",
    params = { { "data", "gt.Dataset|gt.Row[]", "" } },
    options = {
      { name = "order", type = "string", values = { "margin", "self_confidence" },
        help = "margin (default) is better where labels are confused with their like, self_confidence where "
          .. "any wrong label is as likely" },
      { name = "top", type = "integer", help = "keep only so many" },
      { name = "folds", type = "integer", help = "models trained, each without its part of the rows; default 5" },
      { name = "seed", type = "integer", help = "of folds and training; the same seed finds the same" },
      { name = "epoch_count", type = "integer", help = "as for the local engine; default 5" },
      { name = "batch_size", type = "integer", help = "as for the local engine" },
      { name = "threads", type = "integer", help = "default: 2 where there are two processors" },
    },
    class = "gt.SuspectOptions",
    returns = { { "gt.Suspects", "found", "" } },
    errors = {
      { "INVALID_ARGUMENT", "the outputs are no labels: most of them occur once" },
      { "CANCELLED", "the task was cancelled" },
    },
    example = {
      [[local found = gt.suspects.find(gt.dataset.load("intents.jsonl"), { top = 100 })]],
      [[print(found.estimated, found[1].line, found[1].label, found[1].suggested)]],
    },
  },
  {
    name = "suspects.table",
    summary = "The first suspects as a table for the terminal, under what is estimated of all rows.",
    params = { { "found", "gt.Suspects", "" }, { "n", "integer?", "20 if left out" } },
    returns = { { "string", "text", "" } },
    example = { [[print(gt.suspects.table(found, 10))]] },
  },
  {
    name = "split.assign",
    summary = "The part of each row (train, validation, test, ...) by a stable hash of its text: rows stay "
      .. "where they are when others come or go, and equal texts stay together unless groups part them. "
      .. "Shares hold up to sampling error, in every label alike. Groups and clusters stay together.",
    params = { { "rows", "gt.Row[]", "" } },
    options = {
      { name = "parts", type = "table", help = "shares by name, default { train = .8, validation = .1, test = .1 }; "
        .. "what they leave of 1 is train. test lies first and train last, so that a validation part "
        .. "that is taken out of train later moves no test row" },
      { name = "seed", type = "integer", help = "another seed, another cut; default 0" },
      { name = "group", type = "any", help = "a field's name or a function of a row: rows with the same value "
        .. "(a string or a number) stay together" },
      { name = "clusters", type = "any", help = "true: near duplicates (.8 of their character 4-grams) stay "
        .. "together; a number from .5 to 1 is another threshold, 1 takes texts that differ in case and "
        .. "punctuation only; or a list with a value for each row, false for none. Rows added behind "
        .. "move nothing unless they join two clusters" },
      { name = "stratify", type = "any", help = "true (by output), a field's name or a function of a row: counts by "
        .. "stratum, and warns of strata missing from a part. It moves nothing: no cut can be exact and "
        .. "stable at once" },
      { name = "exact", type = "boolean", help = "cut each stratum to the row, by the ranks of the hashes; then a "
        .. "new row can move those next to a cut" },
    },
    class = "gt.AssignOptions",
    types = {
      parts = "table<string, number>", group = "string|fun(row: gt.Row): any", clusters = "true|number|any[]",
      stratify = "true|string|fun(row: gt.Row): any",
    },
    returns = { { "gt.Split", "parts", "a list with the name of each row's part" } },
    errors = { { "INVALID_ARGUMENT", "shares do not add up to 1, or a group is no string or number" } },
    example = {
      [[local parts = gt.split.assign(rows, { parts = { train = .8, test = .2 }, group = "customer",]],
      [[  stratify = true })]],
      [[print(parts[1], parts.counts.test, table.concat(parts.warnings, "\n"))]],
    },
  },
}

-- gt.rules: what rows must not be; for the fields of an entry see calls.lua.

local RUNNING = {
  { name = "concurrency", type = "integer", help = "how many rows may wait on the host at once; default 16" },
  { name = "samples", type = "integer", help = "rows to keep of each rule for the report; default 3" },
  { name = "cache", type = "boolean",
    help = "keep the verdicts of graded rules, and of rules with a version, below the state folder; default "
      .. "false: in memory only" },
  { name = "on_error", type = "string", values = { "raise", "keep" },
    help = "what to do when a rule fails on a row: raise, or keep the row and count it; default raise" },
}

return {
  {
    name = "rules", summary = "A set of rules about rows. A set may stand in another one.",
    params = { { "rules", "gt.Rule[]", "" } }, returns = { { "gt.Rules", "rules", "" } },
    errors = { { "INVALID_ARGUMENT", "something else than a rule, or two of one name" } },
    example = {
      [[local rules = gt.rules {]],
      [[  gt.rules.rule("too long", function(row) return #row.output > 5000 end),]],
      [[}]],
      [[local good = rules:apply(data)]],
    },
  },
  {
    name = "rules.rule",
    summary = "A rule: f(row) is true, or a text that says why, for rows that break it. It may wait on the host; "
      .. "rows are then judged side by side.",
    params = { { "name", "string", "" }, { "f", "fun(row: gt.Row): any", "" } },
    options = {
      { name = "severity", type = "string", values = { "error", "warning" },
        help = "error: rules:apply removes the row; warning: it is counted; default error" },
      { name = "reason", type = "string", help = "what a removed row is said to be; default the name" },
      { name = "version", type = "string",
        help = "verdicts are kept under it, the name and the row's id; without one they are not kept" },
    },
    class = "gt.RuleOptions", returns = { { "gt.Rule", "rule", "" } },
    example = { [[gt.rules.rule("shouting", function(row) return row.output == row.output:upper() end,]],
      [[  { severity = "warning" })]] },
  },
  {
    name = "rules.graded",
    summary = "A rule that a model decides. Rows are asked about side by side; an answer is kept under the model, "
      .. "the prompt and the row, so nothing is asked twice and a changed prompt asks again. Errors are not kept.",
    params = { { "name", "string", "" } },
    options = {
      { name = "model", type = "string", help = "as for generate_content" },
      { name = "prompt", type = "fun(row: gt.Row): any", help = "what to ask; nil: the row passes unasked" },
      { name = "reject", type = "fun(answer: string, row: gt.Row): any", help = "true, or a reason, for a bad row" },
      { name = "generate", type = "table", help = "options of generate_content; default { temperature = 0 }" },
      { name = "severity", type = "string", values = { "error", "warning" }, help = "as for gt.rules.rule" },
      { name = "reason", type = "string", help = "likewise" },
      { name = "version", type = "string", help = "another version asks again" },
    },
    class = "gt.GradedOptions", needs = { "model", "prompt", "reject" },
    returns = { { "gt.Rule", "rule", "" } },
    errors = { { "FAILED_PRECONDITION", "the model gave no answer: raised by check and apply" } },
    example = {
      [[gt.rules.graded("off topic", { model = "models/gemini-2.5-flash",]],
      [[  prompt = function(row) return "Is this about food? yes or no\n" .. row.text_input end,]],
      [[  reject = function(answer) return answer:lower():find "no" end })]],
    },
  },
  {
    name = "rules:check", summary = "Looks at every row with every rule and changes nothing.",
    params = { { "data", "gt.Dataset", "" } }, options = RUNNING, class = "gt.RulesOptions",
    returns = { { "gt.RulesReport", "report", "" } },
    errors = { { "UNKNOWN", "a rule failed: the message names the rule and the row; the code is the cause's" } },
    example = { [[rules:check(data):print()]] },
  },
  {
    name = "rules:apply",
    summary = "The data set without the rows that break a rule of severity \"error\"; the first such rule is the "
      .. "reason, and later ones are not asked. Rules of severity \"warning\" only count.",
    params = { { "data", "gt.Dataset", "" } }, options = RUNNING, class = "gt.RulesOptions",
    returns = { { "gt.Dataset", "data", "a new one" },
      { "gt.RulesReport", "report", "of a stream: what its last pass found" } },
    errors = { { "UNKNOWN", "as for rules:check" } },
    example = { [[local good, report = rules:apply(data)]], [[print(report.removed, #good:removed())]] },
  },
  {
    name = "report:text", summary = "The report as a table for people.",
    params = {}, returns = { { "string", "text", "" } }, example = { [[io.stderr:write(report:text(), "\n")]] },
  },
  {
    name = "report:print", summary = "Prints the report on stdout.",
    params = {}, returns = {}, example = { [[rules:check(data):print()]] },
  },
}

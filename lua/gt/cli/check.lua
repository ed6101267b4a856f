-- `gtlua check`: every defect of data files, on stdout with its place; a summary on stderr.

local core = require "gt.core.host"
local options = require "gt.cli.options"
local profile = require "gt.check.profile"

local HELP = [==[
usage: gtlua check FILE... [options]

Reads training data (JSON Lines, CSV, each also .gz) and names every defect before anything
is sent, as FILE:LINE:COLUMN: SEVERITY: RULE: MESSAGE (HINT). Columns count bytes.
Exit code: 0 no errors, 10 errors, 2 usage.

what is looked for
  --for PROFILE           local, gemini, openai, vertex:MODEL (gtlua help profiles);
                          default: by --provider, the environment and keys, else local
  --against FILE...       validation or test data: rows that are in both are leaks
  --near THRESHOLD        how alike near-duplicates are, 0 to 1; default 0.8
  --no-near               no search for near-duplicates
  --index FILE            keeps hashes, so that only new rows are hashed next time
  --labels, --no-labels   likely wrong labels, by training; default: up to 5,000 rows
  --batch-size N, --epochs N   checked too; epochs also for the estimate
  --price USD             per million trained tokens, for the estimate

what is told
  --json, --sarif         on stdout instead of lines
  --max-errors N          tells N findings and counts the others
  --strict                warnings fail too
  -q, --quiet             no summary
  --color, --no-color     default: on a terminal, unless NO_COLOR is set
  --rules                 lists the rules instead

what is meant to be so
  --waive RULE[@FILE[:LINE]]=REASON   or such lines in a file .gtcheck beside the data, where
                          # begins a comment line; RULE may end in * (personal-*)
  --baseline FILE         findings that FILE has are hidden; only new ones fail
  --write-baseline FILE   keeps all findings of now in FILE; exit code 0
]==]

local SPEC = {
  ["for"] = "text", against = "list+", json = "flag", sarif = "flag", ["max-errors"] = "integer",
  baseline = "text", ["write-baseline"] = "text", near = "number", ["no-near"] = "flag", labels = "flag",
  ["no-labels"] = "flag", index = "text", ["batch-size"] = "integer", epochs = "integer", price = "number",
  waive = "list", strict = "flag", quiet = "flag", color = "flag", ["no-color"] = "flag", rules = "flag",
}

local EXCLUSIVE = { { "json", "sarif" }, { "near", "no-near" }, { "labels", "no-labels" }, { "color", "no-color" } }

local function parse(...)
  local o = options.parse("check", SPEC, ...)
  for _, pair in ipairs(EXCLUSIVE) do
    if o[pair[1]] and o[pair[2]:gsub("-", "_")] then
      options.usage(("--%s and --%s do not go together"):format(pair[1], pair[2]))
    end
  end
  if o.near and not (o.near > 0 and o.near <= 1) then
    options.usage "--near needs a number above 0, at most 1"
  end
  if o.price and not (o.price >= 0 and o.price < math.huge) then
    options.usage "--price needs a number of at least 0"
  end
  if not o.help and not o.rules and #o.words == 0 then
    options.usage("check needs a file", o.against
      and "the words behind --against belong to it: write the files to check in front"
      or "gtlua check train.jsonl; gtlua check --help lists the options")
  end
  return o
end

--- The facts of the profile, and where the choice came from unless the user made it.
local function choose_profile(o)
  local name, from = o["for"], nil
  if not name then
    name = profile.by_environment(require "gt.core.api".provider)
    from = "--for takes another"
  end
  local facts, nearest = profile.find(name)
  if facts then return facts, from end
  options.usage(("no profile '%s'"):format(name), ("did you mean %s? There are %s"):format(nearest,
    table.concat(profile.names(), ", ")))
end

local function coloured(o, stream)
  if o.color or o.no_color then return o.color == true end
  local no_color = os.getenv "NO_COLOR"
  return core.is_terminal(stream) and (no_color == nil or no_color == "") and os.getenv "TERM" ~= "dumb"
end

--- The findings to tell, at most --max-errors of them, and how many were left.
local function to_tell(o, report)
  local shown, hidden, max = {}, 0, o.max_errors or math.huge
  for _, finding in ipairs(report.findings) do
    if o.sarif or not (finding.waived or finding.known) then
      if #shown < max then shown[#shown + 1] = finding else hidden = hidden + 1 end
    end
  end
  return shown, hidden
end

local function tell(o, report)
  local shown, hidden = to_tell(o, report)
  if o.json then
    io.stdout:write(require "gt.check.facts"(report, shown, hidden), "\n")
  elseif o.sarif then
    io.stdout:write(require "gt.check.sarif"(report, shown, core.version), "\n")
  elseif not o.write_baseline then
    local text, colour = require "gt.check.text", coloured(o, "stdout")
    for _, finding in ipairs(shown) do io.stdout:write(text.line(finding, colour), "\n") end
  end
  return hidden
end

local function tell_summary(o, report, hidden)
  if o.quiet or core.log_level() == "warn" then return end
  io.stdout:flush()
  local lines = require "gt.check.text".summary(report, coloured(o, "stderr"))
  if hidden > 0 then table.insert(lines, 2, ("%d more findings were not told (--max-errors)"):format(hidden)) end
  if report.summary.written then
    lines[#lines + 1] = ("%d findings are kept in %s"):format(report.summary.written, o.write_baseline)
  end
  io.stderr:write(table.concat(lines, "\n"), "\n")
end

local function exit_code(o, summary)
  if o.write_baseline then return 0 end
  return (summary.errors > 0 or o.strict and summary.warnings > 0) and 10 or 0
end

local function near_of(o)
  if o.no_near then return false end
  return o.near
end

local function labels_of(o)
  if o.labels then return true end
  return not o.no_labels and "auto"
end

local M = { HELP = HELP }

--- Checks as `gtlua check` does; `run` stands for gt.core.check.run in specs.
---@param o table the options, parsed
---@param run_core (fun(options: table): table)?
---@return integer exit code
function M.check(o, run_core)
  local facts, from = choose_profile(o)
  local run = require "gt.check.run"
  local report = run({
    files = o.words, against = o.against, near = near_of(o), labels = labels_of(o), index = o.index,
    batch_size = o.batch_size, epochs = o.epochs, price = o.price, waive = o.waive, baseline = o.baseline,
    write_baseline = o.write_baseline, fingerprints = o.sarif,
  }, facts, { run = run_core or require "gt.core.check".run })
  report.profile_from = from
  tell_summary(o, report, tell(o, report))
  return exit_code(o, report.summary)
end

---@param ... string the words behind `gtlua check`
---@return integer exit code
function M.main(...)
  return options.run("check", function(...)
    local o = parse(...)
    if o.help then
      io.stdout:write(HELP)
    elseif o.rules then
      io.stdout:write(require "gt.help.rules".text())
    else
      return M.check(o)
    end
  end, ...)
end

M.parse = parse

return M

-- From a raw export of support tickets to files that a model may be trained on.
--
--   gtlua examples/curation/curate.lua                     writes tickets.*.jsonl here
--   gtlua --set out=/tmp/ examples/curation/curate.lua     ... there
--
-- Nothing leaves the machine, and the same data gives the same files each time. The raw
-- file has a dozen defects put in by hand; this script finds them.

local folder = arg[0]:match "^(.*/)" or ""
local out = gt.params.out or ""

-- 1. Read. Syntax, encoding, missing or empty fields would stop here, each with its place.
local raw = gt.dataset.load(folder .. "tickets.jsonl")
local stats = raw:stats()
print(("read        %d tickets, %s, about %d tokens"):format(
  stats.rows, table.concat(raw:labels(), " "), stats.tokens.total))

-- 2. The rules of this team, as code. A rule says true, or why, for a row that breaks it.
-- An error removes the row, a warning only counts it.
local rule = gt.rules.rule

local rules = gt.rules {
  rule("too short", function(row) return gt.text.length(row.text_input) < 8 end),
  rule("too long", function(row)
    local characters = gt.text.length(row.text_input)
    return characters > 400 and ("%d characters"):format(characters)
  end),
  rule("the same again and again", function(row) return gt.text.repetition(row.text_input) > 0.3 end),
  rule("mail address", function(row) return row.text_input:find "[%w._-]+@[%w-]+%.%w+" end),
  rule("shouting", function(row)
    return row.text_input:upper() == row.text_input
  end, { severity = "warning" }),
}
print()
local ruled, report = rules:apply(raw)
report:print()

-- 3. The same ticket twice, but for case and punctuation, or nearly the same. Tickets with
-- a like text and another label are no duplicates: they contradict, see below.
local unique = ruled:dedupe { threshold = 0.8 }
print()
for _, removed in ipairs(unique:removed()) do
  if removed.step == "dedupe" then print(("line %-3d %s"):format(removed.line, removed.reason)) end
end

-- 4. Labels that are likely wrong: each ticket is judged by a model that has not seen it.
-- A suspect is not a proof, so people decide. Here they have: the lines that were looked
-- at stand in a table, with the label that the ticket gets or false to remove it.
print()
print(gt.suspects.table(gt.suspects.find(unique), 6))
local reviewed = { [48] = false, [89] = "billing", [96] = "account", [100] = "shipping" }

local clean = unique
  :drop(function(row) return reviewed[row.line] == false end, "contradicts another ticket")
  :map(function(row)
    row.output = reviewed[row.line] or row.output
    return row
  end)

-- 5. Train, validation and test by a stable hash of the text: next month's tickets move
-- none of today's to another side.
local parts = clean:split { train = 0.7, validation = 0.15, test = 0.15, seed = 1 }
for name, part in pairs(parts) do part:write(("%stickets.%s.jsonl"):format(out, name)) end
clean:write_removed(out .. "tickets.removed.jsonl")

-- 6. What was done, and that it can be asked about row by row.
print()
print(("written     %d of %d tickets: %d to train on, %d to validate, %d to test; %d removed"):format(
  #clean, #raw, #parts.train, #parts.validation, #parts.test, #clean:removed()))
print(("data        sha256 %s"):format(clean:hash():sub(1, 16)))
print("why         " .. clean:explain(raw.rows[48]))
print("            " .. clean:explain(raw.rows[89]))

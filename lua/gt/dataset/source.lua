-- The rows of a file one after the other, and what is told about its defects. Used by
-- gt.dataset; reading itself is gt.core.data, in C.

local host = require "gt.core.host"
local core = require "gt.core.data"

local source = {}

local BATCH = 256 -- rows made at a time

local function count(n, what) return ("%d %s%s"):format(n, what, n == 1 and "" or "s") end

-- A file with errors: all of them on stderr, one error object.
local function refuse(reader, path)
  reader:skip()
  io.stderr:write(reader:report(path))
  host.raise("INVALID_ARGUMENT", ("%s has %s"):format(path, count(reader:totals().errors, "defect")),
    "mend the lines named above, or pass on_bad = \"skip\" to go on without them", { exit_code = 10 })
end

local function tell(reader, path, options)
  local totals = reader:totals()
  if options.on_bad == "skip" and totals.errors > 0 then
    local first
    for _, finding in ipairs(reader:findings()) do
      if finding.severity == "error" then
        first = finding
        break
      end
    end
    host.log("warn", ("%s: %s passed over%s"):format(path, count(totals.bad_rows, "bad row"), first
      and (", the first: %d:%d: %s: %s"):format(first.line, first.column, first.rule, first.message) or ""))
  elseif not options.quiet then
    io.stderr:write(reader:report(path))
  end
end

local function check_form(reader, path, options)
  local form = reader:totals().form
  local wanted = options.form
  if not wanted or not form or form == wanted or form:match "^[^+]+" == wanted then return end
  host.raise("INVALID_ARGUMENT", ("%s holds rows of the form %s, not %s"):format(path, form, wanted),
    "leave form out to take what the file has", { exit_code = 10 })
end

--- Opens the file for one pass. `known` is shared by all passes over it: the findings
--- are told once, totals and form stand there afterwards.
---@return fun(): gt.Row? pull
---@return fun() close
function source.open(path, options, known)
  local reader = core.open(path, {
    text_max = options.text_max, output_max = options.output_max, line_max = options.line_max,
  })
  local batch, at, taken = {}, 0, 0

  local function finish()
    known.totals = reader:totals()
    if not known.told then tell(reader, path, options) end
    known.told = true
    reader:close()
    reader = nil
  end

  local function fill()
    if not reader then return nil end
    batch, at = reader:next(BATCH), 1
    if options.on_bad ~= "skip" and reader:errors() > 0 then refuse(reader, path) end
    if taken == 0 then
      check_form(reader, path, options)
      known.form = reader:totals().form
    end
    if not batch then
      batch = {}
      finish()
    end
    taken = taken + #batch
    local max = options.max_rows or known.max_rows
    if max and taken > max then
      host.raise("RESOURCE_EXHAUSTED", ("%s has more than %d rows"):format(path, max),
        "raise max_rows, or take a part: gt.dataset.stream(path):take(n)")
    end
    return batch[1]
  end

  local function pull()
    at = at + 1
    return batch[at] or fill()
  end
  return pull, function()
    if reader then reader:close() end
    reader, batch = nil, {}
  end
end

return source

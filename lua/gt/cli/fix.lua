-- `gtlua fix`: safe repairs of data files, shown as a diff; made with --write only.

local core = require "gt.core.host"
local fs = require "gt.core.fs"
local options = require "gt.cli.options"
local repairs = require "gt.fix.repairs"
local visible = require "gt.show".visible

local MAX_BYTES = 256 << 20 -- a file is in memory as a whole

local HELP = [[
usage: gtlua fix FILE... [--dry-run] [--write]

Shows the safe repairs of JSON Lines files as a unified diff (patch -p0 takes it):

  a byte order mark is removed, CR LF becomes LF, white space around outputs and labels is
  trimmed, exact copies of a row are removed but for the first, a missing last line end is
  added. Of CSV files only the byte order mark and the last line end are repaired.

No row gets another meaning, and a line that is not a row keeps its text. What needs a
person (a label's likely typo) is listed on stderr, not repaired.

  --dry-run   shows only; this is the default
  --write     replaces each file in one step and keeps it as it was in FILE.orig
  -q, --quiet no summary and no list
]]

local WORDS = {
  bom = { "byte order mark removed", "byte order marks removed" },
  crlf = { "CR LF line end changed", "CR LF line ends changed" },
  ["outer-space"] = { "output trimmed", "outputs trimmed" },
  duplicate = { "exact copy removed", "exact copies removed" },
  ["final-newline"] = { "last line end added", "last line ends added" },
}

local function refuse(code, message, hint) core.raise(code, message, hint) end

local function read(path)
  local size = fs.size(path)
  if not size then refuse("NOT_FOUND", "there is no file " .. path) end
  if size > MAX_BYTES then
    refuse("RESOURCE_EXHAUSTED", ("%s has %d bytes, fix takes at most %d"):format(path, size, MAX_BYTES),
      "split it, or filter it with gt.dataset.stream")
  end
  local text = fs.read(path) or refuse("NOT_FOUND", "there is no file " .. path)
  if text:sub(1, 2) == "\x1F\x8B" then
    refuse("INVALID_ARGUMENT", path .. " is packed (gzip)", "gunzip -k unpacks it; repair that file")
  elseif text:find "^\xFF\xFE" or text:find "^\xFE\xFF" then
    refuse("INVALID_ARGUMENT", path .. " is UTF-16", "iconv -f UTF-16 -t UTF-8 writes it as UTF-8 first")
  end
  return text
end

local function summary(path, count, edits, write)
  local parts = {}
  for _, kind in ipairs(repairs.KINDS) do
    local n = count[kind]
    if n > 0 then parts[#parts + 1] = ("%d %s"):format(n, WORDS[kind][n == 1 and 1 or 2]) end
  end
  local done = #edits == 0 and "nothing to repair" or table.concat(parts, ", ")
  if #edits > 0 then
    done = done .. (write and ("; the file as it was is %s.orig"):format(path)
      or "; shown only, --write makes it so")
  end
  io.stderr:write(visible(path), ": ", visible(done), "\n")
end

--- Findings that only a person can decide about, on lines that are not changed.
local function list_unsafe(path, edits, result)
  local touched, text = {}, require "gt.check.text"
  for _, edit in ipairs(edits) do touched[edit.number] = true end
  for _, finding in ipairs(result.findings) do
    if finding.rule:find "^label%-%l+" and finding.rule ~= "label-imbalance" and not touched[finding.line] then
      finding.path = path
      io.stderr:write("not repaired: ", text.line(finding), "\n")
    end
  end
end

local function write_back(path, text, edits, stamp)
  if not fs.write_new(path .. ".orig", text) then
    refuse("ALREADY_EXISTS", path .. ".orig is there already", "move it away; it may be the only copy")
  end
  if fs.stamp(path) ~= stamp then
    os.remove(path .. ".orig")
    refuse("ABORTED", path .. " was changed while it was read", "run gtlua fix again")
  end
  fs.write_atomic(path, repairs.apply(text, edits), fs.mode(path))
end

local function fix_file(path, o, run_core)
  local stamp = fs.stamp(path)
  local result = run_core { -- first: it refuses folders, pipes and the like
    files = { path }, near = false, labels = false, scan = { damage = false, secrets = false, personal = false },
  }
  local text = read(path)
  local edits, count = repairs.plan(text, path:lower():find "%.csv$" ~= nil)
  if not o.quiet then list_unsafe(path, edits, result) end
  if #edits > 0 and o.write then
    write_back(path, text, edits, stamp)
  elseif #edits > 0 then
    require "gt.fix.diff".unified(path, text, edits, function(part) io.stdout:write(part) end)
    io.stdout:flush()
  end
  if not o.quiet then summary(path, count, edits, o.write) end
end

local M = { HELP = HELP }

--- Repairs as `gtlua fix` does; run_core stands for gt.core.check.run in specs.
---@param o { words: string[], write: boolean?, quiet: boolean? }
---@param run_core (fun(options: table): table)?
function M.fix(o, run_core)
  for _, path in ipairs(o.words) do
    if o.write and fs.exists(path .. ".orig") then
      refuse("ALREADY_EXISTS", path .. ".orig is there already", "move it away; it may be the only copy")
    end
  end
  run_core = run_core or require "gt.core.check".run
  for _, path in ipairs(o.words) do fix_file(path, o, run_core) end
end

---@param ... string the words behind `gtlua fix`
---@return integer exit code
function M.main(...)
  return options.run("fix", function(...)
    local o = options.parse("fix", { ["dry-run"] = "flag", write = "flag", quiet = "flag" }, ...)
    if o.help then return io.stdout:write(HELP) and 0 end
    if o.dry_run and o.write then options.usage "--dry-run and --write do not go together" end
    if #o.words == 0 then options.usage("fix needs a file", "gtlua fix train.jsonl shows what it would change") end
    M.fix(o)
  end, ...)
end

return M

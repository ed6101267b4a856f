-- Baselines: the findings that were there when somebody drew the line. They are kept by
-- fingerprint (rule, pointer, content of the row), so that rows may move; a second row with
-- the same defect is new. The file is JSON, sorted, so that it can be kept under version
-- control. Used by gt.check.run.

local codec = require("cjson").new()
local core = require "gt.core.host"
local fs = require "gt.core.fs"
local json = require "gt.json"

local baseline = {}

local VERSION = 1

local function refuse(path, what)
  core.raise("INVALID_ARGUMENT", ("%s is no baseline: %s"):format(path, what),
    "gtlua check FILE --write-baseline " .. path .. " writes a new one")
end

--- Counts by fingerprint.
---@param path string
---@return table<string, integer>
function baseline.read(path)
  local text = fs.read(path)
  if not text then
    core.raise("NOT_FOUND", "there is no baseline " .. path,
      "gtlua check FILE --write-baseline " .. path .. " writes one")
  end
  local ok, value = pcall(codec.decode, text)
  if not ok or type(value) ~= "table" then refuse(path, "not a JSON object") end
  if value.gtlua_baseline ~= VERSION then
    refuse(path, ("version %s, this gtlua reads %d"):format(tostring(value.gtlua_baseline), VERSION))
  end
  local known = {}
  for _, entry in ipairs(type(value.findings) == "table" and value.findings or refuse(path, "it has no findings")) do
    local count = type(entry) == "table" and math.tointeger(entry.count)
    if not count or type(entry.fingerprint) ~= "string" then refuse(path, "an entry without fingerprint and count") end
    known[entry.fingerprint] = (known[entry.fingerprint] or 0) + count
  end
  return known
end

--- Marks findings that the baseline has with known = true, each entry as often as it counts.
function baseline.apply(known, findings)
  local left = {}
  for _, finding in ipairs(findings) do
    if not finding.waived then
      local count = left[finding.fingerprint] or known[finding.fingerprint] or 0
      finding.known = count > 0
      left[finding.fingerprint] = math.max(count - 1, 0)
    end
  end
end

--- Writes all findings that are not waived; returns how many.
---@param path string
---@param findings table[]
---@return integer
function baseline.write(path, findings)
  local entries, by_print, total = {}, {}, 0
  for _, finding in ipairs(findings) do
    if not finding.waived then
      local entry = by_print[finding.fingerprint]
      if not entry then
        entry = { fingerprint = finding.fingerprint, rule = finding.rule, pointer = finding.pointer, count = 0 }
        by_print[finding.fingerprint] = entry
        entries[#entries + 1] = entry
      end
      entry.count = entry.count + 1
      total = total + 1
    end
  end
  table.sort(entries, function(a, b)
    if a.rule ~= b.rule then return a.rule < b.rule end
    return a.fingerprint < b.fingerprint
  end)
  local out = {}
  for i, entry in ipairs(entries) do
    out[i] = "  " .. json.encode(json.object {
      { "rule", entry.rule }, { "pointer", entry.pointer }, { "fingerprint", entry.fingerprint },
      { "count", entry.count } })
  end
  local list = #out > 0 and "\n" .. table.concat(out, ",\n") .. "\n" or ""
  fs.write_atomic(path, ('{"gtlua_baseline":%d,"findings":[%s]}\n'):format(VERSION, list), tonumber("644", 8))
  return total
end

return baseline

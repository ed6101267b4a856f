-- How a split came out: counts, and what to be warned of. Used by gt.split only.

local report = {}

--- Counts the rows of each part, and of each part in each stratum.
function report.count(result, names, strata)
  local counts = {}
  for _, name in ipairs(names) do counts[name] = 0 end
  local by_stratum = strata and {}
  for i, name in ipairs(result) do
    counts[name] = counts[name] + 1
    if strata then
      local stratum = by_stratum[strata[i]] or {}
      stratum[name] = (stratum[name] or 0) + 1
      by_stratum[strata[i]] = stratum
    end
  end
  result.counts, result.strata = counts, by_stratum
end

local function brief(text)
  text = require "gt.show".visible(text)
  local stop = utf8.offset(text, 41)
  return stop and stop <= #text and text:sub(1, stop - 1) .. "…" or text
end

--- Strata without a row in a part where one could be expected.
local function missing(strata, name, share)
  local list = {}
  for value, counts in pairs(strata) do
    local rows = 0
    for _, n in pairs(counts) do rows = rows + n end
    if not counts[name] and rows > 1 and (rows * share >= 1 or name == "train") then
      list[#list + 1] = brief(tostring(value))
    end
  end
  table.sort(list)
  return list
end

--- Empty parts, sizes far from the shares, strata missing from a part.
function report.warn(result, names, shares)
  local warnings, n = {}, #result
  local function add(text, ...) warnings[#warnings + 1] = text:format(...) end
  for _, name in ipairs(names) do
    local share, got = shares[name], result.counts[name]
    local spread = 4 * math.sqrt(share * (1 - share) / n)
    if got == 0 then
      add("%s is empty: %d row%s for a share of %g", name, n, n == 1 and "" or "s", share)
    elseif math.abs(got / n - share) > spread + 1 / n then
      add("%s has %.1f %% of the rows instead of %.1f %%: large groups or clusters", name,
        100 * got / n, 100 * share)
    end
    local list = got > 0 and result.strata and missing(result.strata, name, share) or {}
    if #list > 0 then
      local some = table.concat(list, ", ", 1, math.min(5, #list))
      add("%s has no row of %s%s", name, some, #list > 5 and (" and %d more"):format(#list - 5) or "")
    end
  end
  result.warnings = warnings
end

return report

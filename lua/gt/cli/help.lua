-- `gtlua help [TOPIC]` and `gtlua --help`: lays out what gt.help knows, on stdout.

local help = require "gt.help"

local WIDTH = 88

local function out(...) io.stdout:write(...) end

--- Writes text broken at WIDTH, its lines but the first indented by `hang`.
local function wrapped(first, text, hang)
  local column, pad = #first, (" "):rep(hang)
  out(first)
  for word in text:gmatch "%S+" do
    if column > hang and column + 1 + #word > WIDTH then
      out("\n", pad)
      column = hang
    elseif column > hang then
      out(" ")
      column = column + 1
    end
    out(word)
    column = column + #word
  end
  out("\n")
end

--- A two-column list: { name, text } rows.
local function columns(rows)
  local width = 0
  for _, row in ipairs(rows) do width = math.max(width, #row[1]) end
  width = math.min(width, 26)
  for _, row in ipairs(rows) do
    local name = "  " .. row[1] .. (" "):rep(width - #row[1]) .. "  "
    if #row[1] > width and row[2] ~= "" then
      out("  ", row[1], "\n")
      name = (" "):rep(width + 4)
    end
    wrapped(name, row[2], width + 4)
  end
end

--- Type and meaning in one text; the placeholders of generic functions are any value.
local function describe(kind, text, entry)
  for name in (entry and entry.generic or ""):gmatch "%w+" do
    kind = kind:gsub("%f[%w]" .. name .. "%f[%W]", "any")
  end
  return text ~= "" and kind .. "; " .. text or kind
end

local function option_rows(entry)
  local rows, required = {}, {}
  for _, name in ipairs(entry.needs or {}) do required[name] = true end
  for _, option in ipairs(help.options(entry) or {}) do
    local kind = help.option_type(entry, option)
    if required[option.name] then kind = kind .. ", required" end
    rows[#rows + 1] = { option.name, describe(kind, option.help) }
  end
  return rows
end

local function typed_rows(list, name, kind, entry)
  local rows = {}
  for i, item in ipairs(list) do
    rows[i] = { item[name], describe(item[kind], item[3], entry) }
  end
  return rows
end

--- "upload(path [, options]) -> file"
local function signature(entry)
  local names, results = {}, {}
  for _, param in ipairs(entry.params) do names[#names + 1] = param[1] end
  local list = table.concat(names, ", ")
  local has = help.options(entry) ~= nil
  local lone = has and #names == 0
  if entry.options_first then
    list = "[options,] " .. list
  elseif lone then
    list = (entry.needs or entry.required_options) and " { options }" or "([{ options }])"
  elseif has then
    list = list .. (entry.required_options and ", options" or " [, options]")
  end
  for _, result in ipairs(entry.returns) do results[#results + 1] = result[2] end
  local call = help.full_name(entry) .. (lone and list or "(" .. list .. ")")
  return #results > 0 and call .. " -> " .. table.concat(results, ", ") or call
end

local function section(title, rows)
  if not rows or #rows == 0 then return end
  out("\n", title, "\n")
  columns(rows)
end

local function show_function(entry)
  out(signature(entry), "\n\n")
  wrapped("  ", entry.summary, 2)
  section("parameters", typed_rows(entry.params, 1, 2, entry))
  section("options", option_rows(entry))
  section("returns", typed_rows(entry.returns, 2, 1, entry))
  section("errors (see also: gtlua help errors)", entry.errors)
  out("\nexample\n")
  for _, line in ipairs(entry.example) do out("  ", line, "\n") end
end

local function show_type(class)
  out(class.class, "\n\n")
  wrapped("  ", class.summary, 2)
  section("fields", typed_rows(class, 1, 2))
  local made, methods = {}, {}
  for _, entry in ipairs(help.functions()) do
    local owner, separator, name = entry.name:match "^(%w+)([.:])([%w_]+)$"
    if class.methods and owner == class.methods then
      local rows = separator == ":" and methods or made
      rows[#rows + 1] = { separator == ":" and ":" .. name or help.full_name(entry), entry.summary }
    end
  end
  section("made by", made)
  section("methods", methods)
end

local function show_errors(codes)
  if #codes > 1 then
    wrapped("", "Whatever fails raises one object (gtlua help error) with a canonical code. "
      .. "gt.try(f, ...) returns nil and that object instead. The codes met most stand first.", 0)
  end
  for _, row in ipairs(codes) do
    if #codes > 1 then out("\n") end
    out(row[1], "\n")
    wrapped("  ", row[2], 2)
    wrapped("  -> ", row[3], 5)
  end
end

local show = {
  ["function"] = show_function,
  type = show_type,
  errors = show_errors,
  page = function(page) out(page.text) end,
}

local function usage()
  out(require "gt.help.usage", "\nexit codes\n", require "gt.help.pages"["exit-codes"].text)
  out("\nenvironment\n", require "gt.help.pages".environment.text)
  out("\ntopics of gtlua help TOPIC\n")
  for _, group in ipairs(help.groups()) do
    wrapped("  " .. group[1] .. ":", table.concat(group[2], " "), 6)
  end
end

local function main(topic, ...)
  if topic == nil or topic == "-h" or topic == "--help" then return usage() end
  if select("#", ...) > 0 then
    io.stderr:write("gtlua: help takes one topic\n  hint: gtlua help lists the topics\n")
    return 2
  end
  local found = help.find(topic)
  if #found == 0 then
    io.stderr:write(("gtlua: no topic '%s'\n  hint: did you mean `gtlua help %s`? gtlua help lists the topics\n")
      :format(require "gt.show".visible(topic), help.nearest(topic)))
    return 2
  end
  for i, item in ipairs(found) do
    if i > 1 then out("\n") end
    show[item.kind](item.value)
  end
end

return { main = main }

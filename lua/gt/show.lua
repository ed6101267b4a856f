-- Values as people read them: tables with sorted keys, cut at a depth, a width and a
-- number of items; control characters visible, so that what a model wrote cannot move
-- the cursor. Used by the prompt. It never calls a metamethod but __tostring and never
-- raises.
--
--   print(require "gt.show".value({ b = 1, a = { 2, 3 } }))   --> { a = { 2, 3 }, b = 1 }

local show = {}

-- items: in one table; all: in the whole text; text: bytes of a string; folded: names of
-- fields whose tables are not opened.
local DEFAULTS = {
  depth = 5, width = 80, items = 30, all = 500, text = 400, folded = { raw = true },
}

local KEYWORDS = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or
  repeat return then true until while]]):gmatch "%a+" do
  KEYWORDS[word] = true
end

local function escape_byte(c)
  return ("\\x%02X"):format(c:byte())
end

-- Direction marks can make text look like other text.
local HIDDEN = { [0x200E] = true, [0x200F] = true, [0x2028] = true, [0x2029] = true, [0xFEFF] = true }
for code = 0x202A, 0x202E do HIDDEN[code] = true end
for code = 0x2066, 0x2069 do HIDDEN[code] = true end

local function visible_character(c)
  local code = utf8.codepoint(c)
  if (code >= 0x80 and code < 0xA0) or HIDDEN[code] then return ("\\u{%X}"):format(code) end
end

local function visible_upper(s)
  local out, i = {}, 1
  while i <= #s do
    local good, bad = utf8.len(s, i)
    local stop = good and #s or bad - 1
    out[#out + 1] = (s:sub(i, stop):gsub("[\xC2-\xF4][\x80-\xBF]+", visible_character))
    if not good then out[#out + 1] = escape_byte(s:sub(bad, bad)) end
    i = stop + (good and 1 or 2)
  end
  return table.concat(out)
end

--- The text with control characters, direction marks and broken UTF-8 as \x.. or \u{..};
--- line breaks and tabs stay.
---@param s string
---@return string
function show.visible(s)
  s = s:gsub("[%z\1-\8\11-\31\127]", escape_byte)
  return s:find "[\x80-\xFF]" and visible_upper(s) or s
end

local function shorten(s, max)
  if #s <= max then return s, "" end
  local stop = utf8.offset(s, 0, max) or max
  return s:sub(1, stop - 1), (" (%d bytes more)"):format(#s - stop + 1)
end

local function quote(s, opts)
  local head, more = shorten(s, opts.text)
  head = head:gsub("[\\\"]", "\\%0"):gsub("\n", "\\n"):gsub("\t", "\\t")
  return '"' .. show.visible(head) .. '"' .. more
end

local function key_text(key, opts)
  if type(key) == "string" then
    if key:find "^[%a_][%w_]*$" and not KEYWORDS[key] then return key end
    return "[" .. quote(key, opts) .. "]"
  end
  return "[" .. (math.type(key) and tostring(key) or type(key)) .. "]"
end

local RANK = { number = 1, string = 2 }

local function before(a, b)
  local ra, rb = RANK[type(a)] or 3, RANK[type(b)] or 3
  if ra ~= rb then return ra < rb end
  if ra == 3 then return type(a) < type(b) end
  return a < b
end

local function sorted_keys(t, n)
  local keys = {}
  for key in next, t do
    if not (math.type(key) == "integer" and key >= 1 and key <= n) then keys[#keys + 1] = key end
  end
  table.sort(keys, before)
  return keys
end

local function own_text(value)
  local mt = debug.getmetatable(value)
  local f = type(mt) == "table" and rawget(mt, "__tostring")
  if not f then return nil end
  local ok, text = pcall(tostring, value)
  return ok and show.visible(text) or "<its __tostring fails>"
end

local function type_name(value)
  local mt = debug.getmetatable(value)
  local name = type(mt) == "table" and rawget(mt, "__name")
  return type(name) == "string" and name .. " " or ""
end

local render

--- "key = value" texts of a table, at most opts.items of them.
local function entries(t, opts, depth, indent, seen)
  local n, out = rawlen(t), {}
  local keys = sorted_keys(t, n)
  for i = 1, math.min(n, opts.items) do
    out[i] = render(rawget(t, i), opts, depth + 1, indent, seen)
  end
  local hidden = n - #out
  for i, key in ipairs(keys) do
    if i > opts.items then
      hidden = hidden + #keys - opts.items
      break
    end
    local value, name = rawget(t, key), key_text(key, opts)
    local folded = opts.folded[key] and type(value) == "table" and next(value) ~= nil
    out[#out + 1] = name .. " = "
      .. (folded and "{...}" or render(value, opts, depth + 1, indent, seen, #name + 3))
  end
  if hidden > 0 then out[#out + 1] = ("... %d more"):format(hidden) end
  return out
end

local function render_table(t, opts, depth, indent, seen, used)
  local prefix = type_name(t)
  if seen[t] then return prefix .. "{ itself }" end
  if next(t) == nil then return prefix .. "{}" end
  if depth > opts.depth or opts.all <= 0 then return prefix .. "{...}" end
  seen[t] = true
  local parts = entries(t, opts, depth, indent + 2, seen)
  opts.all = opts.all - #parts
  seen[t] = nil
  local line = prefix .. "{ " .. table.concat(parts, ", ") .. " }"
  if #line + indent + used < opts.width and not line:find("\n", 1, true) then return line end
  local pad = (" "):rep(indent + 2)
  return prefix .. "{\n" .. pad .. table.concat(parts, ",\n" .. pad) .. "\n"
    .. (" "):rep(indent) .. "}"
end

function render(value, opts, depth, indent, seen, used)
  local kind = type(value)
  if kind == "string" then return quote(value, opts) end
  local text = own_text(value)
  if text then return text end
  if kind == "table" then return render_table(value, opts, depth, indent, seen, used or 0) end
  return show.visible(tostring(value))
end

--- One value as text. Strings inside of tables are quoted, a string itself is not.
---@param value any
---@param options? {depth?: integer, width?: integer, items?: integer, all?: integer, text?: integer, folded?: table}
---@return string
function show.value(value, options)
  if type(value) == "string" then return show.visible(value) end
  return render(value, setmetatable(options or {}, { __index = DEFAULTS }), 1, 0, {}, 0)
end

return show

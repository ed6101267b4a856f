-- pageSize and pageToken over a list: the highest key first; a token is the sort key of the last
-- item sent, so that items made or deleted meanwhile shift nothing.

local errors = require "gt.local.errors"
local json = require "gt.local.json"

local paging = {}

--- One page. key(item) is unique; the highest comes first, or the lowest (ascending).
---@generic T
---@param items T[]
---@param query table<string, string>
---@param options { default: integer, max: integer, key: (fun(item: T): string), ascending: boolean|nil }
---@return T[] page
---@return string|nil next_page_token
function paging.cut(items, query, options)
  local size = math.tointeger(tonumber(query.pageSize or "0"))
  if not size or size < 0 then
    errors.invalid("page_size", "page_size must be a positive integer")
  end
  if size == 0 then size = options.default end
  size = math.min(size, options.max)
  local by_token, keys = {}, {}
  for i, item in ipairs(items) do
    local key = options.key(item)
    keys[i] = key
    by_token[key] = item
  end
  local function before(a, b)
    if options.ascending then a, b = b, a end
    return a > b
  end
  table.sort(keys, before)
  local token = query.pageToken ~= "" and query.pageToken or nil
  local last = token and json.unbase64(token)
  if token and not last then errors.invalid("page_token", "Invalid page token") end
  local page, more = {}, false
  for _, key in ipairs(keys) do
    if not last or before(last, key) then
      more = #page == size
      if more then break end
      page[#page + 1] = by_token[key]
    end
  end
  return page, more and json.base64(options.key(page[#page])) or nil
end

return paging

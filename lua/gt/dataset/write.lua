-- Data sets and removed rows as files: whole or not at all, in constant memory. Used by
-- gt.dataset; the bytes are made by gt.core.data.

local host = require "gt.core.host"
local core = require "gt.core.data"
local notes = require "gt.dataset.notes"
local pipeline = require "gt.dataset.pipeline"

local write = {}

local BATCH = 256 -- rows handed over at a time

local function check_path(op, path)
  if type(path) ~= "string" then pipeline.refuse(("%s: expected a path, got a %s"):format(op, type(path))) end
  if path:lower():find "%.gz$" then
    pipeline.refuse(("%s: %s: packed files are read, not written"):format(op, path),
      "write it without .gz and pack it: gzip " .. path:sub(1, -4))
  end
end

-- Hands rows over in batches; the second function commits.
local function batching(writer, add)
  local batch, n = {}, 0
  local function flush()
    if n > 0 then writer[add](writer, batch, n) end
    n = 0
  end
  return function(item)
    n = n + 1
    batch[n] = item
    if n == BATCH then flush() end
  end, function()
    flush()
    return writer:commit()
  end
end

function write.open_removed(op, path)
  check_path(op, path)
  return core.create(path, "messages")
end

-- The form to write: the one asked for, CSV by the name, that of the file for
-- conversations, else what the provider takes.
local function form_of(data, path, form)
  if form then return form end
  if path:lower():find "%.csv$" then return "csv" end
  local own = data.form or data.known and data.known.form
  return own and (own == "messages" or own == "contents") and own or "text_input"
end

--- Writes the rows; returns what was lost, a count by kind.
function write.rows(data, path, options)
  check_path("dataset:write", path)
  local sink, end_removed = notes.none, nil
  local removed <close> = options.removed and write.open_removed("dataset:write: removed", options.removed)
  if removed then
    local add
    add, end_removed = batching(removed, "add_removed")
    sink = notes.each_removed(add)
  end
  local pull, close = pipeline.open(data, sink)
  local _ <close> = pipeline.closing(close)
  local row = pull() -- a stream knows the form of its file from then on
  local writer <close> = core.create(path, form_of(data, path, options.form))
  local add, commit = batching(writer, "add")
  while row do
    add(row)
    row = pull()
  end
  local lost, words = commit()
  if end_removed then end_removed() end
  if words ~= "" and not options.quiet then host.log("warn", ("%s: lost: %s"):format(path, words)) end
  return lost
end

--- Writes the rows that were removed, with their reasons; returns how many.
function write.removed(data, path)
  local writer <close> = write.open_removed("dataset:write_removed", path)
  local add, commit = batching(writer, "add_removed")
  local count = 0
  pipeline.drain(data, notes.each_removed(function(entry)
    count = count + 1
    add(entry)
  end), function() end)
  commit()
  return count
end

return write

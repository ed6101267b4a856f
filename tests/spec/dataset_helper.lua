-- What the specs of data sets share: a folder of their own for each case, files of rows.
-- Loaded by dataset_*_spec.lua.

local dataset = require "gt.dataset"

local helper = {}

local folder

function helper.make()
  folder = os.tmpname()
  os.remove(folder)
  require "gt.core.fs".mkdirs(folder)
end

function helper.clean() os.execute("rm -r '" .. folder .. "'") end

function helper.path_of(name) return folder .. "/" .. name end

function helper.put(name, text)
  local file <close> = assert(io.open(helper.path_of(name), "wb"))
  file:write(text)
  return helper.path_of(name)
end

function helper.read(name)
  local file <close> = io.open(helper.path_of(name), "rb")
  return file and file:read "a"
end

function helper.names()
  local list = {}
  local pipe <close> = io.popen("ls -A '" .. folder .. "'")
  for name in pipe:lines() do list[#list + 1] = name end
  return table.concat(list, " ")
end

function helper.refuses(pattern, f, ...)
  expect.match(expect.raises("INVALID_ARGUMENT", f, ...).message, pattern)
end

--- What is printed on stderr meanwhile; f is run in another gtlua.
function helper.stderr_of(code)
  local script = helper.put("script.lua", code)
  local pipe <close> = io.popen(('"$(readlink /proc/$PPID/exe)" -A \'%s\' 2>&1 >/dev/null'):format(script))
  return pipe:read "a"
end

function helper.line_of(i, label)
  return ('{"text_input": "text %d", "output": "%s"}\n'):format(i, label or (i % 3 == 0 and "a" or "b"))
end

function helper.lines(count)
  local list = {}
  for i = 1, count do list[i] = helper.line_of(i) end
  return table.concat(list)
end

helper.TALK = '{"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}, '
  .. '{"role": "assistant", "content": "Hello"}, {"role": "user", "content": "Bye"}, '
  .. '{"role": "assistant", "content": "So long"}]}\n'

function helper.texts(data)
  local list = {}
  for row in data:rows() do list[#list + 1] = row.text_input end
  return table.concat(list, ",")
end

--- Both kinds of data set over the same file.
function helper.both(name, f)
  for _, kind in ipairs { "load", "stream" } do f(dataset[kind](helper.path_of(name)), kind) end
end

return helper

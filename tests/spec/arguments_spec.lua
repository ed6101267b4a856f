-- gt.arguments: option tables of functions written in Lua.

local arguments = require "gt.arguments"

local KNOWN = {
  name = "string", folds = arguments.whole(2), share = arguments.number(0, 1), top = "count", seed = "integer",
  order = { "up", "down" }, wait = "positive", index = "path", done = "any",
}

local function refuses(pattern, options)
  local err = expect.raises("INVALID_ARGUMENT", arguments.check, "f", options, KNOWN)
  expect.match(err.message, pattern)
  return err
end

describe("options", function()
  it("that fit are given back", function()
    local options = {
      name = "x", folds = 2, share = 1, top = 0, seed = -3, order = "up", wait = 0.1, index = "a", done = print,
    }
    expect.equal(arguments.check("f", options, KNOWN), options)
    expect.same(arguments.check("f", nil, KNOWN), {})
  end)

  it("of an unknown name are refused with the nearest", function()
    expect.match(refuses("^f has no option 'fold'$", { fold = 3 }).hint, "did you mean folds%? it has done, folds, ")
    refuses("no option '1'", { "x" })
  end)

  it("of a wrong kind are refused", function()
    refuses("options must be a table, not a number", 3)
    refuses("name must be a string, not 3", { name = 3 })
    refuses("folds must be a whole number from 2 on, not 1", { folds = 1 })
    refuses("folds must be a whole", { folds = 2.0 })
    refuses("share must be a number from 0 to 1, not 1.5", { share = 1.5 })
    refuses("share must be", { share = 0 / 0 })
    refuses("top must be a whole number from 0 on", { top = -1 })
    refuses("seed must be a whole number, not 0.5", { seed = 0.5 })
    refuses('order must be "up" or "down", not "left"', { order = "left" })
    refuses("wait must be a number above 0, not 0", { wait = 0 })
    refuses("index must be a path", { index = "" })
  end)
end)

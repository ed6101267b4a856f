-- gtlua check behind its core: options, profiles, waivers, baselines, JSON, SARIF, text. The
-- core is a table of findings here; tests/cli/check_test.sh runs the whole.

local baseline = require "gt.check.baseline"
local cjson = require "cjson"
local counts = require "gt.check.counts"
local facts_json = require "gt.check.facts"
local fs = require "gt.core.fs"
local json = require "gt.json"
local nearest = require "gt.nearest"
local options = require "gt.cli.options"
local profile = require "gt.check.profile"
local rules = require "gt.check.rules"
local run = require "gt.check.run"
local sarif = require "gt.check.sarif"
local text = require "gt.check.text"

local dir

local function put(name, content)
  fs.write_atomic(dir .. "/" .. name, content)
  return dir .. "/" .. name
end

--- A core that finds what it is told, in files of 60 rows.
local function core_of(findings, more)
  more = more or {}
  return { run = function(o)
    local files, copies = {}, {}
    for _, role in ipairs { "files", "against" } do
      for _, path in ipairs(o[role] or {}) do
        files[#files + 1] = {
          path = path, role = role == "files" and "data" or "against", rows = more.rows or 60, bad_rows = 0,
          split = path:find "valid" and "validation" or path:find "test" and "test" or "training",
          bytes = more.bytes or 4000, tokens = more.tokens or 1000, form = more.form or "text_input+output",
        }
      end
    end
    for i, finding in ipairs(findings) do
      local copy = { file = 1, line = 1, column = 1, severity = "warning", message = "m" }
      for key, value in pairs(finding) do copy[key] = value end
      copies[i] = copy
    end
    return { files = files, findings = copies, too_long_rows = {}, remarks = {}, left_out = more.left_out or 0 }
  end }
end

local function check(o, findings, more)
  o.files = o.files or { put("train.jsonl", "one\ntwo\nthree\n") }
  return run(o, profile.find(o.profile or "local"), core_of(findings or {}, more))
end

local function usage(pattern, f, ...)
  local ok, problem = pcall(f, ...)
  expect.falsy(ok)
  expect.equal(problem.exit_code, 2)
  expect.match(problem.message, pattern)
  return problem
end

before_each(function()
  dir = os.tmpname()
  os.remove(dir)
  fs.mkdirs(dir)
end)
after_each(function() fs.remove_tree(dir, dir:match "^(.*)/") end)

describe("options", function()
  local SPEC = { json = "flag", ["max-errors"] = "integer", near = "number", against = "list+", waive = "list" }

  it("are read in both spellings, lists up to the next option", function()
    local o = options.parse("check", SPEC, "a", "--against", "b", "c", "--near=.5", "--waive", "x=y", "--waive=z=w",
      "--max-errors", "3", "--json", "d", "--", "--e")
    expect.same(o, { words = { "a", "d", "--e" }, against = { "b", "c" }, near = .5, waive = { "x=y", "z=w" },
      max_errors = 3, json = true })
    expect.equal(options.parse("check", SPEC, "-h").help, true)
  end)

  it("are refused with the nearest name or what they need", function()
    expect.match(usage("no option '%-%-jsno'", options.parse, "check", SPEC, "--jsno").hint, "%-%-json%?")
    usage("needs a value", options.parse, "check", SPEC, "--max-errors")
    usage("needs a value", options.parse, "check", SPEC, "--against", "--json")
    usage("whole number, not '1.5'", options.parse, "check", SPEC, "--max-errors=1.5")
    usage("whole number, not '%-1'", options.parse, "check", SPEC, "--max-errors=-1")
    usage("a number, not 'x'", options.parse, "check", SPEC, "--near", "x")
    usage("a number, not 'nan'", options.parse, "check", SPEC, "--near", "nan")
    usage("takes no value", options.parse, "check", SPEC, "--json=1")
    usage("\\x1B", options.parse, "check", SPEC, "--\27[31m")
    usage("no option '%-x'", options.parse, "check", SPEC, "-x")
  end)

  it("of check exclude each other", function()
    local parse = require "gt.cli.check".parse
    usage("do not go together", parse, "f", "--json", "--sarif")
    usage("do not go together", parse, "f", "--labels", "--no-labels")
    usage("above 0", parse, "f", "--near", "0")
    usage("above 0", parse, "f", "--near", "1.01")
    usage("needs a file", parse)
    expect.match(usage("needs a file", parse, "--against", "a", "b").hint, "in front")
  end)
end)

describe("rules", function()
  it("have every text, once", function()
    local seen = {}
    for _, id in ipairs(rules.ids()) do
      local rule = rules.find(id)
      expect.falsy(seen[id])
      seen[id] = true
      for _, field in ipairs { "title", "why", "fix" } do expect.truthy(#rule[field] > 3) end
      expect.truthy(rule.severity == "error" or rule.severity == "warning" or rule.severity == "note")
    end
    expect.truthy(#rules.ids() > 50)
  end)

  it("are found by family, exact ids first", function()
    expect.equal(rules.find("secret-google-api-key").id, "secret-*")
    expect.equal(rules.find("secret-high-entropy").id, "secret-high-entropy")
    expect.falsy(rules.find "secret")
    expect.falsy(rules.find "duplicat")
    expect.truthy(rules.matches("personal-*", "personal-ip"))
    expect.falsy(rules.matches("personal-*", "personal"))
    expect.falsy(rules.known "nothing-*")
    expect.truthy(rules.known "leak*")
    expect.equal(nearest.of("dupl", rules.ids()), "duplicate")
    expect.equal(nearest.of("positve", { "negative", "positive" }), "positive")
  end)
end)

describe("profiles", function()
  it("are found by name, vertex by model", function()
    for _, name in ipairs(profile.names()) do
      local facts = profile.find(name)
      expect.equal(facts.name, name)
      expect.match(facts.date, "^%d%d%d%d%-%d%d%-%d%d$")
    end
    expect.equal(profile.find("vertex").name, "vertex:gemini-3.5-flash")
    local facts, near = profile.find "vertex:gemini-2.5-flsh"
    expect.falsy(facts)
    expect.equal(near, "vertex:gemini-2.5-flash")
    expect.falsy((profile.find "gemini:x"))
    expect.falsy((profile.find "../gemini"))
  end)

  it("name a source for every limit", function()
    for _, name in ipairs(profile.names()) do
      local facts = profile.find(name)
      for key, limit in pairs(facts.limits) do
        if not facts.sources[limit[2]] then error(name .. "." .. key .. " has no source") end
      end
      expect.truthy(facts.sources[facts.epochs.source])
      expect.truthy(facts.sources[facts.batch_size.source])
    end
  end)

  it("follow the provider, also one without a key", function()
    expect.equal(profile.by_environment(function() return "gemini" end), "gemini")
    local function raise(code) return function() error({ code = code }, 0) end end
    expect.equal(profile.by_environment(raise "UNIMPLEMENTED"), "vertex")
    expect.equal(profile.by_environment(raise "UNAUTHENTICATED"), "gemini")
    expect.falsy((pcall(profile.by_environment, raise "INVALID_ARGUMENT")))
  end)

  it("give the core its limits", function()
    expect.same(counts.core_limits(profile.find "gemini"), { text_max = 40000, output_max = 5000, rows_min = 20 })
    expect.same(counts.core_limits(profile.find "vertex"), { rows_max = 10000000, tokens_max = 131072,
      file_bytes_max = 1 << 30, validation_rows_max = 5000 })
  end)
end)

describe("a profile", function()
  --- "rule severity, ..." of what is found in a file for a profile.
  local function found(name, o, more)
    o.profile = name
    local list = {}
    for _, finding in ipairs(check(o, nil, more).findings) do
      list[#list + 1] = finding.rule .. " " .. finding.severity
    end
    return table.concat(list, ", ")
  end

  it("takes its own forms only", function()
    expect.equal(found("gemini", {}), "")
    expect.equal(found("gemini", {}, { form = "messages" }), "unsupported-form error")
    expect.equal(found("gemini", {}, { form = "contents" }), "unsupported-form error")
    expect.equal(found("openai", {}, { form = "messages" }), "")
    expect.equal(found("openai", {}), "unsupported-form error")
    expect.equal(found("vertex", {}, { form = "contents", rows = 100 }), "")
    expect.equal(found("vertex", {}, { form = "messages", rows = 100 }), "unsupported-form error")
    expect.equal(found("gemini", {}, { form = "csv" }), "")
    expect.equal(found("vertex", {}, { form = "csv", rows = 100 }), "unsupported-form error")
    for _, form in ipairs { "messages", "contents", "prompt+completion", "csv", "none" } do
      expect.equal(found("local", {}, { form = form }), "")
    end
  end)

  it("counts rows that the core is content with", function()
    expect.equal(found("vertex", {}, { form = "contents", rows = 99 }), "too-few-rows warning")
    expect.equal(found("local", {}, { rows = 50 }), "")
    expect.equal(found("local", {}, { rows = 3 }), "") -- the core says it
  end)

  it("knows the size of a request", function()
    expect.equal(found("gemini", {}, { bytes = 4194304 }), "")
    expect.equal(found("gemini", {}, { bytes = 4194305 }), "file-too-large warning")
    expect.equal(found("gemini", {}, { bytes = 5000000 }), "file-too-large error")
    expect.equal(found("local", {}, { bytes = 5000000 }), "")
  end)

  it("judges batch size and epochs", function()
    expect.equal(found("gemini", { batch_size = 60, epochs = 1 }), "")
    expect.equal(found("gemini", { batch_size = 61 }), "batch-size warning")
    expect.equal(found("gemini", { batch_size = 0 }), "batch-size error")
    expect.equal(found("vertex", { batch_size = 4 }, { form = "contents", rows = 100 }), "batch-size warning")
    expect.equal(found("vertex", { epochs = 0 }, { form = "contents", rows = 100 }), "epoch-count error")
  end)

  it("compares validation rows with training rows", function()
    local train, valid = put("train.jsonl", ""), put("valid.jsonl", "")
    local o = { files = { train }, against = { valid }, profile = "vertex" }
    local function of(n) return found("vertex", o, { form = "contents", rows = n }) end
    expect.equal(of(1000), "")
    expect.equal(of(1001), "too-many-rows error") -- as many as training rows
    expect.equal(of(5001), "too-many-rows error")
    o.against = { put("test.jsonl", "") }
    expect.equal(of(5001), "")
  end)

  it("says where the core's limits come from", function()
    local report = check({ profile = "gemini" }, { { rule = "too-few-rows", severity = "error", hint = "h" } })
    expect.equal(report.findings[1].hint, "h; see https://ai.google.dev/gemini-api/docs/model-tuning")
  end)
end)

describe("waivers", function()
  local DUPLICATES = { { rule = "duplicate", line = 2 }, { rule = "duplicate", line = 3 }, { rule = "leak", line = 3 } }

  it("hide what they name, in one line with a reason", function()
    put(".gtcheck", "# meant\n\nduplicate@train.jsonl:2 = oversampled = on purpose\r\n")
    local report = check({}, DUPLICATES)
    expect.equal(report.findings[1].waived, "oversampled = on purpose")
    expect.falsy(report.findings[2].waived)
    expect.equal(report.summary.waived, 1)
    expect.equal(report.summary.warnings, 2)
  end)

  it("may stand on the command line, by name of the file", function()
    local function waived(word) return check({ waive = { word } }, DUPLICATES).summary.waived end
    expect.equal(waived "duplicate=x", 2)
    expect.equal(waived "dup*=x", 2)
    expect.equal(waived "duplicate@train.jsonl=x", 2)
    expect.equal(waived("duplicate@" .. dir .. "/train.jsonl:3=x"), 1)
    expect.equal(waived("duplicate@" .. dir .. "//./train.jsonl:3=x"), 1)
    expect.equal(waived "duplicate@other.jsonl=x", 0)
    expect.equal(waived "leak@train.jsonl:3=x", 1)
  end)

  it("are for the files of their folder", function()
    fs.mkdirs(dir .. "/sub")
    put("sub/.gtcheck", "duplicate = x\n")
    local files = { put("train.jsonl", ""), put("sub/train.jsonl", "") }
    local report = check({ files = files }, { { rule = "duplicate", file = 1 }, { rule = "duplicate", file = 2 } })
    expect.falsy(report.findings[1].waived)
    expect.equal(report.findings[2].waived, "x")
  end)

  it("without a reason, of no rule or out of shape are refused", function()
    for _, word in ipairs { "duplicate", "duplicate=", "duplicate= ", "duplicate@train.jsonl=" } do
      usage("has no reason", check, { waive = { word } })
    end
    expect.match(usage("no rule 'dupe'", check, { waive = { "dupe=x" } }).hint, "did you mean duplicate%?")
    usage("a waiver is", check, { waive = { "=x" } })
    put(".gtcheck", "duplicate = x\nbom\n")
    usage("%.gtcheck:2: .*bom has no reason", check, {})
  end)

  it("that match nothing are a warning, unless nobody looked", function()
    local path = put(".gtcheck", "bom = old\nleak = x\nnear-duplicate = x\nbom@other.jsonl = x\n")
    local function unused(o, more)
      local list = {}
      for _, finding in ipairs(check(o, {}, more).findings) do
        expect.equal(finding.rule, "unused-waiver")
        expect.equal(finding.path, path)
        list[#list + 1] = finding.line
      end
      return table.concat(list, " ")
    end
    expect.equal(unused { near = false }, "1")
    expect.equal(unused {}, "1 3")
    expect.equal(unused { against = { put("test.jsonl", "") } }, "1 2 3")
    expect.equal(unused({}, { left_out = 1 }), "")
  end)
end)

describe("a baseline", function()
  local function report_of(content, findings, o)
    o = o or {}
    o.files = { put("train.jsonl", content) }
    return check(o, findings)
  end

  it("hides what it knows when lines move, and not its twin", function()
    local path = dir .. "/base.json"
    local first = report_of("a\nb\nc\n", { { rule = "outer-space", line = 2, pointer = "/output" },
      { rule = "too-few-rows", line = 1 } }, { write_baseline = path })
    expect.equal(first.summary.written, 2)
    local function new(content, findings)
      return report_of(content, findings, { baseline = path }).summary.warnings
    end
    expect.equal(new("x\ny\nb\r\n", { { rule = "outer-space", line = 3, pointer = "/output" } }), 0)
    expect.equal(new("\xEF\xBB\xBFb\nb\n", { { rule = "outer-space", line = 1, pointer = "/output" },
      { rule = "outer-space", line = 2, pointer = "/output" } }), 1)
    expect.equal(new("b", { { rule = "outer-space", line = 1, pointer = "/text_input" } }), 1)
    expect.equal(new("b", { { rule = "bom", line = 1, pointer = "/output" } }), 1)
    expect.equal(new("other\n", { { rule = "too-few-rows", line = 1, message = "7 rows" } }), 0)
    expect.equal(new("c\n", { { rule = "outer-space", line = 1, pointer = "/output" } }), 1)
  end)

  it("has no waived findings", function()
    local report = report_of("a\n", { { rule = "bom" }, { rule = "leak" } },
      { write_baseline = dir .. "/base.json", waive = { "bom=x" } })
    expect.equal(report.summary.written, 1)
    expect.falsy(fs.read(dir .. "/base.json"):find "bom")
  end)

  it("is sorted, versioned and the same again", function()
    local path, findings = dir .. "/base.json", {}
    for i = 1, 20 do findings[i] = { rule = i % 2 == 0 and "bom" or "crlf", line = i } end
    local content = ("%d"):rep(20, "\n"):format(table.unpack((function()
      local t = {}
      for i = 1, 20 do t[i] = i end
      return t
    end)()))
    report_of(content, findings, { write_baseline = path })
    local written = fs.read(path)
    local decoded = cjson.decode(written)
    expect.equal(decoded.gtlua_baseline, 1)
    expect.equal(#decoded.findings, 20)
    for i = 2, 20 do
      local a, b = decoded.findings[i - 1], decoded.findings[i]
      expect.truthy(a.rule .. a.fingerprint < b.rule .. b.fingerprint)
    end
    report_of(content, findings, { write_baseline = path })
    expect.equal(fs.read(path), written)
    report_of("", {}, { write_baseline = path })
    expect.equal(fs.read(path), '{"gtlua_baseline":1,"findings":[]}\n')
    expect.same(baseline.read(path), {})
  end)

  it("that cannot be read says so", function()
    local function refuses(content, pattern)
      expect.match(expect.raises("INVALID_ARGUMENT", baseline.read, put("b.json", content)).message, pattern)
    end
    expect.raises("NOT_FOUND", baseline.read, dir .. "/none.json")
    refuses("{", "not a JSON object")
    refuses("7", "not a JSON object")
    refuses("{}", "version nil")
    refuses('{"gtlua_baseline":2,"findings":[]}', "version 2")
    refuses('{"gtlua_baseline":1}', "no findings")
    refuses('{"gtlua_baseline":1,"findings":[{"rule":"bom"}]}', "without fingerprint")
  end)

  it("takes lines of packed files by their message", function()
    local o = { files = { put("t.jsonl.gz", "\x1F\x8B") }, fingerprints = true }
    local report = check(o, { { rule = "bom", line = 1, message = "a" }, { rule = "bom", line = 1, message = "b" } })
    expect.truthy(report.findings[1].fingerprint ~= report.findings[2].fingerprint)
    expect.falsy(report.findings[1].character_column)
  end)
end)

describe("the report", function()
  it("is in order of file, line, column", function()
    local a, b = put("a.jsonl", ""), put("b.jsonl", "")
    local report = check({ files = { a, b } }, { { rule = "bom", file = 2 }, { rule = "crlf", line = 9 },
      { rule = "bom", line = 9, column = 2 }, { rule = "leak", line = 10 }, { rule = "bom", line = 9 } })
    local places = {}
    for i, f in ipairs(report.findings) do places[i] = ("%d:%d:%d:%s"):format(f.file, f.line, f.column, f.rule) end
    expect.same(places, { "1:9:1:bom", "1:9:1:crlf", "1:9:2:bom", "1:10:1:leak", "2:1:1:bom" })
  end)

  it("as JSON has its members always, and lists that are lists", function()
    local name = "\xFFa\"\n\27\\.jsonl"
    local report = check({ files = { put(name, "x") } }, { { rule = "leak", severity = "error", line = 1,
      related = { { file = 1, line = 7 } } }, { rule = "bom", hint = "h", pointer = "/a" } })
    local line = facts_json(report, report.findings, 0)
    expect.truthy(utf8.len(line))
    expect.falsy(line:find "[%c\127]")
    expect.match(line, '"related":%[%]')
    expect.match(line, '"rows_over_limit":%[%]')
    local value = cjson.decode(line)
    expect.match(value.findings[1].file, "\u{FFFD}a\"\n\27\\.jsonl$")
    expect.equal(value.findings[2].related[1].line, 7)
    expect.equal(value.findings[2].hint, cjson.null)
    expect.equal(value.findings[1].pointer, "/a")
    expect.same(value.summary.by_rule, { leak = 1, bom = 1 })
    expect.equal(value.summary.errors, 1)
    local names = {}
    for key in pairs(value) do names[#names + 1] = key end
    table.sort(names)
    expect.equal(table.concat(names, " "), "files findings summary")
    names = {}
    for key in pairs(value.findings[1]) do names[#names + 1] = key end
    table.sort(names)
    expect.equal(table.concat(names, " "), "column file hint line message pointer related rule severity")
    expect.match(facts_json(check({}), {}, 0), '"findings":%[%]')
  end)

  it("as SARIF counts code points and keeps fingerprints", function()
    local path = put("ü 1.jsonl", "\xEF\xBB\xBFé\u{1F600}x\n\xFF\xFEab\n")
    local base = dir .. "/base.json"
    local findings = { { rule = "outer-space", line = 1, column = 10, pointer = "/output" },
      { rule = "invalid-utf8", severity = "error", line = 2, column = 3 }, { rule = "bom", line = 1 } }
    check({ files = { path }, write_baseline = base }, { findings[1] })
    local report = check({ files = { path }, fingerprints = true, baseline = base, waive = { "bom=as it is" } },
      findings)
    local log = cjson.decode(sarif(report, report.findings, "1.2.3"))
    expect.equal(log.version, "2.1.0")
    local one = log.runs[1]
    expect.equal(one.columnKind, "unicodeCodePoints")
    expect.equal(one.tool.driver.version, "1.2.3")
    expect.equal(#one.tool.driver.rules, 3)
    local bom, space, bytes = one.results[1], one.results[2], one.results[3]
    expect.equal(space.ruleId, "outer-space")
    expect.equal(one.tool.driver.rules[space.ruleIndex + 1].id, "outer-space")
    local place = space.locations[1].physicalLocation
    expect.equal(place.region.startColumn, 3)
    expect.equal(space.properties.byteColumn, 10)
    expect.match(place.artifactLocation.uri, "^file:///.*/%%C3%%BC%%201%.jsonl$")
    expect.equal(space.baselineState, "unchanged")
    expect.equal(bytes.baselineState, "new")
    expect.equal(bytes.locations[1].physicalLocation.region.startColumn, 3)
    expect.equal(bom.suppressions[1].justification, "as it is")
    expect.match(bom.partialFingerprints["gtluaRow/v1"], "^%x+$")
    expect.match(sarif(check { fingerprints = true }, {}, "1"), '"results":%[%]')
  end)

  it("for people hides control characters and colours on demand", function()
    local finding = { path = "a\n\27b", line = 3, column = 14, severity = "error", rule = "near-miss-key",
      message = "m\27[2J", hint = "do\nthis" }
    expect.equal(text.line(finding), "a\\n\\x1Bb:3:14: error: near-miss-key: m\\x1B[2J (do\\nthis)")
    expect.match(text.line(finding, true), "\27%[1;31merror:\27%[0m")
    finding.hint = ""
    expect.match(text.line(finding), "2J$")
    local report = check({ waive = { "bom=x" } }, { { rule = "bom" }, { rule = "leak", severity = "error" },
      { rule = "leak", severity = "error", line = 2 }, { rule = "crlf" } })
    local all = table.concat(text.summary(report), "\n")
    expect.match(all, "\n2 errors, 1 warning, 1 waived finding\n +2  leak\n +1  crlf %(warning%)\n")
    expect.match(all, "tokens: about 1,000 %(800 to 1,333%); x 5 epochs = 5,000;")
    expect.falsy(all:find "\27")
    report.too_long_rows = { { file = 1, line = 12, tokens = 9 } }
    expect.match(table.concat(text.summary(report), "\n"), "1 row would be cut or dropped: .*train.jsonl:12\n")
  end)

  it("estimates what is trained on, or all when nothing is called so", function()
    local function tokens(files, against)
      for i, name in ipairs(files) do files[i] = put(name, "") end
      for i, name in ipairs(against or {}) do against[i] = put(name, "") end
      return check({ files = files, against = against }).estimate.tokens
    end
    expect.equal(tokens { "train.jsonl", "a.jsonl" }, 2000)
    expect.equal(tokens { "train.jsonl", "valid.jsonl", "test.jsonl" }, 1000)
    expect.equal(tokens({ "train.jsonl" }, { "more.jsonl" }), 1000)
    expect.equal(tokens({ "test.jsonl" }, { "train.jsonl" }), 1000)
  end)

  it("counts what the core did not keep", function()
    local core = core_of { { rule = "bom", severity = "error" } }
    local plain = core.run
    core.run = function(o)
      local result = plain(o)
      result.errors, result.warnings, result.notes, result.left_out = 5, 2, 0, 6
      return result
    end
    local report = run({ files = { put("a.jsonl", "") } }, profile.find "local", core)
    expect.equal(report.summary.errors, 5)
    expect.equal(report.summary.warnings, 2)
    expect.equal(report.summary.left_out, 6)
  end)
end)

describe("JSON", function()
  it("replaces bytes that are not UTF-8, one by one", function()
    expect.equal(json.valid "a\xFFb", "a\u{FFFD}b")
    expect.equal(json.valid "\xED\xA0\x80", "\u{FFFD}\u{FFFD}\u{FFFD}")
    expect.equal(json.valid "é", "é")
    expect.equal(json.valid "\xC3", "\u{FFFD}")
    expect.equal(json.encode(json.object { { "b", 1 }, { "a", json.list {} }, { "n", nil }, { "m", {} } }),
      '{"b":1,"a":[],"m":{}}')
    expect.equal(json.encode("a/b"), '"a/b"')
  end)
end)

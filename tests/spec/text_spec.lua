-- gt.text: normal forms, distances, figures, near duplicates.

local gt = require "gt"
local text = require "gt.text"

local function near(got, want)
  if math.abs(got - want) > 1e-9 then error(("got %.12g, wanted %.12g"):format(got, want), 2) end
end

--- The textbook's table, over code points.
local function slow_distance(a, b)
  local x, y = { utf8.codepoint(a, 1, -1) }, { utf8.codepoint(b, 1, -1) }
  local row = {}
  for j = 0, #y do row[j] = j end
  for i = 1, #x do
    local diagonal = row[0]
    row[0] = i
    for j = 1, #y do
      local cost = diagonal + (x[i] == y[j] and 0 or 1)
      diagonal = row[j]
      row[j] = math.min(cost, row[j] + 1, row[j - 1] + 1)
    end
  end
  return row[#y]
end

local function set_of(list)
  local set = {}
  for _, item in ipairs(list) do set[item] = true end
  return set
end

describe("a text", function()
  it("has a normal form", function()
    expect.equal(text.normalize("  Hello, WORLD!\n"), "hello world")
    expect.equal(text.normalize("ПРИВЕТ — Straße"), "привет straße")
    expect.equal(text.normalize(""), "")
    expect.equal(text.normalize("?!"), "")
    expect.equal(text.normalize("\xffA"), "\xffa")
    expect.raises("bad argument", text.normalize, {})
  end)

  it("has a hash of its normal form", function()
    expect.equal(#text.hash "", 32)
    expect.match(text.hash "x", "^%x+$")
    expect.equal(text.hash "Hello!", text.hash "hello")
    expect.truthy(text.hash "hello" ~= text.hash "hallo")
    expect.truthy(text.hash "!" ~= text.hash "?")
  end)

  it("has n-grams of characters", function()
    expect.equal(table.concat(text.ngrams("banana", 2), " "), "ba an na")
    expect.equal(table.concat(text.ngrams("Жук", 2), " "), "жу ук")
    expect.equal(table.concat(text.ngrams("ab"), "|"), "ab")
    expect.equal(table.concat(text.ngrams("abcd"), "|"), "abcd")
    expect.equal(table.concat(text.ngrams("ABCDE!"), "|"), "abcd|bcde")
    expect.equal(#text.ngrams "", 0)
    expect.equal(#text.ngrams(("x"):rep(1000), 64), 1)
    expect.raises("bad argument", text.ngrams, "x", 0)
    expect.raises("bad argument", text.ngrams, "x", 65)
  end)

  it("is compared by what its n-grams share", function()
    for _, pair in ipairs { { "my card is lost", "My card was lost." }, { "abc", "abd" }, { "日本語の文", "日本語の本" } } do
      for n = 1, 5 do
        local a, b = set_of(text.ngrams(pair[1], n)), set_of(text.ngrams(pair[2], n))
        local both, all = 0, 0
        for gram in pairs(a) do
          all = all + 1
          if b[gram] then both = both + 1 end
        end
        for gram in pairs(b) do all = all + (a[gram] and 0 or 1) end
        near(text.jaccard(pair[1], pair[2], n), both / all)
      end
    end
    expect.equal(text.jaccard("", ""), 1)
    expect.equal(text.jaccard("", "x"), 0)
    expect.raises("bad argument", text.jaccard, "x")
  end)
end)

describe("the distance", function()
  it("is the textbook's", function()
    math.randomseed(3)
    local letters = { "a", "b", "é", "日", " " }
    for round = 1, 400 do
      local a, b = {}, {}
      local most = round <= 300 and 40 or 160 -- up to 64, and above
      for i = 1, math.random(0, most) do a[i] = letters[math.random(#letters)] end
      for i = 1, math.random(0, most) do b[i] = math.random() < 0.7 and a[i] or letters[math.random(#letters)] end
      a, b = table.concat(a), table.concat(b)
      local want = slow_distance(a, b)
      expect.equal(text.levenshtein(a, b), want)
      for _, max in ipairs { 0, 1, 3, 10, 50 } do
        expect.equal(text.levenshtein(a, b, max), math.min(want, max + 1))
      end
      local longer = math.max(utf8.len(a), utf8.len(b))
      near(text.similarity(a, b), longer == 0 and 1 or 1 - want / longer)
    end
  end)

  it("counts bytes that are no UTF-8, and is quick for long texts that are alike", function()
    expect.equal(text.levenshtein("a\xe9", "aé"), 1)
    local long = ("the quick brown fox "):rep(20000)
    expect.equal(text.levenshtein(long, long:sub(2) .. "!"), 2)
    expect.equal(text.levenshtein(long, ("x"):rep(#long), 100), 101)
    local err = expect.raises("RESOURCE_EXHAUSTED", text.levenshtein, long, ("x"):rep(#long))
    expect.match(err.hint, "max")
    expect.raises("bad argument", text.levenshtein, "a", "b", -1)
  end)
end)

describe("a figure", function()
  it("of length", function()
    local characters, words = text.length("Größe: 3,5 m")
    expect.equal(characters, 12)
    expect.equal(words, 4)
    characters, words = text.length("")
    expect.equal(characters, 0)
    expect.equal(words, 0)
    expect.equal((text.length("\xff\xfe")), 2)
  end)

  it("of characters", function()
    local r = text.ratios("AB cd 12!?")
    near(r.letters, 0.4)
    near(r.digits, 0.2)
    near(r.spaces, 0.2)
    near(r.symbols, 0.2)
    near(r.upper, 0.5)
    near(r.invalid, 0)
    near(text.ratios("ЖЖжж").upper, 0.5)
    near(text.ratios("ab\xff\xff").invalid, 0.5)
    near(text.ratios("😀😀a日").symbols, 0.5)
    for _, share in pairs(text.ratios("")) do expect.equal(share, 0) end
  end)

  it("of repetition", function()
    expect.equal(text.repetition("one two three four five six seven"), 0)
    near(text.repetition("no no no no no"), 1)
    near(text.repetition("a b c x a b c"), 2 / 5)
    near(text.repetition("go on go on stop", 2), 2 / 4)
    near(text.repetition("a a b", 1), 2 / 3)
    expect.equal(text.repetition("a a", 3), 0)
    expect.equal(text.repetition(""), 0)
    near(text.repeated_lines("a\n\n b\na \r\nc\na"), 2 / 5)
    expect.equal(text.repeated_lines("\n\n"), 0)
    expect.equal(text.repeated_lines("à\nÃ\n"), 0)
    expect.raises("bad argument", text.repetition, "a", 0)
  end)

  it("of script", function()
    local samples = {
      Latin = "Grüße aus Łódź", Greek = "Καλημέρα", Cyrillic = "Где моя карта?", Han = "我的卡在哪里",
      Kana = "わたしのカードはどこ", Hangul = "내 카드는 어디", Arabic = "أين بطاقتي", Hebrew = "איפה הכרטיס",
      Devanagari = "मेरा कार्ड कहाँ है", Thai = "บัตรของฉันอยู่ที่ไหน", Georgian = "სად არის",
      Armenian = "Որտեղ է", Tamil = "எனது அட்டை", Bengali = "আমার কার্ড", Ethiopic = "የእኔ ካርድ",
    }
    for name, sample in pairs(samples) do
      local script, share = text.script(sample)
      expect.equal(script, name)
      near(share, 1)
    end
    local script, share = text.script("Привет, world 123")
    expect.equal(script, "Cyrillic")
    near(share, 6 / 11)
    script, share = text.script("123 !?")
    expect.equal(script, nil)
    expect.equal(share, 0)
  end)
end)

describe("near duplicates", function()
  local rows = {
    "Where is my new card? It has not arrived yet.", "Completely different words stand here.",
    "where is my new card, it has not arrived yet", "Where is my card? It has not arrived yet.",
    "Nothing like it in this list of texts", "",
  }

  it("are found in lists, rows and data sets", function()
    local found = text.near_duplicates(rows, { threshold = 0.7 })
    expect.equal(#found.groups, 1)
    expect.equal(table.concat(found.groups[1], " "), "1 3 4")
    expect.equal(#found.pairs, 1)
    expect.equal(found.pairs[1].a, 1)
    expect.equal(found.pairs[1].b, 4)
    expect.between(found.pairs[1].jaccard - text.jaccard(rows[1], rows[4]), -1e-6, 1e-6)
    expect.equal(table.concat(found.first, " "), "1 2 1 4 5 6")
    local list = {}
    for i = 1, 5 do list[i] = { text_input = rows[i], output = "x" } end
    expect.equal(table.concat(text.near_duplicates(list, { threshold = 0.7 }).groups[1], " "), "1 3 4")
    local data = gt.dataset.from(list)
    expect.equal(table.concat(text.near_duplicates(data, { threshold = 0.7 }).groups[1], " "), "1 3 4")
    expect.equal(#text.near_duplicates({}).groups, 0)
    local stream = gt.dataset.stream "examples/sentiment/reviews.jsonl"
    local err = expect.raises("INVALID_ARGUMENT", text.near_duplicates, stream)
    expect.match(err.message, "collect")
    expect.equal(#text.near_duplicates(rows, { threshold = 1 }).pairs, 0)
  end)

  it("hang together in groups", function()
    local chain, words = {}, {}
    for i = 1, 40 do words[i] = "word" .. i end
    for i = 1, 6 do
      words[i * 5] = "other" .. i
      chain[7 - i] = table.concat(words, " ")
    end
    local found = text.near_duplicates(chain)
    expect.equal(#found.groups, 1)
    expect.equal(table.concat(found.groups[1], " "), "1 2 3 4 5 6")
    expect.truthy(#found.pairs < 15)
  end)

  it("are told again from an index", function()
    local path = os.tmpname()
    os.remove(path)
    local removed <close> = setmetatable({}, { __close = function() os.remove(path) end })
    expect.truthy(removed)
    expect.equal(text.near_duplicates(rows, { index = path }).hashed, 4)
    expect.equal(text.near_duplicates(rows, { index = path }).hashed, 0)
    table.insert(rows, "one more")
    local found = text.near_duplicates(rows, { index = path, threads = 1 })
    expect.equal(found.hashed, 1)
    expect.equal(found.index_rebuilt, false)
    table.remove(rows)
  end)

  it("are searched while other tasks run, and can be given up", function()
    local many = {}
    for i = 1, 30000 do many[i] = ("text number %d of a list, word %d"):format(i, i * 7 % 1000) end
    local ran, found = false, nil
    gt.group(function(g)
      g:spawn(function() found = text.near_duplicates(many) end)
      g:spawn(function() ran = found == nil end)
    end)
    expect.truthy(ran)
    expect.equal(#found.first, #many)
    local err = expect.raises("DEADLINE_EXCEEDED", gt.within, 0.005, text.near_duplicates, many)
    expect.truthy(err)
    many = nil
    collectgarbage() -- the thread still reads the texts, or has been told to stop
    collectgarbage()
  end)

  it("refuse what they cannot use", function()
    local function refuses(pattern, ...)
      expect.match(expect.raises("INVALID_ARGUMENT", text.near_duplicates, ...).message, pattern)
    end
    refuses("list of texts", 7)
    refuses("text 2 is a number", { "a", 7 })
    refuses("no option 'treshold'", {}, { treshold = 1 })
    refuses("threshold", {}, { threshold = 0.1 })
    refuses("threshold", {}, { threshold = 0 / 0 })
    refuses("threads", {}, { threads = 0 })
    refuses("index", {}, { index = "" })
    expect.raises("RESOURCE_EXHAUSTED", text.near_duplicates, rows, { memory_max = 1000 })
    expect.raises("NOT_FOUND", text.near_duplicates, rows, { index = "/nowhere/at/all" })
  end)
end)

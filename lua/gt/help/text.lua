-- gt.text; for the fields of an entry see calls.lua.

local S = { "s", "string", "" }
local A, B = { "a", "string", "" }, { "b", "string", "" }

return {
  {
    name = "text.near_duplicates",
    summary = "Finds texts that are equal or nearly equal: case, spaces and punctuation do not count, and "
      .. "the sets of character 4-grams are compared by the Jaccard index. From .8 on call it a duplicate, "
      .. "from .6 on look at it. Every pair is verified. All are found where that is cheap (some ten "
      .. "thousand texts); of more, 98.5 % or more of those at the threshold, nearly all of those well above.",
    params = { { "texts", "string[]|gt.Row[]|gt.Dataset", "" } },
    options = {
      { name = "threshold", type = "number", help = "from 0.3 to 1; default 0.8" },
      { name = "index", type = "string", help = "a file that keeps signatures from run to run, so that new texts "
        .. "alone are hashed; made when it is missing" },
      { name = "threads", type = "integer", help = "default: 2 on two processors; the result is the same" },
      { name = "pairs_max", type = "integer", help = "pairs kept; default 1000000" },
      { name = "memory_max", type = "integer", help = "bytes; default 1 GiB. What would take more is refused at once" },
    },
    class = "gt.NearDuplicateOptions",
    returns = { { "gt.NearDuplicates", "found", "" } },
    errors = {
      { "INVALID_ARGUMENT", "an option is wrong, or a text is no string" },
      { "RESOURCE_EXHAUSTED", "that many texts need more than memory_max" },
      { "FAILED_PRECONDITION", "the index is another file and cannot be moved aside" },
    },
    example = {
      [[local found = gt.text.near_duplicates(gt.dataset.load("reviews.jsonl"), { threshold = 0.6 })]],
      [[for _, group in ipairs(found.groups) do print(table.concat(group, " ")) end]],
    },
  },
  {
    name = "text.normalize",
    summary = "The normal form in which texts are compared: lower case (Latin, Greek, Cyrillic), one space "
      .. "for every run of what is no letter or digit, none at the ends. Other characters stay; "
      .. "accents do.",
    params = { S }, returns = { { "string", "normal", "" } },
    example = { [[print(gt.text.normalize("  Hello, WORLD! "))   --> hello world]] },
  },
  {
    name = "text.hash",
    summary = "32 hex digits that are equal for texts with the same normal form. Not for security. Texts "
      .. "without a letter or digit go by their bytes.",
    params = { S }, returns = { { "string", "hash", "" } },
    example = { [[print(gt.text.hash "Hello!" == gt.text.hash "hello")   --> true]] },
  },
  {
    name = "text.ngrams",
    summary = "The distinct runs of n characters of the normal form, in the order of the text; a shorter text "
      .. "is one run.",
    params = { S, { "n", "integer?", "4 if left out, at most 64" } }, returns = { { "string[]", "grams", "" } },
    example = { [[print(table.concat(gt.text.ngrams("banana", 2), " "))   --> ba an na]] },
  },
  {
    name = "text.jaccard",
    summary = "What two texts share of their character n-grams, from 0 to 1: grams of both / grams of either.",
    params = { A, B, { "n", "integer?", "4 if left out, at most 64" } }, returns = { { "number", "index", "" } },
    example = { [[print(gt.text.jaccard("my card is lost", "my card was lost"))]] },
  },
  {
    name = "text.levenshtein",
    summary = "How many characters must be put in, taken out or replaced to make a from b. Exact: case and "
      .. "punctuation count. With max it stops early, and max + 1 stands for anything larger.",
    params = { A, B, { "max", "integer?", "" } }, returns = { { "integer", "distance", "" } },
    errors = { { "RESOURCE_EXHAUSTED", "the texts are very long and very different: give max" } },
    example = { [[print(gt.text.levenshtein("positve", "positive"))   --> 1]] },
  },
  {
    name = "text.similarity",
    summary = "1 - levenshtein(a, b) / characters of the longer text; 1 for two empty texts.",
    params = { A, B }, returns = { { "number", "similarity", "" } },
    errors = { { "RESOURCE_EXHAUSTED", "the texts are very long and very different" } },
    example = { [[print(gt.text.similarity("positve", "positive"))   --> 0.875]] },
  },
  {
    name = "text.length",
    summary = "How long a text is, in characters (code points) and words (runs of letters and digits; scripts "
      .. "without spaces have long ones).",
    params = { S }, returns = { { "integer", "characters", "" }, { "integer", "words", "" } },
    example = { [[local characters, words = gt.text.length(row.text_input)]] },
  },
  {
    name = "text.ratios", summary = "What a text is made of, as shares from 0 to 1.",
    params = { S }, returns = { { "gt.TextRatios", "ratios", "" } },
    example = { [[local data = data:filter(function(row) return gt.text.ratios(row.output).symbols < 0.3 end)]] },
  },
  {
    name = "text.repetition",
    summary = "The most frequent run of n words as a share of all such runs; 0 when none comes twice. Ordinary "
      .. "prose of some length has less than .1.",
    params = { S, { "n", "integer?", "3 if left out" } }, returns = { { "number", "share", "" } },
    example = { [[if gt.text.repetition(row.output) > 0.2 then print("loops", row.line) end]] },
  },
  {
    name = "text.repeated_lines",
    summary = "Of the lines that are not blank, the share of those that stood before.",
    params = { S }, returns = { { "number", "share", "" } },
    example = { [[print(gt.text.repeated_lines("a\nb\na"))   --> 0.33333333333333]] },
  },
  {
    name = "text.script",
    summary = "The script of most letters (Latin, Greek, Cyrillic, Arabic, Hebrew, Devanagari, Thai, Hangul, Kana, "
      .. "Han, ...) and its share of them; nil and 0 for a text without letters.",
    params = { S }, returns = { { "string?", "script", "" }, { "number", "share", "" } },
    example = { [[local script, share = gt.text.script("Привет, world")   --> Cyrillic  0.54545454545455]] },
  },
}

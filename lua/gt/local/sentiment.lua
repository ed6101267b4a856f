-- A small list of English words of praise and complaint, for labels that name a
-- sentiment. Used by the untuned stand-in only.

local sentiment = {}

local function set(words)
  local out = {}
  for word in words:gmatch "%S+" do out[word] = true end
  return out
end

local GOOD = set [[amazing awesome beautiful best better brilliant charming clean comfortable
  delicious delight delighted delightful easy elegant enjoy enjoyed enjoyable excellent exceeded
  exceptional fantastic fast favorite favourite flawless fresh friendly fun glad good gorgeous
  great happy helpful impressed impressive incredible interesting love loved lovely loves nice
  outstanding perfect perfectly pleasant pleased polite prompt quick recommend recommended
  reliable satisfied smooth solid stunning superb terrific thanks thrilled top useful warm well
  wonderful works worth]]

local BAD = set [[angry annoying appalling awful bad boring broke broken broke cheap cold complaint
  cracked crash crashed crashes crashing damaged dead defective delayed dirty disappointed
  disappointing disappointment disgusting dreadful dull fail failed fails failure fake faulty
  flimsy frustrating hate hated horrible late leaking leaks lost mediocre messy missing mistake
  noisy overpriced pathetic poor poorly problem problems refund regret return returned returning
  rude scratched shoddy slow stale stopped stupid terrible ugly unacceptable unhelpful unreliable
  unusable upset useless waste wasted worse worst wrong]]

local NEGATIONS = set [[not no never n't cannot can't don't doesn't didn't isn't wasn't won't wouldn't
  hardly barely without nothing]]

local NAMES = {
  positive = 1, pos = 1, good = 1, favorable = 1, favourable = 1, happy = 1, praise = 1,
  negative = -1, neg = -1, bad = -1, unfavorable = -1, unfavourable = -1, unhappy = -1, complaint = -1,
  neutral = 0, mixed = 0, neither = 0,
}

--- Praise minus complaint; a negation up to two words before turns a word around.
local function score(text)
  local sum, since = 0, 9
  for word in text:lower():gsub("\u{2019}", "'"):gmatch "[%a']+" do
    since = since + 1
    local value = (GOOD[word] and 1 or 0) - (BAD[word] and 1 or 0)
    sum = sum + (since <= 2 and -value or value)
    if NEGATIONS[word] then since = 0 end
  end
  return sum
end

--- The label for a text, or nil when the labels do not name sentiments.
---@param text string
---@param labels string[]
---@return string|nil
function sentiment.pick(text, labels)
  local by_value = {}
  for _, label in ipairs(labels) do
    local value = NAMES[label:lower()]
    if not value then return nil end
    by_value[value] = by_value[value] or label
  end
  if not (by_value[1] and by_value[-1]) then return nil end
  local sum = score(text)
  local value = sum > 0 and 1 or sum < 0 and -1 or 0
  return by_value[value] or by_value[1]
end

return sentiment

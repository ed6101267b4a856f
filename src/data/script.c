/* Scripts. See script.h; the ranges follow the blocks of Unicode 15. Where a block
 * holds digits or marks of its own, they count as letters of the script: only the
 * common script of a text is asked for. */
#include "data/script.h"

#include <stddef.h>

static const struct {
  uint32_t first, last;
  enum gt_script script;
} ranges[] = {
    {'A', 'Z', GT_SCRIPT_LATIN},          {'a', 'z', GT_SCRIPT_LATIN},
    {0xAA, 0xAA, GT_SCRIPT_LATIN},        {0xBA, 0xBA, GT_SCRIPT_LATIN},
    {0xC0, 0xD6, GT_SCRIPT_LATIN},        {0xD8, 0xF6, GT_SCRIPT_LATIN},
    {0xF8, 0x2AF, GT_SCRIPT_LATIN},       {0x370, 0x3FF, GT_SCRIPT_GREEK},
    {0x400, 0x52F, GT_SCRIPT_CYRILLIC},   {0x531, 0x58A, GT_SCRIPT_ARMENIAN},
    {0x591, 0x5F4, GT_SCRIPT_HEBREW},     {0x610, 0x61A, GT_SCRIPT_ARABIC},
    {0x620, 0x65F, GT_SCRIPT_ARABIC},     {0x66E, 0x6EF, GT_SCRIPT_ARABIC},
    {0x6FA, 0x6FF, GT_SCRIPT_ARABIC},     {0x750, 0x77F, GT_SCRIPT_ARABIC},
    {0x8A0, 0x8FF, GT_SCRIPT_ARABIC},     {0x900, 0x963, GT_SCRIPT_DEVANAGARI},
    {0x970, 0x97F, GT_SCRIPT_DEVANAGARI}, {0x980, 0x9FF, GT_SCRIPT_BENGALI},
    {0xA00, 0xA7F, GT_SCRIPT_GURMUKHI},   {0xA80, 0xAFF, GT_SCRIPT_GUJARATI},
    {0xB80, 0xBFF, GT_SCRIPT_TAMIL},      {0xC00, 0xC7F, GT_SCRIPT_TELUGU},
    {0xC80, 0xCFF, GT_SCRIPT_KANNADA},    {0xD00, 0xD7F, GT_SCRIPT_MALAYALAM},
    {0xD80, 0xDFF, GT_SCRIPT_SINHALA},    {0xE01, 0xE3A, GT_SCRIPT_THAI},
    {0xE40, 0xE4E, GT_SCRIPT_THAI},       {0xE81, 0xECD, GT_SCRIPT_LAO},
    {0xEDC, 0xEDF, GT_SCRIPT_LAO},        {0xF00, 0xFFF, GT_SCRIPT_TIBETAN},
    {0x1000, 0x109F, GT_SCRIPT_MYANMAR},  {0x10A0, 0x10FF, GT_SCRIPT_GEORGIAN},
    {0x1100, 0x11FF, GT_SCRIPT_HANGUL},   {0x1200, 0x139F, GT_SCRIPT_ETHIOPIC},
    {0x1780, 0x17D3, GT_SCRIPT_KHMER},    {0x1C80, 0x1C8F, GT_SCRIPT_CYRILLIC},
    {0x1C90, 0x1CBF, GT_SCRIPT_GEORGIAN}, {0x1E00, 0x1EFF, GT_SCRIPT_LATIN},
    {0x1F00, 0x1FFF, GT_SCRIPT_GREEK},    {0x2C60, 0x2C7F, GT_SCRIPT_LATIN},
    {0x2D00, 0x2D2F, GT_SCRIPT_GEORGIAN}, {0x2D80, 0x2DDF, GT_SCRIPT_ETHIOPIC},
    {0x2DE0, 0x2DFF, GT_SCRIPT_CYRILLIC}, {0x2E80, 0x2FDF, GT_SCRIPT_HAN},
    {0x3005, 0x3007, GT_SCRIPT_HAN},      {0x3021, 0x3029, GT_SCRIPT_HAN},
    {0x3041, 0x309F, GT_SCRIPT_KANA},     {0x30A1, 0x30FA, GT_SCRIPT_KANA},
    {0x30FC, 0x30FF, GT_SCRIPT_KANA},     {0x3131, 0x318E, GT_SCRIPT_HANGUL},
    {0x31F0, 0x31FF, GT_SCRIPT_KANA},     {0x3400, 0x4DBF, GT_SCRIPT_HAN},
    {0x4E00, 0x9FFF, GT_SCRIPT_HAN},      {0xA640, 0xA69F, GT_SCRIPT_CYRILLIC},
    {0xA720, 0xA7FF, GT_SCRIPT_LATIN},    {0xA8E0, 0xA8FF, GT_SCRIPT_DEVANAGARI},
    {0xA960, 0xA97F, GT_SCRIPT_HANGUL},   {0xAC00, 0xD7FF, GT_SCRIPT_HANGUL},
    {0xF900, 0xFAFF, GT_SCRIPT_HAN},      {0xFB00, 0xFB06, GT_SCRIPT_LATIN},
    {0xFB13, 0xFB17, GT_SCRIPT_ARMENIAN}, {0xFB1D, 0xFB4F, GT_SCRIPT_HEBREW},
    {0xFB50, 0xFDFF, GT_SCRIPT_ARABIC},   {0xFE70, 0xFEFC, GT_SCRIPT_ARABIC},
    {0xFF21, 0xFF3A, GT_SCRIPT_LATIN},    {0xFF41, 0xFF5A, GT_SCRIPT_LATIN},
    {0xFF66, 0xFF9F, GT_SCRIPT_KANA},     {0xFFA0, 0xFFDC, GT_SCRIPT_HANGUL},
    {0x1B000, 0x1B16F, GT_SCRIPT_KANA},   {0x20000, 0x323AF, GT_SCRIPT_HAN},
};

static const char *const names[] = {
    "none",       "Latin",   "Greek",    "Cyrillic", "Armenian", "Hebrew",  "Arabic",
    "Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Tamil",    "Telugu",  "Kannada",
    "Malayalam",  "Sinhala", "Thai",     "Lao",      "Tibetan",  "Myanmar", "Georgian",
    "Ethiopic",   "Khmer",   "Hangul",   "Kana",     "Han",
};
_Static_assert(sizeof names / sizeof *names == GT_SCRIPT_COUNT, "a name for each");

enum gt_script gt_script_of(uint32_t cp)
{
  size_t low = 0, high = sizeof ranges / sizeof *ranges;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (ranges[middle].last < cp)
      low = middle + 1;
    else
      high = middle;
  }
  return low < sizeof ranges / sizeof *ranges && ranges[low].first <= cp
             ? ranges[low].script
             : GT_SCRIPT_NONE;
}

const char *gt_script_name(enum gt_script script) { return names[script]; }

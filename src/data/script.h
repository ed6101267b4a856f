/* Which script a letter belongs to, by ranges of code points.
 *
 * Used by measure.c. It knows blocks of letters, not languages. */
#ifndef GT_DATA_SCRIPT_H
#define GT_DATA_SCRIPT_H

#include <stdint.h>

enum gt_script {
  GT_SCRIPT_NONE, /* no letter */
  GT_SCRIPT_LATIN,
  GT_SCRIPT_GREEK,
  GT_SCRIPT_CYRILLIC,
  GT_SCRIPT_ARMENIAN,
  GT_SCRIPT_HEBREW,
  GT_SCRIPT_ARABIC,
  GT_SCRIPT_DEVANAGARI,
  GT_SCRIPT_BENGALI,
  GT_SCRIPT_GURMUKHI,
  GT_SCRIPT_GUJARATI,
  GT_SCRIPT_TAMIL,
  GT_SCRIPT_TELUGU,
  GT_SCRIPT_KANNADA,
  GT_SCRIPT_MALAYALAM,
  GT_SCRIPT_SINHALA,
  GT_SCRIPT_THAI,
  GT_SCRIPT_LAO,
  GT_SCRIPT_TIBETAN,
  GT_SCRIPT_MYANMAR,
  GT_SCRIPT_GEORGIAN,
  GT_SCRIPT_ETHIOPIC,
  GT_SCRIPT_KHMER,
  GT_SCRIPT_HANGUL,
  GT_SCRIPT_KANA,
  GT_SCRIPT_HAN,
  GT_SCRIPT_COUNT,
};

enum gt_script gt_script_of(uint32_t cp);
/* "Latin"; "none" for what is no letter. */
const char *gt_script_name(enum gt_script script);

#endif

/* Row forms and near misses. See forms.h. */
#include "data/forms.h"

#include <string.h>

static const struct {
  const char *name;
  size_t len;
} keys[GT_KEYS] = {
    [GT_KEY_TEXT_INPUT] = {"text_input", 10},
    [GT_KEY_TEXTINPUT] = {"textInput", 9},
    [GT_KEY_INPUT] = {"input", 5},
    [GT_KEY_PROMPT] = {"prompt", 6},
    [GT_KEY_OUTPUT] = {"output", 6},
    [GT_KEY_COMPLETION] = {"completion", 10},
    [GT_KEY_RESPONSE] = {"response", 8},
    [GT_KEY_MESSAGES] = {"messages", 8},
    [GT_KEY_CONTENTS] = {"contents", 8},
    [GT_KEY_INSTRUCTION] = {"instruction", 11},
};

static const struct {
  const char *name;
  enum gt_form_key text, output;
} forms[GT_FORMS] = {
    [GT_FORM_TEXT_INPUT] = {"text_input+output", GT_KEY_TEXT_INPUT, GT_KEY_OUTPUT},
    [GT_FORM_TEXTINPUT] = {"textInput+output", GT_KEY_TEXTINPUT, GT_KEY_OUTPUT},
    [GT_FORM_INPUT] = {"input+output", GT_KEY_INPUT, GT_KEY_OUTPUT},
    [GT_FORM_COMPLETION] = {"prompt+completion", GT_KEY_PROMPT, GT_KEY_COMPLETION},
    [GT_FORM_RESPONSE] = {"prompt+response", GT_KEY_PROMPT, GT_KEY_RESPONSE},
};

const char *gt_form_name(enum gt_form form)
{
  return form >= 0 && form < GT_FORMS ? forms[form].name : "none";
}

const char *gt_form_key_name(enum gt_form_key key)
{
  return key < GT_KEYS ? keys[key].name : "";
}

enum gt_form_key gt_form_text(enum gt_form form) { return forms[form].text; }
enum gt_form_key gt_form_output(enum gt_form form) { return forms[form].output; }

enum gt_form_key gt_form_key(const char *name, size_t len)
{
  for (int k = 0; k < GT_KEYS; k++)
    if (keys[k].len == len && memcmp(keys[k].name, name, len) == 0)
      return (enum gt_form_key)k;
  return GT_KEY_NONE;
}

#define NEAR_MAX 16 /* no longer name is near any of ours */

/* Lower case without separators; the length, 0 when it gets too long. */
static size_t plain(char out[NEAR_MAX], const char *s, size_t len)
{
  size_t n = 0;
  for (size_t i = 0; i < len; i++) {
    char c = s[i];
    if (c == '_' || c == '-' || c == ' ') continue;
    if (n == NEAR_MAX) return 0;
    out[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
  }
  return n;
}

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

/* Inserts, deletes, changes and swaps of neighbours from a to b (each <= NEAR_MAX). */
static unsigned distance(const char *a, size_t an, const char *b, size_t bn)
{
  unsigned row[NEAR_MAX + 1][NEAR_MAX + 1];
  for (size_t i = 0; i <= an; i++) row[i][0] = (unsigned)i;
  for (size_t j = 0; j <= bn; j++) row[0][j] = (unsigned)j;
  for (size_t i = 1; i <= an; i++)
    for (size_t j = 1; j <= bn; j++) {
      unsigned d = row[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
      d = least(d, least(row[i - 1][j], row[i][j - 1]) + 1);
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d = least(d, row[i - 2][j - 2] + 1);
      row[i][j] = d;
    }
  return row[an][bn];
}

enum gt_form_key gt_form_near(const char *name, size_t len)
{
  char ours[NEAR_MAX], theirs[NEAR_MAX];
  enum gt_form_key best = GT_KEY_NONE;
  unsigned best_raw = 0;
  size_t n = plain(theirs, name, len);
  if (n == 0 || len > NEAR_MAX) return GT_KEY_NONE;
  for (int k = 0; k < GT_FORM_KEYS; k++) {
    size_t m = plain(ours, keys[k].name, keys[k].len);
    unsigned allowed = m >= 8 ? 2 : 1;
    if (m > n + allowed || n > m + allowed) continue;
    if (distance(theirs, n, ours, m) > allowed) continue;
    /* several may be in reach: as they are written, which is the closest? */
    unsigned raw = distance(name, len, keys[k].name, keys[k].len);
    if (best != GT_KEY_NONE && raw >= best_raw) continue;
    best = (enum gt_form_key)k;
    best_raw = raw;
  }
  return best;
}

int gt_form_complete(enum gt_form *first, enum gt_form *second, uint32_t present)
{
  int n = 0;
  *first = *second = GT_FORM_NONE;
  for (int f = 0; f < GT_FORMS; f++) {
    uint32_t both = GT_KEY_BIT(forms[f].text) | GT_KEY_BIT(forms[f].output);
    if ((present & both) != both) continue;
    if (n == 0) *first = (enum gt_form)f;
    if (n == 1) *second = (enum gt_form)f;
    n++;
  }
  return n;
}

enum gt_form gt_form_guess(uint32_t present, enum gt_form usual)
{
  if (usual != GT_FORM_NONE &&
      (present & (GT_KEY_BIT(forms[usual].text) | GT_KEY_BIT(forms[usual].output))))
    return usual;
  for (int f = 0; f < GT_FORMS; f++)
    if (present & GT_KEY_BIT(forms[f].text)) return (enum gt_form)f;
  for (int f = 0; f < GT_FORMS; f++)
    if (present & GT_KEY_BIT(forms[f].output)) return (enum gt_form)f;
  return usual != GT_FORM_NONE ? usual : GT_FORM_TEXT_INPUT;
}

/* Row forms and near misses. See forms.h. */
#include "data/forms.h"

#include <string.h>

static const char *const keys[GT_KEYS] = {
    [GT_KEY_TEXT_INPUT] = "text_input",
    [GT_KEY_TEXTINPUT] = "textInput",
    [GT_KEY_INPUT] = "input",
    [GT_KEY_PROMPT] = "prompt",
    [GT_KEY_OUTPUT] = "output",
    [GT_KEY_COMPLETION] = "completion",
    [GT_KEY_RESPONSE] = "response",
    [GT_KEY_MESSAGES] = "messages",
    [GT_KEY_CONTENTS] = "contents",
    [GT_KEY_SYSTEMINSTRUCTION] = "systemInstruction",
    [GT_KEY_SYSTEM_INSTRUCTION] = "system_instruction",
    [GT_KEY_INSTRUCTION] = "instruction",
    [GT_KEY_TOOLS] = "tools",
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
    [GT_FORM_MESSAGES] = {"messages", GT_KEY_MESSAGES, GT_KEY_MESSAGES},
    [GT_FORM_CONTENTS] = {"contents", GT_KEY_CONTENTS, GT_KEY_CONTENTS},
    [GT_FORM_CSV] = {"csv", GT_KEY_NONE, GT_KEY_NONE},
};

const char *gt_form_name(enum gt_form form)
{
  return form >= 0 && form < GT_FORMS ? forms[form].name : "none";
}

/* Of a pair its name, one key that no other pair has, or its first key. */
enum gt_form gt_form_parse(const char *name)
{
  for (int f = 0; f < GT_FORMS; f++)
    if (strcmp(name, forms[f].name) == 0) return (enum gt_form)f;
  for (int f = 0; f < GT_FORM_PAIRS; f++)
    if (strcmp(name, keys[forms[f].text]) == 0 ||
        (forms[f].output != GT_KEY_OUTPUT && strcmp(name, keys[forms[f].output]) == 0))
      return (enum gt_form)f;
  return GT_FORM_NONE;
}

const char *gt_form_key_name(enum gt_form_key key)
{
  return key < GT_KEYS ? keys[key] : "";
}

enum gt_form_key gt_form_text(enum gt_form form) { return forms[form].text; }
enum gt_form_key gt_form_output(enum gt_form form) { return forms[form].output; }

enum gt_form_key gt_form_key(const char *name, size_t len)
{
  for (int k = 0; k < GT_KEYS; k++)
    if (len > 0 && keys[k][0] == name[0] && strlen(keys[k]) == len &&
        memcmp(keys[k], name, len) == 0)
      return (enum gt_form_key)k;
  return GT_KEY_NONE;
}

#define NEAR_MAX 20 /* no longer name is near any of ours */

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

int gt_form_nearest(const char *const *names, int count, const char *name, size_t len)
{
  char ours[NEAR_MAX], theirs[NEAR_MAX];
  int best = -1;
  unsigned best_raw = 0;
  size_t n = plain(theirs, name, len);
  if (n == 0 || len > NEAR_MAX) return -1;
  for (int k = 0; k < count; k++) {
    size_t whole = strlen(names[k]), m = plain(ours, names[k], whole);
    unsigned allowed = m >= 8 ? 2 : 1;
    if (m > n + allowed || n > m + allowed) continue;
    if (distance(theirs, n, ours, m) > allowed) continue;
    /* several may be in reach: as they are written, which is the closest? */
    unsigned raw = distance(name, len, names[k], whole);
    if (best >= 0 && raw >= best_raw) continue;
    best = k;
    best_raw = raw;
  }
  return best;
}

enum gt_form_key gt_form_near(const char *name, size_t len)
{
  int k = gt_form_nearest(keys, GT_FORM_KEYS, name, len);
  return k < 0 ? GT_KEY_NONE : (enum gt_form_key)k;
}

enum gt_form_key gt_form_near_turns(const char *name, size_t len)
{
  int k = gt_form_nearest(keys + GT_KEY_MESSAGES,
                          GT_KEY_SYSTEM_INSTRUCTION + 1 - GT_KEY_MESSAGES, name, len);
  return k < 0 ? GT_KEY_NONE : (enum gt_form_key)(GT_KEY_MESSAGES + k);
}

int gt_form_complete(enum gt_form *first, enum gt_form *second, uint32_t present)
{
  int n = 0;
  *first = *second = GT_FORM_NONE;
  for (int f = 0; f < GT_FORM_PAIRS; f++) {
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
  if (usual != GT_FORM_NONE && usual != GT_FORM_CSV &&
      (present & (GT_KEY_BIT(forms[usual].text) | GT_KEY_BIT(forms[usual].output))))
    return usual;
  for (int f = 0; f < GT_FORM_PAIRS; f++)
    if (present & GT_KEY_BIT(forms[f].text)) return (enum gt_form)f;
  for (int f = 0; f < GT_FORM_PAIRS; f++)
    if (present & GT_KEY_BIT(forms[f].output)) return (enum gt_form)f;
  return usual != GT_FORM_NONE ? usual : GT_FORM_TEXT_INPUT;
}

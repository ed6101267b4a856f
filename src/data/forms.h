/* The forms a row of a data file can have, and keys that nearly are theirs.
 *
 * Used by the row readers and writers. It knows names only: it never sees a value. */
#ifndef GT_DATA_FORMS_H
#define GT_DATA_FORMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gt_form_key {
  GT_KEY_TEXT_INPUT, /* text_input */
  GT_KEY_TEXTINPUT,  /* textInput */
  GT_KEY_INPUT,
  GT_KEY_PROMPT,
  GT_KEY_OUTPUT,
  GT_KEY_COMPLETION,
  GT_KEY_RESPONSE,
  GT_FORM_KEYS, /* those above make up pairs */
  GT_KEY_MESSAGES = GT_FORM_KEYS,
  GT_KEY_CONTENTS,
  GT_KEY_SYSTEMINSTRUCTION,  /* systemInstruction, beside contents */
  GT_KEY_SYSTEM_INSTRUCTION, /* system_instruction, likewise */
  GT_KEY_INSTRUCTION,        /* makes a difference to the rows of some data sets */
  GT_KEY_TOOLS,              /* likewise */
  GT_KEYS,
  GT_KEY_NONE = GT_KEYS,
};

enum gt_form {
  GT_FORM_NONE = -1,
  GT_FORM_TEXT_INPUT, /* text_input + output */
  GT_FORM_TEXTINPUT,  /* textInput + output */
  GT_FORM_INPUT,      /* input + output */
  GT_FORM_COMPLETION, /* prompt + completion */
  GT_FORM_RESPONSE,   /* prompt + response */
  GT_FORM_PAIRS,      /* those above are pairs of keys */
  GT_FORM_MESSAGES = GT_FORM_PAIRS,
  GT_FORM_CONTENTS, /* contents, perhaps with a system instruction */
  GT_FORM_CSV,      /* a pair's names in the header */
  GT_FORMS,
};

#define GT_KEY_BIT(key) (1u << (unsigned)(key))
#define GT_KEYS_SYSTEM                                                                 \
  (GT_KEY_BIT(GT_KEY_SYSTEMINSTRUCTION) | GT_KEY_BIT(GT_KEY_SYSTEM_INSTRUCTION))

const char *gt_form_name(enum gt_form form); /* "text_input+output" */
/* The form of a name as above or a part of one that is clear: "input", "messages";
 * GT_FORM_NONE. */
enum gt_form gt_form_parse(const char *name);
const char *gt_form_key_name(enum gt_form_key key);
/* The two keys of a form; those of messages and contents are the same key twice, those
 * of CSV GT_KEY_NONE. */
enum gt_form_key gt_form_text(enum gt_form form);
enum gt_form_key gt_form_output(enum gt_form form);
/* The key of exactly this name. */
enum gt_form_key gt_form_key(const char *name, size_t len);
/* The key of a pair that a name was probably meant to be: the same but for case, "_",
 * "-" and space, or a slip of the fingers away (one, two in the longer names). */
enum gt_form_key gt_form_near(const char *name, size_t len);
/* The same for the keys of conversations. */
enum gt_form_key gt_form_near_turns(const char *name, size_t len);
/* The index of the name in names[0..count) that `name` was probably meant to be in this
 * sense; -1 without one. */
int gt_form_nearest(const char *const *names, int count, const char *name, size_t len);
/* How many pairs have both their keys in the set of bits; *first and *second (or
 * GT_FORM_NONE) are the first two of them. */
int gt_form_complete(enum gt_form *first, enum gt_form *second, uint32_t present);
/* The form that an incomplete set of keys was most likely meant to have: `usual` (or
 * GT_FORM_NONE) if it shares a key with it. */
enum gt_form gt_form_guess(uint32_t present, enum gt_form usual);

#endif

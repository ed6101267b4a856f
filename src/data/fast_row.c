/* Plainly good rows by the places where their strings stop. See fast_row.h. */
#include "data/fast_row.h"

#include "base/json_value.h"
#include "base/stops.h"
#include "base/utf8.h"
#include "data/fast_walk.h"

#include <stdlib.h>
#include <string.h>

#define ROW_MIN 26 /* {"input":"a","output":"b"} */

int gt_fast_init(struct gt_fast_rows *rows, size_t max)
{
  *rows = (struct gt_fast_rows){0};
  rows->items = malloc((max / ROW_MIN + 1) * sizeof *rows->items);
  rows->side = malloc(max + 1);
  if (rows->items && rows->side) return 0;
  gt_fast_clear(rows);
  return -1;
}

void gt_fast_clear(struct gt_fast_rows *rows)
{
  free(rows->items);
  free(rows->side);
  *rows = (struct gt_fast_rows){0};
}

size_t gt_fast_scratch(size_t max) { return (max + GT_STOPS_SLACK) * sizeof(uint32_t); }

/* Whether one of the characters is surely no space of any kind. */
static inline bool shows(const char *s, size_t len)
{
  if (len > 0 && (signed char)*s > 0x20) return true;
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)s[i];
    if (c > 0x20 && c < 0x80) return true;
    if (c < 0xC3 || c == 0xE1 || c == 0xE2 || c == 0xEF) continue;
    if (c != 0xE3 || (unsigned char)s[i + 1] != 0x80) return true;
  }
  return false;
}

/* The escape at s into out; returns its length there, 0 when it is not for us. */
static size_t one_escape(char out[4], const char **s, const char *end)
{
  uint32_t cp;
  enum gt_json_fault fault;
  switch ((*s)[1]) {
  case 'n': *out = '\n'; break;
  case 't': *out = '\t'; break;
  case '"': *out = '"'; break;
  case '\\': *out = '\\'; break;
  case '/': *out = '/'; break;
  default:
    *s += gt_json_escape(&cp, &fault, *s, end);
    return fault || cp == 0 ? 0 : gt_utf8_encode(out, cp);
  }
  *s += 2;
  return 1;
}

/* A text with escapes, from its first byte to the stop that closes it. */
static bool unescape(struct gt_fast_walk *w, struct gt_fast_text *t,
                     const uint32_t *first)
{
  const char *s = w->data + t->at, *end = s + t->len;
  char *out = w->side + w->side_len, *start = out;
  for (const uint32_t *stop = first; s < end; stop++) {
    const char *slash = w->data + *stop;
    if (slash < s) continue; /* the second half of an escape before it */
    if (slash > end) slash = end;
    memcpy(out, s, (size_t)(slash - s));
    out += slash - s;
    s = slash;
    if (s == end) break;
    size_t n = one_escape(out, &s, end);
    if (n == 0) return false;
    out += n;
  }
  *out = '\0'; /* it may be looked at behind a sequence that is cut off */
  t->escaped = true;
  t->side = (uint32_t)w->side_len;
  t->side_len = (uint32_t)(out - start);
  w->side_len += t->side_len;
  return true;
}

static inline bool read_string(struct gt_fast_walk *w, struct gt_fast_text *t)
{
  const uint32_t *first = w->stop + 1, *stop = first;
  const char *data = w->data;
  while (data[*stop] == '\\') /* what it escapes may be a stop itself */
    stop += stop[1] == *stop + 1 && data[stop[1]] >= 0x20 ? 2 : 1;
  if (data[*stop] != '"') return false;
  t->at = *w->stop + 1;
  t->len = *stop - t->at;
  t->escaped = false;
  w->stop = stop + 1;
  w->at = *stop + 1u;
  return stop == first || unescape(w, t, first);
}

bool gt_fast_string(struct gt_fast_walk *w, struct gt_fast_text *t)
{
  return read_string(w, t);
}

/* The text of a pair that opens at the stop at hand. */
static bool read_text(struct gt_fast_walk *w, struct gt_fast_text *t)
{
  if (!read_string(w, t)) return false;
  return t->escaped ? shows(w->side + t->side, t->side_len)
                    : shows(w->data + t->at, t->len);
}

static enum gt_form_key key_of(const char *s, size_t len)
{
#define IS(name) (memcmp(s, name, sizeof name - 1) == 0)
  switch (len) {
  case 5: return IS("input") ? GT_KEY_INPUT : GT_KEY_NONE;
  case 6:
    if (IS("output")) return GT_KEY_OUTPUT;
    return IS("prompt") ? GT_KEY_PROMPT : GT_KEY_NONE;
  case 8: return IS("response") ? GT_KEY_RESPONSE : GT_KEY_NONE;
  case 9: return IS("textInput") ? GT_KEY_TEXTINPUT : GT_KEY_NONE;
  case 10:
    if (IS("text_input")) return GT_KEY_TEXT_INPUT;
    return IS("completion") ? GT_KEY_COMPLETION : GT_KEY_NONE;
  default: return GT_KEY_NONE;
  }
#undef IS
}

/* The form that has both keys. */
static enum gt_form form_of(enum gt_form_key a, enum gt_form_key b)
{
  switch (GT_KEY_BIT(a) | GT_KEY_BIT(b)) {
  case GT_KEY_BIT(GT_KEY_TEXT_INPUT) | GT_KEY_BIT(GT_KEY_OUTPUT):
    return GT_FORM_TEXT_INPUT;
  case GT_KEY_BIT(GT_KEY_TEXTINPUT) | GT_KEY_BIT(GT_KEY_OUTPUT):
    return GT_FORM_TEXTINPUT;
  case GT_KEY_BIT(GT_KEY_INPUT) | GT_KEY_BIT(GT_KEY_OUTPUT): return GT_FORM_INPUT;
  case GT_KEY_BIT(GT_KEY_PROMPT) | GT_KEY_BIT(GT_KEY_COMPLETION):
    return GT_FORM_COMPLETION;
  case GT_KEY_BIT(GT_KEY_PROMPT) | GT_KEY_BIT(GT_KEY_RESPONSE): return GT_FORM_RESPONSE;
  default: return GT_FORM_NONE;
  }
}

/* "name": from w->at to the value's first byte; the stops must agree. */
static bool read_name(struct gt_fast_walk *w, const char **name, size_t *len)
{
  const uint32_t *stop = w->stop;
  const char *data = w->data;
  size_t at = gt_fast_spaces(data, w->at);
  if (at != stop[0] || data[at] != '"' || data[stop[1]] != '"') return false;
  *name = data + at + 1;
  *len = stop[1] - at - 1;
  at = gt_fast_spaces(data, stop[1] + 1u);
  if (data[at] != ':') return false;
  w->at = gt_fast_spaces(data, at + 1);
  w->stop = stop + 2;
  return data[w->at] != '"' || w->at == *w->stop;
}

static void alike_set(struct gt_fast_alike *a, const char *s, size_t len)
{
  unsigned char ones[GT_FAST_ALIKE] = {0};
  a->len = 0;
  if (len > GT_FAST_ALIKE) return;
  memset(a->words, 0, sizeof a->words);
  memcpy(a->words, s, len);
  memset(ones, 0xFF, len);
  memcpy(a->masks, ones, sizeof a->masks);
  a->len = len;
}

static inline bool alike_at(const struct gt_fast_alike *a, const struct gt_fast_walk *w,
                            size_t at)
{
  uint64_t words[GT_FAST_ALIKE / 8], odd = 0;
  if (a->len == 0 || w->len - at < GT_FAST_ALIKE) return false;
  memcpy(words, w->data + at, sizeof words);
  for (int k = 0; k < GT_FAST_ALIKE / 8; k++)
    odd |= (words[k] ^ a->words[k]) & a->masks[k];
  return odd == 0;
}

static bool is_output(enum gt_form_key key)
{
  return key == GT_KEY_OUTPUT || key == GT_KEY_COMPLETION || key == GT_KEY_RESPONSE;
}

/* Members up to the one of the pair that was missing; remembers what is likely to come
 * again. */
static bool read_members(struct gt_fast_walk *w, struct gt_fast_row *row)
{
  enum gt_form_key key, first = GT_KEY_NONE;
  const char *name, *data = w->data;
  size_t len, end = 0;
  w->between.len = 0;
  w->at = row->at + 1u;
  if (data[row->at] != '{') return false;
  for (;;) {
    if (!read_name(w, &name, &len)) return false;
    if ((key = key_of(name, len)) == GT_KEY_NONE) {
      if (!gt_fast_other(w, name, len)) return false;
    } else {
      if (data[w->at] != '"') return false;
      size_t open = w->at + 1;
      if (first == GT_KEY_NONE) alike_set(&w->lead, data + row->at, open - row->at);
      if (first != GT_KEY_NONE) alike_set(&w->between, data + end, open - end);
      if (!read_text(w, is_output(key) ? &row->output : &row->text)) return false;
      if (first != GT_KEY_NONE) break;
      first = key;
      end = w->stop[-1];
    }
    w->at = gt_fast_spaces(data, w->at);
    if (data[w->at++] != ',') return false;
  }
  w->form = form_of(first, key);
  w->output_first = is_output(first);
  if (w->others_count > 0 || w->between.len == 0) w->lead.len = 0;
  return w->form != GT_FORM_NONE;
}

/* Both texts, in a row that begins as the one before did. */
static inline bool read_alike(struct gt_fast_walk *w, struct gt_fast_row *row)
{
  if (!alike_at(&w->lead, w, row->at)) return false;
  w->stop += 2; /* the quotes of a key are stops, and that of the text is the third */
  if (!read_text(w, w->output_first ? &row->output : &row->text)) return false;
  if (!alike_at(&w->between, w, w->stop[-1])) return false;
  w->stop += 2;
  return read_text(w, w->output_first ? &row->text : &row->output);
}

static bool read_others(struct gt_fast_walk *w)
{
  const char *name, *data = w->data;
  size_t len;
  while (data[w->at] == ',') {
    w->at++;
    if (!read_name(w, &name, &len) || !gt_fast_other(w, name, len)) return false;
    w->at = gt_fast_spaces(data, w->at);
  }
  return true;
}

/* The line at row->at; w->stop stays on its newline when it is one of ours. */
static inline bool read_row(struct gt_fast_walk *w, struct gt_fast_row *row)
{
  const uint32_t *stop = w->stop;
  const char *data = w->data;
  size_t side_len = w->side_len;
  w->others_count = 0;
  if (!read_alike(w, row)) {
    w->stop = stop;
    w->side_len = side_len;
    if (!read_members(w, row)) {
      w->lead.len = 0; /* half of what is likely is worse than nothing */
      return false;
    }
  }
  w->at = gt_fast_spaces(data, w->at);
  if (data[w->at] != '}' && !read_others(w)) return false;
  if (data[w->at] != '}') return false;
  size_t at = w->at + 1;
  row->form = w->form;
  row->len = (uint32_t)(at - row->at);
  row->crlf = data[at] == '\r';
  if (row->crlf) w->stop++, at++;
  return at == *w->stop && data[at] == '\n';
}

void gt_fast_read(struct gt_fast_rows *rows, void *scratch, const char *data,
                  size_t len)
{
  uint32_t *stops = scratch;
  bool utf8;
  rows->count = 0;
  rows->side_len = 0;
  while (len > 0 && data[len - 1] != '\n') len--;
  size_t n = gt_stops_find(stops, &utf8, data, len);
  struct gt_fast_walk w = {.data = data, .len = len, .side = rows->side};
  const uint32_t *next = stops, *end = stops + n;
  for (size_t at = 0; next < end; at = *next++ + 1) {
    struct gt_fast_row *row = &rows->items[rows->count];
    row->at = (uint32_t)at;
    w.stop = next;
    w.side_len = rows->side_len;
    bool good = read_row(&w, row);
    if (good && !utf8) good = gt_utf8_check(data + at, row->len) == row->len;
    if (good) {
      rows->count++;
      rows->side_len = w.side_len;
      next = w.stop;
    } else {
      while (data[*next] != '\n') next++;
    }
  }
}
